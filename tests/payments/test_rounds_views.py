"""Pages of accounts, channels, amounts, rounds and the forecast: who sees what, at what cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from eqfund import clock, jobs, places
from eqfund.models import Event, Job
from payments.actions import rounds
from payments.models import ContinuingConfirmation, SchoolBankAccount, TransferRound
from payments.rules import AccountStatus, RoundStatus
from tests.conftest import moment

MAY = moment("2569-05-20 10:00")
CLOSED = moment("2569-06-25 17:00")
BUILT = moment("2569-07-15 18:04")
APPROVED = moment("2569-07-16 09:12")
HTMX = {"hx-request": "true"}
PDF = b"%PDF-1.7\nbook\n%%EOF"


@pytest.fixture
def signed_in(client: Any) -> Any:
    """Sign somebody in, reading in English."""

    def sign_in(person: Any) -> Any:
        client.force_login(person)
        session = client.session
        session["language"] = "en"
        session.save()
        return client

    return sign_in


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
    "rounds": {"fund_officer", "fund_approver", "fund_finance", "auditor"},
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


# Accounts.


def test_a_school_proposes_and_its_mistakes_stand_beside_the_fields(
    calendar, signed_in, school, admin
):
    client, url = signed_in(admin), reverse("payments:account", args=[school.pk])
    wrong = {
        "bank_code": "006",
        "number": "12",
        "name": "นายสมชาย",
        "proof": SimpleUploadedFile("b.pdf", PDF),
    }

    response = client.post(url, wrong)

    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"number", "name", "dedicated"}
    assert 'value="นายสมชาย"' in response.text, "nothing typed is lost"
    assert not SchoolBankAccount.objects.exists()

    right = {
        "bank_code": "006",
        "number": "981-1-23456-7",
        "name": "เงิน กสศ. เพื่อโรงเรียนบ้านดงสมมติ",
        "dedicated": "on",
        "proof": SimpleUploadedFile("b.pdf", PDF),
    }
    assert client.post(url, right).status_code == 302
    assert SchoolBankAccount.objects.get().number == "9811234567"


@pytest.mark.parametrize("content", [b"hello", b"MZ\x90\x00", b""])
def test_a_proof_that_is_no_picture_is_refused_in_the_form(
    calendar, signed_in, school, admin, content
):
    given = {
        "bank_code": "006",
        "number": "9811234567",
        "name": "เงิน กสศ. เพื่อโรงเรียนบ้านดงสมมติ",
        "dedicated": "on",
        "proof": SimpleUploadedFile("book.jpg", content),
    }

    response = signed_in(admin).post(reverse("payments:account", args=[school.pk]), given)

    assert response.status_code == 200
    assert response.context["form"].errors


def test_after_the_close_the_form_is_gone_and_the_sentence_stands(
    calendar, signed_in, school, admin
):
    with clock.rehearse(CLOSED):
        response = signed_in(admin).get(reverse("payments:account", args=[school.pk]))

    assert "has not opened yet" in response.text
    assert 'name="number"' not in response.text


def test_director_and_fund_decide_by_their_buttons(
    calendar, signed_in, school, make_account, director, fund_officer
):
    account = make_account(school, AccountStatus.PROPOSED)

    assert (
        "Approve the account"
        in signed_in(director).get(reverse("payments:account", args=[school.pk])).text
    )
    signed_in(director).post(reverse("payments:account-approve", args=[account.pk]))
    signed_in(fund_officer).post(reverse("payments:account-accept", args=[account.pk]))

    account.refresh_from_db()
    assert account.status == AccountStatus.ACCEPTED


def test_the_fund_sends_back_and_the_school_reads_why(
    calendar, signed_in, school, make_account, admin, fund_officer
):
    account = make_account(school, AccountStatus.DIRECTOR_APPROVED)
    url = reverse("payments:account-send-back", args=[account.pk])

    assert signed_in(fund_officer).post(url, {"reason": ""}).status_code == 409
    signed_in(fund_officer).post(url, {"reason": "ชื่อบัญชีไม่ตรง"})

    assert "ชื่อบัญชีไม่ตรง" in signed_in(admin).get(reverse("payments:account", args=[school.pk])).text


def test_another_schools_account_is_not_there(
    calendar, signed_in, other_school, make_account, admin
):
    account = make_account(other_school)

    for name, pk in [("account", other_school.pk), ("account-proof", account.pk)]:
        assert signed_in(admin).get(reverse(f"payments:{name}", args=[pk])).status_code == 404
    posted = signed_in(admin).post(
        reverse("payments:account-send-back", args=[account.pk]), {"reason": "x"}
    )
    assert posted.status_code == 404


@pytest.mark.parametrize("rows", [1, 50])
def test_the_accounts_cost_the_same_at_any_length(
    rows, calendar, signed_in, office, make_account, office_admin, django_assert_num_queries
):
    for number in range(rows):
        made = places.add_school(
            office, name=f"โรงเรียนที่ {number}", moe_code=f"10509{number:05d}", province_code="50"
        )
        make_account(made)
    client = signed_in(office_admin)

    # session, user, postings; how many schools without; count, rows
    with django_assert_num_queries(6):
        response = client.get(reverse("payments:accounts") + "?waiting=")

    assert len(response.context["page"].object_list) == rows


# Channels.


def test_a_class_says_honestly_how_many_it_would_confirm(
    calendar, signed_in, classroom, make_pupils, make_grants, teacher
):
    make_grants(make_pupils(3), confirmed=False)
    make_grants(make_pupils(1), kind=None, confirmed=False)
    client = signed_in(teacher)
    url = reverse("payments:channels-class", args=[classroom.pk])

    page = client.get(url)
    assert "Confirm 3 pupils as the data stand" in page.text
    assert "lacking something 1" in page.text

    after = client.post(reverse("payments:channels-confirm-all", args=[classroom.pk]), follow=True)
    assert "3 pupils were confirmed. 1 still lacks something" in after.text
    assert ContinuingConfirmation.objects.count() == 3


def test_a_class_shows_no_full_number(
    calendar, signed_in, classroom, make_pupils, make_grants, teacher
):
    pupil = make_pupils(1)[0]
    make_grants([pupil])

    page = signed_in(teacher).get(reverse("payments:channels-class", args=[classroom.pk]))

    assert pupil.identity.last4 in page.text
    assert pupil.identity.number not in page.text
    assert pupil.guardians.get().national_id not in page.text


def test_after_the_close_the_class_is_frozen(
    calendar, signed_in, classroom, make_pupils, make_grants, teacher
):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    client = signed_in(teacher)
    enrolment = pupil.enrolments.get()

    with clock.rehearse(CLOSED):
        page = client.get(reverse("payments:channels-class", args=[classroom.pk]))
        posted = client.post(reverse("payments:channels-confirm-all", args=[classroom.pk]))
        one = client.post(reverse("payments:channel-confirm", args=[enrolment.pk]))

    assert "as the data stand" not in page.text
    assert posted.status_code == one.status_code == 409
    assert not ContinuingConfirmation.objects.exists()


def test_a_form_saves_a_changed_guardian(calendar, signed_in, make_pupils, make_grants, teacher):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    url = reverse("payments:channel", args=[pupil.enrolments.get().pk])
    given = {
        "kind": "promptpay_guardian",
        "promptpay_state": "opened",
        "guardian_name": "นางสมหญิง ใจดี",
        "relationship": "aunt",
        "guardian_number": "",
        "phone": "0811112222",
    }
    client = signed_in(teacher)

    asked = client.post(url, given)
    assert set(asked.context["form"].errors) == {"guardian_number"}
    wrong = client.post(url, given | {"guardian_number": "1101700203451"})
    assert set(wrong.context["form"].errors) == {"guardian_number"}
    saved = client.post(url, given | {"guardian_number": "๑๑๐๑๗๐๐๒๐๓๔๕๐"})

    assert saved.status_code == 302
    assert pupil.guardians.get(is_current=True).national_id == "1101700203450"
    assert not ContinuingConfirmation.objects.get().unchanged


def test_a_g_code_pupil_is_offered_the_school_account_alone(
    calendar, signed_in, make_pupils, make_grants, teacher
):
    pupil = make_pupils(1, g_code=True)[0]
    make_grants([pupil], kind="school_account", confirmed=False)

    page = signed_in(teacher).get(reverse("payments:channel", args=[pupil.enrolments.get().pk]))

    assert [code for code, _name in page.context["form"].fields["kind"].choices] == [
        "school_account"
    ]


def test_another_schools_pupil_is_not_there(
    calendar, signed_in, make_pupils, make_grants, other_classroom, teacher, outsider
):
    pupil = make_pupils(1)[0]
    make_grants([pupil], confirmed=False)
    enrolment = pupil.enrolments.get()
    client = signed_in(outsider)

    assert client.get(reverse("payments:channel", args=[enrolment.pk])).status_code == 404
    assert client.post(reverse("payments:channel-confirm", args=[enrolment.pk])).status_code == 404
    assert (
        client.get(reverse("payments:channels-class", args=[enrolment.classroom_id])).status_code
        == 404
    )


@pytest.mark.parametrize("rows", [1, 50])
def test_a_class_costs_the_same_at_any_length(
    rows,
    calendar,
    signed_in,
    classroom,
    make_pupils,
    make_grants,
    teacher,
    django_assert_num_queries,
):
    make_grants(make_pupils(rows), confirmed=False)
    client = signed_in(teacher)

    # session, user, postings; room, term; windows and extensions for the rows and for the banner (4), term again;
    # enrolments, grants, guardians, channels, confirmations; why not confirm: window and extensions; menu
    with django_assert_num_queries(17):
        response = client.get(reverse("payments:channels-class", args=[classroom.pk]))

    assert len(response.context["continuing"]) == rows


# Amounts.


def test_one_proposes_and_another_approves_by_their_buttons(
    calendar, signed_in, fund_officer, fund_approver
):
    given = {"level": "primary", "amount": "๑,๕๐๐.๐๐", "source": ""}
    signed_in(fund_officer).post(reverse("payments:rate-propose"), given)
    page = signed_in(fund_approver).get(reverse("payments:rates"))
    assert "Approve 1,500.00 baht" in page.text

    proposed = page.context["rows"][1]["proposed"]
    signed_in(fund_approver).post(reverse("payments:rate-approve", args=[proposed.pk]))

    proposed.refresh_from_db()
    assert proposed.approved_by == fund_approver


@pytest.mark.parametrize("amount", ["", "much", "-1", "0", "1.005", "1e3"])
def test_an_amount_that_is_none_is_said_beside_the_box(calendar, signed_in, fund_officer, amount):
    given = {"level": "primary", "amount": amount}

    response = signed_in(fund_officer).post(reverse("payments:rate-propose"), given)

    assert response.context["form"].errors["amount"]


# Rounds.


def test_a_round_goes_through_three_people_by_their_buttons(
    planned, make_pupils, make_grants, signed_in, fund_officer, fund_approver, fund_finance
):
    make_grants(make_pupils(2))
    page = reverse("payments:round", args=[planned.pk])

    def press(person, act):
        return signed_in(person).post(reverse("payments:round-act", args=[planned.pk, act]))

    assert press(fund_officer, "build").status_code == 302
    jobs.run_now(Job.objects.get(kind="payments.build_round"))
    shown = signed_in(fund_approver).get(page).text
    assert "Approve 3,000.00 baht" in shown
    assert 'data-opens="do-approve"' in shown
    assert press(fund_approver, "approve").status_code == 302
    assert "Release 3,000.00 baht" in signed_in(fund_finance).get(page).text
    assert press(fund_finance, "release").status_code == 302

    planned.refresh_from_db()
    assert planned.status == RoundStatus.RELEASED


def test_a_second_click_on_approve_is_a_sentence(built, signed_in, fund_approver):
    url = reverse("payments:round-act", args=[built.pk, "approve"])
    client = signed_in(fund_approver)
    client.post(url)

    again = client.post(url)

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
    assert client.post(url, {"reason": "ยอดไม่ตรง"}).status_code == 302
    assert TransferRound.objects.get().status == RoundStatus.PLANNED
    assert "ยอดไม่ตรง" in client.get(reverse("payments:round", args=[built.pk])).text


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
    assert Event.objects.get(verb="export_left_out").facts == {"rows": 2}


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


@pytest.mark.parametrize("rows", [1, 50])
def test_the_round_page_costs_the_same_at_any_length(
    rows, planned, make_pupils, make_grants, signed_in, fund_officer, django_assert_num_queries
):
    make_grants(make_pupils(rows))
    make_grants(make_pupils(rows), confirmed=False)
    rounds.build_round(planned, by=fund_officer, at=BUILT)
    client = signed_in(fund_officer)

    # session, user, postings; the round; calendar and extensions; the transfer's days; left-outs
    with django_assert_num_queries(8):
        response = client.get(reverse("payments:round", args=[planned.pk]))

    assert response.context["round"].pupils == rows


@pytest.mark.parametrize("rows", [1, 50])
def test_the_left_out_list_costs_the_same_at_any_length(
    rows, planned, make_pupils, make_grants, signed_in, fund_officer, django_assert_num_queries
):
    make_grants(make_pupils(rows), confirmed=False)
    rounds.build_round(planned, by=fund_officer, at=BUILT)
    client = signed_in(fund_officer)

    # session, user, postings; the round; calendar and extensions; reasons; count, rows
    with django_assert_num_queries(9):
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


def test_after_a_round_is_built_the_forecast_is_about_the_next(built, signed_in, school, admin):
    page = signed_in(admin).get(reverse("payments:forecast-place", args=["school", school.pk]))

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
    # the facts, pupils, transfers
    with django_assert_num_queries(12):
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
):
    make_grants(make_pupils(2), confirmed=False)

    def todos(person):
        return [todo.what for todo in signed_in(person).get("/").context["todos"]]

    assert any("Confirm the continuing group of ป.4/1" in what for what in todos(teacher))
    assert "Record the school's bank account" in todos(admin)
    assert "Build the round" in todos(fund_officer)
    make_account(school, AccountStatus.PROPOSED)
    assert "Record the school's bank account" not in todos(admin)
    assert "Approve the school's bank account" in todos(director)


def test_the_pupils_page_says_whether_the_child_will_be_paid(
    calendar, rates, make_pupils, make_grants, teacher
):
    from payments.hooks_rounds import pupil_panels

    granted, without = make_pupils(2)
    make_grants([granted])

    panel = pupil_panels(granted, teacher, MAY)[0]
    assert panel.context["row"].will_be_paid
    assert pupil_panels(without, teacher, MAY) == []


def test_the_funds_check_tells_what_stands_against_a_schools_new_pupils(calendar, school):
    from payments.hooks_rounds import account_checks

    assert account_checks([school.pk], calendar, MAY) == {}
