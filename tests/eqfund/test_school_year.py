from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from eqfund.school_year import (
    GRADES,
    TRANSITION_GRADES,
    SchoolYear,
    TermKey,
    grade_label,
    level_of,
    next_grade,
    parse_grade,
)

days = st.dates(date(1900, 1, 1), date(2150, 1, 1))
terms = st.builds(TermKey, st.integers(2401, 2698), st.sampled_from([1, 2]))


@pytest.mark.parametrize(
    ("day", "be"),
    [
        pytest.param(date(2026, 4, 30), 2568, id="last day of April"),
        pytest.param(date(2026, 5, 1), 2569, id="first day of May"),
        pytest.param(date(2026, 5, 7), 2569, id="the system opens"),
        pytest.param(date(2026, 12, 31), 2569, id="end of the calendar year"),
        pytest.param(date(2027, 1, 1), 2569, id="new year's day"),
    ],
)
def test_a_school_year_begins_in_may(day, be):
    assert SchoolYear.of(day) == SchoolYear(be)


@given(days)
def test_every_day_lies_in_its_school_year(day):
    year = SchoolYear.of(day)

    assert year.first_day <= day <= year.last_day
    assert SchoolYear.of(year.last_day + timedelta(days=1)).be == year.be + 1


@pytest.mark.parametrize("be", [2026, 2399, 2700, 69])
def test_a_year_that_is_not_buddhist_is_refused(be):
    with pytest.raises(ValueError, match="not a Buddhist year"):
        SchoolYear(be)


def test_a_year_knows_its_gregorian_number():
    assert (SchoolYear(2569).ce, str(SchoolYear(2569))) == (2026, "2569")


@pytest.mark.parametrize("text", ["1/2569", " 1 / 2569 ", "๑/๒๕๖๙"])
def test_a_term_is_read_as_people_write_it(text):
    assert TermKey.parse(text) == TermKey(2569, 1)


@pytest.mark.parametrize("text", ["", "2569", "3/2569", "0/2569", "1/2026", "2569/1", "1/69"])
def test_what_is_no_term_is_refused(text):
    with pytest.raises(ValueError):
        TermKey.parse(text)


@given(terms)
def test_terms_follow_each_other(term):
    assert term.previous() < term < term.next()
    assert term.next().previous() == term.previous().next() == term
    assert TermKey.parse(str(term)) == term
    assert term.year.be == term.year_be


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("อ.1", "K1"),
        ("อ.๒", "K2"),
        ("อนุบาล 3", "K3"),
        ("อนุบาลปีที่ 2", "K2"),
        ("ชั้นอนุบาลปีที่ 1", "K1"),
        ("ป.1", "P1"),
        ("ป 6", "P6"),
        ("ป4", "P4"),
        ("ประถมศึกษาปีที่ 5", "P5"),
        ("ชั้นประถมศึกษาปีที่ ๒", "P2"),
        ("ม.3", "M3"),
        ("มัธยมศึกษาปีที่ 1", "M1"),
        ("k3", "K3"),
        ("P1", "P1"),
    ],
)
def test_a_grade_is_read_as_registries_write_it(text, code):
    assert parse_grade(text) == code


@pytest.mark.parametrize("text", ["", "-", "ม.4", "ป.7", "ป.0", "อ.4", "ปวช.1", "4", "ป.4/1"])
def test_what_is_no_grade_of_the_programme_is_refused(text):
    with pytest.raises(ValueError, match="not a grade"):
        parse_grade(text)


@pytest.mark.parametrize("code", GRADES)
def test_a_label_reads_back_as_its_grade(code):
    assert parse_grade(grade_label(code)) == code


def test_grades_follow_each_other_to_the_end_of_the_programme():
    assert [next_grade(code) for code in GRADES] == [*GRADES[1:], None]


def test_a_transition_grade_is_the_last_of_its_level():
    levels = {code: level_of(code) for code in GRADES}

    last = [code for code in GRADES if levels.get(next_grade(code)) != levels[code]]

    assert tuple(last) == TRANSITION_GRADES
    assert [*dict.fromkeys(levels.values())] == ["kindergarten", "primary", "lower_secondary"]


@pytest.mark.parametrize("ask", [grade_label, level_of, next_grade])
def test_an_unknown_code_is_an_error(ask):
    with pytest.raises(ValueError, match="not a grade"):
        ask("M4")
