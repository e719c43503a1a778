"""What somebody else changed between the look and the write is refused; and what a school is told to do next."""

import pytest

from eqfund.models import StoredFile
from eqfund.refusal import Refused
from payments.actions import payout, payout_reports, refunds
from payments.bill_payment import _field
from payments.hooks import payout as hooks_payout
from payments.models import ClassPayoutReport, Refund, SchoolPayoutReport, TransferRound
from payments.pages.payout import next_thing
from payments.permissions import payout as permissions, refunds as refund_permissions
from payments.queries import payout as queries

from .payout_world import PAID, a_scan
from .test_refunds import paid_in, stored_statement


@pytest.fixture
def see_nothing(monkeypatch):
    """Let a check pass as it would have a moment ago."""

    def see_nothing(where, name):
        monkeypatch.setattr(where, name, lambda *args, **kwargs: None)

    return see_nothing


@pytest.fixture
def reported(world, cash, classroom):
    teacher = world.people["teacher"]
    world.pay(cash)
    payout_reports.add_class_evidence(
        world.round, classroom, a_scan(classroom, teacher), by=teacher, at=PAID
    )
    return payout_reports.submit_class_report(world.round, classroom, by=teacher, at=PAID)


@pytest.fixture
def submitted(world, reported, school):
    return payout_reports.submit_school_report(
        world.round, school, by=world.people["admin"], at=PAID
    )


def test_a_receipt_voided_meanwhile_is_not_voided_again(world, cash, see_nothing):
    (receipt,) = world.pay(cash[:1])
    teacher = world.people["teacher"]
    payout.void_receipt(receipt, reason="ผิดคน", by=teacher, at=PAID)
    see_nothing(permissions, "why_not_void")

    with pytest.raises(Refused, match="void already"):
        payout.void_receipt(receipt, reason="ผิดคน", by=teacher, at=PAID)


def test_a_class_reported_meanwhile_is_not_reported_again(world, reported, classroom, see_nothing):
    see_nothing(permissions, "why_not_submit_class_report")

    with pytest.raises(Refused, match="just submitted"):
        payout_reports.submit_class_report(
            world.round, classroom, by=world.people["teacher"], at=PAID
        )


def test_a_class_sent_back_meanwhile_is_not_sent_back_again(world, reported):
    admin = world.people["admin"]
    stale = ClassPayoutReport.objects.select_related("round__term", "classroom__school").get()
    payout_reports.send_back_class_report(reported, reason="แก้", by=admin, at=PAID)

    with pytest.raises(Refused, match="Only a submitted"):
        payout_reports.send_back_class_report(stale, reason="แก้", by=admin, at=PAID)


def test_a_school_reported_meanwhile_is_not_reported_again(world, submitted, school, see_nothing):
    see_nothing(permissions, "why_not_submit_school_report")

    with pytest.raises(Refused, match="submitted already"):
        payout_reports.submit_school_report(world.round, school, by=world.people["admin"], at=PAID)


def test_a_report_signed_or_sent_back_meanwhile_stays_as_it_is(world, submitted):
    director = world.people["director"]
    to_sign, to_send_back = (
        SchoolPayoutReport.objects.select_related("round__term", "school").get()
        for _each in range(2)
    )
    payout_reports.send_back_school_report(submitted, reason="แก้", by=director, at=PAID)

    with pytest.raises(Refused, match="just changed"):
        payout_reports.sign_school_report(to_sign, by=director, at=PAID)
    with pytest.raises(Refused, match="just changed"):
        payout_reports.send_back_school_report(to_send_back, reason="แก้", by=director, at=PAID)


def test_a_class_behind_the_directors_desk_stands_still(world, cash, submitted):
    (receipt, *_rest) = queries.Receipt06.objects.valid().select_related(
        "round__term", "school", "transfer__enrolment__classroom__school"
    )

    with pytest.raises(Refused, match="with the director"):
        payout.void_receipt(receipt, reason="ผิด", by=world.people["teacher"], at=PAID)


def test_a_slip_matched_meanwhile_is_not_cancelled(world, cash, school, see_nothing):
    admin, finance = world.people["admin"], world.people["fund_finance"]
    slip = refunds.issue_refund(world.round, school, {cash[0].pk: "moved"}, by=admin, at=PAID)
    statement = refunds.preview_statement(
        stored_statement(world, paid_in(slip)), by=finance, at=PAID
    )
    refunds.apply_statement(statement, by=finance, at=PAID)
    see_nothing(refund_permissions, "why_not_cancel_refund")
    see_nothing(refund_permissions, "why_not_apply_statement")

    with pytest.raises(Refused, match="just changed"):
        refunds.cancel_refund(slip, reason="ผิดคน", by=admin, at=PAID)
    with pytest.raises(Refused, match="applied already"):
        refunds.apply_statement(statement, by=finance, at=PAID)
    assert Refund.objects.get().status == "matched"


