"""The book: written once, never changed, balanced, and the same as its documents."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from eqfund import files
from payments.actions import ledger
from payments.models import (
    BankFile,
    LedgerEntry,
    Receipt06,
    Refund,
    RefundLine,
    RefundStatement,
    RefundStatementLine,
    SchoolBook,
    Transfer,
)
from payments.models.bank import MOVEMENTS
from payments.queries.ledger import Money, SchoolRow, accounts, book, entries_of

from .bank_world import (
    ANSWERED,
    PUPIL,
    SCHOOL_ACCOUNT,
    fix_totals,
    make_account,
    make_rate,
    make_round,
    owe,
    report_on,
    send,
    settle,
    take_in,
)


@pytest.fixture
def paid_round(term, people, make_pupils, school, fund_finance):
    """A reconciled round: one pupil by PromptPay, three through the school."""
    made = make_round(term, people)
    rate = make_rate(term, people)
    make_account(school, people)
    owe(made, make_pupils(1)[0], PUPIL, rate)
    for pupil in make_pupils(3, g_code=True):
        owe(made, pupil, SCHOOL_ACCOUNT, rate)
    (file,) = send(fix_totals(made), fund_finance)
    settle(take_in(made, report_on(file), fund_finance), fund_finance)
    made.status, made.published_at = "published", ANSWERED
    made.published_by, made.payout_due_on = people["fund_officer"], ANSWERED.date()
    made.save()
    return made


@pytest.fixture
def at_school(paid_round):
    return list(Transfer.objects.filter(account__isnull=False).order_by("pk"))


@pytest.fixture
def receipt(teacher, admin):
    """A receipt for one transfer, not yet on the book."""

    def make(transfer: Transfer, serial: int = 1) -> Receipt06:
        return Receipt06.objects.create(
            round=transfer.round,
            school=transfer.school,
            transfer=transfer,
            serial=serial,
            amount_satang=transfer.amount_satang,
            paid_on=ANSWERED.date(),
            due_on=ANSWERED.date(),
            payer=teacher,
            second_payer=admin,
            receiver_name="นางผู้ปกครอง ตัวอย่าง",
            relation="mother",
            recorded_by=teacher,
            recorded_at=ANSWERED,
        )

    return make


@pytest.fixture
def refund(admin, fund_finance):
    """A refund of some transfers, found on the statement."""

    def make(*transfers: Transfer) -> Refund:
        stored = files.store_bytes(
            b"statement", purpose="statement", kind="text", path="TH/", by=fund_finance, at=ANSWERED
        )
        amount = sum(transfer.amount_satang for transfer in transfers)
        statement = RefundStatement.objects.create(
            sha256="0" * 64,
            stored=stored,
            adapter="-",
            effective_on=ANSWERED.date(),
            lines=1,
            amount_satang=amount,
            uploaded_by=fund_finance,
            uploaded_at=ANSWERED,
        )
        line = RefundStatementLine.objects.create(
            statement=statement,
            line_no=1,
            paid_at=ANSWERED,
            reference1="1",
            reference2="2",
            amount_satang=amount,
            is_credit=True,
            outcome="matched",
        )
        with transaction.atomic():
            made = Refund.objects.create(
                round=transfers[0].round,
                school=transfers[0].school,
                number=1,
                biller="099999999999901",
                reference1="1",
                reference2="2",
                amount_satang=amount,
                status="matched",
                issued_by=admin,
                issued_at=ANSWERED,
                statement_line=line,
                matched_by=fund_finance,
                matched_at=ANSWERED,
            )
            for transfer in transfers:
                RefundLine.objects.create(
                    refund=made,
                    transfer=transfer,
                    reason="moved",
                    amount_satang=transfer.amount_satang,
                )
        return made

    return make


def the_book() -> Money:
    row = SchoolBook.objects.get()
    assert row.received_satang == row.paid_satang + row.refunded_satang + row.in_hand_satang
    return Money(row.received_satang, row.paid_satang, row.refunded_satang)


# --- the movements ------------------------------------------------------------


def test_what_the_bank_credited_is_in_the_schools_hands(at_school, term):
    assert the_book() == Money(450_000, 0, 0)
    assert book(term).balanced


def test_a_receipt_takes_it_out_of_them_and_its_voiding_puts_it_back(at_school, receipt, term):
    paid = receipt(at_school[0])
    ledger.record_receipt(paid, ANSWERED)
    assert the_book() == Money(450_000, 150_000, 0)
    assert book(term).balanced

    Receipt06.objects.update(voided_by=paid.payer, voided_at=ANSWERED, void_reason="ผิดคน")
    ledger.record_receipt_void(paid, ANSWERED)

    assert the_book() == Money(450_000, 0, 0)
    ledger.record_receipt(receipt(at_school[0], serial=2), ANSWERED)
    assert the_book() == Money(450_000, 150_000, 0)
    assert book(term).balanced


def test_receipts_of_a_class_are_one_statement(at_school, receipt, term, django_assert_num_queries):
    made = [receipt(transfer, serial) for serial, transfer in enumerate(at_school, 1)]

    # savepoint, insert, release
    with django_assert_num_queries(3):
        ledger.record_receipts(made, ANSWERED)

    assert the_book() == Money(450_000, 450_000, 0)
    assert book(term).balanced


def test_a_refund_takes_out_each_of_its_pupils_money(at_school, refund, receipt, term):
    ledger.record_receipt(receipt(at_school[0]), ANSWERED)

    ledger.record_refund(refund(*at_school[1:]), ANSWERED)

    assert the_book() == Money(450_000, 150_000, 300_000)
    assert book(term).balanced
    refunded = LedgerEntry.objects.filter(debit="refund")
    assert set(refunded.values_list("transfer", flat=True)) == {t.pk for t in at_school[1:]}


def test_every_account_is_what_came_in_less_what_went_out(at_school, receipt, term):
    ledger.record_receipt(receipt(at_school[0]), ANSWERED)

    balances = {row["account"].value: row["balance_satang"] for row in accounts(entries_of(term))}

    assert balances == {
        "fund": -600_000,
        "bank_clearing": 0,
        "school_in_hand": 300_000,
        "pupil": 300_000,
        "refund": 0,
    }
    assert sum(balances.values()) == 0


# --- a book that does not agree says so ----------------------------------------


def test_a_receipt_that_is_not_on_the_book_is_a_fault(at_school, receipt, term):
    receipt(at_school[0])

    (fault,) = book(term).faults

    assert isinstance(fault, SchoolRow)
    assert (fault.book, fault.documents) == (Money(450_000, 0, 0), Money(450_000, 150_000, 0))


def test_a_transfer_changed_behind_the_book_is_a_fault(at_school, term):
    Transfer.objects.filter(pk=at_school[0].pk).update(status="failed", fail_code="other")

    assert not book(term).balanced
    assert len(book(term).faults) == 2  # the round and the school


def test_the_book_costs_two_statements(at_school, term, django_assert_num_queries):
    with django_assert_num_queries(2):
        book(term)


# --- nobody changes it -----------------------------------------------------------


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(lambda: LedgerEntry.objects.update(amount_satang=1), id="update"),
        pytest.param(lambda: LedgerEntry.objects.all().delete(), id="delete"),
        pytest.param(
            lambda: connection.cursor().execute("TRUNCATE payments_ledgerentry"), id="truncate"
        ),
    ],
)
def test_an_entry_is_never_changed(deed, paid_round):
    connection.check_constraints()  # so that no deferred check stands in the way
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        deed()
    assert LedgerEntry.objects.count() == 5


def test_the_school_equation_cannot_be_written(paid_round):
    with pytest.raises(DatabaseError, match="view"), transaction.atomic():
        SchoolBook.objects.update(paid_satang=0)


# --- constraints, each broken once ----------------------------------------------


def entry(of: Transfer, credit: str, debit: str, **changed) -> LedgerEntry:
    values = {
        "round": of.round,
        "school": of.school,
        "transfer": of,
        "credit": credit,
        "debit": debit,
        "amount_satang": of.amount_satang,
        "at": ANSWERED,
    }
    return LedgerEntry.objects.create(**(values | changed))


def broken(name: str):
    return pytest.raises(IntegrityError, match=name)


def test_an_entry_moves_something(at_school):
    with broken("ledger_amount_is_positive"), transaction.atomic():
        entry(at_school[0], "bank_clearing", "fund", amount_satang=0)


def test_money_does_not_go_to_where_it_is(at_school):
    with broken(r"ledger_debit_is_not_credit|ledger_movement_is_known"), transaction.atomic():
        entry(at_school[0], "bank_clearing", "bank_clearing")


@pytest.mark.parametrize(
    ("credit", "debit"),
    [
        (credit, debit)
        for credit in ("fund", "bank_clearing", "refund")
        for debit in ("fund", "bank_clearing", "school_in_hand", "pupil", "refund")
        if (debit, credit) not in MOVEMENTS and debit != credit
    ],
)
def test_no_movement_exists_but_those_the_programme_has(credit, debit, at_school):
    with broken("ledger_movement"), transaction.atomic():
        entry(at_school[0], credit, debit)


@pytest.mark.parametrize("missing", ["school", "transfer"])
def test_a_childs_money_names_its_transfer_and_school(missing, at_school):
    with broken("ledger_movement_names_what_it_is_of"), transaction.atomic():
        entry(at_school[0], "bank_clearing", "fund", **{missing: None})


def test_a_file_is_sent_once(paid_round):
    (file,) = BankFile.objects.all()
    with broken("bank_file"), transaction.atomic():
        ledger.book_files_sent(paid_round, at=ANSWERED)
    assert LedgerEntry.objects.filter(bank_file=file).count() == 1


def test_a_transfer_leaves_the_bank_once(at_school):
    with broken("ledger_transfer_leaves_the_bank_once"), transaction.atomic():
        entry(at_school[0], "bank_clearing", "fund")


def test_a_receipt_is_booked_once(at_school, receipt):
    paid = receipt(at_school[0])
    ledger.record_receipt(paid, ANSWERED)

    with broken("ledger_gives_what_it_has"), transaction.atomic():
        ledger.record_receipt(paid, ANSWERED)


def test_a_receipt_is_voided_once(at_school, receipt):
    paid = receipt(at_school[0])
    with broken("ledger_gives_what_it_has"), transaction.atomic():
        ledger.record_receipt_void(paid, ANSWERED)
    ledger.record_receipt(paid, ANSWERED)
    ledger.record_receipt_void(paid, ANSWERED)

    with broken("ledger_gives_what_it_has"), transaction.atomic():
        ledger.record_receipt_void(paid, ANSWERED)
    with broken("ledger_receipt_booked_once_and_voided_once"), transaction.atomic():
        ledger.record_receipt(paid, ANSWERED)


def test_a_school_pays_nothing_it_did_not_receive(at_school, receipt):
    by_promptpay = Transfer.objects.get(kind=PUPIL)

    with broken("ledger_gives_what_it_has"), transaction.atomic():
        entry(by_promptpay, "school_in_hand", "pupil", receipt=receipt(at_school[0]))


def test_a_school_pays_no_more_than_it_received(at_school, receipt):
    paid = receipt(at_school[0])
    paid.amount_satang += 1

    with broken("ledger_gives_what_it_has"), transaction.atomic():
        ledger.record_receipt(paid, ANSWERED)


def test_a_refund_is_booked_once(at_school, refund):
    made = refund(at_school[0])
    ledger.record_refund(made, ANSWERED)

    with broken("ledger_gives_what_it_has"), transaction.atomic():
        ledger.record_refund(made, ANSWERED)


@pytest.mark.parametrize(
    ("credit", "debit"),
    [("school_in_hand", "pupil"), ("school_in_hand", "refund")],
)
def test_a_school_gives_by_a_receipt_or_a_refund(credit, debit, at_school):
    with broken("ledger_school_pays_by_receipt_or_refund"), transaction.atomic():
        entry(at_school[0], credit, debit)


def test_a_school_sees_its_own_book_and_not_anothers(
    paid_round, admin, outsider, auditor, director
):
    assert SchoolBook.objects.visible_to(admin).count() == 1
    assert SchoolBook.objects.visible_to(director).count() == 1
    assert SchoolBook.objects.visible_to(auditor).count() == 1
    assert SchoolBook.objects.visible_to(outsider).count() == 0
    assert LedgerEntry.objects.visible_to(outsider).count() == 0
    assert LedgerEntry.objects.visible_to(admin).filter(school=None).count() == 0
