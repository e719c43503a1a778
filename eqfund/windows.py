"""Is it open? The calendar asked for one activity, place and moment.

Windows are half-open instants in Bangkok: 16:59:59 is inside, 17:00:00 is not.
A granted extension whose place covers the path moves the close for it alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext

from eqfund import clock
from eqfund.calendar.rules import GOES_WITH
from eqfund.models import CalendarLine, Extension, Term
from eqfund.thai_text import duration, thai_datetime

ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Window:
    """A line of the calendar as it holds for one place; None means without bound."""

    line: CalendarLine
    opens_at: datetime | None
    closes_at: datetime | None
    extended: bool = False

    @property
    def title(self) -> str:
        """In Thai, unless the reader's language is another and the line has a title in English."""
        return self.line.title

    @property
    def last_moment(self) -> datetime | None:
        """The close as people say it: a day's end is that day, not the next day's midnight."""
        return None if self.closes_at is None else said_close(self.closes_at)

    def is_open(self, at: datetime) -> bool:
        return (self.opens_at is None or self.opens_at <= at) and (
            self.closes_at is None or at < self.closes_at
        )

    def is_past(self, at: datetime) -> bool:
        return self.closes_at is not None and at >= self.closes_at

    def left(self, at: datetime) -> str:
        """How long still, in words; empty without an end."""
        return duration(self.closes_at - at) if self.closes_at and self.closes_at > at else ""


def said_close(closes_at: datetime) -> datetime:
    """A close as people say it: a day's end is that day's last minute, not the next day's midnight."""
    local = closes_at.astimezone(clock.BANGKOK)
    return local - timedelta(minutes=1) if (local.hour, local.minute) == (0, 0) else local


def windows_of(term: Term, activity: str, path: str, round_no: int | None = None) -> list[Window]:
    """All windows of an activity for a place, by opening time, extensions counted.

    A window of no round is every round's.
    """
    affiliation_id = _affiliation_of(path)
    if affiliation_id is None:
        return []
    lines = CalendarLine.objects.filter(
        term=term, activity=activity, affiliation_id=affiliation_id, kind="window"
    )
    if round_no is not None:
        lines = lines.filter(round_no__in=[0, round_no])
    found = _with_extensions(list(lines.order_by("during", "pk")), path)
    if not found and activity in GOES_WITH:
        return windows_of(term, GOES_WITH[activity], path, round_no)
    return found


def window_of(
    term: Term, activity: str, path: str, at: datetime, round_no: int | None = None
) -> Window | None:
    """The window that matters at `at`: the open one, else the next one, else the last one."""
    windows = windows_of(term, activity, path, round_no)
    for window in windows:
        if not window.is_past(at):
            return window
    return windows[-1] if windows else None


def why_closed(
    term: Term, activity: str, path: str, at: datetime, round_no: int | None = None
) -> str | None:
    """None while the activity is open for the place; else a sentence with the moment and who can extend."""
    if activity == ALWAYS:
        return None
    windows = windows_of(term, activity, path, round_no)
    if any(window.is_open(at) for window in windows):
        return None
    if not windows:
        return gettext("The calendar of term %(term)s has no time for this work. Ask the fund.") % {
            "term": term.label
        }
    coming = [window for window in windows if window.opens_at and window.opens_at > at]
    if coming:
        opens_at = coming[0].opens_at
        assert opens_at is not None
        return gettext("“%(title)s” has not opened yet. It opens %(opens)s.") % {
            "title": coming[0].title,
            "opens": thai_datetime(opens_at),
        }
    last = windows[-1]
    closed = last.last_moment
    assert closed is not None
    return gettext(
        "“%(title)s” closed %(closed)s. Your supervising office can ask the fund for an extension."
    ) % {"title": last.title, "closed": thai_datetime(closed)}


def lines_for(term: Term, path: str) -> list[Window]:
    """Every line of the term's calendar as it holds for a place, by opening time."""
    lines = CalendarLine.objects.filter(term=term)
    if affiliation_id := _affiliation_of(path):
        lines = lines.filter(affiliation_id=affiliation_id)
    return _with_extensions(list(lines.order_by("during", "pk")), path)


def line_for(line: CalendarLine, path: str) -> Window:
    """One line as it holds for a place, extensions counted."""
    return _with_extensions([line], path)[0]


def event_at(term: Term, activity: str, round_no: int = 0) -> CalendarLine | None:
    """The calendar's line of an event, of any affiliation."""
    return (
        CalendarLine.objects.filter(term=term, activity=activity, round_no=round_no)
        .order_by("pk")
        .first()
    )


def _affiliation_of(path: str) -> int | None:
    """The affiliation's key from a path; None for the whole country, which has no window."""
    segments = path.split("/")
    return int(segments[1]) if len(segments) > 2 else None


def _with_extensions(lines: list[CalendarLine], path: str) -> list[Window]:
    prefixes = ["/".join(path.split("/")[:n]) + "/" for n in range(1, path.count("/") + 1)]
    granted = Extension.objects.filter(
        line__in=lines, path__in=prefixes, status=Extension.Status.GRANTED
    )
    later: dict[int, datetime] = {}
    for extension in granted:
        later[extension.line_id] = max(
            later.get(extension.line_id, extension.closes_at), extension.closes_at
        )
    windows = []
    for line in lines:
        closes = line.during.upper
        extended = line.pk in later and closes is not None and later[line.pk] > closes
        windows.append(
            Window(line, line.during.lower, later[line.pk] if extended else closes, extended)
        )
    return windows
