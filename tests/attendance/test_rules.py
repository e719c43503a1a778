from datetime import date

import pytest
from hypothesis import given, strategies as st

from attendance.rules import (
    Exceptions,
    Fault,
    Operator,
    Outcome,
    Policy,
    fault,
    months_between,
    outcome,
    present_days,
    span_in_month,
)


@pytest.mark.parametrize(
    ("present", "days", "policy", "expected"),
    [
        pytest.param(85, 100, Policy(85), Outcome.MET, id="2568: exactly the rate"),
        pytest.param(
            84, 99, Policy(85), Outcome.NOT_MET, id="84.85 percent is not 85, though rounded it is"
        ),
        pytest.param(
            80,
            100,
            Policy(80, Operator.MORE_THAN),
            Outcome.NOT_MET,
            id="2562: more than, not exactly",
        ),
        pytest.param(81, 100, Policy(80, Operator.MORE_THAN), Outcome.MET, id="2562: one day more"),
        pytest.param(0, 0, Policy(85), Outcome.NO_DATA, id="no school day yet"),
        pytest.param(0, 20, Policy(0), Outcome.MET, id="a rate of nought is always met"),
    ],
)
def test_outcome(present, days, policy, expected):
    assert outcome(present, days, policy) is expected


@pytest.mark.parametrize(
    ("days", "row", "expected"),
    [
        pytest.param(20, Exceptions(), None, id="everyone present"),
        pytest.param(20, Exceptions(sick=10, personal=5, absent=5), None, id="away every day"),
        pytest.param(
            20,
            Exceptions(sick=10, personal=5, absent=6),
            Fault.MORE_THAN_SCHOOL_DAYS,
            id="one day too many",
        ),
        pytest.param(20, Exceptions(absent=18, late=2), None, id="late on each day present"),
        pytest.param(
            20, Exceptions(absent=18, late=3), Fault.LATE_WITHOUT_PRESENT, id="late on a day away"
        ),
        pytest.param(20, Exceptions(sick=-1), Fault.NEGATIVE, id="below nought"),
    ],
)
def test_fault(days, row, expected):
    assert fault(days, row) is expected


@pytest.mark.parametrize("days", [(-1, 0), (1, 0), (0, -1)])
def test_an_impossible_sum_is_an_error(days):
    present, school_days = days
    if present > school_days or min(days) < 0:
        with pytest.raises(ValueError, match="present"):
            outcome(present, school_days, Policy(85))


@given(st.integers(1, 31).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_present_and_away_make_the_month(pair):
    days, away = pair
    assert present_days(days, Exceptions(absent=away)) + away == days


@given(
    st.integers(1, 250).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))),
    st.integers(0, 100),
)
def test_one_more_day_at_school_never_loses_the_condition(pair, rate):
    days, present = pair
    if outcome(present, days, Policy(rate)) is Outcome.MET:
        assert outcome(present + 1, days, Policy(rate)) is Outcome.MET


def test_months_of_a_term_over_a_new_year():
    months = months_between(date(2026, 11, 1), date(2027, 1, 5))

    assert [(m.year, m.month) for m in months] == [(2026, 11), (2026, 12), (2027, 1)]


def test_the_span_of_a_month_stops_at_the_terms_ends():
    assert span_in_month(date(2026, 5, 1), date(2026, 5, 18), date(2026, 10, 10)) == (
        date(2026, 5, 18),
        date(2026, 5, 31),
    )
    assert span_in_month(date(2026, 4, 1), date(2026, 5, 18), date(2026, 10, 10)) is None
