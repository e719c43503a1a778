"""What the audit book puts into the menu and onto a pupil's page."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access
from eqfund.hooks import MenuItem, Panel, home_tasks, menu, pupil_panels
from eqfund.models import Pupil, User

from . import queries, unusual

SHOWN = 5

menu.register(MenuItem("follow", _("Audit book"), "audit:events", "read_audit"), order=80)
home_tasks.register(unusual.home_tasks, order=10)


@pupil_panels.register
def who_opened(pupil: Pupil, user: User, at: datetime) -> list[Panel]:
    """For an auditor: who read, changed or took out this child's data lately."""
    if not access.may(user, "read_audit", pupil.path):
        return []
    rows = queries.events_for(user, queries.Wanted(child=pupil.pk))
    found = list(rows.defer("change", "change_digest")[:SHOWN])
    context = {
        "lines": queries.lines_of(found),
        "all": f"{reverse('audit:events')}?child={pupil.pk}",
    }
    return [Panel(gettext("Audit book"), "audit/pupil_panel.html", context)]
