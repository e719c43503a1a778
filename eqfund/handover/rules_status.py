"""What a pupil's state at a school may become, and what each leaving means. Pure.

"Moved to another school" is set by a hand-over, or by hand while the new school is unknown.
Whatever was set by mistake is undone with a reason, once; both stand in the history for good.
"""

from enum import StrEnum


class PupilStatus(StrEnum):
    STUDYING = "studying"
    MOVED = "moved"
    WITHDREW = "withdrew"
    DIED = "died"
    NOT_PRESENT = "not_present"
    SUSPENDED = "suspended"


class Source(StrEnum):
    """What changed a state."""

    PERSON = "person"
    HANDOVER = "handover"
    REGISTRY = "registry"


LEAVING = frozenset(
    {PupilStatus.MOVED, PupilStatus.WITHDREW, PupilStatus.DIED, PupilStatus.NOT_PRESENT}
)
PRESENT = frozenset({PupilStatus.STUDYING, PupilStatus.SUSPENDED})
STATUS_TRANSITIONS: dict[PupilStatus, frozenset[PupilStatus]] = {
    PupilStatus.STUDYING: LEAVING | {PupilStatus.SUSPENDED},
    PupilStatus.SUSPENDED: LEAVING | {PupilStatus.STUDYING},
    # back by an undoing, or by a registry file in which the child stands again
    **{status: frozenset({PupilStatus.STUDYING, PupilStatus.SUSPENDED}) for status in LEAVING},
}


def may_become(was: PupilStatus, becomes: PupilStatus) -> bool:
    """Whether a person may set `becomes` on a pupil who `was`; leaving is taken back by undoing alone.

    >>> may_become(PupilStatus.STUDYING, PupilStatus.DIED)
    True
    >>> may_become(PupilStatus.DIED, PupilStatus.STUDYING)
    False
    """
    return was in PRESENT and becomes in STATUS_TRANSITIONS[was]


def needs_reason(becomes: PupilStatus) -> bool:
    """Whether a sentence is wanted: for a rest, whose end nobody knows."""
    return becomes is PupilStatus.SUSPENDED
