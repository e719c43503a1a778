"""Who needs a second factor, who gives one back, how long a session lasts, when the next code may go."""

import pytest
from hypothesis import given, strategies as st

from eqfund.access import Role
from eqfund.accounts.rules import (
    CODES_A_DAY,
    CODES_AN_HOUR,
    SECOND_FACTOR_ROLES,
    SessionLimits,
    masked_email,
    masked_phone,
    mobile_of,
    needs_second_factor,
    over,
    seconds_until_next_code,
    stands_above,
)

NEEDED = {
    Role.FUND_OFFICER,
    Role.FUND_APPROVER,
    Role.FUND_FINANCE,
    Role.OFFICE_ADMIN,
    Role.SYSTEM_ADMIN,
    Role.AUDITOR,
}


@pytest.mark.parametrize("role", Role)
def test_a_second_factor_is_needed_where_money_accounts_or_all_children_hang_on_it(role):
    assert needs_second_factor([role.value]) is (role in NEEDED)


def test_one_such_post_among_others_is_enough():
    assert needs_second_factor(["homeroom_teacher", "office_admin"])
    assert not needs_second_factor([])
    assert set(Role) >= SECOND_FACTOR_ROLES


SCHOOL, OTHER, OFFICE, ROOM = "TH/1/2/3/", "TH/1/2/4/", "TH/1/2/", "TH/1/2/3/9/"


@pytest.mark.parametrize(
    ("giver", "person", "expected"),
    [
        ([("school_admin", SCHOOL)], [("homeroom_teacher", ROOM)], True),
        ([("school_admin", OTHER)], [("homeroom_teacher", ROOM)], False),
        ([("school_director", SCHOOL)], [("homeroom_teacher", ROOM)], False),
        ([("office_admin", OFFICE)], [("school_admin", SCHOOL)], True),
        ([("office_admin", OFFICE)], [("homeroom_teacher", ROOM)], False),
        ([("school_admin", SCHOOL)], [("school_admin", SCHOOL)], False),
        ([("fund_officer", "TH/")], [("office_admin", OFFICE)], True),
        ([("affiliation_officer", "TH/1/")], [("office_admin", OFFICE)], True),
        ([("affiliation_officer", "TH/7/")], [("office_admin", OFFICE)], False),
        ([("system_admin", "TH/")], [("fund_finance", "TH/")], True),
        ([("system_admin", "TH/")], [("system_admin", "TH/")], True),
        ([("system_admin", "TH/")], [("homeroom_teacher", ROOM)], False),
        ([("auditor", "TH/")], [("homeroom_teacher", ROOM)], False),
        # every post counts: a teacher's admin does not open an office admin's account
        ([("school_admin", SCHOOL)], [("homeroom_teacher", ROOM), ("office_admin", OFFICE)], False),
        (
            [("school_admin", SCHOOL), ("school_admin", OTHER)],
            [("homeroom_teacher", ROOM), ("homeroom_teacher", "TH/1/2/4/8/")],
            True,
        ),
        ([("school_admin", SCHOOL)], [], False),
        ([], [("homeroom_teacher", ROOM)], False),
    ],
)
def test_a_lost_factor_is_given_back_by_whoever_could_have_given_every_post(
    giver, person, expected
):
    assert stands_above(giver, person) is expected


@pytest.mark.parametrize(
    ("began", "seen", "now", "expected"),
    [
        (0, 0, 0, None),
        (0, 95, 99, None),
        (0, 99, 100, "age"),
        (0, 50, 59, None),
        (0, 50, 60, "idle"),
        (0, 0, 100, "age"),
    ],
)
def test_a_session_is_over_by_age_first_then_by_idleness(began, seen, now, expected):
    assert over(began, seen, now, SessionLimits(age=100, idle=10)) == expected


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        ([], 0),
        ([60], 0),
        ([59], 1),
        ([0.5], 60),
        ([120, 240, 360, 480], 0),
        ([120, 240, 360, 480, 600], 3000),
        ([3700 + 100 * n for n in range(9)], 0),
        ([3700 + 100 * n for n in range(10)], 86_400 - 4600),
    ],
)
def test_codes_go_out_one_a_minute_five_an_hour_ten_a_day(ages, expected):
    now = 1_000_000.0
    assert seconds_until_next_code([now - age for age in ages], now) == expected


@given(st.lists(st.floats(0, 90_000), max_size=30))
def test_after_waiting_as_told_a_code_may_go(ages):
    now = 1_000_000.0
    sent = [now - age for age in ages]
    wait = seconds_until_next_code(sent, now)
    assert wait >= 0
    assert seconds_until_next_code(sent, now + wait) == 0
    if wait == 0:
        assert sum(now - at < 3600 for at in sent) < CODES_AN_HOUR
        assert sum(now - at < 86_400 for at in sent) < CODES_A_DAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0812345678", "0812345678"),
        ("๐๘๑-๒๓๔-๕๖๗๘", "0812345678"),
        ("+66 81 234 5678", "0812345678"),
        ("0066812345678", "0812345678"),
        ("(061) 234 5678", "0612345678"),
        ("0512345678", None),
        ("081234567", None),
        ("08123456789", None),
        ("053-123456", None),
        ("", None),
        ("abc", None),
    ],
)
def test_a_thai_mobile_number_is_read_however_it_is_written(text, expected):
    assert mobile_of(text) == expected


def test_what_is_masked_shows_enough_to_know_it_and_no_more():
    assert masked_phone("0812345678") == "***-***-5678"
    assert masked_phone("1") == "***"
    assert masked_email("somchai@school.example") == "s***@school.example"
    assert masked_email("") == "***"
