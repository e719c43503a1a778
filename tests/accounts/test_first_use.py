"""The gate: nothing opens before the steps are done, in their order, whatever way one came in."""

from datetime import timedelta

import pytest
from django.core import mail
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import reverse

from eqfund import clock
from eqfund.access import Role
from eqfund.accounts import actions, first_use, sessions, suspended
from eqfund.models import AccountState, ContactCode, Event, Posting
from tests.accounts.conftest import PASSWORD, app_code, code_in, last_sms

STEPS = {
    "email": "/accounts/first-use/email/",
    "phone": "/accounts/first-use/phone/",
    "factor": "/accounts/first-use/second-factor/",
}


@pytest.fixture
def steps_of_accounts_alone(monkeypatch):
    """Leave the steps of other packages out: they have their own tests."""
    monkeypatch.setattr(
        first_use, "steps", [step for step in first_use.steps if step.code in STEPS]
    )


pytestmark = pytest.mark.usefixtures("steps_of_accounts_alone")


def where(client, path="/"):
    """Where a request for a page ends: the page itself, or where it was led."""
    for _each in range(6):
        response = client.get(path)
        if response.status_code != 302:
            return path.partition("?")[0]
        path = response["Location"]
    raise AssertionError(f"led in a circle, lately to {path}")


def test_a_teacher_goes_from_the_password_to_the_home_page_step_by_step(
    client, teacher, with_password, come_in
):
    with_password(teacher, verified=False)
    come_in(teacher)

    assert where(client) == STEPS["email"]
    client.post(STEPS["email"], {"act": "send", "target": teacher.email})
    assert client.post(STEPS["email"], {"act": "check", "code": code_in(mail.outbox[-1].body)})

    assert where(client) == STEPS["phone"]
    client.post(STEPS["phone"], {"act": "send", "target": "081-234 5678"})
    client.post(STEPS["phone"], {"act": "check", "code": code_in(last_sms())})

    assert where(client) == STEPS["factor"]
    client.post(STEPS["factor"])

    assert where(client) == "/"
    teacher.refresh_from_db()
    assert teacher.phone == "0812345678"
    assert AccountState.objects.get(user=teacher).entered_at


def test_the_code_page_survives_a_refresh_and_keeps_what_was_sent(
    client, teacher, with_password, come_in
):
    with_password(teacher, verified=False)
    come_in(teacher)
    client.post(STEPS["email"], {"act": "send", "target": "another@school.example"})

    page = client.get(STEPS["email"]).content.decode()

    assert "another@school.example" in page
    assert ContactCode.objects.count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("role", [role for role in Role if role.value not in ("system_admin",)])
def test_every_page_is_shut_to_a_person_with_steps_to_do(
    role, client, make_user, with_password, come_in, classroom, school, office, affiliation
):
    places = {5: classroom.path, 4: school.path, 3: office.path, 2: affiliation.path, 1: "TH/"}
    from eqfund.people.rules import SEGMENTS

    user = make_user(role.value, places[SEGMENTS[role.value]])
    with_password(user, verified=False)
    come_in(user)

    for name in ("home", "account", "schools:schools", "account-email", "account_change_password"):
        assert where(client, reverse(name)) == STEPS["email"]


@pytest.mark.parametrize("role", ["fund_officer", "fund_approver", "fund_finance", "auditor"])
def test_a_fund_person_cannot_say_later(role, client, make_user, with_password, come_in):
    user = with_password(make_user(role, "TH/"))
    come_in(user)

    assert where(client) == STEPS["factor"]
    refused = client.post(STEPS["factor"])

    assert refused.status_code == 409
    assert where(client) == STEPS["factor"]


