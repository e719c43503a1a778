"""Attendance: what a month's record may say, and whether the condition is met.

Pure: plain values in, plain values out. No Django, no database, no clock.

Units     Whole school days (int). Rates are exact fractions between 0 and 1.
Rounding  None. 85 days of 100 meet "at least 85 %"; 84 of 99 (84.84... %) do not.
Errors    ValueError for a record that cannot be true. A term without a single
          counted day is not an error: its outcome is NO_DATA and a person decides.
Source    Letter 004 line 81 (recorded monthly, in one system only); DOMAIN
          sections 5 and 10.2: 2562 "more than 80 %", 2568 "at least 85 %".
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

MONTHS_AWAY = 2  # schools open and close on days of their own; a wrong year is not one of them


class System(StrEnum):
    """The one system a school records attendance in."""

    HERE = "here"
    QINFO = "qinfo"


class Operator(StrEnum):
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"


class Outcome(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    NO_DATA = "no_data"


class Fault(StrEnum):
    """Why a row of a month cannot be true; the page says it in words."""

    NEGATIVE = "negative"
    MORE_THAN_SCHOOL_DAYS = "more_than_school_days"
    LATE_WITHOUT_PRESENT = "late_without_present"


@dataclass(frozen=True, slots=True)
class Exceptions:
    """The days of a month on which a pupil was not simply present, as the teacher types them.

    A day late is a day present.
    """

    sick: int = 0
    personal: int = 0
    absent: int = 0
    late: int = 0

    @property
    def away(self) -> int:
        return self.sick + self.personal + self.absent


@dataclass(frozen=True, slots=True)
class Policy:
    """A term's condition: the share of school days, and whether reaching it is enough."""

    rate_percent: int
    operator: Operator = Operator.AT_LEAST


def fault(school_days: int, exceptions: Exceptions) -> Fault | None:
    """Why the row cannot be true; None if it can.

    >>> fault(20, Exceptions(absent=2, late=1)) is None
    True
    >>> fault(20, Exceptions(sick=15, absent=6))
    <Fault.MORE_THAN_SCHOOL_DAYS: 'more_than_school_days'>
    """
    if (
        min(exceptions.sick, exceptions.personal, exceptions.absent, exceptions.late, school_days)
        < 0
    ):
        return Fault.NEGATIVE
    if exceptions.away > school_days:
        return Fault.MORE_THAN_SCHOOL_DAYS
    if exceptions.late > school_days - exceptions.away:
        return Fault.LATE_WITHOUT_PRESENT
    return None


def present_days(school_days: int, exceptions: Exceptions) -> int:
    """School days less the days away. Raises ValueError for a row that cannot be true.

    >>> present_days(20, Exceptions(sick=1, absent=2, late=3))
    17
    """
    if found := fault(school_days, exceptions):
        raise ValueError(found.value)
    return school_days - exceptions.away


def outcome(present: int, school_days: int, policy: Policy) -> Outcome:
    """Whether a pupil's days so far meet the term's condition.

    >>> outcome(85, 100, Policy(85))
    <Outcome.MET: 'met'>
    >>> outcome(80, 100, Policy(80, Operator.MORE_THAN))
    <Outcome.NOT_MET: 'not_met'>
    """
    if present < 0 or school_days < 0 or present > school_days:
        raise ValueError("more days present than the school was open")
    if school_days == 0:
        return Outcome.NO_DATA
    rate, needed = Fraction(present, school_days), Fraction(policy.rate_percent, 100)
    met = rate > needed if policy.operator is Operator.MORE_THAN else rate >= needed
    return Outcome.MET if met else Outcome.NOT_MET


def months_between(opens_on: date, closes_on: date) -> list[date]:
    """The first day of every month that the term touches, in order.

    >>> [day.month for day in months_between(date(2026, 5, 18), date(2026, 7, 2))]
    [5, 6, 7]
    """
    if closes_on < opens_on:
        raise ValueError("a term closes after it opens")
    first = opens_on.year * 12 + opens_on.month - 1
    last = closes_on.year * 12 + closes_on.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1)]


def span_in_month(month: date, opens_on: date, closes_on: date) -> tuple[date, date] | None:
    """The first and last day of a month that lie in the term; None when none does."""
    last_of_month = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    first, last = max(month.replace(day=1), opens_on), min(last_of_month, closes_on)
    return (first, last) if first <= last else None


def days_in_month(month: date, opens_on: date, closes_on: date) -> int:
    """How many days of a month lie in the term, weekends too: no school is held more often.

    >>> days_in_month(date(2026, 5, 1), date(2026, 5, 18), date(2026, 10, 9))
    14
    """
    span = span_in_month(month, opens_on, closes_on)
    return (span[1] - span[0]).days + 1 if span else 0


def may_be_of_term(opens_on: date, closes_on: date, term_opens: date, term_closes: date) -> bool:
    """Whether a school's term days can be meant: at most two months from the programme's own.

    >>> may_be_of_term(date(2026, 5, 18), date(2026, 10, 9), date(2026, 5, 7), date(2026, 10, 30))
    True
    """
    most = timedelta(days=MONTHS_AWAY * 31)
    return abs(opens_on - term_opens) <= most and abs(closes_on - term_closes) <= most
