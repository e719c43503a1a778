"""Where a school stands at each stage of a term. Pure.

Units     `done` and `total` count pupils, forms, classes or one thing for the whole school,
          as the stage says.
Rounding  Percent is whole, rounded down: 99.9 % is not yet done.
Source    DESIGN sections 2 and 9; calendar of term 1/2569.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The stages of a term, in the order of the calendar."""

    PROFILE = "profile"
    REGISTRY = "registry"
    ACCOUNT = "account"
    CONTINUING = "continuing"
    FORM01 = "form01"
    FORM05 = "form05"
    PAYOUT = "payout"
    REPORT = "report"
    ATTENDANCE = "attendance"


# The activity whose window (or due day) says when a stage is late; none for the registry.
ACTIVITY = {
    Stage.PROFILE: "school_profile",
    Stage.REGISTRY: "",
    Stage.ACCOUNT: "school_bank_account",
    Stage.CONTINUING: "confirm_continuing",
    Stage.FORM01: "form01",
    Stage.FORM05: "form05",
    Stage.PAYOUT: "payout",
    Stage.REPORT: "payout_report",
    Stage.ATTENDANCE: "attendance",
}


class Moment(StrEnum):
    """Where now lies to a stage's time."""

    BEFORE = "before"
    OPEN = "open"
    PAST = "past"


class State(StrEnum):
    """What a cell of the board says."""

    NOTHING = "nothing"  # the school has nothing to do here
    NOT_OPEN = "not_open"
    BEGUN = "begun"
    TO_DO = "to_do"
    LATE = "late"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Count:
    """How far a school is at a stage. Raises ValueError for more done than there is."""

    done: int = 0
    total: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.done <= self.total:
            raise ValueError("more is done than there is to do")

    @property
    def percent(self) -> int:
        """Whole percent, rounded down; 0 with nothing to do.

        >>> Count(999, 1000).percent
        99
        """
        return 100 * self.done // self.total if self.total else 0


def state(count: Count, moment: Moment) -> State:
    """What the board says of a stage.

    >>> state(Count(2, 3), Moment.PAST)
    <State.LATE: 'late'>
    """
    if count.total == 0:
        return State.NOTHING
    if count.done == count.total:
        return State.DONE
    if moment is Moment.BEFORE:
        return State.NOT_OPEN
    if moment is Moment.PAST:
        return State.LATE
    return State.BEGUN if count.done else State.TO_DO


def lateness(counts: dict[Stage, Count], moments: dict[Stage, Moment]) -> int:
    """How much a school still owes, late stages first: the order of the board.

    Each late stage weighs a thousand, each open one what is left of it in percent.
    """
    total = 0
    for stage, count in counts.items():
        found = state(count, moments[stage])
        if found is State.LATE:
            total += 1000 + (100 - count.percent)
        elif found in (State.TO_DO, State.BEGUN):
            total += 100 - count.percent
    return total


def office_of(path: str) -> str:
    """The office's part of a place's path; the path itself where it is wider than an office.

    >>> office_of("TH/1/7/40/3/"), office_of("TH/1/")
    ('TH/1/7/', 'TH/1/')
    """
    return "/".join(path.split("/")[:3]) + "/" if path.count("/") > 3 else path
