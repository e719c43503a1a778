"""When two rows of one child become one: which right to a term's money is the child's, and what is paid twice.

Pure: plain values in, plain values out. No Django, no database, no clock.

Units     Terms are compared one by one; days are dates.
Errors    ValueError for a term in which neither row has a right.
Source    DESIGN section 1 ("nobody is paid twice") and 11 ("One child"): a child has one right
          to a term's money. What money already did is never changed: a second payment is
          claimed back. Worked cases in docs/rules/duplicates.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Holder(StrEnum):
    """Whose right it was: of the row that stays, or of the other."""

    KEPT = "kept"
    OTHER = "other"


class Paid(StrEnum):
    """What became of a right's money."""

    NO = "no"  # never built, or every try failed
    ON_ITS_WAY = "on_its_way"  # in a round that is not published yet
    IN_HAND = "in_hand"  # arrived at the school, which holds all of it
    YES = "yes"  # with the family


@dataclass(frozen=True, slots=True)
class Right:
    """One row's right to a term's money; `on` is when it was published as paid."""

    paid: Paid
    on: date | None = None

    @property
    def arrived(self) -> bool:
        return self.paid in (Paid.IN_HAND, Paid.YES)


@dataclass(frozen=True, slots=True)
class Settled:
    """Whose right is the child's from now on; whether the other one's money is claimed back."""

    holder: Holder
    is_claimed: bool = False


def settle(kept: Right | None, other: Right | None) -> Settled | None:
    """One term's rights of the two rows; None while money is on its way and its end is not known.

    What was paid stays the child's before what was not. Of two payments the one that the school
    still holds goes back, so that no family is asked for money that need not be; else the later
    one; else that of the row that goes.

    >>> settle(Right(Paid.YES, date(2026, 7, 31)), Right(Paid.YES, date(2026, 8, 28)))
    Settled(holder=<Holder.KEPT: 'kept'>, is_claimed=True)
    >>> settle(Right(Paid.IN_HAND, date(2026, 7, 31)), Right(Paid.YES, date(2026, 7, 31)))
    Settled(holder=<Holder.OTHER: 'other'>, is_claimed=True)
    """
    if kept is None and other is None:
        raise ValueError("neither row has a right in this term")
    if any(right is not None and right.paid is Paid.ON_ITS_WAY for right in (kept, other)):
        return None
    if other is None:
        return Settled(Holder.KEPT)
    if kept is None:
        return Settled(Holder.OTHER)
    if not (kept.arrived and other.arrived):
        return Settled(Holder.OTHER if other.arrived else Holder.KEPT)
    return Settled(_first_of(kept, other), is_claimed=True)


def _first_of(kept: Right, other: Right) -> Holder:
    if (kept.paid is Paid.IN_HAND) != (other.paid is Paid.IN_HAND):
        return Holder.OTHER if kept.paid is Paid.IN_HAND else Holder.KEPT
    earlier = other.on is not None and kept.on is not None and other.on < kept.on
    return Holder.OTHER if earlier else Holder.KEPT
