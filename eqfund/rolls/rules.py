"""When a class's roll counts as confirmed, and which number a pupil has. Pure.

A roll is who studies in a class, or is suspended, in a term: name, date of birth, number, state.
Its digest is made by SQL over the tables (eqfund.rolls.queries); here two of them are compared.
Source   letter 004 ("ตรวจสอบ และยืนยัน ชื่อ-นามสกุล เลขประจำตัวประชาชน ของนักเรียนให้ถูกต้อง",
         in the affiliation's own registry, on days that it sets).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class RollState(StrEnum):
    NOT_CONFIRMED = "not_confirmed"
    CHANGED = "changed"
    CONFIRMED = "confirmed"
    EMPTY = "empty"


class IdState(StrEnum):
    NATIONAL_ID = "national_id"
    G_CODE = "g_code"
    NONE = "none"
    UNSETTLED = "unsettled"


@dataclass(frozen=True, slots=True)
class Figures:
    """One class's roll in figures, as it stands."""

    digest: str = ""
    pupils: int = 0
    without_id: int = 0
    marks: int = 0
    confirmed: str | None = None

    @property
    def state(self) -> RollState:
        return roll_state(self.pupils, self.confirmed, self.digest)


@dataclass(frozen=True, slots=True)
class Sum:
    """The rolls of a school, an office or more, counted."""

    classes: int = 0
    confirmed: int = 0
    changed: int = 0
    pupils: int = 0
    without_id: int = 0
    marks: int = 0

    @property
    def left(self) -> int:
        return self.classes - self.confirmed

    @property
    def state(self) -> RollState:
        """The state of a whole place: what still has to be done comes first."""
        if not self.classes:
            return RollState.EMPTY
        if not self.left:
            return RollState.CONFIRMED
        return RollState.CHANGED if self.left == self.changed else RollState.NOT_CONFIRMED

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            self.classes + other.classes,
            self.confirmed + other.confirmed,
            self.changed + other.changed,
            self.pupils + other.pupils,
            self.without_id + other.without_id,
            self.marks + other.marks,
        )


def roll_state(pupils: int, confirmed: str | None, now: str) -> RollState:
    """Whether a class's confirmation holds; a class without pupils has nothing to confirm.

    >>> [str(roll_state(*it)) for it in ((3, None, "a"), (3, "a", "a"), (3, "a", "b"), (0, "a", ""))]
    ['not_confirmed', 'confirmed', 'changed', 'empty']
    """
    if not pupils:
        return RollState.EMPTY
    if confirmed is None:
        return RollState.NOT_CONFIRMED
    return RollState.CONFIRMED if confirmed == now else RollState.CHANGED


def beginning(digest: str) -> str:
    """As much of a row's digest as a confirmation keeps: enough to tell a change, little to store.

    >>> beginning("0123456789abcdef")
    '0123456789'
    """
    return digest[:10]


def since(confirmed: Mapping[str, str], pupil: str, now: str) -> str:
    """What became of a pupil's row since: "new", "changed", or "" for nothing, or when no rows were kept.

    >>> kept = {"1": "a", "2": "b"}
    >>> since(kept, "1", "a"), since(kept, "2", "c"), since(kept, "3", "d"), since({}, "3", "d")
    ('', 'changed', 'new', '')
    """
    if not confirmed:
        return ""
    if pupil not in confirmed:
        return "new"
    return "" if confirmed[pupil] == now else "changed"


def total(rolls: Iterable[Figures]) -> Sum:
    """The sum of some classes; those without pupils are not counted."""
    found = [roll for roll in rolls if roll.pupils]
    states = [roll.state for roll in found]
    return Sum(
        classes=len(found),
        confirmed=states.count(RollState.CONFIRMED),
        changed=states.count(RollState.CHANGED),
        pupils=sum(roll.pupils for roll in found),
        without_id=sum(roll.without_id for roll in found),
        marks=sum(roll.marks for roll in found),
    )


def id_state(kind: str | None, *, claimed_elsewhere: bool) -> IdState:
    """Which number a pupil has: by the kind of its identity, or why it has none.

    >>> str(id_state("g_code", claimed_elsewhere=False)), str(id_state(None, claimed_elsewhere=True))
    ('g_code', 'unsettled')
    """
    if kind is not None:
        return IdState(kind)
    return IdState.UNSETTLED if claimed_elsewhere else IdState.NONE
