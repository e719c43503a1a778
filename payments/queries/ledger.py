"""The book of a term: per round and school, and per account; and whether it all agrees.

The book balances by construction (one row, two accounts). What is asked here is whether it
agrees with the documents: transfers, receipts and refunds, counted from their own tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Exists, Max, OuterRef, Sum

from eqfund.models import School, Term, User
from payments.models import Account, LedgerEntry, SchoolBook
from payments.models.rounds import sees_unpublished


@dataclass(frozen=True, slots=True)
class Money:
    """The school equation once: as the book says it, or as the documents do."""

    received_satang: int = 0
    paid_satang: int = 0
    refunded_satang: int = 0

    @property
    def in_hand_satang(self) -> int:
        return self.received_satang - self.paid_satang - self.refunded_satang


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One school in one round: the book beside the documents."""

    round_id: int
    round_number: int
    school_id: int
    school_name: str
    book: Money
    in_hand_satang: int  # as the book adds it up by itself
    documents: Money

    @property
    def is_balanced(self) -> bool:
        """Received = paid + refunded + in hand, nothing below zero, and the documents say the same."""
        return self.in_hand_satang == self.book.in_hand_satang >= 0 and self.book == self.documents


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round at the bank: what was sent, where it went, and what still waits."""

    round_id: int
    round_number: int
    sent_satang: int
    promptpay_satang: int
    schools_satang: int
    failed_satang: int
    transfers_sent_satang: int  # by the transfers
    transfers_success_satang: int
    transfers_failed_satang: int
    transfers_waiting_satang: int

    @property
    def waiting_satang(self) -> int:
        """Still on its way at the bank, by the book."""
        settled = self.promptpay_satang + self.schools_satang + self.failed_satang
        return self.sent_satang - settled

    @property
    def is_balanced(self) -> bool:
        """The book's movements at the bank are those of the transfers."""
        return (
            self.sent_satang == self.transfers_sent_satang
            and self.promptpay_satang + self.schools_satang == self.transfers_success_satang
            and self.failed_satang == self.transfers_failed_satang
            and self.waiting_satang == self.transfers_waiting_satang
        )


@dataclass(frozen=True, slots=True)
class Book:
    """A term's book, and whether every baht of it is explained."""

    rounds: list[RoundRow] = field(default_factory=list)
    rows: list[SchoolRow] = field(default_factory=list)

    @property
    def balanced(self) -> bool:
        return not self.faults

    @property
    def faults(self) -> list[RoundRow | SchoolRow]:
        """The rows that do not agree with their documents."""
        every: list[RoundRow | SchoolRow] = [*self.rounds, *self.rows]
        return [row for row in every if not row.is_balanced]


def book(term: Term) -> Book:
    """Add up the term's book and hold it against the documents; four statements at any size."""
    return Book(rounds=rounds_of(term), rows=_schools_of(term))


def rounds_of(term: Term) -> list[RoundRow]:
    """Each round that was sent, at the bank."""
    return [RoundRow(*row) for row in _rows(ROUNDS, term)]


def _schools_of(term: Term) -> list[SchoolRow]:
    return [
        SchoolRow(row[0], row[1], row[2], row[3], Money(*row[4:7]), row[7], Money(*row[8:11]))
        for row in _rows(SCHOOLS, term)
    ]


def _rows(statement: str, term: Term) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"term": term.pk})
        return cursor.fetchall()


