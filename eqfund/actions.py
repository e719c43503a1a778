"""The kernel's own actions."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from eqfund import access, audit, clock, demo, edges
from eqfund.models import RehearsalClock, User
from eqfund.refusal import Refused


@transaction.atomic
def move_clock(to: datetime, *, by: User | None, at: datetime) -> None:
    """Move the demo's programme time forward to `to`. Back means fresh demo data."""
    if not settings.DEMO_MODE:
        raise Refused(gettext("The clock moves in the demo only."))
    if by is not None and (reason := access.why_not(by, "move_clock", "TH/")):
        raise Refused(reason)
    if to <= at:
        raise Refused(
            gettext("The demo's time moves forward only. To go back, make fresh demo data.")
        )
    seconds = int(demo.offset_to(to).total_seconds())
    RehearsalClock.objects.update_or_create(
        pk=1, defaults={"offset_seconds": seconds, "moved_by": by}
    )
    audit.record("move_clock", "eqfund.RehearsalClock", by=by, at=at, facts={"to": to.isoformat()})
    transaction.on_commit(lambda: _let_moments_come(to, since=at))


def _let_moments_come(to: datetime, *, since: datetime) -> None:
    """What lies between the old time and the new one happens, in order, each at its own instant."""
    clock.refresh()
    edges.run_due(to, since=since)
