"""Pages of accounts, channels, amounts, rounds and the forecast: who sees what, at what cost."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.urls import reverse

from eqfund import clock, jobs
from eqfund.models import Event, Job
from payments.actions import rounds
from payments.hooks import rounds as hooks_rounds
from payments.models import TransferRound
from payments.rules.accounts import AccountStatus
from payments.rules.rounds import RoundStatus
from tests.conftest import moment
from tests.papers import A_PDF

MAY = moment("2569-05-20 10:00")
CLOSED = moment("2569-06-25 17:00")
BUILT = moment("2569-07-15 18:04")
APPROVED = moment("2569-07-16 09:12")
HTMX = {"hx-request": "true"}
PDF = A_PDF


@pytest.fixture(autouse=True)
def _in_may():
    with clock.rehearse(MAY):
        yield


@pytest.fixture
def built(planned, make_pupils, make_grants, fund_officer):
    make_grants(make_pupils(3))
    make_grants(make_pupils(2), confirmed=False)
    rounds.build_round(planned, by=fund_officer, at=BUILT)
    return planned


# Who gets in at all.


PAGES: dict[str, Any] = {
    "accounts": {
        "admin",
        "director",
        "office_admin",
        "fund_officer",
        "fund_approver",
        "fund_finance",
        "auditor",
    },
    "channels": {"teacher", "admin", "outsider"},
    "forecast": {
        "teacher",
        "admin",
        "director",
        "outsider",
        "office_admin",
        "fund_officer",
        "fund_approver",
        "fund_finance",
        "auditor",
    },
    "rates": {"fund_officer", "fund_approver", "fund_finance", "auditor"},
    "rounds": {
        "admin",
        "director",
        "office_admin",
        "fund_officer",
        "fund_approver",
        "fund_finance",
        "auditor",
    },
}
EVERYBODY = [
    "teacher",
    "admin",
    "director",
    "registry_keeper",
    "screening_teacher",
    "outsider",
    "office_admin",
    "affiliation_officer",
    "fund_officer",
    "fund_approver",
    "fund_finance",
    "auditor",
    "system_admin",
]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("person", EVERYBODY)
def test_who_may_open_which_page(calendar, signed_in, page, person, request):
    client = signed_in(request.getfixturevalue(person))

    response = client.get(reverse(f"payments:{page}"), follow=True)

    assert response.status_code == (200 if person in PAGES[page] else 403)


def test_nobody_signed_out_sees_anything(client, built, school):
    for name, args in [
        ("rounds", []),
        ("round", [built.pk]),
        ("account", [school.pk]),
        ("forecast", []),
    ]:
        assert client.get(reverse(f"payments:{name}", args=args)).status_code == 302


# Rounds.


def test_a_round_goes_through_three_people_by_their_buttons(
    planned, make_pupils, make_grants, signed_in, fund_officer, fund_approver, fund_finance
):
    make_grants(make_pupils(2))
    page = reverse("payments:round", args=[planned.pk])

    def press(person, act):
        client = signed_in(person)
        url = reverse("payments:round-act", args=[planned.pk, act])
        assert client.post(url, {"attempt": planned.attempt}).url == page
        asked = client.get(page).text
        assert "You may leave this page" in asked
        assert "data-opens" not in asked
        jobs.run_now(Job.objects.get(params__act=act))
        return client.get(page).text

    assert "The round is built. Another person approves it." in press(fund_officer, "build")
    shown = signed_in(fund_approver).get(page).text
    assert "Another person approves it." not in shown
    assert "Approve 3,000.00 baht" in shown
    assert 'data-opens="do-approve"' in shown
    assert "The round is approved." in press(fund_approver, "approve")
    assert "Release 3,000.00 baht" in signed_in(fund_finance).get(page).text
    assert "The round is released." in press(fund_finance, "release")

    planned.refresh_from_db()
    assert planned.status == RoundStatus.RELEASED


def test_a_second_click_on_approve_is_a_sentence(built, signed_in, fund_approver):
    url = reverse("payments:round-act", args=[built.pk, "approve"])
    client = signed_in(fund_approver)
    seen = {"attempt": built.attempt}
    client.post(url, seen)

    assert client.post(url, seen).status_code == 302
    jobs.run_now(Job.objects.get())
    again = client.post(url, seen)

    assert again.status_code == 409
    assert "The round is: Approved, waiting for release" in again.text


def test_the_facts_stand_before_an_act_without_script(
    built, signed_in, fund_approver, fund_officer
):
    url = reverse("payments:round-act", args=[built.pk, "approve"])

    page = signed_in(fund_approver).get(url).text
    assert "4,500.00" in page
    assert built.digest[:8] in page

    refused = signed_in(fund_officer).get(url).text
    assert "Your role does not do this here" in refused
    assert '<button class="btn main-act "' not in refused


def test_sending_back_asks_why(built, signed_in, fund_approver):
    url = reverse("payments:round-act", args=[built.pk, "send-back"])
    client = signed_in(fund_approver)

    assert client.post(url, {"reason": ""}).context["form"].errors
    seen = {"attempt": built.attempt}
    assert client.post(url, {"reason": "ยอดไม่ตรง", **seen}).status_code == 302
    jobs.run_now(Job.objects.get())
    assert TransferRound.objects.get().status == RoundStatus.PLANNED
    assert "ยอดไม่ตรง" in client.get(reverse("payments:round", args=[built.pk])).text


@pytest.mark.parametrize("seen", [{}, {"attempt": "2"}, {"attempt": "ก"}], ids=str)
def test_nobody_approves_other_totals_than_those_on_the_page(seen, built, signed_in, fund_approver):
    url = reverse("payments:round-act", args=[built.pk, "approve"])

    answer = signed_in(fund_approver).post(url, seen)

    assert answer.status_code == 409
    assert "built anew meanwhile" in answer.text
    assert not Job.objects.exists()


def test_there_is_no_act_of_another_name(built, signed_in, fund_officer):
    assert (
        signed_in(fund_officer)
        .post(reverse("payments:round-act", args=[built.pk, "steal"]))
        .status_code
        == 404
    )


def test_planning_is_offered_for_rounds_of_the_calendar(
    calendar, rates, signed_in, fund_officer, fund_approver
):
    client = signed_in(fund_officer)

    assert client.post(reverse("payments:round-plan"), {"number": 4}).status_code == 404
    assert client.post(reverse("payments:round-plan"), {"number": 1}).status_code == 302
    assert client.post(reverse("payments:round-plan"), {"number": 1}).status_code == 409
    assert (
        signed_in(fund_approver).post(reverse("payments:round-plan"), {"number": 2}).status_code
        == 403
    )


def test_the_page_tells_who_is_left_out_and_until_when_it_can_be_lifted(
    built, signed_in, fund_officer
):
    with clock.rehearse(BUILT):
        page = signed_in(fund_officer).get(reverse("payments:round", args=[built.pk]))

    reason = page.context["left_outs"][0]
    assert (reason.code, reason.count) == ("not_confirmed", 2)
    assert reason.window.line.activity == "correct_channel", (
        "the next window in which it can be mended"
    )


def test_the_list_pages_and_exports_the_same_rows(built, signed_in, fund_officer):
    client = signed_in(fund_officer)

    page = client.get(reverse("payments:round-left-out", args=[built.pk]) + "?hurdle=not_confirmed")
    export = client.get(reverse("payments:round-left-out-csv", args=[built.pk]))
    text = b"".join(export.streaming_content).decode("utf-8-sig")

    assert page.context["page"].paginator.count == 2
    assert len(text.splitlines()) == 3
    assert "1050000001" in text
    assert Event.objects.get(verb="export_left_out").facts == {"rows": 2, "hurdle": ""}


def test_htmx_is_sent_the_part_alone(built, signed_in, fund_officer):
    response = signed_in(fund_officer).get(reverse("payments:round", args=[built.pk]), headers=HTMX)

    assert response.text.strip().startswith('<div id="work"')


def test_a_school_sees_its_part_after_publication_only(
    built, signed_in, school, other_school, admin, office_admin, make_user, fund_officer
):
    url = reverse("payments:round-school", args=[built.pk, school.pk])
    stranger = make_user("school_admin", other_school.path)
    assert signed_in(admin).get(url).status_code == 404
    assert signed_in(fund_officer).get(url).status_code == 200

    TransferRound.objects.filter(pk=built.pk).update(
        status="published",
        approver=office_admin,
        approved_at=BUILT,
        releaser=admin,
        released_at=BUILT,
        published_by=fund_officer,
        published_at=APPROVED,
        payout_due_on=APPROVED.date(),
    )
    page = signed_in(admin).get(url)
    assert page.status_code == 200
    assert page.context["page"].paginator.count == 3
    assert [(r.code, r.count) for r in page.context["reasons"]] == [("not_confirmed", 2)]
    assert signed_in(stranger).get(url).status_code == 404
    left = signed_in(stranger).get(reverse("payments:round-left-out", args=[built.pk]))
    assert left.context["page"].paginator.count == 0


def test_a_school_finds_its_part_from_the_list_once_published(
    built, signed_in, school, admin, director
):
    listed = reverse("payments:rounds")
    part = reverse("payments:round-school", args=[built.pk, school.pk])
    assert part not in signed_in(admin).get(listed).text
    assert signed_in(admin).get(reverse("payments:round", args=[built.pk])).status_code == 403

    TransferRound.objects.filter(pk=built.pk).update(
        status="published",
        approver=admin,
        approved_at=BUILT,
        releaser=director,
        released_at=BUILT,
        published_by=admin,
        published_at=APPROVED,
        payout_due_on=APPROVED.date(),
    )
    assert part in signed_in(admin).get(listed).text


@pytest.mark.parametrize("rows", [1, 50])
def test_the_round_page_costs_the_same_at_any_length(
    rows, planned, make_pupils, make_grants, signed_in, fund_officer, django_assert_num_queries
):
    make_grants(make_pupils(rows))
    make_grants(make_pupils(rows), confirmed=False)
    rounds.build_round(planned, by=fund_officer, at=BUILT)
    client = signed_in(fund_officer)

    # session, user, postings; the round; calendar and extensions; the transfer's days; left-outs; the job
    with django_assert_num_queries(9):
        response = client.get(reverse("payments:round", args=[planned.pk]))

    assert response.context["round"].pupils == rows


@pytest.mark.parametrize("rows", [1, 50])
def test_the_left_out_list_costs_the_same_at_any_length(
    rows, planned, make_pupils, make_grants, signed_in, fund_officer, django_assert_num_queries
):
    make_grants(make_pupils(rows), confirmed=False)
    rounds.build_round(planned, by=fund_officer, at=BUILT)
    client = signed_in(fund_officer)

    # session, user, postings; the round; calendar and extensions; reasons; keys, rows; the reading
    with django_assert_num_queries(10):
        response = client.get(reverse("payments:round-left-out", args=[planned.pk]))

    assert len(response.context["page"].object_list) == rows


# The forecast.


def test_a_teacher_reads_who_will_be_paid_and_what_to_do(
    calendar, rates, signed_in, classroom, make_pupils, make_grants, teacher
):
    fine, lacking = make_pupils(2)
    make_grants([fine])
    make_grants([lacking], kind=None, confirmed=False)
    url = reverse("payments:forecast-place", args=["class", classroom.pk])

    page = signed_in(teacher).get(reverse("payments:forecast"), follow=True)

    assert page.redirect_chain[-1][0] == url, "a person of one class goes straight to it"
    rows = page.context["rows"]
    assert [(row.pupil, row.hurdles) for row in rows] == [
        (fine, []),
        (lacking, ["not_confirmed", "no_channel"]),
    ]
    assert page.context["coming"].number == 1
    assert "Check the guardian and the channel, then confirm." in page.text


def test_a_school_and_its_office_see_the_same_figures(
    calendar, rates, signed_in, school, office, make_pupils, make_grants, admin, office_admin
):
    make_grants(make_pupils(3))
    make_grants(make_pupils(2), confirmed=False)

    at_school = signed_in(admin).get(reverse("payments:forecast-place", args=["school", school.pk]))
    at_office = signed_in(office_admin).get(
        reverse("payments:forecast-place", args=["office", office.pk])
    )

    for page in (at_school, at_office):
        total = page.context["total"]
        assert (total.ready, total.waiting, total.paid) == (3, 2, 0)
        assert [(r.code, r.count) for r in page.context["reasons"]] == [("not_confirmed", 2)]


def test_after_a_round_is_built_the_funds_forecast_is_about_the_next(
    built, signed_in, school, fund_officer
):
    page = signed_in(fund_officer).get(
        reverse("payments:forecast-place", args=["school", school.pk])
    )

    assert page.context["coming"].number == 2
    assert (page.context["total"].paid, page.context["total"].waiting) == (3, 2)


@pytest.mark.parametrize(
    ("level", "fixture"), [("school", "school"), ("office", "office"), ("class", "classroom")]
)
def test_anothers_place_has_no_forecast(
    calendar, rates, signed_in, outsider, level, fixture, request
):
    place = request.getfixturevalue(fixture)

    response = signed_in(outsider).get(reverse("payments:forecast-place", args=[level, place.pk]))

    assert response.status_code == 404


def test_there_is_no_forecast_of_another_level(calendar, signed_in, fund_officer):
    assert signed_in(fund_officer).get("/payments/forecast/country/1/").status_code == 404


@pytest.mark.parametrize("rows", [1, 50])
def test_the_forecast_of_a_class_costs_the_same_at_any_length(
    rows,
    calendar,
    rates,
    signed_in,
    classroom,
    make_pupils,
    make_grants,
    teacher,
    django_assert_num_queries,
):
    make_grants(make_pupils(rows), confirmed=False)
    client = signed_in(teacher)

    # session, user, postings; term; calendar's transfers, rounds; the room; windows, extensions;
    # the facts, pupils, transfers; the reading
    with django_assert_num_queries(13):
        response = client.get(reverse("payments:forecast-place", args=["class", classroom.pk]))

    assert len(response.context["rows"]) == rows


# The kernel's pages.


def test_home_tells_each_person_what_to_do(
    planned,
    signed_in,
    school,
    make_pupils,
    make_grants,
    make_account,
    teacher,
    admin,
    director,
    fund_officer,
    monkeypatch,
):
    make_grants(make_pupils(2), confirmed=False)

    def home(person):
        return html.unescape(signed_in(person).get("/").text)

    assert "Confirm the continuing group of ป.4/1" in home(teacher)
    assert "Record the school's bank account" in home(admin)
    assert "Build the round" in home(fund_officer)
    make_account(school, AccountStatus.PROPOSED)
    assert "Record the school's bank account" not in home(admin)
    assert "Approve the school's bank account" in home(director)
    monkeypatch.setattr(hooks_rounds, "MOST_CLASSES", 0)
    assert "Confirm 2 pupils of the continuing group" in home(admin)
    assert "ป.4/1: 2" in home(admin)


def test_home_tells_the_fund_of_the_transfers_that_begin_soon(
    calendar, fund_officer, fund_approver, teacher, at
):
    soon = at("2569-07-14 09:00")

    (plan,) = hooks_rounds.home_tasks(fund_officer, soon)
    (wait,) = hooks_rounds.home_tasks(fund_approver, soon)

    assert plan.what == "Plan and build Transfer round 1, term 1/2569"
    assert wait.what == "Transfer round 1, term 1/2569 comes to you next"
    assert hooks_rounds.home_tasks(fund_officer, at("2569-06-28 09:00")) == []
    assert hooks_rounds.home_tasks(teacher, soon) == []


def test_the_pupils_page_says_whether_the_child_will_be_paid(
    calendar, rates, make_pupils, make_grants, teacher
):
    from payments.hooks.rounds import pupil_panels

    granted, without = make_pupils(2)
    make_grants([granted])

    panel = pupil_panels(granted, teacher, MAY)[0]
    assert panel.context["row"].will_be_paid
    assert pupil_panels(without, teacher, MAY) == []


def test_the_panel_stands_on_the_pupils_page(
    calendar, rates, signed_in, make_pupils, make_grants, teacher
):
    granted = make_pupils(1)[0]
    make_grants([granted], kind=None, confirmed=False)

    page = signed_in(teacher).get(reverse("registry:pupil", args=[granted.pk]))

    assert "The money of term 1/2569" in page.text
    assert "Ask the family how they receive the money" in page.text


def test_the_funds_check_tells_what_stands_against_a_schools_new_pupils(calendar, school):
    from payments.hooks.rounds import account_checks

    assert account_checks([school.pk], calendar, MAY) == {}
