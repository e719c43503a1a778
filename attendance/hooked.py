"""What attendance adds to the kernel's pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from attendance import queries
from eqfund import access
from eqfund.hooks import MenuItem, Panel, Todo, home_tasks, menu, pupil_panels
from eqfund.models import Term
from eqfund.windows import window_of

menu.register(
    MenuItem("follow", _("Attendance"), "attendance:classes", "attendance.record_month"), order=40
)


def todos(user: Any, at: datetime) -> list[Todo]:
    """Months of the person's classes that are not recorded while the window is open."""
    term = Term.objects.current(at)
    paths = access.paths_with(user, "attendance.record_month")
    if term is None or not paths or paths == ["TH/"]:
        return []
    window = window_of(term, "attendance", paths[0], at)
    if window is None or not window.is_open(at):
        return []
    rows = queries.class_rows(list(queries.classes_of(user, term)), term, at.date())
    missing = sum(1 for row in rows for _month, record in row.months if record is None)
    unset = any(row.days is None for row in rows)
    if not missing and not unset:
        return []
    what = gettext("Record attendance: %(count)d class months") % {"count": missing}
    hint = gettext("Term days are not set yet") if unset else ""
    url = reverse("attendance:classes")
    return [
        Todo(what, hint, url, gettext("Record"), due=window.closes_at, state="sun", count=missing)
    ]


def panel(pupil: Any, user: Any, at: datetime) -> list[Panel]:
    """A pupil's days so far and what they come to."""
    term = Term.objects.current(at)
    if term is None:
        return []
    context = queries.condition_of(pupil, term, user)
    return (
        [Panel(gettext("Attendance"), "attendance/panel.html", context)]
        if context["school_days"]
        else []
    )


home_tasks.register(todos, order=40)
pupil_panels.register(panel, order=40)
