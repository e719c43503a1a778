"""What the calendar itself does at its moments, and what it puts into the menu."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access, hooks
from eqfund.edges import CLOSES, REMINDERS, EdgeHandler
from eqfund.models import Extension, User

from . import closes, notices
from .reminders import send_reminders

hooks.edge_handlers.register(EdgeHandler("calendar.remind", send_reminders, REMINDERS))
hooks.edge_handlers.register(
    EdgeHandler("calendar.close", closes.record_close, frozenset({CLOSES}))
)
hooks.menu.register(
    hooks.MenuItem("settings", _("Extensions"), "calendar:extensions", "calendar.read_extensions"),
    order=91,
)
hooks.menu.register(
    hooks.MenuItem("follow", _("Left at the close"), "calendar:closes", "calendar.read_closes"),
    order=51,
)
hooks.home_tasks.register(notices.close_tasks, order=60)


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
