"""Slips, the declaration of none, the statement: the deeds, their refusals, and what cannot be."""

from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from eqfund import files
from eqfund.models import Event
from eqfund.refusal import Refused
from payments import bill_statement
from payments.actions import payout, refunds
from payments.bill_statement import Payment
from payments.models import (
    CannotPay,
    NilRefund,
    Refund,
    RefundLine,
    RefundStatement,
    RefundStatementLine,
    SchoolBook,
)
from payments.queries.payout import school_payout, to_refund

from .payout_world import CLOSED, PAID

BILLER = "099999999999901"


@pytest.fixture
def give_back(world, school):
    """A slip for some cash, by the admin."""

    def give_back(transfers, reason="moved", **given):
        fields = {"by": world.people["admin"], "at": PAID} | given
        reasons = {transfer.pk: reason for transfer in transfers}
        return refunds.issue_refund(world.round, school, reasons, **fields)

    return give_back


def stored_statement(world, *payments, effective=date(2026, 8, 5)):
    data = bill_statement.write(
        payments, effective_on=effective, biller=BILLER, account="0000000000"
    )
    return files.store_bytes(
        data,
        purpose="refund_statement",
        kind="text",
        path="TH/",
        by=world.people["fund_finance"],
        at=PAID,
    )


def paid_in(slip, **given):
    fields = {
        "line_no": 2,
        "paid_at": datetime(2026, 8, 4, 11, 0),
        "reference1": slip.reference1,
        "reference2": slip.reference2,
        "amount_satang": slip.amount_satang,
        "is_credit": True,
        "sending_bank": "006",
    }
    return Payment(**fields | given)


@pytest.fixture
def take_in(world):
    def take_in(*payments):
        stored = stored_statement(world, *payments)
        return refunds.preview_statement(stored, by=world.people["fund_finance"], at=PAID)

    return take_in


@pytest.fixture
def apply(world):
    def apply(statement):
        return refunds.apply_statement(statement, by=world.people["fund_finance"], at=PAID)

    return apply


# --- slips ---------------------------------------------------------------------------


def test_a_slip_carries_the_schools_code_and_a_running_number(cash, give_back):
    first, second = give_back(cash[:2]), give_back(cash[2:])

    assert (first.reference1, first.reference2) == ("1050000001", "2569110001")
    assert second.reference2 == "2569110002"
    assert (first.amount_satang, first.biller) == (300_000, BILLER)
    assert Event.objects.filter(verb="issue_refund").count() == 2


def test_a_slip_notes_its_pupils_so_that_their_class_can_report(world, cash, school, give_back):
    give_back(cash[:1], "died")

    payout_of = school_payout(world.round, school)
    assert CannotPay.objects.get().reason == "died"
    assert payout_of.classes[0].facts.cannot_pay == 1
    assert (payout_of.on_the_way_satang, payout_of.refunded_satang) == (150_000, 0)
    assert payout_of.money.in_hand_satang == 450_000


def test_the_teachers_note_stays_when_the_admin_makes_the_slip(world, cash, give_back):
    payout.note_cannot_pay(cash[0], reason="withdrew", by=world.people["teacher"], at=PAID)
    assert to_refund(world.round, "TH/").count() == 1

    give_back(cash[:1], "moved")

    assert CannotPay.objects.get().reason == "withdrew"
    assert not to_refund(world.round, "TH/").exists()


def test_a_slip_is_refused(world, cash, give_back, school):
    with pytest.raises(Refused, match="Your role"):
        give_back(cash, by=world.people["teacher"])
    with pytest.raises(Refused, match="closed"):
        give_back(cash, at=CLOSED)
    with pytest.raises(Refused, match="Nobody was ticked"):
        give_back([])
    with pytest.raises(Refused, match="four reasons"):
        give_back(cash, "lazy")
    world.pay(cash[:1])
    with pytest.raises(Refused, match="สมมติ1 ตัวอย่าง: paid already"):
        give_back(cash)
    give_back(cash[1:2])
    with pytest.raises(Refused, match="on another refund slip"):
        give_back(cash[1:])
    assert Refund.objects.count() == 1


