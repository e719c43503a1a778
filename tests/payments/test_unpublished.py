"""Before a round is published nobody below the fund learns of it: no row, no state, no count."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from eqfund import clock, hooks
from payments.actions import rounds
from payments.models import LedgerEntry, LeftOut, SchoolBook, Transfer, TransferRound
from payments.queries import rounds as queries
from tests.conftest import moment

from . import sessions

BUILT = moment("2569-07-15 18:04")
AWAITED = moment("2569-07-25 09:00")
PUBLISHED = moment("2569-07-31 09:00")
BELOW = ["teacher", "admin", "director", "office_admin"]


@pytest.fixture(autouse=True)
def _while_the_result_is_awaited() -> Any:
    with clock.rehearse(AWAITED):
        yield


@pytest.fixture
def built(planned, make_pupils, make_grants, make_account, fund_officer, school):
    """Three in the round, one of them failed at the bank; two who were left out of it."""
    make_account(school)
    make_grants(make_pupils(3), kind="school_account")
    make_grants(make_pupils(2), confirmed=False)
    rounds.build_round(planned, by=fund_officer, at=BUILT)
    failed = Transfer.objects.order_by("pk").first()
    Transfer.objects.exclude(pk=failed.pk).update(status="success")
    Transfer.objects.filter(pk=failed.pk).update(
        status="failed", fail_code="school_account_invalid"
    )
    for transfer in Transfer.objects.filter(status="success"):
        LedgerEntry.objects.create(
            round=planned,
            school=school,
            transfer=transfer,
            debit="school_in_hand",
            credit="bank_clearing",
            amount_satang=transfer.amount_satang,
            at=AWAITED,
        )
    return planned


@pytest.fixture
def published_marks(fund_officer, fund_approver, fund_finance):
    """What a round bears once it is published."""
    return {
        "status": "published",
        "maker": fund_officer,
        "built_at": BUILT,
        "digest": "-",
        "approver": fund_approver,
        "approved_at": BUILT,
        "releaser": fund_finance,
        "released_at": BUILT,
        "published_by": fund_officer,
        "published_at": PUBLISHED,
        "payout_due_on": PUBLISHED.date(),
    }


@pytest.fixture
def publish(built, published_marks):
    return lambda: TransferRound.objects.filter(pk=built.pk).update(**published_marks)


@pytest.fixture
def people(request):
    return lambda *names: [request.getfixturevalue(name) for name in names]


def read(person: Any, address: str) -> Any:
    return sessions.sign_in(Client(), person).get(address, follow=True)


def forecast(level: str, place: Any) -> str:
    return reverse("payments:forecast-place", args=[level, place.pk])


@pytest.mark.parametrize("model", [Transfer, LeftOut, LedgerEntry, SchoolBook])
def test_rows_of_a_round_are_not_seen_below_the_fund(model, built, people, fund_officer, auditor):
    assert [model.objects.visible_to(person).count() for person in people(*BELOW)] == [0] * 4
    assert model.objects.visible_to(fund_officer).exists()
    assert model.objects.visible_to(auditor).exists()


@pytest.mark.parametrize("level", ["class", "school"])
def test_a_forecast_below_the_fund_counts_as_if_the_round_were_to_come(
    level, built, school, classroom, admin
):
    page = read(admin, forecast(level, classroom if level == "class" else school))

    total = page.context["total"]
    assert page.context["coming"].number == 1
    assert (total.paid, total.ready, total.hurdles) == (0, 3, {"not_confirmed": 2})


def test_the_office_counts_as_its_schools_do(built, office, office_admin):
    page = read(office_admin, forecast("office", office))

    assert (page.context["total"].paid, page.context["total"].ready) == (0, 3)


def test_the_fund_counts_what_is_in_the_round(built, school, fund_officer):
    page = read(fund_officer, forecast("school", school))

    total = page.context["total"]
    assert page.context["coming"].number == 2
    assert (total.paid, total.ready) == (2, 0)
    assert total.hurdles == {"account_failed": 1, "not_confirmed": 2}


def test_a_teacher_reads_no_result_beside_a_pupil(built, classroom, teacher):
    page = read(teacher, forecast("class", classroom))

    rows = page.context["rows"]
    assert [row.transfer for row in rows] == [None] * 5
    assert [row.hurdles for row in rows] == [[], [], [], ["not_confirmed"], ["not_confirmed"]]
    assert "in round 1" not in page.text
    assert "The result is told on" in page.text


def test_after_the_publication_the_result_stands_beside_the_pupil(
    built, publish, classroom, teacher
):
    publish()

    page = read(teacher, forecast("class", classroom))

    told = [row.transfer for row in page.context["rows"]]
    assert sum(transfer is not None for transfer in told) == 2
    assert page.text.count("in round 1") == 2
    assert page.context["coming"].number == 2


@pytest.mark.parametrize(("name", "told"), [("teacher", False), ("fund_officer", True)])
def test_the_pupils_panel_follows_the_forecast(built, name, told, request):
    pupil = Transfer.objects.filter(status="success").first().enrolment.pupil
    person = request.getfixturevalue(name)

    panels = [panel for show in hooks.pupil_panels for panel in show(pupil, person, AWAITED)]

    rows = [panel.context["row"] for panel in panels if "forecast" in panel.template]
    assert [row.transfer is not None for row in rows] == [told]
    assert [row.is_paid for row in rows] == [told]


@pytest.mark.parametrize(
    ("person", "name", "arguments"),
    [
        ("admin", "letter-issue", "transfer"),
        ("admin", "cannot-pay", "transfer"),
        ("teacher", "letter-issue", "transfer"),
    ],
)
def test_an_act_on_a_row_not_yet_told_is_not_known(built, person, name, arguments, request):
    transfer = Transfer.objects.filter(status="success").first()
    client = sessions.sign_in(Client(), request.getfixturevalue(person))

    answer = client.post(reverse(f"payments:{name}", args=[transfer.pk]), {"reason": "moved"})

    assert answer.status_code == 404


def test_where_the_money_went_is_not_revealed_before_the_publication(built, admin):
    transfer = Transfer.objects.first()
    address = reverse("privacy:reveal", args=["destination", transfer.pk])

    assert read(admin, address).status_code == 404


def test_the_list_of_schools_with_money_waits_for_the_publication(
    built, publish, office_admin, fund_officer, calendar
):
    from payments.queries.ledger import schools_with_money

    before = schools_with_money(office_admin, "payments.read_money", calendar).count()
    publish()

    assert before == 0
    assert schools_with_money(office_admin, "payments.read_money", calendar).count() == 1


# Which round a forecast is about, by what everybody may read in the calendar.

CASES = [
    pytest.param("2569-05-20 09:00", (), 1, id="before the first"),
    pytest.param("2569-07-25 09:00", (), 1, id="its result is awaited"),
    pytest.param("2569-08-05 09:00", (), 1, id="told late"),
    pytest.param("2569-08-05 09:00", (1,), 2, id="the first is told"),
    pytest.param("2569-08-31 09:00", (), 2, id="the next begins though the first is not told"),
    pytest.param("2569-09-25 09:00", (1, 2), 3, id="the last is awaited"),
    pytest.param("2569-10-01 09:00", (1, 2, 3), None, id="all are told"),
    pytest.param("2569-08-05 09:00", (2,), 3, id="a later one is told"),
]


@pytest.mark.parametrize(("at", "told", "expected"), CASES)
def test_below_the_fund_the_coming_round_is_the_first_not_told(
    at, told, expected, calendar, published_marks
):
    for number in told:
        TransferRound.objects.create(
            term=calendar, number=number, takes="continuing", planned_at=BUILT, **published_marks
        )

    coming = queries.coming_round(calendar, moment(at), sees_all=False)

    assert (coming.number if coming else None) == expected
