"""Receipts, notes and figures: the deeds, their refusals, a second time, and what cannot be."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from eqfund import places
from eqfund.models import Event, Posting
from eqfund.refusal import Refused
from payments.actions import payout, refunds
from payments.actions.payout import Handed
from payments.models import (
    CannotPay,
    ClassPayoutReport,
    LedgerEntry,
    PayoutEvidence,
    Receipt06,
    SchoolBook,
    SchoolPayoutReport,
    Transfer,
    TransferRound,
)
from payments.queries import payout as queries
from tests.conftest import moment

from .payout_world import CLOSED, LATE, PAID, PUBLISHED, a_scan

BOOK = ("received_satang", "paid_satang", "refunded_satang", "in_hand_satang")


def book_of(world):
    return SchoolBook.objects.filter(round=world.round).values_list(*BOOK).get()


# --- paying ---------------------------------------------------------------------------


def test_paying_makes_receipts_in_order_and_books_them(world, cash):
    receipts = world.pay(cash[:2])

    assert [receipt.serial for receipt in receipts] == [1, 2]
    assert {receipt.amount_satang for receipt in receipts} == {150_000}
    assert not any(receipt.is_late for receipt in receipts)
    assert receipts[0].receiver_name == "นางรับเงิน ตัวอย่าง"
    assert book_of(world) == (450_000, 300_000, 0, 150_000)
    event = Event.objects.get(verb="pay_pupils")
    assert event.facts["serials"] == [1, 2]
    assert event.facts["amount_satang"] == 300_000


def test_serials_go_on_where_the_last_save_ended(world, cash):
    world.pay(cash[:1])

    assert [receipt.serial for receipt in world.pay(cash[1:])] == [2, 3]


def test_a_payment_after_the_due_day_is_late_and_recorded(world, cash):
    (on_time,) = world.pay(cash[:1], paid_on=date(2026, 8, 28), at=LATE)
    (late,) = world.pay(cash[1:2], paid_on=date(2026, 8, 29), at=LATE)

    assert (on_time.is_late, late.is_late) == (False, True)
    assert queries.class_row(world.round, cash[0].enrolment.classroom).late == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"paid_on": date(2026, 7, 30)}, "before the publication"),
        ({"paid_on": date(2026, 8, 4)}, "not come yet"),
        ({"at": CLOSED, "paid_on": date(2026, 8, 28)}, "closed"),
        ({"handed": []}, "Nobody was ticked"),
    ],
)
def test_paying_is_refused(world, cash, given, sentence):
    with pytest.raises(Refused, match=sentence):
        world.pay(cash, **given)
    assert not Receipt06.objects.exists()


def test_a_second_before_the_close_is_in_time(world, cash):
    assert world.pay(cash, at=moment("2569-10-30 16:59:59"))


@pytest.mark.parametrize("who", ["director", "fund_finance"])
def test_paying_is_refused_to_others(world, cash, who):
    with pytest.raises(Refused, match="Your role does not do this here"):
        world.pay(cash, by=world.people[who])


def test_paying_is_refused_to_a_teacher_of_another_school(world, cash, outsider):
    with pytest.raises(Refused, match="Your role"):
        world.pay(cash, by=outsider)


def test_two_different_people_of_the_school_pay(world, cash, outsider):
    teacher = world.people["teacher"]

    with pytest.raises(Refused, match="Two different people"):
        world.pay(cash, second_payer=teacher)
    with pytest.raises(Refused, match="must serve at this school"):
        world.pay(cash, second_payer=outsider)
    Posting.objects.filter(user=world.people["admin"]).update(ends_on=date(2026, 8, 2))
    with pytest.raises(Refused, match="must serve at this school"):
        world.pay(cash)


def test_money_of_a_round_not_published_is_not_paid(world, cash):
    TransferRound.objects.filter(pk=world.round.pk).update(
        status="reconciled", published_at=None, published_by=None, payout_due_on=None
    )
    world.round.refresh_from_db()

    with pytest.raises(Refused, match="not published yet"):
        world.pay(cash)


def test_a_second_save_pays_nobody_again(world, cash):
    world.pay(cash[:1])

    with pytest.raises(Refused, match="สมมติ1 ตัวอย่าง: paid already"):
        world.pay(cash)
    assert Receipt06.objects.count() == 1
    assert SchoolPayoutReport.objects.get().last_receipt == 1


@pytest.mark.parametrize("handed", [("", "mother"), ("นาง ก", "neighbour")])
def test_every_receiver_has_a_name_and_a_known_relation(world, cash, handed):
    with pytest.raises(Refused, match="who received"):
        world.pay(cash, handed=[Handed(cash[0].pk, *handed)])


def test_a_pupil_of_another_class_is_not_paid_here(world, cash, school, make_pupils):
    room = places.add_classroom(school, year_be=2569, grade="P5", room="1")
    (other,) = world.cash(make_pupils(1, classroom=room))

    with pytest.raises(Refused, match="no cash of this round in this class"):
        world.pay([other], classroom=cash[0].enrolment.classroom)


def test_the_same_pupil_twice_in_one_save_is_refused(world, cash):
    with pytest.raises(Refused, match="no cash"):
        world.pay([cash[0], cash[0]])


def test_promptpay_money_has_no_receipt_here(world, cash, make_pupils):
    (direct,) = world.cash(make_pupils(1), kind="promptpay_pupil")

    with pytest.raises(Refused, match="no cash"):
        world.pay([direct])


# --- voiding --------------------------------------------------------------------------


def test_a_void_receipt_stays_and_the_pupil_can_be_paid_again(world, cash):
    (receipt,) = world.pay(cash[:1])

    payout.void_receipt(receipt, reason="ผิดคน", by=world.people["teacher"], at=PAID)

    assert book_of(world) == (450_000, 0, 0, 450_000)
    (again,) = world.pay(cash[:1])
    assert again.serial == 2
    assert list(Receipt06.objects.valid()) == [again]
    assert book_of(world) == (450_000, 150_000, 0, 300_000)


def test_voiding_needs_a_reason_and_happens_once(world, cash):
    (receipt,) = world.pay(cash[:1])
    teacher = world.people["teacher"]

    with pytest.raises(Refused, match="Say why"):
        payout.void_receipt(receipt, reason=" ", by=teacher, at=PAID)
    payout.void_receipt(receipt, reason="ผิดคน", by=teacher, at=PAID)
    with pytest.raises(Refused, match="void already"):
        payout.void_receipt(receipt, reason="ผิดคน", by=teacher, at=PAID)
    assert LedgerEntry.objects.filter(credit="pupil").count() == 1


# --- cannot be paid -------------------------------------------------------------------


def test_a_note_settles_a_pupil_until_it_is_taken_back(world, cash):
    teacher = world.people["teacher"]

    payout.note_cannot_pay(cash[0], reason="moved", by=teacher, at=PAID)

    assert queries.class_row(world.round, cash[0].enrolment.classroom).facts.cannot_pay == 1
    with pytest.raises(Refused, match="noted as"):
        world.pay(cash[:1])
    with pytest.raises(Refused, match="noted as"):
        payout.note_cannot_pay(cash[0], reason="died", by=teacher, at=PAID)
    payout.clear_cannot_pay(cash[0], by=teacher, at=PAID)
    with pytest.raises(Refused, match="is not noted"):
        payout.clear_cannot_pay(cash[0], by=teacher, at=PAID)
    assert world.pay(cash[:1])


def test_only_the_four_reasons_are_noted(world, cash):
    with pytest.raises(Refused, match="four reasons"):
        payout.note_cannot_pay(cash[0], reason="lazy", by=world.people["teacher"], at=PAID)


def test_a_paid_pupil_is_not_noted(world, cash):
    world.pay(cash[:1])

    with pytest.raises(Refused, match="paid already"):
        payout.note_cannot_pay(cash[0], reason="moved", by=world.people["teacher"], at=PAID)


def test_a_note_with_a_slip_stays(world, cash, school):
    refunds.issue_refund(
        world.round, school, {cash[0].pk: "moved"}, by=world.people["admin"], at=PAID
    )

    with pytest.raises(Refused, match="Cancel the slip first"):
        payout.clear_cannot_pay(cash[0], by=world.people["teacher"], at=PAID)


# --- figures ------------------------------------------------------------------------------


def test_the_pages_figures_are_the_books(world, cash, school):
    receipts = world.pay(cash)
    payout.void_receipt(receipts[0], reason="ผิดคน", by=world.people["teacher"], at=PAID)

    money = queries.school_payout(world.round, school).money

    figures = (
        money.received_satang,
        money.paid_satang,
        money.refunded_satang,
        money.in_hand_satang,
    )
    assert figures == book_of(world)


def test_void_receipts_and_cancelled_slips_count_nobody_twice(world, cash, school, classroom):
    """Several dead rows beside a pupil must not multiply the pupil."""
    teacher, admin = world.people["teacher"], world.people["admin"]
    for _again in range(2):
        (receipt,) = world.pay(cash[:1])
        payout.void_receipt(receipt, reason="ผิดคน", by=teacher, at=PAID)
        slip = refunds.issue_refund(world.round, school, {cash[0].pk: "moved"}, by=admin, at=PAID)
        refunds.cancel_refund(slip, reason="ผิดคน", by=admin, at=PAID)
        payout.clear_cannot_pay(cash[0], by=teacher, at=PAID)

    row = queries.class_row(world.round, classroom)

    assert (row.facts.pupils, row.received_satang, row.facts.paid) == (3, 450_000, 0)


# --- constraints, each broken once -----------------------------------------------------


@pytest.fixture
def receipt(world, cash):
    return world.pay(cash[:1])[0]


def copy_of(receipt, **changed):
    fields = {
        field.attname: getattr(receipt, field.attname)
        for field in Receipt06._meta.concrete_fields
        if field.name not in ("id", "is_late")
    }
    return Receipt06(**fields | changed)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (lambda r, c: {"serial": 2}, "receipt_one_valid_per_transfer"),
        (lambda r, c: {"transfer_id": c[1].pk}, "receipt_serial_once_per_school_and_round"),
        (
            lambda r, c: {"transfer_id": c[1].pk, "serial": 2, "second_payer_id": r.payer_id},
            "receipt_payers_are_two_people",
        ),
        (lambda r, c: {"transfer_id": c[1].pk, "serial": 0}, "receipt_serial_is_positive"),
        (
            lambda r, c: {"transfer_id": c[1].pk, "serial": 2, "relation": "x"},
            "receipt_relation_is_known",
        ),
        (
            lambda r, c: {"transfer_id": c[1].pk, "serial": 2, "amount_satang": 1},
            "cash_is_its_transfers",
        ),
        (
            lambda r, c: {"transfer_id": c[1].pk, "serial": 2, "paid_on": date(2026, 7, 30)},
            "cash_is_its_transfers",
        ),
        (
            lambda r, c: {"transfer_id": c[1].pk, "serial": 2, "voided_at": PAID},
            "receipt_void_says_who_and_why",
        ),
    ],
)
def test_a_receipt_that_cannot_be(receipt, cash, change, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        copy_of(receipt, **change(receipt, cash)).save()


def test_a_receipt_is_never_changed_nor_deleted(receipt):
    with pytest.raises(DatabaseError, match="payout_paper_stays"), transaction.atomic():
        Receipt06.objects.filter(pk=receipt.pk).update(paid_on=date(2026, 8, 1))
    with pytest.raises(DatabaseError, match="payout_paper_stays"), transaction.atomic():
        Receipt06.objects.filter(pk=receipt.pk)._raw_delete("default")


def test_money_that_did_not_arrive_has_no_receipt(receipt, cash):
    Transfer.objects.filter(pk=cash[1].pk).update(status="sent")

    with pytest.raises(IntegrityError, match="cash_is_its_transfers"):
        copy_of(receipt, transfer_id=cash[1].pk, serial=2).save()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "lost"}, "school_report_status_is_known"),
        ({"status": "submitted"}, "school_report_submitted_has_its_submitter"),
        ({"signed_at": PAID}, "school_report_signed_has_its_signer"),
        ({"status": "sent_back"}, "school_report_sent_back_says_why"),
        ({"paid_satang": 1}, "school_report_pays_at_most_what_came"),
    ],
)
def test_a_school_report_that_cannot_be(world, school, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        SchoolPayoutReport.objects.create(round=world.round, school=school, **fields)


def test_a_school_report_is_not_signed_by_its_submitter(world, school):
    admin = world.people["admin"]
    signed = {"signed_by": admin, "signed_at": PAID, "submitted_by": admin, "submitted_at": PAID}

    with pytest.raises(IntegrityError, match="school_report_signer_is_not_its_submitter"):
        SchoolPayoutReport.objects.create(
            round=world.round, school=school, status="signed", **signed
        )


def test_a_school_and_a_class_report_once_per_round(world, school, classroom):
    SchoolPayoutReport.objects.create(round=world.round, school=school)
    ClassPayoutReport.objects.create(round=world.round, classroom=classroom)

    with pytest.raises(IntegrityError, match="school_report_once_per_round"), transaction.atomic():
        SchoolPayoutReport.objects.create(round=world.round, school=school)
    with pytest.raises(IntegrityError, match="class_report_once_per_round"):
        ClassPayoutReport.objects.create(round=world.round, classroom=classroom)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "lost"}, "class_report_status_is_known"),
        ({"status": "submitted"}, "class_report_submitted_has_its_submitter"),
        ({"status": "sent_back"}, "class_report_sent_back_says_why"),
        ({"pupils_paid": 1}, "class_report_pays_at_most_its_pupils"),
    ],
)
def test_a_class_report_that_cannot_be(world, classroom, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        ClassPayoutReport.objects.create(round=world.round, classroom=classroom, **fields)


def test_a_note_has_one_of_the_four_reasons(world, cash):
    with pytest.raises(IntegrityError, match="cannot_pay_reason_is_known"):
        CannotPay.objects.create(
            transfer=cash[0], reason="lazy", noted_by=world.people["teacher"], noted_at=PAID
        )


def test_evidence_is_of_a_class_or_of_a_receipt(world, receipt, classroom):
    teacher = world.people["teacher"]
    both = {
        "report": ClassPayoutReport.objects.create(round=world.round, classroom=classroom),
        "receipt": receipt,
    }
    for given in ({}, both):
        with (
            pytest.raises(IntegrityError, match="evidence_is_of_a_class_or_of_a_receipt"),
            transaction.atomic(),
        ):
            PayoutEvidence.objects.create(
                stored=a_scan(classroom, teacher), added_by=teacher, added_at=PUBLISHED, **given
            )