def test_an_office_admin_sets_up_an_app_and_is_through(
    client, office_admin, with_password, come_in, django_capture_on_commit_callbacks
):
    with_password(office_admin)
    come_in(office_admin)
    assert where(client) == STEPS["factor"]
    page = client.get("/accounts/factors/app/")
    secret = page.context["form"].secret

    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/accounts/factors/app/", {"code": app_code(secret)})

    assert done["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(done["Location"]).context["unused_codes"]
    assert len(codes) == 10
    assert where(client) == "/"
    assert Event.objects.filter(
        verb="accounts.change_credential",
        actor_id=office_admin.pk,
        facts={"what": "totp_activated"},
    ).exists()


def test_a_post_that_needs_a_factor_shuts_the_gate_in_the_same_session(
    client, teacher, settled, come_in, office
):
    settled(teacher)
    come_in(teacher)
    assert where(client) == "/"

    Posting.objects.create(
        user=teacher, role=Role.OFFICE_ADMIN, path=office.path, starts_on="2026-01-01"
    )

    assert where(client) == STEPS["factor"]


def test_a_changed_phone_shuts_the_gate_in_the_same_session(client, teacher, settled, come_in):
    settled(teacher)
    come_in(teacher)
    assert where(client) == "/"

    teacher.phone = "0899999999"
    teacher.save()

    assert where(client) == STEPS["phone"]


def test_a_step_whose_version_changes_is_asked_of_everybody_again(
    client, teacher, settled, come_in, monkeypatch
):
    settled(teacher)
    come_in(teacher)
    assert where(client) == "/"
    step = first_use.Step("policy", "x", "first-use-factor", lambda user: True, version=lambda: "2")
    monkeypatch.setattr(first_use, "steps", [step, *first_use.steps])

    assert where(client) == STEPS["factor"]


def test_a_person_who_is_through_costs_no_query_more(
    client, teacher, settled, come_in, django_assert_num_queries
):
    settled(teacher)
    come_in(teacher)
    client.get("/")
    request = client.get("/").wsgi_request
    assert request.user.username and request.session.session_key
    sessions.noted(request), request.user.email
    from eqfund.access import postings_of

    postings_of(request.user)

    with django_assert_num_queries(0):
        assert first_use.is_through(request)


def test_what_the_gate_meets_on_its_way_is_kept_and_sent_on(
    client, teacher, settled, come_in, admin
):
    settled(teacher)
    come_in(teacher)
    client.get("/")
    teacher.phone = "0899999999"
    teacher.save()

    turned = client.post("/accounts/devices/sign-out/?a=1", {"days": ["1", "2"], "note": "ฝนตก"})
    assert turned["Location"] == reverse("first-use")
    client.post(STEPS["phone"], {"act": "send", "target": "0899999999"})
    client.post(STEPS["phone"], {"act": "check", "code": code_in(last_sms())})
    page = client.get(reverse("first-use"), follow=True)

    waiting = page.context["waiting"]
    assert waiting.path == "/accounts/devices/sign-out/?a=1"
    assert waiting.fields == [("days", "1"), ("days", "2"), ("note", "ฝนตก")]
    assert "ฝนตก" in page.content.decode()
    stored = client.session["suspended"]
    assert "ฝนตก" not in str(stored)


@pytest.mark.parametrize("own", [False, True], ids=["strange", "own"])
@pytest.mark.parametrize("stopped_by", ["gate", "age"])
def test_a_strange_page_s_form_is_not_kept_to_be_sent_with_our_token(
    own, stopped_by, teacher, settled, settings
):
    settled(teacher)
    client = Client(enforce_csrf_checks=True)
    page = client.get("/accounts/login/")
    sign_in = {"login": teacher.username, "password": PASSWORD}
    client.post("/accounts/login/", sign_in | {"csrfmiddlewaretoken": get_token(page.wsgi_request)})
    page = client.get("/accounts/")
    token = {"csrfmiddlewaretoken": get_token(page.wsgi_request)} if own else {}
    if stopped_by == "gate":
        teacher.phone = "0899999999"
        teacher.save()
    else:
        settings.SESSION_MAX_SECONDS = 0

    client.post("/accounts/devices/sign-out/", token | {"days": "1"})

    assert (suspended.KEY in client.session) is own


def test_an_unknown_address_stays_unknown_and_open_pages_stay_open(
    client, teacher, with_password, come_in
):
    with_password(teacher, verified=False)
    come_in(teacher)

    assert client.get("/nowhere/").status_code == 404
    assert client.post("/language/", {"language": "en"}).status_code == 302
    assert client.get("/accounts/logout/").status_code == 200


def test_the_demo_s_click_counts_as_everything_and_a_demo_person_s_password_does_not(
    client, fund_officer, with_password, come_in, settings
):
    with_password(fund_officer, verified=False)
    fund_officer.is_demo = True
    fund_officer.save()

    client.post("/demo/sign-in/", {"username": fund_officer.username})
    assert where(client) == "/"
    client.post("/accounts/logout/")
    come_in(fund_officer)
    assert where(client) == STEPS["email"]


def test_outside_demo_mode_the_demo_s_click_is_worth_nothing(client, fund_officer, settings):
    fund_officer.is_demo = True
    fund_officer.save()
    client.post("/demo/sign-in/", {"username": fund_officer.username})
    settings.DEMO_MODE = False

    assert where(client) == STEPS["email"]


def test_a_click_is_not_inherited_by_the_next_person(
    client, teacher, fund_officer, with_password, come_in
):
    teacher.is_demo = True
    teacher.save()
    with_password(fund_officer, verified=False)
    client.post("/demo/sign-in/", {"username": teacher.username})
    client.post("/accounts/logout/")

    come_in(fund_officer)

    assert where(client) == STEPS["email"]


def test_an_htmx_part_is_led_as_a_whole_page(client, teacher, with_password, come_in):
    with_password(teacher, verified=False)
    come_in(teacher)

    answer = client.get("/", headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert answer["HX-Redirect"] == reverse("first-use")


def test_the_page_that_was_wanted_comes_after_the_steps(client, teacher, with_password, come_in):
    with_password(teacher)
    come_in(teacher)
    client.get("/pupils/?q=a")
    client.post(STEPS["factor"])

    assert client.get(reverse("first-use"))["Location"] == "/pupils/?q=a"


def test_next_never_leads_outside(client, teacher, settled, come_in):
    settled(teacher)
    come_in(teacher)

    assert client.get("/accounts/first-use/?next=https://evil.example/")["Location"] == "/"


def test_the_first_use_is_over_once(client, teacher, settled, come_in):
    settled(teacher)
    earlier = clock.wall() - timedelta(days=9)
    AccountState.objects.filter(user=teacher).update(entered_at=earlier)
    come_in(teacher)
    client.get("/")

    assert AccountState.objects.get(user=teacher).entered_at == earlier


def test_each_proves_their_own(teacher, admin, with_password, at):
    from eqfund.refusal import Refused

    with_password(teacher)
    for act in (
        lambda: actions.send_code(teacher, "email", "a@b.example", by=admin, at=at("2569-07-10")),
        lambda: actions.verify_contact(teacher, "email", "1", by=admin, at=at("2569-07-10")),
        lambda: actions.postpone_factor(teacher, by=admin, at=at("2569-07-10")),
        lambda: actions.ask_for_recovery(teacher, by=admin, at=at("2569-07-10")),
    ):
        with pytest.raises(Refused):
            act()


def test_a_password_is_never_kept_with_what_waits(client, teacher, settled, come_in):
    settled(teacher)
    come_in(teacher)
    assert PASSWORD not in str(dict(client.session.items()))


def test_a_proved_contact_is_not_changed_by_the_pages_of_the_first_use(
    client, teacher, settled, come_in
):
    settled(teacher)
    come_in(teacher)

    for kind, target in (("email", "thief@mail.example"), ("phone", "0899999999")):
        assert client.get(STEPS[kind]).status_code == 302
        client.post(STEPS[kind], {"act": "send", "target": target})

    assert not ContactCode.objects.exists()
