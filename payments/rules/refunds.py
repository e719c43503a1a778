"""Money that goes back to the fund: slips, their references, and the bank's statement.

Pure: plain values in, plain values out. No Django, no database, no clock.

Units     Whole satang (int), named so.
Errors    ValueError for a reference that cannot be.
Source    Calendar of term 1/2569, line 77 (four reasons, by bill payment); the
          declaration of no refund, letter of 2562, line 80. Worked examples in
          docs/rules/refund.md.
"""

from enum import StrEnum


class RefundReason(StrEnum):
    """The four reasons of the calendar; no other sends money back."""

    NOT_PRESENT = "not_present"
    MOVED = "moved"
    WITHDREW = "withdrew"
    DIED = "died"


class RefundStatus(StrEnum):
    ISSUED = "issued"
    MATCHED = "matched"
    CANCELLED = "cancelled"


class StatementStatus(StrEnum):
    PREVIEWED = "previewed"
    APPLIED = "applied"


REFUND_TRANSITIONS = {
    RefundStatus.ISSUED: {RefundStatus.MATCHED, RefundStatus.CANCELLED},
    RefundStatus.MATCHED: set[RefundStatus](),
    RefundStatus.CANCELLED: set[RefundStatus](),
}

STATEMENT_TRANSITIONS = {
    StatementStatus.PREVIEWED: {StatementStatus.APPLIED},
    StatementStatus.APPLIED: set[StatementStatus](),
}


def reference2(*, year_be: int, term_no: int, round_no: int, number: int) -> str:
    """A refund's second reference: year, term, round, running number.

    >>> reference2(year_be=2569, term_no=1, round_no=1, number=3)
    '2569110003'
    """
    if not (2500 <= year_be <= 2999 and 1 <= term_no <= 9 and 1 <= round_no <= 9):
        raise ValueError("year, term or round does not fit the reference")
    if not 1 <= number <= 9999:
        raise ValueError("the running number has four digits")
    return f"{year_be}{term_no}{round_no}{number:04d}"


class Match(StrEnum):
    """What one line of the bank's statement is."""

    MATCHED = "matched"
    UNKNOWN_REFERENCE = "unknown_reference"
    AMOUNT_DIFFERS = "amount_differs"
    ALREADY_MATCHED = "already_matched"
    CANCELLED = "slip_cancelled"
    REVERSED = "reversed_by_bank"


def match(
    *,
    paid_satang: int,
    is_credit: bool,
    due_satang: int | None,
    status: RefundStatus | None,
) -> Match:
    """Compare a statement line with the refund its references name, if any."""
    if not is_credit:
        return Match.REVERSED
    if due_satang is None or status is None:
        return Match.UNKNOWN_REFERENCE
    if status is RefundStatus.MATCHED:
        return Match.ALREADY_MATCHED
    if status is RefundStatus.CANCELLED:
        return Match.CANCELLED
    return Match.MATCHED if paid_satang == due_satang else Match.AMOUNT_DIFFERS
