"""The moments at which the calendar opens, is about to close, and closes: each comes once, in order.

    run_due(until)    notes every moment up to `until` that has come since the last time, then lets
                      each registered handler do its part, at the moment's own instant

A moment is a row (`Edge`), unique by line, extension and event. What a handler did is kept in the
row, in the handler's own transaction: a crash, a second tick or a broken handler repeats nothing
that was done and forgets nothing that was not. Handlers are light and start jobs for long work.

Apps register in ready():  hooks.edge_handlers.register(EdgeHandler("app.what", work, events, activities))
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction

from eqfund import clock, hooks
from eqfund.calendar import rules
from eqfund.models import CalendarLine, Edge, EdgeClock, Extension

log = logging.getLogger(__name__)

MAX_TRIES = 30
CLOSES = Edge.Event.CLOSES
REMINDERS = frozenset(rules.REMIND_BEFORE)


@dataclass(frozen=True, slots=True)
class EdgeMoment:
    """A moment as handlers see it: whose it is, when, and at which places it does not hold.

    `path` is the line's affiliation, or the place of an extension, or "" where something lasts
    longer everywhere; `but_for` are places with an extension that lasts beyond: they get their own.
    """

    edge: Edge
    line: CalendarLine
    event: str
    at: datetime
    path: str
    but_for: tuple[str, ...]

    @property
    def is_extension(self) -> bool:
        return bool(self.edge.extension_ref)

    def holds_at(self, path: str) -> bool:
        """Whether the moment is also this place's."""
        return path.startswith(self.path) and not path.startswith(self.but_for or ("-",))


@dataclass(frozen=True, slots=True)
class EdgeHandler:
    """What an app does at some moments; `activities` None means of all. `work` returns its figures."""

    name: str
    work: Callable[[EdgeMoment], dict[str, Any] | None]
    events: frozenset[str]
    activities: frozenset[str] | None = None

    def wants(self, moment: EdgeMoment) -> bool:
        of_mine = self.activities is None or moment.line.activity in self.activities
        return moment.event in self.events and of_mine


def run_due(until: datetime, *, since: datetime | None = None) -> list[Edge]:
    """Let every moment up to `until` come, in order; those that have come before do not come again.

    The very first time, only what lies after `since` counts, by default nothing: a calendar that
    is loaded in its middle sends no reminders of its past.
    """
    _note(until, since or until)
    waiting = Edge.objects.filter(done_at=None, at__lte=until, tries__lt=MAX_TRIES)
    came = [
        edge
        for pk in waiting.order_by("at", "pk").values_list("pk", flat=True)
        if (edge := _run(pk))
    ]
    for follow in hooks.edge_rounds:
        follow(until)
    return came


def begin(at: datetime) -> None:
    """Count moments from `at` on, unless they are counted already."""
    EdgeClock.objects.get_or_create(pk=1, defaults={"until": at})


@transaction.atomic
def _note(until: datetime, since: datetime) -> None:
    begin(since)
    mark = EdgeClock.objects.select_for_update().get(pk=1)
    if until <= mark.until:
        return
    due = [edge for edge in _moments() if mark.until < edge.at <= until]
    Edge.objects.bulk_create(sorted(due, key=lambda edge: edge.at), ignore_conflicts=True)
    EdgeClock.objects.filter(pk=1).update(until=until)


def _moments() -> Iterable[Edge]:
    """Every moment of every line and of every granted extension."""
    for line in CalendarLine.objects.exclude(kind=CalendarLine.Kind.OUTSIDE):
        for event, at in rules.edges_of(line.kind, line.during.lower, line.during.upper):
            yield Edge(line=line, event=event, at=at)
    granted = Extension.objects.filter(status=Extension.Status.GRANTED).select_related("line")
    for extension in granted:
        opens_at = extension.line.during.lower
        for event, at in rules.edges_of("window", opens_at, extension.closes_at):
            if event != Edge.Event.OPENS:
                yield Edge(line=extension.line, extension_ref=extension.pk, event=event, at=at)


def _run(pk: int) -> Edge | None:
    """Ask each handler that has not done its part; None when another tick has the moment."""
    for handler in hooks.edge_handlers:
        try:
            _ask(pk, handler)
        except _Busy:
            return None
        except Exception:
            # Its text may hold a child's data: the kind alone is logged, and the next tick asks again.
            log.exception("edge %s: %s failed", pk, handler.name)
    with transaction.atomic():
        edge = Edge.objects.select_for_update().get(pk=pk)
        asked = {handler.name for handler in hooks.edge_handlers}
        edge.tries += 1
        edge.done_at = clock.wall() if asked <= set(edge.results) else None
        edge.save(update_fields=["tries", "done_at"])
    return edge


class _Busy(Exception):
    """Another tick holds the moment."""


@transaction.atomic
def _ask(pk: int, handler: EdgeHandler) -> None:
    try:
        with transaction.atomic():
            edge = Edge.objects.select_for_update(nowait=True).get(pk=pk)
    except DatabaseError:
        raise _Busy from None
    if handler.name in edge.results:
        return
    moment = moment_of(edge)
    figures: dict[str, Any] | None = None
    if moment.path and handler.wants(moment):
        with clock.rehearse(moment.at):
            figures = handler.work(moment)
    edge.results[handler.name] = figures or {}
    edge.save(update_fields=["results"])


def closes_at(moment: EdgeMoment) -> datetime | None:
    """The close that the moment leads to: the extension's, or the line's own."""
    if moment.is_extension:
        return Extension.objects.get(pk=moment.edge.extension_ref).closes_at
    return moment.line.during.upper  # type: ignore[no-any-return]


def moment_of(edge: Edge) -> EdgeMoment:
    """An edge with its line and places, as extensions stand now."""
    line = CalendarLine.objects.select_related("term", "affiliation").get(pk=edge.line_id)
    granted = list(Extension.objects.filter(line=line, status=Extension.Status.GRANTED))
    own = next((e for e in granted if e.pk == edge.extension_ref), None)
    at = edge.at.astimezone(clock.BANGKOK)
    path = own.path if own else line.affiliation.path
    closes_at = (own.closes_at if own else line.during.upper) or at
    longer = {e.path for e in granted if e.closes_at > closes_at}
    outlasted = path.startswith(tuple(longer) or ("-",)) or (
        own is not None and line.during.upper is not None and line.during.upper >= own.closes_at
    )
    but_for = tuple(sorted(other for other in longer if other.startswith(path)))
    return EdgeMoment(edge, line, edge.event, at, "" if outlasted else path, but_for)
