"""The demo's rehearsal clock and its people. Nothing here is reached outside demo mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext

from eqfund import clock
from eqfund.models import CalendarLine, Term, User
from eqfund.refusal import Refused


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant at which the calendar opens or closes something."""

    at: datetime
    title: str
    what: str


def moments(term: Term, after: datetime, limit: int = 12) -> list[Moment]:
    """The next edges of the term's calendar, in order, each line's title once."""
    found: dict[tuple[datetime, str, str], Moment] = {}
    for line in CalendarLine.objects.filter(term=term).exclude(kind=CalendarLine.Kind.OUTSIDE):
        edges = [
            (line.during.lower, gettext("opens") if line.kind == "window" else gettext("begins"))
        ]
        if line.kind != CalendarLine.Kind.EVENT:
            edges.append((line.during.upper, gettext("closes")))
        for at, what in edges:
            if at is not None and at > after:
                found[at, line.title_th, what] = Moment(
                    at.astimezone(clock.BANGKOK), line.title_th, what
                )
    return sorted(found.values(), key=lambda moment: (moment.at, moment.title))[:limit]


def moment_from(data: Mapping[str, str], current: datetime) -> datetime:
    """The instant a form asks for: the next event, or its own day and time (ISO, Bangkok).

    Raises Refused for what is no date, with a sentence.
    """
    if "next" in data:
        term = Term.objects.current(current)
        coming = moments(term, current, limit=1) if term else []
        if not coming:
            raise Refused(gettext("The calendar has no further event in this term."))
        return coming[0].at
    try:
        found = datetime.fromisoformat(data.get("at", ""))
    except ValueError:
        raise Refused(gettext("Give a day and a time, for example 2026-07-24T16:59.")) from None
    return found if found.tzinfo else found.replace(tzinfo=clock.BANGKOK)


def people() -> list[User]:
    """Those whom the sign-in page offers, in the order they were made."""
    return list(
        User.objects.filter(is_demo=True, is_active=True)
        .prefetch_related("postings")
        .order_by("pk")[:40]
    )


def offset_to(at: datetime) -> timedelta:
    """How far programme time must be from real time to read `at` now."""
    return at - clock.wall()
