"""Which schools have not done payments' work: counted by school, in the same few queries at any size."""

from __future__ import annotations

from typing import Any

import pytest

from eqfund import hooks
from eqfund.hooks import Work
from eqfund.models import Enrolment
from payments.actions import payout, payout_reports, refunds
from payments.models import LedgerEntry, Receipt06, Transfer, TransferRound
from payments.queries import unfinished
from payments.rules.accounts import AccountStatus
from screening.models import AnnouncedPupil, Announcement, Form01
from tests.conftest import moment

from .payout_world import PAID, a_scan
from .test_refunds import paid_in, stored_statement

MAY = moment("2569-05-20 10:00")
CLOSE = moment("2569-08-14 17:00")
MINE = ("school_bank_account", "choose_channel", "correct_channel", "payout_report", "refund")


@pytest.mark.parametrize("activity", MINE)
def test_each_activity_says_who_is_unfinished(activity, calendar):
    (registered,) = [each for each in hooks.unfinished if each.activity == activity]

    assert list(registered.schools(calendar, 1, "TH/", CLOSE)) == []


# The school's account.


def account(calendar: Any, path: str = "TH/") -> dict[int, Work]:
    return unfinished.account_work(calendar, 2, path, CLOSE)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(None, Work(0, 1), id="none recorded"),
        pytest.param(AccountStatus.PROPOSED, Work(0, 1, 1), id="the director has not approved"),
        pytest.param(AccountStatus.DIRECTOR_APPROVED, Work(1, 1), id="now the fund checks"),
        pytest.param(AccountStatus.ACCEPTED, Work(1, 1), id="accepted"),
        pytest.param(AccountStatus.SENT_BACK, Work(0, 1), id="to be mended"),
    ],
)
def test_a_school_with_cash_pupils_needs_an_account(
    status, expected, calendar, school, make_pupils, make_grants, make_account
):
    make_grants(make_pupils(2), kind="school_account")
    if status:
        make_account(school, status)

    assert account(calendar) == {school.pk: expected}


def test_a_school_without_cash_pupils_needs_none(calendar, make_pupils, make_grants):
    make_grants(make_pupils(2))

    assert account(calendar) == {}


def test_an_account_that_the_bank_refused_is_none_once_the_round_is_told(world, cash, school):
    term = world.round.term
    Receipt06.objects.all().delete()
    failed = {"status": "failed", "fail_code": "school_account_invalid"}
    Transfer.objects.filter(pk=cash[0].pk).update(**failed)

    assert account(term) == {school.pk: Work(0, 1)}

    TransferRound.objects.filter(pk=world.round.pk).update(
        status="reconciled", published_at=None, published_by=None, payout_due_on=None
    )
    assert account(term) == {school.pk: Work(1, 1)}


# Channels.


@pytest.fixture
def announce(calendar: Any, teacher: Any, fund_officer: Any) -> Any:
    def make(pupils: list[Any]) -> None:
        published = {"bands": ["poor"], "published_by": fund_officer, "published_at": MAY}
        made, _is_new = Announcement.objects.get_or_create(
            term=calendar, number=1, defaults=published
        )
        for pupil in pupils:
            enrolment = pupil.enrolments.get()
            form = Form01.objects.create(
                enrolment=enrolment,
                version=2569,
                started_by=teacher,
                started_at=MAY,
                saved_by=teacher,
                saved_at=MAY,
            )
            AnnouncedPupil.objects.create(
                announcement=made, form=form, enrolment=enrolment, band="poor"
            )

    return make


def test_announced_pupils_are_counted_with_those_who_have_a_channel(
    calendar, school, classroom, make_pupils, make_channel, announce
):
    pupils = make_pupils(3)
    announce(pupils)
    make_channel(pupils[0])
    Enrolment.objects.filter(pupil=pupils[2]).update(status="withdrew", ends_on=MAY.date())

    assert unfinished.choice_work(calendar, 0, "TH/", CLOSE) == {school.pk: Work(1, 2)}
    by_class = unfinished.choice_work(calendar, 0, "TH/", CLOSE, of=unfinished.CLASS)
    assert by_class == {classroom.pk: Work(1, 2)}


