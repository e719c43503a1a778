"""What the end of a grant means upstream and for the family's other money. Pure.

A household that is no longer poor is taken out where its affiliation keeps that mark. Letter 004,
line 65 lays down one way: OBEC removes ความด้อยโอกาส "ยากจน" in DMC, and the pupil then also
loses the basic-needs subsidy. The letter names no way for the others. For local authorities LEC's
mark "ต้องการสมัครขอรับทุน" brings a pupil in (DOMAIN 7.1), so that is the mark to ask about; only
OBEC and LAO have the subsidy (letter 004, line 83).

Source    letter 004, lines 65, 77 and 83; DOMAIN sections 6 and 7.1.
"""

from dataclasses import dataclass
from enum import StrEnum

from screening.rules.grants import EndReason


class Subsidy(StrEnum):
    """What becomes of the basic-needs subsidy (ค่าปัจจัยพื้นฐาน) when the mark goes."""

    LOST = "lost"
    ASK = "ask"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Way:
    """How an affiliation takes out a household that is no longer poor."""

    registry: str  # "" where there is none
    mark: str  # the registry's own word for it; "" where none is laid down
    laid_down: bool  # whether the letter says so, or the office is asked first
    subsidy: Subsidy


WAYS = {
    "OBEC": Way("DMC", "ยากจน", laid_down=True, subsidy=Subsidy.LOST),
    "LAO": Way("LEC", "ต้องการสมัครขอรับทุน", laid_down=False, subsidy=Subsidy.ASK),
    "OPEC": Way("OPEC", "", laid_down=False, subsidy=Subsidy.NONE),
    "BMA": Way("BEMIS", "", laid_down=False, subsidy=Subsidy.NONE),
}
NO_WAY = Way("", "", laid_down=False, subsidy=Subsidy.NONE)

# What the roll must say too, where the pupil is no longer at the school.
STATUS_OF = {EndReason.LEFT: "withdrew", EndReason.MOVED: "moved", EndReason.DIED: "died"}


def way_of(affiliation: str) -> Way:
    """The way of an affiliation, by its code; those without a registry have none laid down.

    >>> way_of("OBEC").laid_down, way_of("BPP").registry
    (True, '')
    """
    return WAYS.get(affiliation, NO_WAY)


def must_tell_family(reason: str) -> bool:
    """Whether the household is there and loses something: then it is told before the grant ends.

    >>> must_tell_family("no_longer_poor"), must_tell_family("died")
    (True, False)
    """
    return EndReason(reason) in (EndReason.NO_LONGER_POOR, EndReason.GIVEN_IN_ERROR)
