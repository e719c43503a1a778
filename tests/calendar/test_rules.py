"""Moments of a line, and what an extension may not reach."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from eqfund.calendar.rules import LineMoment, edges_of, next_need, reminders_of
from eqfund.clock import BANGKOK

OPENS = datetime(2026, 7, 7, tzinfo=BANGKOK)
CLOSES = datetime(2026, 7, 24, 17, tzinfo=BANGKOK)


@pytest.mark.parametrize(
    ("kind", "opens", "closes", "events"),
    [
        pytest.param(
            "window",
            OPENS,
            CLOSES,
            ["opens", "remind_7d", "remind_3d", "remind_1d", "remind_2h", "closes"],
            id="a window of 17 days has all",
        ),
        pytest.param(
            "window",
            CLOSES - timedelta(days=2),
            CLOSES,
            ["opens", "remind_1d", "remind_2h", "closes"],
            id="no reminder before it opens",
        ),
        pytest.param("window", OPENS, None, ["opens"], id="without an end nothing closes"),
        pytest.param(
            "deadline",
            None,
            CLOSES,
            ["remind_7d", "remind_3d", "remind_1d", "remind_2h", "closes"],
            id="a due day is reminded of too",
        ),
        pytest.param("event", OPENS, CLOSES, ["opens"], id="an event begins"),
        pytest.param("outside", OPENS, CLOSES, [], id="work outside the system has no moment"),
    ],
)
def test_edges_of(kind, opens, closes, events):
    assert [event for event, _at in edges_of(kind, opens, closes)] == events


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)), st.integers(1, 5_000_000))
def test_moments_come_in_order_and_none_after_the_close(opens, seconds):
    opens = opens.replace(tzinfo=BANGKOK)
    closes = opens + timedelta(seconds=seconds)

    instants = [at for _event, at in edges_of("window", opens, closes)]

    assert instants == sorted(instants)
    assert instants[-1] == closes


def test_the_last_reminder_comes_two_hours_before():
    assert reminders_of(None, CLOSES)[-1] == ("remind_2h", CLOSES - timedelta(hours=2))


TRANSFER = {n: LineMoment("transfer", n, CLOSES + timedelta(days=20 * n)) for n in (1, 2, 3)}
ANNOUNCEMENT = LineMoment("pmt_announcement", 0, CLOSES + timedelta(days=25))
LINES = [TRANSFER[3], ANNOUNCEMENT, TRANSFER[2], TRANSFER[1]]


@pytest.mark.parametrize(
    ("activity", "round_no", "closes", "expected"),
    [
        pytest.param(
            "form01", 0, CLOSES, ANNOUNCEMENT, id="form 01 is scored for the announcement"
        ),
        pytest.param(
            "confirm_continuing", 0, CLOSES, TRANSFER[1], id="the next transfer of any round"
        ),
        pytest.param("school_bank_account", 2, CLOSES, TRANSFER[2], id="the transfer of its round"),
        pytest.param(
            "confirm_continuing", 0, TRANSFER[1].opens_at, TRANSFER[1], id="at the very moment"
        ),
        pytest.param("attendance", 0, CLOSES, None, id="nothing waits for it"),
        pytest.param(
            "form01", 0, CLOSES + timedelta(days=30), None, id="what came before needs it no more"
        ),
    ],
)
def test_next_need(activity, round_no, closes, expected):
    assert next_need(activity, round_no, closes, LINES) == expected