def test_a_round_not_published_gives_nothing_back(world, cash, school):
    TransferRound.objects.filter(pk=world.round.pk).update(
        status="reconciled", published_at=None, published_by=None, payout_due_on=None
    )
    world.round.refresh_from_db()

    with pytest.raises(Refused, match="not published yet"):
        refunds.declare_nil_refund(world.round, school, by=world.people["admin"], at=PAID)


# --- odd pictures -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ({"state": "rejected"}, []),
        ({"phash": 7}, []),
        ({"phash": 7, "claims": '{"taken_at": "yesterday"}'}, []),
        ({"phash": 7, "claims": '{"taken_at": "2026:07:01 10:00:00"}'}, ["older_than_transfer"]),
    ],
)
def test_a_picture_that_says_little_raises_no_flag(world, classroom, fields, flags):
    teacher = world.people["teacher"]
    stored = a_scan(classroom, teacher)
    evidence = payout_reports.add_class_evidence(
        world.round, classroom, stored, by=teacher, at=PAID
    )
    for name, value in ({"kind": "image"} | fields).items():
        setattr(stored, name, value)
    stored.save()
    evidence.stored = StoredFile.objects.get(pk=stored.pk)

    assert payout_reports.check_evidence(evidence, at=PAID) == flags


# --- what comes next ----------------------------------------------------------------------------


def what_next(world, school, name="admin"):
    found = next_thing(queries.school_payout(world.round, school), world.people[name], PAID)
    return found and (found.what, bool(found.url))


def test_a_school_is_told_its_next_step_until_all_is_settled(world, cash, school, classroom):
    admin, director = world.people["admin"], world.people["director"]
    teacher, finance = world.people["teacher"], world.people["fund_finance"]
    assert what_next(world, school) == ("1 of 1 classes have not reported", True)

    world.pay(cash[1:])
    payout.note_cannot_pay(cash[0], reason="moved", by=teacher, at=PAID)
    payout_reports.add_class_evidence(
        world.round, classroom, a_scan(classroom, teacher), by=teacher, at=PAID
    )
    payout_reports.submit_class_report(world.round, classroom, by=teacher, at=PAID)
    assert what_next(world, school) == ("Submit the school's report", True)

    book = payout_reports.submit_school_report(world.round, school, by=admin, at=PAID)
    assert what_next(world, school) == ("The director signs the school's report", True)
    assert what_next(world, school, "director") == what_next(world, school)

    payout_reports.sign_school_report(book, by=director, at=PAID)
    assert what_next(world, school) == ("Make the refund slip for 1 pupils", True)

    slip = refunds.issue_refund(world.round, school, {cash[0].pk: "moved"}, by=admin, at=PAID)
    assert what_next(world, school) == ("Pay the refund slip at the bank", True)

    statement = refunds.preview_statement(
        stored_statement(world, paid_in(slip)), by=finance, at=PAID
    )
    refunds.apply_statement(statement, by=finance, at=PAID)
    assert what_next(world, school) is None
    states = [row.state for row in queries.pupil_rows(queries.cash(world.round, school.path))]
    assert states == ["refunded", "paid", "paid"]


def test_a_school_where_all_were_paid_is_told_to_declare(world, submitted, school):
    payout_reports.sign_school_report(submitted, by=world.people["director"], at=PAID)
    assert what_next(world, school) == ("Declare that there is no refund in this round", True)

    refunds.declare_nil_refund(world.round, school, by=world.people["admin"], at=PAID)

    assert what_next(world, school) is None
    progress = queries.progress([world.round], school.path)
    assert progress[0].declared_nil


def test_a_school_without_cash_has_nothing_next(world, school):
    assert what_next(world, school) is None


def test_without_a_published_round_nobody_has_a_task(world):
    TransferRound.objects.filter(pk=world.round.pk).update(status="closed", closed_at=PAID)

    assert hooks_payout.home_tasks(world.people["teacher"], PAID) == []


def test_a_tag_longer_than_its_length_field_is_an_error():
    with pytest.raises(ValueError):
        _field("30", "0" * 100)
