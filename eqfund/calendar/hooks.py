"""What the calendar itself does at its moments, and what it puts into the menu."""

from __future__ import annotations

from typing import Any

from eqfund import hooks
from eqfund.edges import CLOSES, REMINDERS, EdgeHandler, EdgeMoment

from .reminders import send_reminders, unfinished_paths


def count_unfinished(moment: EdgeMoment) -> dict[str, Any] | None:
    """At a close: which schools had not done the work; kept with the moment, shown to their offices."""
    paths = unfinished_paths(moment)
    return None if paths is None else {"count": len(paths), "paths": sorted(paths)}


hooks.edge_handlers.register(EdgeHandler("calendar.remind", send_reminders, REMINDERS))
hooks.edge_handlers.register(
    EdgeHandler("calendar.unfinished", count_unfinished, frozenset({CLOSES}))
)