def test_grantees_whom_the_channel_keeps_out_are_to_be_corrected(
    calendar, rates, school, classroom, make_pupils, make_grants, make_channel
):
    fine, unconfirmed, closed = make_pupils(3)
    make_grants([fine])
    make_grants([unconfirmed], confirmed=False)
    make_grants([closed])
    make_channel(closed, "promptpay_pupil", "not_opened")

    assert unfinished.correction_work(calendar, 2, "TH/", CLOSE) == {school.pk: Work(0, 2)}
    by_class = unfinished.correction_work(calendar, 2, "TH/", CLOSE, of=unfinished.CLASS)
    assert by_class == {classroom.pk: Work(0, 2)}


def test_nobody_is_to_be_corrected_whom_a_published_round_paid(world, cash):
    term = world.round.term

    assert unfinished.correction_work(term, 2, "TH/", CLOSE) == {}


# Payout and refund.


def test_a_school_is_finished_with_its_payout_when_the_director_signed(
    world, cash, school, classroom
):
    term, people = world.round.term, world.people

    def work() -> dict[int, Work]:
        return unfinished.payout_work(term, 1, "TH/", PAID)

    assert work() == {school.pk: Work(0, 2)}
    own = unfinished.class_report_work
    assert own(term, 1, "TH/", PAID) == {classroom.pk: Work(0, 1)}
    world.pay(cash)
    payout_reports.add_class_evidence(
        world.round, classroom, a_scan(classroom, people["teacher"]), by=people["teacher"], at=PAID
    )
    payout_reports.submit_class_report(world.round, classroom, by=people["teacher"], at=PAID)
    assert work() == {school.pk: Work(1, 2)}
    assert own(term, 1, "TH/", PAID) == {classroom.pk: Work(1, 1)}
    book = payout_reports.submit_school_report(world.round, school, by=people["admin"], at=PAID)
    assert work() == {school.pk: Work(1, 2)}
    payout_reports.sign_school_report(book, by=people["director"], at=PAID)
    assert work() == {school.pk: Work(2, 2)}
    assert unfinished.payout_work(term, 2, "TH/", PAID) == {}
    assert unfinished.payout_work(term, 0, "TH/", PAID) == work(), "a line that names no round"


def test_a_round_not_published_is_nobodys_work(world, cash):
    TransferRound.objects.filter(pk=world.round.pk).update(
        status="reconciled", published_at=None, published_by=None, payout_due_on=None
    )

    assert unfinished.payout_work(world.round.term, 1, "TH/", PAID) == {}
    assert unfinished.refund_work(world.round.term, 1, "TH/", PAID) == {}


def test_a_school_says_that_there_is_no_refund_or_gives_back(world, cash, school):
    term, people = world.round.term, world.people

    def work() -> dict[int, Work]:
        return unfinished.refund_work(term, 1, "TH/", PAID)

    assert work() == {school.pk: Work(0, 1)}
    world.pay(cash[1:])
    payout.note_cannot_pay(cash[0], reason="moved", by=people["teacher"], at=PAID)
    assert work() == {school.pk: Work(0, 1)}
    slip = refunds.issue_refund(
        world.round, school, {cash[0].pk: "moved"}, by=people["admin"], at=PAID
    )
    assert work() == {school.pk: Work(0, 1, 1)}
    finance = people["fund_finance"]
    statement = refunds.preview_statement(
        stored_statement(world, paid_in(slip)), by=finance, at=PAID
    )
    refunds.apply_statement(statement, by=finance, at=PAID)
    assert work() == {school.pk: Work(1, 1)}


def test_a_declaration_of_none_finishes_the_refund(world, cash, school):
    world.pay(cash)

    refunds.declare_nil_refund(world.round, school, by=world.people["admin"], at=PAID)

    assert unfinished.refund_work(world.round.term, 1, "TH/", PAID) == {school.pk: Work(1, 1)}


@pytest.mark.parametrize("work", ["account", "choice", "correction", "payout", "refund"])
def test_another_offices_schools_are_left_out(work, world, cash, other_office):
    count = getattr(unfinished, f"{work}_work")

    assert count(world.round.term, 1, other_office.path, PAID) == {}


@pytest.mark.parametrize("pupils", [1, 20])
@pytest.mark.parametrize(
    ("work", "queries"),
    [("account", 3), ("choice", 1), ("correction", 1), ("payout", 3), ("refund", 4)],
)
def test_the_count_costs_the_same_at_any_size(
    work, queries, pupils, world, make_pupils, django_assert_num_queries
):
    world.cash(make_pupils(pupils))
    assert LedgerEntry.objects.count() == pupils

    with django_assert_num_queries(queries):
        getattr(unfinished, f"{work}_work")(world.round.term, 1, "TH/", PAID)
