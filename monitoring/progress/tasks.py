"""The tick of the snapshots. No rules here: it calls actions."""

from __future__ import annotations

from celery import shared_task

from eqfund import clock
from eqfund.models import Term
from monitoring.progress import actions

AT_ONCE = 60  # offices a tick counts at most; what is left waits for the next one


@shared_task(name="monitoring.progress.tick")
def tick() -> int:
    """Count anew the offices where something happened since the last tick; every minute."""
    clock.refresh()
    now = clock.now()
    term = Term.objects.current(now)
    if term is None:
        return 0
    actions.note_touched(term)
    return actions.recount(term, at=now, most=AT_ONCE)
