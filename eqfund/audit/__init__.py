"""Write the audit book: one event for each act, in the act's own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Model

from eqfund import clock
from eqfund.models import Event, User


def record(
    verb: str,
    obj: Model | str,
    *,
    by: User | None,
    at: datetime | None = None,
    path: str = "",
    facts: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Event:
    """Record that `by` (None: the system) did `verb` to `obj` at programme time `at`.

    `facts` are figures and codes, readable by auditors; `before` and `after` may
    hold personal values and are encrypted.
    """
    label, pk = (obj._meta.label, str(obj.pk)) if isinstance(obj, Model) else (obj, "")
    if not path and isinstance(obj, Model):
        path = getattr(obj, "path", "") or ""
    change = {
        key: value for key, value in (("before", before), ("after", after)) if value is not None
    }
    return Event.objects.create(
        wall_at=clock.wall(),
        at=at or clock.now(),
        actor_id=by.pk if by else None,
        actor_name=by.full_name if by else "",
        verb=verb,
        object_label=label,
        object_id=pk,
        path=path,
        facts=facts or {},
        change=change,
    )
