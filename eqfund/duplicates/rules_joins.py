"""When the fund joins two rows of one child: the steps, and which of the two things stays.

Pure: plain values in, plain values out. No Django, no database, no clock.

Errors    None.
Source    DESIGN sections 1 (nobody is paid twice), 7 (moving children) and 11 ("One child");
          docs/rules/duplicates.md. Two people, as with every act of the fund about money.
"""

from __future__ import annotations

from enum import StrEnum


class JoinStatus(StrEnum):
    ASKED = "asked"
    PROPOSED = "proposed"
    JOINED = "joined"
    REFUSED = "refused"


JOIN_TRANSITIONS: dict[JoinStatus, frozenset[JoinStatus]] = {
    JoinStatus.ASKED: frozenset({JoinStatus.PROPOSED, JoinStatus.REFUSED}),
    JoinStatus.PROPOSED: frozenset({JoinStatus.JOINED, JoinStatus.REFUSED}),
    JoinStatus.JOINED: frozenset(),
    JoinStatus.REFUSED: frozenset(),
}
OPEN = (JoinStatus.ASKED, JoinStatus.PROPOSED)


class GrantFate(StrEnum):
    """What becomes of a living grant when the rows are joined."""

    STAYS = "stays"  # as the child's, where it is
    GIVEN_IN_ERROR = "given_in_error"  # the child has another one
    MOVED = "moved"  # given at the school that lets the child go


def grants(
    *, kept_here: bool | None, other_here: bool | None
) -> tuple[GrantFate | None, GrantFate | None]:
    """The fate of the living grant of the row that stays and of the other, None for no grant.

    `..._here` says whether the grant was given at the school that has the child (None: no living
    grant). A former grantee who changed school is new group (letter 004, line 66), so a grant of
    the school that lets go ends as moved; of two at one school the one of the row that stays holds.

    >>> [fate and fate.value for fate in grants(kept_here=True, other_here=True)]
    ['stays', 'given_in_error']
    """
    kept = None if kept_here is None else GrantFate.STAYS if kept_here else GrantFate.MOVED
    if other_here is None:
        return kept, None
    if kept is GrantFate.STAYS:
        return kept, GrantFate.GIVEN_IN_ERROR
    return kept, GrantFate.STAYS if other_here else GrantFate.MOVED