ROUNDS = """
    WITH moved AS (
        SELECT round_id,
            coalesce(sum(amount_satang) FILTER (WHERE debit = 'bank_clearing'), 0)::bigint AS sent,
            coalesce(sum(amount_satang) FILTER (WHERE credit = 'bank_clearing' AND debit = 'pupil'), 0)::bigint
                AS promptpay,
            coalesce(sum(amount_satang) FILTER (WHERE credit = 'bank_clearing' AND debit = 'school_in_hand'),
                0)::bigint AS schools,
            coalesce(sum(amount_satang) FILTER (WHERE credit = 'bank_clearing' AND debit = 'fund'), 0)::bigint
                AS failed
        FROM payments_ledgerentry GROUP BY round_id
    ), transfers AS (
        SELECT round_id,
            coalesce(sum(amount_satang) FILTER (WHERE status IN ('sent', 'success', 'failed')), 0)::bigint AS sent,
            coalesce(sum(amount_satang) FILTER (WHERE status = 'success'), 0)::bigint AS success,
            coalesce(sum(amount_satang) FILTER (WHERE status = 'failed'), 0)::bigint AS failed,
            coalesce(sum(amount_satang) FILTER (WHERE status = 'sent'), 0)::bigint AS waiting
        FROM payments_transfer GROUP BY round_id
    )
    SELECT round.id, round.number, coalesce(moved.sent, 0), coalesce(moved.promptpay, 0),
        coalesce(moved.schools, 0), coalesce(moved.failed, 0),
        coalesce(transfers.sent, 0), coalesce(transfers.success, 0), coalesce(transfers.failed, 0),
        coalesce(transfers.waiting, 0)
    FROM payments_transferround AS round
    LEFT JOIN moved ON moved.round_id = round.id
    LEFT JOIN transfers ON transfers.round_id = round.id
    WHERE round.term_id = %(term)s AND round.sent_at IS NOT NULL
    ORDER BY round.number
"""
SCHOOLS = """
    WITH documents AS (
        SELECT transfer.round_id, transfer.school_id,
            sum(transfer.amount_satang)::bigint AS received,
            coalesce(sum(receipt.amount_satang), 0)::bigint AS paid,
            coalesce(sum(refund.amount_satang) FILTER (WHERE receipt.id IS NULL), 0)::bigint AS refunded
        FROM payments_transfer AS transfer
        JOIN payments_transferround AS round ON round.id = transfer.round_id AND round.term_id = %(term)s
        LEFT JOIN payments_receipt06 AS receipt
            ON receipt.transfer_id = transfer.id AND receipt.voided_at IS NULL
        LEFT JOIN (
            SELECT line.transfer_id, line.amount_satang FROM payments_refundline AS line
            JOIN payments_refund AS refund ON refund.id = line.refund_id AND refund.status = 'matched'
            WHERE line.is_alive
        ) AS refund ON refund.transfer_id = transfer.id
        WHERE transfer.status = 'success' AND transfer.account_id IS NOT NULL
        GROUP BY transfer.round_id, transfer.school_id
    ), book AS (
        SELECT school_book.* FROM school_book
        JOIN payments_transferround AS round ON round.id = school_book.round_id AND round.term_id = %(term)s
    )
    SELECT round_id, round.number, school_id, school.name,
        coalesce(book.received_satang, 0), coalesce(book.paid_satang, 0), coalesce(book.refunded_satang, 0),
        coalesce(book.in_hand_satang, 0),
        coalesce(documents.received, 0), coalesce(documents.paid, 0), coalesce(documents.refunded, 0)
    FROM book FULL JOIN documents USING (round_id, school_id)
    JOIN payments_transferround AS round ON round.id = round_id
    JOIN eqfund_school AS school ON school.id = school_id
    ORDER BY round.number, school.name, school_id
"""


def accounts(entries: Any) -> list[dict[str, Any]]:
    """What each account received and gave over some entries, and what is left in it."""
    debits = dict(entries.order_by().values_list("debit").annotate(Sum("amount_satang")))
    credits = dict(entries.order_by().values_list("credit").annotate(Sum("amount_satang")))
    return [
        {
            "account": account,
            "debit_satang": debits.get(account.value, 0),
            "credit_satang": credits.get(account.value, 0),
            "balance_satang": debits.get(account.value, 0) - credits.get(account.value, 0),
        }
        for account in Account
    ]


def entries_of(term: Term) -> Any:
    """The term's entries of the ledger."""
    return LedgerEntry.objects.filter(round__term=term)


def figures(term: Term) -> dict[str, Any]:
    """The term's accounts and rounds. The book only grows, so its last entry names the answer."""
    last = LedgerEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    key = f"ledger-figures-{term.pk}-{last}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        rounds = rounds_of(term)
        found = {
            "accounts": accounts(entries_of(term)),
            "rounds": rounds,
            "balanced": all(row.is_balanced for row in rounds),
        }
        cache.set(key, found, timeout=3_600)
    return found


def schools_with_money(user: User, verb: str, term: Term | None, search: str = "") -> Any:
    """The schools that the user may see, with cash of the term on their book, by name."""
    cash = LedgerEntry.objects.filter(
        school=OuterRef("pk"), debit=Account.SCHOOL_IN_HAND, round__term=term
    )
    if not sees_unpublished(user):
        cash = cash.published()
    schools = School.objects.visible_to(user, verb).filter(Exists(cash)).select_related("office")
    if search:
        schools = schools.filter(name__icontains=search)
    return schools.order_by("name", "pk")


def books_of(
    schools: Iterable[School], term: Term | None, user: User, verb: str
) -> dict[int, list[SchoolBook]]:
    """The equations of these schools in the term, by school, as the user may know them; one query for a page."""
    keys = [school.pk for school in schools]
    found: dict[int, list[SchoolBook]] = {key: [] for key in keys}
    rows = SchoolBook.objects.visible_to(user, verb).filter(school_id__in=keys, round__term=term)
    rows = rows.select_related("round")
    for row in rows.order_by("round__number"):
        found[row.school_id].append(row)
    return found
