"""What the calendar itself does at its moments, and what it puts into the menu."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access, hooks
from eqfund.edges import CLOSES, REMINDERS, EdgeHandler, EdgeMoment
from eqfund.models import Extension, User

from .reminders import send_reminders, unfinished_paths


def count_unfinished(moment: EdgeMoment) -> dict[str, Any] | None:
    """At a close: which schools had not done the work; kept with the moment, shown to their offices."""
    paths = unfinished_paths(moment)
    return None if paths is None else {"count": len(paths), "paths": sorted(paths)}


hooks.edge_handlers.register(EdgeHandler("calendar.remind", send_reminders, REMINDERS))
hooks.edge_handlers.register(
    EdgeHandler("calendar.unfinished", count_unfinished, frozenset({CLOSES}))
)
hooks.menu.register(
    hooks.MenuItem("settings", _("Extensions"), "calendar:extensions", "calendar.read_extensions"),
    order=91,
)


@hooks.home_tasks.register
def waiting_extensions(user: User, at: datetime) -> list[hooks.Todo]:
    """Proposals that wait for the fund; one line however many."""
    if not access.may(user, "calendar.decide_extension", "TH/"):
        return []
    waiting = Extension.objects.filter(status=Extension.Status.PROPOSED).exclude(
        proposed_by=user.pk
    )
    first = waiting.order_by("line__during", "pk").select_related("line").first()
    if first is None:
        return []
    return [
        hooks.Todo(
            gettext("Decide on extensions that offices propose"),
            gettext("Waiting: %(count)d") % {"count": waiting.count()},
            url=reverse("calendar:extensions") + "?status=proposed",
            action_label=gettext("Look and decide"),
            due=first.line.during.upper,
            state="sun",
        )
    ]
