"""What of a calendar line is past and stays as it was. Pure.

A line that has opened has been worked under, and one that has closed has been judged by: neither
moves without a word. What has closed opens again by another line, or by an extension.

Units     Instants in Bangkok. A close is exclusive.
Source    DESIGN 6 and 11 ("Moments"): each moment comes once, whatever becomes of its line.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Times:
    """A line as far as its moments go: what it is, when, and for which affiliations."""

    kind: str
    activity: str
    round_no: int
    opens: datetime | None
    closes: datetime | None
    affiliations: frozenset[str]

    def has_opened(self, at: datetime) -> bool:
        return self.opens is None or self.opens <= at

    def has_closed(self, at: datetime) -> bool:
        return self.closes is not None and self.closes <= at


def is_used(before: Times, at: datetime, moments: Collection[str] = ()) -> bool:
    """Whether anything may have been done under the line, or told of it; what is outside gates nothing."""
    return before.kind != OUTSIDE and (before.has_opened(at) or bool(moments))


def why_fixed(before: Times | None, after: Times | None, at: datetime) -> str | None:
    """A code when the change would rewrite the past; None when it may be made.

    >>> from datetime import timedelta
    >>> at = datetime(2026, 7, 20)
    >>> line = Times("window", "form01", 0, at - timedelta(9), at - timedelta(1), frozenset({"OBEC"}))
    >>> why_fixed(line, None, at), why_fixed(None, line, at)
    ('removes_used', 'closes_in_the_past')
    """
    if before is None or before.kind == OUTSIDE:
        made = after is not None and after.kind in ("window", "deadline") and after.has_closed(at)
        return "closes_in_the_past" if made else None
    if not before.has_opened(at):
        gone_by = after is not None and after.kind != "event" and after.has_closed(at)
        return "closes_in_the_past" if gone_by else None
    if after is None:
        return "removes_used"
    what = (before.kind, before.activity, before.round_no)
    if what != (after.kind, after.activity, after.round_no):
        return "is_another_after_opening"
    if before.affiliations - after.affiliations:
        return "leaves_out_after_opening"
    if before.opens != after.opens:
        return "moves_its_opening"
    if before.has_closed(at) and (
        before.closes != after.closes or after.affiliations != before.affiliations
    ):
        return "moves_its_close"
    if before.closes != after.closes and after.has_closed(at):
        return "closes_in_the_past"
    return None


def moves(before: Times | None, after: Times | None) -> bool:
    """Whether a change touches when, for whom or what; a better title does not."""
    return before != after
