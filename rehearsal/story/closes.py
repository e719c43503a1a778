"""The calendar's own moments: windows close, what was left is kept, and those concerned are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from eqfund import clock, edges
from eqfund.calendar import queries_closes
from eqfund.models import CloseRecord, Edge, Job
from rehearsal.world import World


def play(world: World) -> Iterator[tuple[str, Any]]:
    """Everything up to now comes, in order; a second tick repeats nothing."""
    now = clock.now()
    came = edges.run_due(now, since=now - timedelta(minutes=1))
    if edges.run_due(now):
        raise AssertionError("a second tick repeated a moment")
    if Edge.objects.filter(at__lte=now, done_at=None).exists():
        raise AssertionError("a moment was not done to its end")
    yield "moments of the calendar that came", len(came)
    closed = CloseRecord.objects.filter(term=world.term, closed_at=now)
    rows = queries_closes.with_sums(
        world.people["office"],
        list(
            queries_closes.closes_for_table(world.people["office"], world.term).filter(
                pk__in=closed
            )
        ),
    )
    for record, sums in rows:
        yield record.title_th, f"{sums.left} of {sums.schools} schools of the office left"
    job = Job.objects.filter(kind="calendar.tell_close").order_by("pk").last()
    if job is not None and closed.exists():
        yield "people told of it", job.result.get("mails", 0)
