"""What hand-overs put into the menu, the home page and a pupil's page; what follows a registry file."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from eqfund import access, hooks
from eqfund.clock import BANGKOK
from eqfund.hooks import Duty, MenuItem, Panel, Todo
from eqfund.models import Handover, Pupil, User

from . import mails, permissions, queries  # noqa: F401  (the mails register their jobs)
from .registry import follow_registry
from .rules import Side

hooks.menu.register(
    MenuItem("pupils", _("Hand-overs"), "handover:handovers", "handover.read", _("Hand-overs")),
    order=12,
)
hooks.registry_imported.register(follow_registry, order=20)


@hooks.home_tasks.register
def answer_tasks(user: User, at: datetime) -> list[Todo]:
    """Hand-overs that my school answers; those that my schools let lie, for who follows them."""
    today = at.astimezone(BANGKOK).date()
    todos = []
    if access.paths_with(user, "handover.answer"):
        mine = queries.to_answer(user).filter(lapses_on__gte=today)
        found = mine.aggregate(n=Count("pk"), due=Min("due_on"))
        if found["n"]:
            what = ngettext(
                "Answer the hand-over of %(count)d pupil",
                "Answer the hand-overs of %(count)d pupils",
                found["n"],
            )
            todos.append(
                Todo(
                    what % {"count": found["n"]},
                    gettext("Until then the history stays where it is, and nothing is paid."),
                    url=reverse("handover:handovers") + "?status=proposed",
                    action_label=gettext("Look and answer"),
                    due=datetime.combine(found["due"], time(23, 59), BANGKOK),
                    state="bad" if found["due"] < today else "sun",
                    count=found["n"],
                )
            )
    return todos + _late_ones(user, today)


def _late_ones(user: User, today: Any) -> list[Todo]:
    """For an office or an affiliation: what its schools have not answered in time."""
    paths = [
        path
        for path in access.paths_with(user, "handover.read")
        if access.level_of_path(path) in ("office", "affiliation")
    ]
    if not paths:
        return []
    late = Handover.objects.visible_to(user).waiting().filter(due_on__lt=today).count()
    if not late:
        return []
    what = ngettext(
        "Follow %(count)d hand-over that no school has answered in time",
        "Follow %(count)d hand-overs that no school has answered in time",
        late,
    )
    return [
        Todo(
            what % {"count": late},
            url=reverse("handover:handovers") + "?status=late",
            action_label=gettext("See"),
            state="sun",
            count=late,
        )
    ]


@hooks.pupil_panels.register
def moves_panel(pupil: Pupil, user: User, at: datetime) -> list[Panel]:
    """The trail of a pupil's moves; and the acts, for who keeps the roll."""
    if not access.paths_with(user, "handover.read"):
        return []
    trail = queries.trail(pupil, user, at.astimezone(BANGKOK).date())
    school = permissions.school_path(pupil.path)
    acts = access.may(user, "handover.propose", school)
    if not trail and not acts:
        return []
    context = {"trail": trail, "pupil": pupil, "acts": acts}
    return [Panel(gettext("Moves and state at the school"), "handover/panel.html", context)]


def of_the_child(handover: Handover, at: datetime) -> list[Duty]:
    """What a move means for the child itself."""
    done = True if handover.status == "accepted" else None
    return [
        Duty(
            Side.SENDER,
            gettext(
                "The pupil's enrolment here ends with the state “moved”; what was recorded stays."
            ),
            done=done,
        ),
        Duty(
            Side.RECEIVER,
            gettext("The pupil studies in your class; the history opens to be read."),
            done=done,
        ),
    ]


hooks.handover_duties.register(of_the_child, order=10)