def test_cash_of_another_school_is_not_given_back_here(
    world, cash, give_back, other_classroom, make_pupils
):
    elsewhere = world.cash(make_pupils(1, classroom=other_classroom))

    with pytest.raises(Refused, match="no cash of this round at this school"):
        give_back(elsewhere)


def test_a_cancelled_slip_frees_its_pupils(world, cash, give_back):
    slip = give_back(cash[:1])
    admin = world.people["admin"]

    with pytest.raises(Refused, match="Say why"):
        refunds.cancel_refund(slip, reason=" ", by=admin, at=PAID)
    refunds.cancel_refund(slip, reason="เด็กกลับมาเรียน", by=admin, at=PAID)
    with pytest.raises(Refused, match="cancelled already"):
        refunds.cancel_refund(slip, reason="x", by=admin, at=PAID)

    payout.clear_cannot_pay(cash[0], by=world.people["teacher"], at=PAID)
    assert world.pay(cash[:1])
    assert give_back(cash[1:2]).reference2 == "2569110002"


# --- the declaration of none -------------------------------------------------------------


def test_a_school_declares_that_nothing_goes_back(world, cash, school, give_back):
    admin = world.people["admin"]
    world.pay(cash)

    refunds.declare_nil_refund(world.round, school, by=admin, at=PAID)

    with pytest.raises(Refused, match="declared this already"):
        refunds.declare_nil_refund(world.round, school, by=admin, at=PAID)
    with pytest.raises(Refused, match="Withdraw the declaration first"):
        give_back(cash)
    refunds.withdraw_nil_refund(world.round, school, by=admin, at=PAID)
    with pytest.raises(Refused, match="has not declared"):
        refunds.withdraw_nil_refund(world.round, school, by=admin, at=PAID)
    assert Event.objects.filter(verb__in=["declare_nil_refund", "withdraw_nil_refund"]).count() == 2


def test_none_is_not_declared_beside_a_slip_or_a_note(world, cash, school, give_back):
    admin = world.people["admin"]
    payout.note_cannot_pay(cash[0], reason="moved", by=world.people["teacher"], at=PAID)
    with pytest.raises(Refused, match="1 pupils are noted"):
        refunds.declare_nil_refund(world.round, school, by=admin, at=PAID)

    give_back(cash[:1])

    with pytest.raises(Refused, match="has a refund in this round"):
        refunds.declare_nil_refund(world.round, school, by=admin, at=PAID)


def test_none_is_not_declared_while_cash_waits_to_be_handed_over(world, cash, school):
    admin = world.people["admin"]
    world.pay(cash[:2])

    with pytest.raises(Refused, match="1 pupils are neither paid nor noted"):
        refunds.declare_nil_refund(world.round, school, by=admin, at=PAID)

    world.pay(cash[2:])
    refunds.declare_nil_refund(world.round, school, by=admin, at=PAID)


@pytest.mark.parametrize("who", ["teacher", "director", "fund_finance"])
def test_only_the_school_admin_declares(world, cash, school, who):
    with pytest.raises(Refused, match="Your role"):
        refunds.declare_nil_refund(world.round, school, by=world.people[who], at=PAID)


# --- the statement -----------------------------------------------------------------------


def test_a_statement_books_the_refund_it_proves(world, cash, give_back, take_in, apply, school):
    slip = give_back(cash[:1])
    world.pay(cash[1:])
    statement = take_in(paid_in(slip))
    assert SchoolBook.objects.get().refunded_satang == 0

    outcomes = apply(statement)

    slip.refresh_from_db()
    assert outcomes == {"matched": 1}
    assert (slip.status, slip.statement_line.line_no) == ("matched", 2)
    book = SchoolBook.objects.get()
    assert (book.refunded_satang, book.in_hand_satang) == (150_000, 0)
    assert school_payout(world.round, school).money.is_settled


