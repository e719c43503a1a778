"""The calendar's moments, and how far a window may be extended. Pure.

Units     Instants, aware. A close is exclusive: the moment it names is already closed.
Source    DESIGN 6 and 11; the calendar of term 1/2569 (letter 004) for what depends on what.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

REMIND_BEFORE = {
    "remind_7d": timedelta(days=7),
    "remind_3d": timedelta(days=3),
    "remind_1d": timedelta(days=1),
    "remind_2h": timedelta(hours=2),
}

# activity -> what needs its outcome: the work stops before the first of these
NEEDED_BY: dict[str, tuple[str, ...]] = {
    "confirm_continuing": ("transfer",),
    "school_bank_account": ("transfer",),
    "correct_channel": ("transfer",),
    "form01_draft": ("pmt_announcement",),
    "form01": ("pmt_announcement",),
    "choose_channel": ("fund_verification", "transfer"),
    "form05": ("fund_verification",),
}

# Work that goes by the time of other work where a calendar has none of its own: that of 1/2562 knows
# no drafts beside form 01, and calls what is reported of a payout by its receipts.
GOES_WITH = {"form01_draft": "form01", "payout_report": "receipt06"}


@dataclass(frozen=True, slots=True)
class LineMoment:
    """When a line of the calendar begins; of `round_no` 0 when it is of no round."""

    activity: str
    round_no: int
    opens_at: datetime


def edges_of(
    kind: str, opens_at: datetime | None, closes_at: datetime | None
) -> list[tuple[str, datetime]]:
    """The moments of a line, by event, in order: its opening, the reminders, its close.

    What is outside the system has none. A reminder that would come before the opening is left out.
    """
    if kind == "outside":
        return []
    found = [("opens", opens_at)] if opens_at else []
    if kind == "event" or closes_at is None:
        return found
    found += reminders_of(opens_at, closes_at)
    return [*found, ("closes", closes_at)]


def reminders_of(opens_at: datetime | None, closes_at: datetime) -> list[tuple[str, datetime]]:
    """The reminders before a close, the earliest first."""
    due = [(event, closes_at - before) for event, before in REMIND_BEFORE.items()]
    return [(event, at) for event, at in due if opens_at is None or at > opens_at]


def next_need(
    activity: str, round_no: int, closes_at: datetime, lines: Iterable[LineMoment]
) -> LineMoment | None:
    """The first moment from the close on that needs the activity's outcome; None when nothing does.

    A window of a round is needed by that round's moment; one of no round by the next of any.
    """
    needed_by = NEEDED_BY.get(activity, ())
    later = [
        line
        for line in lines
        if line.activity in needed_by
        and line.opens_at >= closes_at
        and (not round_no or not line.round_no or line.round_no == round_no)
    ]
    return min(later, key=lambda line: line.opens_at, default=None)
