"""Find events: filters that each have an index, pages by key and not by count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from eqfund import access, clock
from eqfund.models import AuditCheck, AuditSeal, Event, School, SupervisingOffice, User
from eqfund.places import place_names

from .words import label_word, word

PAGE_SIZE = 50
MOST_PEOPLE = MOST_PLACES = 20
SLICE = 2_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an auditor asks for; plain values, so that a job can be told the same."""

    people: tuple[int, ...] | None = None  # None: everybody; (): nobody of that name
    places: tuple[str, ...] | None = None
    kind: str = ""
    verb: str = ""
    object_label: str = ""
    object_id: str = ""
    child: int | None = None
    since: str = ""  # ISO days, both included
    until: str = ""

    @classmethod
    def of(cls, params: dict[str, Any]) -> Wanted:
        """As a job's parameters hold it: lists for tuples."""
        fields: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in params.items()
        }
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class KeyPage:
    """One page of events and the keys of its neighbours; no count, so it costs the same at any depth."""

    rows: list[Event]
    older: str = ""
    newer: str = ""


def events_for(user: User, wanted: Wanted) -> QuerySet[Event]:
    """The events that the user may see and asks for, the newest first."""
    rows = Event.objects.visible_to(user)
    if wanted.people is not None:
        rows = rows.filter(actor_id__in=wanted.people)
    if wanted.places is not None:
        rows = rows.filter(access.within(wanted.places, "path") if wanted.places else Q(pk=None))
    equal = {
        "kind": wanted.kind,
        "verb": wanted.verb,
        "object_label": wanted.object_label,
        "object_id": wanted.object_id,
        "pupil_id": wanted.child,
    }
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    if wanted.since:
        rows = rows.filter(wall_at__gte=_midnight(wanted.since))
    if wanted.until:
        rows = rows.filter(wall_at__lt=_midnight(wanted.until) + timedelta(days=1))
    return rows.order_by("-wall_at", "-pk")


def page_of(rows: QuerySet[Event], *, before: str = "", after: str = "") -> KeyPage:
    """The page older than the key `before`, or newer than `after`; the newest page without either."""
    rows = rows.defer("change", "change_digest")
    if after and (key := _key(after)):
        moment, pk = key
        newer = rows.filter(Q(wall_at__gt=moment) | Q(wall_at=moment, pk__gt=pk))
        newer = newer.filter(wall_at__gte=moment)
        found = list(newer.order_by("wall_at", "pk")[: PAGE_SIZE + 1])
        more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE][::-1]
        return _keyed(found, has_older=bool(found), has_newer=more)
    if before and (key := _key(before)):
        moment, pk = key
        older = rows.filter(Q(wall_at__lt=moment) | Q(wall_at=moment, pk__lt=pk))
        found = list(older.filter(wall_at__lte=moment)[: PAGE_SIZE + 1])
        return _keyed(found[:PAGE_SIZE], has_older=len(found) > PAGE_SIZE, has_newer=bool(found))
    found = list(rows[: PAGE_SIZE + 1])
    return _keyed(found[:PAGE_SIZE], has_older=len(found) > PAGE_SIZE, has_newer=False)


def in_slices(rows: QuerySet[Event], most: int) -> Iterator[list[Event]]:
    """All the rows, at most `most`, in slices by key, the newest first."""
    before, done = "", 0
    rows = rows.defer("change", "change_digest")
    while done < most:
        narrowed = rows
        if before and (key := _key(before)):
            moment, pk = key
            narrowed = rows.filter(
                Q(wall_at__lt=moment) | Q(wall_at=moment, pk__lt=pk), wall_at__lte=moment
            )
        found = list(narrowed[: min(SLICE, most - done)])
        if not found:
            return
        yield found
        done += len(found)
        before = key_of(found[-1])


def key_of(event: Event) -> str:
    """Where an event stands in the order of pages: microseconds and its number."""
    return f"{(event.wall_at - EPOCH) // MICROSECOND}-{event.pk}"


def people_named(text: str) -> tuple[int, ...]:
    """The users whose user name or full name is like this."""
    text = text.strip()
    found = User.objects.filter(Q(username__iexact=text) | Q(full_name__icontains=text))
    return tuple(found.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


def places_named(text: str) -> tuple[str, ...]:
    """The paths of the schools and offices with this code or name; a path names itself."""
    text = text.strip()
    if text.startswith("TH/"):
        return (text if text.endswith("/") else f"{text}/",)
    schools = School.objects.filter(
        Q(moe_code=text) | Q(smis_code=text) | Q(name__icontains=text)
    ).order_by("pk")
    offices = SupervisingOffice.objects.filter(
        Q(short_name__icontains=text) | Q(name__icontains=text)
    ).order_by("pk")
    paths = [*offices.values_list("path", flat=True)[:MOST_PLACES]]
    paths += schools.values_list("path", flat=True)[:MOST_PLACES]
    return tuple(paths[:MOST_PLACES])


@dataclass(frozen=True, slots=True)
class Line:
    """An event as it is shown: in words, with the name of its place."""

    event: Event
    word: str
    label: str
    place: str


def lines_of(events: list[Event]) -> list[Line]:
    """Events in words; a few queries for all their places."""
    names = place_names({event.path for event in events})
    return [
        Line(event, word(event.verb), label_word(event.object_label), names.get(event.path, ""))
        for event in events
    ]


@dataclass(frozen=True, slots=True)
class SealState:
    """How far the book is sealed and proved."""

    last: AuditSeal | None
    waiting: int
    check: AuditCheck | None


def seal_state() -> SealState:
    last = AuditSeal.objects.order_by("-number").defer("leaves").first()
    waiting = Event.objects.filter(position__gte=last.below_position if last else 0)
    check = AuditCheck.objects.order_by("-pk").first()
    return SealState(last, waiting.count(), check)


def _keyed(rows: list[Event], *, has_older: bool, has_newer: bool) -> KeyPage:
    if not rows:
        return KeyPage(rows)
    return KeyPage(
        rows,
        older=key_of(rows[-1]) if has_older else "",
        newer=key_of(rows[0]) if has_newer else "",
    )


def _key(text: str) -> tuple[datetime, int] | None:
    """The moment and number of a key; None for anything else."""
    micros, _dash, pk = text.partition("-")
    if not (micros.isascii() and micros.isdigit() and pk.isascii() and pk.isdigit()):
        return None
    if len(micros) > 17 or len(pk) > 18:
        return None
    return EPOCH + int(micros) * MICROSECOND, int(pk)


def _midnight(iso: str) -> datetime:
    return datetime.combine(date.fromisoformat(iso), time(), tzinfo=clock.BANGKOK)