def test_the_same_statement_again_is_the_same_and_books_nothing(
    world, cash, give_back, take_in, apply
):
    slip = give_back(cash[:1])
    statement = take_in(paid_in(slip))
    apply(statement)

    again = take_in(paid_in(slip))

    assert again.pk == statement.pk
    with pytest.raises(Refused, match="applied already"):
        apply(again)
    assert SchoolBook.objects.get().refunded_satang == 150_000


def test_what_does_not_match_changes_nothing_and_stays_to_be_looked_at(
    cash, give_back, take_in, apply, world
):
    short, gone, twice = (give_back([transfer]) for transfer in cash)
    refunds.cancel_refund(gone, reason="ผิดคน", by=world.people["admin"], at=PAID)
    statement = take_in(
        paid_in(short, amount_satang=149_999),
        paid_in(gone),
        paid_in(twice),
        paid_in(twice),
        paid_in(short, reference2="2569119999"),
        paid_in(short, is_credit=False),
    )
    before = list(statement.rows.order_by("line_no").values_list("outcome", flat=True))

    apply(statement)

    after = list(statement.rows.order_by("line_no").values_list("outcome", flat=True))
    assert (
        before
        == after
        == [
            "amount_differs",
            "slip_cancelled",
            "matched",
            "already_matched",
            "unknown_reference",
            "reversed_by_bank",
        ]
    )
    assert SchoolBook.objects.get().refunded_satang == 150_000


def test_a_slip_cancelled_between_preview_and_applying_is_not_booked(
    world, cash, give_back, take_in, apply
):
    slip = give_back(cash[:1])
    statement = take_in(paid_in(slip))
    refunds.cancel_refund(slip, reason="ผิดคน", by=world.people["admin"], at=PAID)

    assert apply(statement) == {"slip_cancelled": 1}


def test_a_matched_slip_is_not_cancelled(world, cash, give_back, take_in, apply):
    slip = give_back(cash[:1])
    apply(take_in(paid_in(slip)))

    with pytest.raises(Refused, match="has reached the fund"):
        refunds.cancel_refund(slip, reason="x", by=world.people["admin"], at=PAID)


def test_a_file_with_a_bad_line_is_refused_whole(world):
    stored = stored_statement(world)
    data = files.read_bytes(stored).replace(b"05082026", b"99082026")
    bad = files.store_bytes(
        data, purpose="refund_statement", kind="text", path="TH/", by=None, at=PAID
    )

    with pytest.raises(Refused, match="line 1: the day does not exist"):
        refunds.preview_statement(bad, by=world.people["fund_finance"], at=PAID)
    assert not RefundStatement.objects.exists()


@pytest.mark.parametrize("who", ["admin", "fund_officer", "fund_approver"])
def test_only_finance_takes_statements_in(world, take_in, apply, who):
    stored = stored_statement(world)

    with pytest.raises(Refused, match="Your role"):
        refunds.preview_statement(stored, by=world.people[who], at=PAID)
    with pytest.raises(Refused, match="Your role"):
        refunds.apply_statement(take_in(), by=world.people[who], at=PAID)


def test_the_sandbox_writes_a_statement_of_every_waiting_slip(
    world, cash, give_back, apply, tmp_path
):
    give_back(cash[:2])
    target = tmp_path / "statement.txt"

    call_command("sandbox_refund_statement", str(target), verbosity=0)

    stored = files.store_bytes(
        target.read_bytes(), purpose="refund_statement", kind="text", path="TH/", by=None, at=PAID
    )
    statement = refunds.preview_statement(stored, by=world.people["fund_finance"], at=PAID)
    assert apply(statement) == {"matched": 1}


# --- constraints, each broken once ---------------------------------------------------------


