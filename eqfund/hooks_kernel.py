"""The kernel's own lines of the menu; the demo's task for whoever moves its clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access, antivirus, demo
from eqfund.hooks import MenuItem, Todo, home_tasks, menu
from eqfund.models import Term


def clock_task(user: Any, at: datetime) -> list[Todo]:
    """The demo's next event, for the one who can go there."""
    term = Term.objects.current(at)
    if term is None or not access.paths_with(user, "move_clock"):
        return []
    return [
        Todo(
            what=gettext("Move the demo to its next event"),
            hint=moment.title,
            url=reverse("demo-clock"),
            action_label=gettext("Open the clock"),
            due=moment.at,
        )
        for moment in demo.moments(term, at, limit=1)
    ]


@home_tasks.register
def scanner_task(user: Any, at: datetime) -> list[Todo]:
    """Outside the demo: uploads that no scanner looks at are said to whoever can set one."""
    if settings.DEMO_MODE or antivirus.is_set() or not access.paths_with(user, "manage_jobs"):
        return []
    return [
        Todo(
            gettext("No virus scanner is set"),
            gettext(
                "What people send is judged by its content alone. Set ANTIVIRUS to the scanner's address."
            ),
            state="info",
        )
    ]


menu.register(MenuItem("work", _("Home"), "home", "home"), order=0)
if settings.DEMO_MODE:
    menu.register(MenuItem("settings", _("Demo clock"), "demo-clock", "move_clock"), order=90)
    home_tasks.register(clock_task, order=90)
