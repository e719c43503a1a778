from datetime import date, datetime, timedelta

import holidays as package
import pytest
from hypothesis import given, strategies as st

from eqfund.working_days import (
    PUBLISHED_HOLIDAYS,
    PUBLISHED_YEARS,
    is_working_day,
    last_day,
    working_days_between,
)

days = st.dates(date(2019, 1, 1), date(2027, 6, 30))
counts = st.integers(1, 60)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(date(2026, 7, 31), date(2026, 8, 28), id="1/2569 round 1"),
        pytest.param(date(2026, 9, 10), date(2026, 10, 7), id="1/2569 round 2"),
        pytest.param(date(2026, 9, 28), date(2026, 10, 27), id="1/2569 round 3"),
    ],
)
def test_the_published_windows_of_twenty_days_come_out_exactly(start, end):
    assert last_day(start, 20) == end
    assert working_days_between(start, end) == 20


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        pytest.param(date(2026, 7, 31), 1, date(2026, 7, 31), id="the first day counts"),
        pytest.param(date(2026, 7, 31), 2, date(2026, 8, 3), id="over a weekend"),
        pytest.param(date(2026, 8, 1), 1, date(2026, 8, 3), id="from a Saturday"),
        pytest.param(date(2026, 8, 12), 1, date(2026, 8, 13), id="from a holiday"),
        pytest.param(date(2026, 7, 27), 2, date(2026, 7, 31), id="three holidays in a row"),
        pytest.param(date(2026, 12, 30), 2, date(2027, 1, 4), id="over new year"),
        pytest.param(date(2019, 7, 22), 20, date(2019, 8, 20), id="2562: status of 22 July"),
        pytest.param(date(2019, 8, 26), 20, date(2019, 9, 20), id="2562: no holidays"),
    ],
)
def test_working_days_are_counted_from_the_first(start, count, end):
    assert last_day(start, count) == end


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2026, 5, 1), True, id="Labour Day closes no office"),
        pytest.param(date(2022, 5, 2), True, id="nor does its substitute"),
        pytest.param(date(2026, 5, 13), False, id="ploughing day closes offices"),
        pytest.param(date(2026, 6, 1), False, id="substitute of a Sunday"),
        pytest.param(date(2026, 1, 17), False, id="Saturday"),
        pytest.param(date(2026, 2, 26), True, id="a named day that is no holiday"),
        pytest.param(date(2021, 10, 22), False, id="substitute moved by the cabinet"),
        pytest.param(date(2021, 10, 25), True, id="where it was moved from"),
    ],
)
def test_the_holidays_are_those_of_government_offices(day, works):
    assert is_working_day(day) is works


def test_the_published_holidays_are_those_of_the_package_with_our_two_differences():
    theirs = package.country_holidays(
        "TH", years=PUBLISHED_YEARS, categories=("public", "government"), language="en_US"
    )
    closed = {d for d, name in theirs.items() if d.weekday() < 5 and "Labor Day" not in name}

    assert closed ^ PUBLISHED_HOLIDAYS == {date(2021, 10, 22), date(2021, 10, 25)}


def test_holidays_of_the_caller_replace_the_published():
    assert last_day(date(2026, 8, 11), 2, holidays=set()) == date(2026, 8, 12)
    assert last_day(date(2031, 1, 1), 2, holidays={date(2031, 1, 1)}) == date(2031, 1, 3)
    assert working_days_between(date(2026, 8, 10), date(2026, 8, 14), {date(2026, 8, 13)}) == 4


def test_nothing_lies_between_a_day_and_an_earlier_one():
    assert working_days_between(date(2026, 8, 28), date(2026, 8, 27)) == 0


@pytest.mark.parametrize("count", [0, -1])
def test_at_least_one_day_is_counted(count):
    with pytest.raises(ValueError, match="at least one"):
        last_day(date(2026, 7, 31), count)


@pytest.mark.parametrize("day", [date(2018, 12, 31), date(2028, 1, 3)])
def test_a_year_without_published_holidays_is_an_error(day):
    with pytest.raises(ValueError, match="no holidays are published"):
        last_day(day, 1)


def test_an_instant_is_no_day():
    with pytest.raises(TypeError, match="not an instant"):
        is_working_day(datetime(2026, 8, 12))


@given(days, counts)
def test_the_span_holds_as_many_working_days_as_were_asked_for(start, count):
    end = last_day(start, count)

    assert working_days_between(start, end) == count
    assert is_working_day(end)


@given(days, counts)
def test_a_later_start_or_a_longer_count_never_ends_earlier(start, count):
    end = last_day(start, count)

    assert end < last_day(start, count + 1)
    assert end <= last_day(start + timedelta(days=1), count)