def test_cash_is_handed_over_or_given_back_never_both(world, cash, give_back):
    (receipt,) = world.pay(cash[:1])
    slip = give_back(cash[1:2])

    with pytest.raises(IntegrityError, match="receipt_or_refund"), transaction.atomic():
        RefundLine.objects.create(
            refund=slip, transfer=cash[0], reason="moved", amount_satang=150_000
        )
    receipt.pk, receipt.transfer, receipt.serial = None, cash[1], 2
    receipt._state.adding = True
    with pytest.raises(IntegrityError, match="receipt_or_refund"), transaction.atomic():
        receipt.save()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"reason": "lazy"}, "refund_reason_is_known"),
        ({"amount_satang": 1}, "cash_is_its_transfers"),
        ({"amount_satang": -1}, "cash_is_its_transfers"),
    ],
)
def test_a_line_that_cannot_be(cash, give_back, fields, constraint):
    slip = give_back(cash[1:2])
    good = {"refund": slip, "transfer": cash[0], "reason": "moved", "amount_satang": 150_000}

    with pytest.raises(IntegrityError, match=constraint):
        RefundLine.objects.create(**good | fields)


def test_a_transfer_is_given_back_once(cash, give_back):
    slip = give_back(cash[:1])

    with pytest.raises(IntegrityError, match="refund_once_per_transfer"), transaction.atomic():
        RefundLine.objects.create(
            refund=slip, transfer=cash[0], reason="moved", amount_satang=150_000
        )
    with pytest.raises(IntegrityError, match="payout_paper_stays"):
        RefundLine.objects.update(amount_satang=1)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "lost"}, "refund_status_is_known"),
        ({"status": "matched"}, "refund_matched_has_its_statement_line"),
        ({"status": "cancelled", "reason": "x"}, "refund_cancelled_says_who_and_why"),
        ({"amount_satang": 0}, "refund_amount_is_positive"),
    ],
)
def test_a_slip_that_cannot_be(cash, give_back, fields, constraint):
    slip = give_back(cash[:1])

    with pytest.raises(IntegrityError, match=constraint):
        Refund.objects.filter(pk=slip.pk).update(**fields)


def test_two_slips_share_neither_references_nor_number(cash, give_back):
    first, second = give_back(cash[:1]), give_back(cash[1:2])
    changes = (
        ({"reference2": first.reference2}, "refund_references_are_used_once"),
        ({"number": first.number}, "refund_number_once_per_school_and_round"),
    )

    for fields, constraint in changes:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Refund.objects.filter(pk=second.pk).update(**fields)


def test_a_slips_amount_is_the_sum_of_its_lines(cash, give_back):
    slip = give_back(cash[:1])

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="refund_is_its_lines"):
        Refund.objects.filter(pk=slip.pk).update(amount_satang=1)


def test_a_school_declares_once_per_round(world, school):
    admin = world.people["admin"]
    NilRefund.objects.create(round=world.round, school=school, by=admin, at=PAID)

    with pytest.raises(IntegrityError, match="nil_refund_once_per_round_and_school"):
        NilRefund.objects.create(round=world.round, school=school, by=admin, at=PAID)


@pytest.mark.parametrize("status", ["applied", "lost"])
def test_a_statement_is_previewed_or_applied_by_somebody(take_in, status):
    statement = take_in()

    with pytest.raises(IntegrityError, match="statement_applied_says_by_whom"):
        RefundStatement.objects.filter(pk=statement.pk).update(status=status)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"line_no": 2}, "statement_line_once"),
        ({"outcome": "x"}, "statement_outcome_is_known"),
        ({"amount_satang": 0}, "statement_amount_is_positive"),
    ],
)
def test_a_statement_line_that_cannot_be(cash, give_back, take_in, fields, constraint):
    statement = take_in(paid_in(give_back(cash[:1])))
    good = {
        "statement": statement,
        "line_no": 3,
        "paid_at": PAID + timedelta(days=1),
        "amount_satang": 1,
        "is_credit": True,
        "outcome": "matched",
    }

    with pytest.raises(IntegrityError, match=constraint):
        RefundStatementLine.objects.create(**good | fields)
