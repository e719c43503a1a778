"""The demo's rehearsal clock and its people. Nothing here is reached outside demo mode."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django import forms
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access, clock
from eqfund.form_fields import ThaiDateField
from eqfund.models import Affiliation, CalendarLine, Term, User
from eqfund.refusal import Refused

FAR = datetime.max.replace(tzinfo=UTC)
FIRST = 60  # of the sign-in page
JUST_NOW = timedelta(days=200)  # how far back a page of what has happened may look


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant at which the calendar opens or closes something."""

    at: datetime
    title: str
    what: str


def moments(term: Term, after: datetime, until: datetime = FAR, limit: int = 12) -> list[Moment]:
    """The edges of the term's calendar after one moment, up to another; in order, each title once."""
    found: dict[tuple[datetime, str, str], Moment] = {}
    for line in CalendarLine.objects.filter(term=term).exclude(kind=CalendarLine.Kind.OUTSIDE):
        edges = [
            (line.during.lower, gettext("opens") if line.kind == "window" else gettext("begins"))
        ]
        if line.kind != CalendarLine.Kind.EVENT:
            edges.append((line.during.upper, gettext("closes")))
        for at, what in edges:
            if at is not None and after < at <= until:
                found[at, line.title, what] = Moment(at.astimezone(clock.BANGKOK), line.title, what)
    return sorted(found.values(), key=lambda moment: (moment.at, moment.title))[:limit]


class MomentForm(forms.Form):
    """A day and a time to go to."""

    day = ThaiDateField(label=_("Day"), help_text=_("For example 24/7/2569."))
    time = forms.TimeField(
        label=_("Time"),
        help_text=_("For example 16.59 or 16.59.59."),
        input_formats=["%H.%M", "%H.%M.%S", "%H:%M", "%H:%M:%S"],
    )

    def moment(self) -> datetime:
        """The instant asked for, in Bangkok."""
        day, time = self.cleaned_data["day"], self.cleaned_data["time"]
        return datetime.combine(day, time, tzinfo=clock.BANGKOK)


def passed(term: Term, since: str, now: datetime) -> list[Moment]:
    """What the calendar opened and closed since a moment (an ISO text from the address), until now."""
    try:
        begin = datetime.fromisoformat(since)
    except ValueError:
        return []
    if begin.tzinfo is None or not now - JUST_NOW < begin < now:
        return []
    return moments(term, begin, until=now, limit=40)


def next_event(current: datetime) -> datetime:
    """The next edge of the calendar; Refused when the term has none left."""
    term = Term.objects.current(current)
    coming = moments(term, current, limit=1) if term else []
    if not coming:
        raise Refused(gettext("The calendar has no further event in this term."))
    return coming[0].at


def people() -> list[User]:
    """Those whom the sign-in page offers, in the order they were made: the first, and all where schools add pupils themselves."""
    rows = User.objects.filter(is_demo=True, is_active=True)
    first = list(rows.order_by("pk").values_list("pk", flat=True)[:FIRST])
    without = Affiliation.objects.filter(registry="").values_list("path", flat=True)
    others = access.within(list(without), "postings__path")
    wanted = rows.filter(Q(pk__in=first) | others).distinct()
    return list(wanted.prefetch_related("postings").order_by("pk"))


def offset_to(at: datetime) -> timedelta:
    """How far programme time must be from real time to read `at` now."""
    return at - clock.wall()
