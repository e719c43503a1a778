"""Working days: Monday to Friday without the holidays of government offices.

Pure: plain values in, plain values out. No Django, no database, no clock.

Units     Days (date), and counts of working days (int). The first day counts if it
          is a working day; both ends of a span belong to it.
Holidays  PUBLISHED_HOLIDAYS unless the caller passes its own. Labour Day is not among
          them: it closes companies and banks, not schools and offices.
Errors    ValueError for a count below one, and for a day whose year has no published
          holidays (a wrong due day would be worse). TypeError for an instant.
Source    Calendar of term 1/2569: payouts "(20 working days)", whose three windows
          come out exactly; docs/rules/working-days.md.
"""

from collections.abc import Container, Iterator
from datetime import date, datetime, timedelta

_SATURDAY = 5

# Weekdays on which government offices were or will be closed, by Gregorian year, as
# month-day. From the package `holidays` 0.109, categories public and government,
# without Labour Day; 2021 corrected (cabinet, 29 Dec 2020: 22 Oct instead of 25 Oct).
# The ploughing day of 2027 was not announced then. A test compares with the package.
_CLOSED = {
    2019: "01-01 02-19 04-08 04-15 04-16 05-06 05-09 05-20 06-03 07-16 07-17 07-29 "
    "08-12 10-14 10-23 12-05 12-10 12-31",
    2020: "01-01 02-10 04-06 05-04 05-06 05-11 06-03 07-06 07-07 07-27 07-28 08-12 "
    "09-04 09-07 10-13 10-23 11-19 11-20 12-07 12-10 12-11 12-31",
    2021: "01-01 02-12 02-26 04-06 04-12 04-13 04-14 04-15 05-04 05-10 05-26 06-03 "
    "07-26 07-28 08-12 09-24 10-13 10-22 12-06 12-10 12-31",
    2022: "01-03 02-16 04-06 04-13 04-14 04-15 05-04 05-13 05-16 06-03 07-13 07-14 "
    "07-15 07-28 07-29 08-12 10-13 10-14 10-24 12-05 12-12 12-30",
    2023: "01-02 01-03 03-06 04-06 04-13 04-14 04-17 05-04 05-05 05-17 06-05 07-28 "
    "07-31 08-01 08-02 08-14 10-13 10-23 12-05 12-11 12-29",
    2024: "01-01 02-26 04-08 04-12 04-15 04-16 05-06 05-10 05-22 06-03 07-22 07-29 "
    "08-12 10-14 10-23 12-05 12-10 12-30 12-31",
    2025: "01-01 02-12 04-07 04-14 04-15 04-16 05-05 05-09 05-12 06-02 06-03 07-10 "
    "07-11 07-28 08-11 08-12 10-13 10-23 12-05 12-10 12-31",
    2026: "01-01 01-02 03-03 04-06 04-13 04-14 04-15 05-04 05-13 06-01 06-03 07-28 "
    "07-29 07-30 08-12 10-13 10-23 12-07 12-10 12-31",
    2027: "01-01 02-22 04-06 04-13 04-14 04-15 05-04 05-20 06-03 07-19 07-20 07-28 "
    "08-12 10-13 10-25 12-06 12-10 12-31",
}

PUBLISHED_YEARS = range(min(_CLOSED), max(_CLOSED) + 1)
PUBLISHED_HOLIDAYS: frozenset[date] = frozenset(
    date.fromisoformat(f"{year}-{month_day}")
    for year, closed in _CLOSED.items()
    for month_day in closed.split()
)


def is_working_day(day: date, holidays: Container[date] | None = None) -> bool:
    """Whether government offices and schools work on `day`."""
    if isinstance(day, datetime):
        raise TypeError("a day is wanted, not an instant")
    if holidays is None:
        if day.year not in PUBLISHED_YEARS:
            raise ValueError(f"no holidays are published for {day.year}")
        holidays = PUBLISHED_HOLIDAYS
    return day.weekday() < _SATURDAY and day not in holidays


def last_day(start: date, days: int, holidays: Container[date] | None = None) -> date:
    """The last of `days` working days counted from `start`, which counts itself.

    >>> last_day(date(2026, 7, 31), 20)
    datetime.date(2026, 8, 28)
    >>> last_day(date(2026, 9, 10), 20)
    datetime.date(2026, 10, 7)
    >>> last_day(date(2026, 9, 28), 20)
    datetime.date(2026, 10, 27)
    """
    if days < 1:
        raise ValueError("at least one working day is counted")
    day, counted = start, int(is_working_day(start, holidays))
    while counted < days:
        day += timedelta(days=1)
        counted += is_working_day(day, holidays)
    return day


def working_days_between(start: date, end: date, holidays: Container[date] | None = None) -> int:
    """How many working days lie from `start` to `end`, both included; 0 if end is first.

    >>> working_days_between(date(2026, 7, 31), date(2026, 8, 28))
    20
    """
    return sum(is_working_day(day, holidays) for day in _days(start, end))


def _days(start: date, end: date) -> Iterator[date]:
    for ordinal in range(start.toordinal(), end.toordinal() + 1):
        yield date.fromordinal(ordinal)
