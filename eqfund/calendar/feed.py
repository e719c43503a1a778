"""A person's calendar as iCalendar text: what opens, what closes, what happens, at their places.

A window is two entries, for weeks of "open" bury everything else in a calendar: the day it opens,
and its close, with alarms a day and two hours before. Each entry keeps its UID when a close moves,
so that a calendar program moves its entry with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext
from icalendar import Alarm, Calendar, Event

from eqfund import access, clock
from eqfund.models import CalendarLine, Term, User
from eqfund.places import place_names
from eqfund.thai_text import thai_datetime
from eqfund.windows import Window, lines_for

PRODUCT = "-//eqfund//calendar//TH"
CLOSE_TAKES = timedelta(minutes=30)
ALARMS = (timedelta(days=1), timedelta(hours=2))


@dataclass(frozen=True, slots=True)
class Mine:
    """A line of the calendar as it holds at one place of a person."""

    window: Window
    path: str
    place: str


def lines_of(user: User, term: Term) -> list[Mine]:
    """The term's lines that concern a person: by the roles of the line, each line and close once.

    People of an office and above follow every line of their affiliation; the country's, all.
    """
    found: dict[tuple[object, ...], Mine] = {}
    posts = access.postings_of(user)
    names = place_names({post.path for post in posts})
    for post in posts:
        follows = access.level_of_path(post.path) not in ("school", "classroom")
        for window in lines_for(term, post.path):
            line = window.line
            if follows or post.role in line.roles.split(";"):
                key = (line.kind, line.activity, line.round_no, window.opens_at, window.closes_at)
                found.setdefault(key, Mine(window, post.path, names.get(post.path, "")))
    return list(found.values())


def ics(mine: Iterable[Mine], term: Term, at: datetime) -> bytes:
    """The lines as one iCalendar, stamped with the moment it was made."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    name = gettext("Equity grant, term %(term)s") % {"term": term.label}
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Bangkok")
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    for it in mine:
        for event in _events(it):
            event.add("dtstamp", at)
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(it: Mine) -> Iterable[Event]:
    window, kind = it.window, it.window.line.kind
    if kind == CalendarLine.Kind.OUTSIDE and window.opens_at is None:
        return
    if window.opens_at and kind != CalendarLine.Kind.DEADLINE:
        yield _day(it, window.opens_at, gettext("Opens: %(title)s") if kind == CalendarLine.Kind.WINDOW else "%(title)s")  # fmt: skip
    if window.closes_at and kind in (CalendarLine.Kind.WINDOW, CalendarLine.Kind.DEADLINE):
        yield _close(it, gettext("Closes: %(title)s") if kind == CalendarLine.Kind.WINDOW else gettext("Due: %(title)s"))  # fmt: skip


def _day(it: Mine, opens_at: datetime, title: str) -> Event:
    """An entry of a whole day; an event that lasts keeps all its days."""
    line = it.window.line
    first = opens_at.astimezone(clock.BANGKOK).date()
    last = first
    if line.kind == CalendarLine.Kind.EVENT and it.window.last_moment:
        last = max(first, it.window.last_moment.date())
    event = _entry(it, "opens", title)
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _close(it: Mine, title: str) -> Event:
    last = it.window.last_moment
    assert it.window.closes_at is not None
    assert last is not None
    closes_at = it.window.closes_at.astimezone(clock.BANGKOK)
    event = _entry(it, "closes", title)
    event.add("dtstart", (closes_at - CLOSE_TAKES).astimezone(clock.BANGKOK))
    event.add("dtend", closes_at)
    event.add("description", thai_datetime(last))
    for before in ALARMS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title % {"title": it.window.title})
        alarm.add("trigger", -before)
        event.add_component(alarm)
    return event


def _entry(it: Mine, what: str, title: str) -> Event:
    line = it.window.line
    event = Event()
    uid = f"{line.programme}-{line.term_id}-{line.activity}-{line.round_no}-{line.affiliation_id}-{what}"
    event.add("uid", f"{uid}-{it.path.replace('/', '.')}@eqfund")
    event.add("summary", title % {"title": it.window.title})
    if it.place:
        event.add("location", it.place)
    return event
