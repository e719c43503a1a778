"""The basic-needs subsidy: whose it is, what it usually comes to, what a row of a list must be. Pure.

It is the affiliation's own money for poor pupils, never the fund's: nothing here touches the ledger.

Units     Whole satang.
Source    Letter 004 line 83 (only OBEC and LAO); letter 003 line 54 (the allocation schedule goes to each
          office). Amounts: 500 baht a term in primary, 1,500 in lower secondary (OBEC 2561, DOMAIN
          section 4); those of 2569 are not public, so another amount is pointed out and taken.
"""

from collections.abc import Iterable
from enum import StrEnum

from eqfund.school_year import level_of
from payments.rules.accounts import ACCOUNT_DIGITS

PAYING = ("OBEC", "LAO")
USUAL_SATANG = {"primary": 50_000, "lower_secondary": 150_000}
MOST_SATANG = 10_000_000  # a term's subsidy of one pupil above 100,000 baht is a slip of the pen
MOST_YEARS = 12


class ListStatus(StrEnum):
    """The life of a list: read, looked at, recorded; a later one replaces it."""

    READING = "reading"
    PREVIEWED = "previewed"
    REFUSED = "refused"
    RECORDED = "recorded"
    REPLACED = "replaced"
    SET_ASIDE = "set_aside"


TRANSITIONS = {
    ListStatus.READING: {ListStatus.PREVIEWED, ListStatus.REFUSED, ListStatus.SET_ASIDE},
    ListStatus.PREVIEWED: {ListStatus.RECORDED, ListStatus.SET_ASIDE},
    ListStatus.REFUSED: set(),
    ListStatus.RECORDED: {ListStatus.REPLACED},
    ListStatus.REPLACED: set(),
    ListStatus.SET_ASIDE: set(),
}
WAITING = (ListStatus.READING, ListStatus.PREVIEWED)


def pays(affiliation_code: str) -> bool:
    """Whether an affiliation has this subsidy.

    >>> pays("OBEC"), pays("BMA")
    (True, False)
    """
    return affiliation_code in PAYING


def is_unusual(grade: str, amount_satang: int) -> bool:
    """Whether an amount is another than the known one of the level: said, never refused.

    >>> is_unusual("P4", 50_000), is_unusual("P4", 150_000), is_unusual("K2", 50_000)
    (False, True, True)
    """
    return USUAL_SATANG.get(level_of(grade)) != amount_satang


def amount_fault(amount_satang: int | None) -> str | None:
    """Why an amount cannot be one pupil's subsidy of a term; None if it can."""
    if amount_satang is None:
        return "amount_missing"
    if amount_satang <= 0:
        return "amount_not_positive"
    return "amount_too_high" if amount_satang > MOST_SATANG else None


def name_fault(said: tuple[str, str], known: tuple[str, str]) -> str | None:
    """Whether a row names another child than its number does: first and last name both differ.

    One that differs may be a change of name or a slip; the number decides.

    >>> name_fault(("สมชาย", "ใจดี"), ("สมชาย", "มีสุข")), name_fault(("ก", "ข"), ("ค", "ง"))
    (None, 'name_of_another')
    """
    differ = [_bare(one) != _bare(other) for one, other in zip(said, known, strict=True)]
    return "name_of_another" if all(differ) else None


def _bare(name: str) -> str:
    return "".join(name.split())


def years_running(years: Iterable[int], last: int) -> int:
    """For how many school years, up to `last`, a pupil stood in the lists without a gap.

    >>> years_running({2566, 2567, 2568}, 2568), years_running({2565, 2567, 2568}, 2568)
    (3, 2)
    """
    had, count = set(years), 0
    while last - count in had:
        count += 1
    return count


def years_said(year_be: int, running: int | None) -> list[int]:
    """The school years that a list of `year_be` speaks of, when it says for how many years running.

    >>> years_said(2568, 3), years_said(2568, None)
    ([2566, 2567, 2568], [2568])
    """
    count = running or 1
    if not 1 <= count <= MOST_YEARS:
        raise ValueError("a pupil has the subsidy for 1 to 12 years")
    return list(range(year_be - count + 1, year_be + 1))


def account_fault(bank_code: str, number: str) -> tuple[str, str] | None:
    """What is wrong with an office's account, as (field, code); None for one that can be.

    >>> account_fault("006", "9800000001"), account_fault("006", "12")
    (None, ('number', 'account_length'))
    """
    if bank_code not in ACCOUNT_DIGITS:
        return ("bank_code", "bank_unknown")
    if not (number.isascii() and number.isdigit()):
        return ("number", "account_not_digits")
    if len(number) not in ACCOUNT_DIGITS[bank_code]:
        return ("number", "account_length")
    return None
