"""A round's states and groups, as data."""

from __future__ import annotations

import pytest

from payments.rules.rounds import ROUND_TRANSITIONS, RoundStatus, RoundTakes, round_takes


def test_every_status_says_what_may_follow_it():
    assert set(ROUND_TRANSITIONS) == set(RoundStatus)


def test_every_status_can_be_reached():
    reached, todo = set(), {RoundStatus.PLANNED}
    while todo:
        status = todo.pop()
        reached.add(status)
        todo |= ROUND_TRANSITIONS[status] - reached
    assert reached == set(RoundStatus)


def test_released_money_is_never_called_back():
    after = {RoundStatus.RELEASED}
    while more := set().union(*(ROUND_TRANSITIONS[status] for status in after)) - after:
        after |= more
    assert after.isdisjoint(
        {RoundStatus.PLANNED, RoundStatus.BUILT, RoundStatus.APPROVED, RoundStatus.CANCELLED}
    )


@pytest.mark.parametrize(
    ("number", "takes"),
    [
        (1, RoundTakes.CONTINUING),
        (2, RoundTakes.NEW_AND_CORRECTED),
        (3, "everyone_left"),
        (4, "everyone_left"),
    ],
)
def test_each_round_has_its_group(number, takes):
    assert round_takes(number) == takes


def test_there_is_no_round_nought():
    with pytest.raises(ValueError, match="count from one"):
        round_takes(0)
