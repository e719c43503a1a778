"""What progress adds to the kernel's pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from eqfund import access, clock
from eqfund.edges import EdgeHandler, EdgeMoment
from eqfund.hooks import (
    MenuItem,
    OfficeCount,
    Todo,
    edge_handlers,
    home_tasks,
    menu,
    office_counts as office_counts_hook,
)
from eqfund.models import Edge, School, SupervisingOffice, Term
from eqfund.thai_text import thai_datetime
from monitoring.progress import actions, mails, queries  # noqa: F401  (mails is a job)
from monitoring.progress.models import Reminder, StageSnapshot
from monitoring.progress.rules import ACTIVITY, Stage, State
from monitoring.progress.words import STAGE_NAMES

menu.register(
    MenuItem("follow", _("Follow-up of schools"), "progress:offices", "progress.read"), order=50
)

NAMED = 3  # stages that a task names
REMINDED_DAYS = 3  # how long a reminder stays on the school's home page
LEFT = (State.TO_DO, State.BEGUN)


def todos(user: Any, at: datetime) -> list[Todo]:
    """For whoever supervises an office: the schools that are late, else those with work left that is open."""
    term = Term.objects.current(at)
    paths = (
        [path for path in access.paths_with(user, "progress.read") if _is_office(path)]
        if term
        else []
    )
    found = []
    for office in SupervisingOffice.objects.filter(path__in=paths).order_by("pk"):
        rows = queries.board(School.objects.visible_to(user, "progress.read"), office, term, at)  # type: ignore[arg-type]
        if todo := _late(office, rows):
            found.append(todo)
        elif todo := _unfinished(office, rows):
            closing = queries.next_close(rows, term, office.path, at)  # type: ignore[arg-type]
            found.append(replace(todo, due=closing.window.closes_at if closing else None))
    return found


def todos_of_affiliation(user: Any, at: datetime) -> list[Todo]:
    """For an affiliation's officer: how many schools are late at what, as the offices were last counted."""
    paths = [
        path
        for path in access.paths_with(user, "progress.read")
        if path.count("/") == access.SEGMENTS["affiliation"]
    ]
    term = Term.objects.current(at) if paths else None
    if term is None:
        return []
    late = queries.late_by_stage(term, paths)
    what = {
        stage: ngettext(
            "%(count)d school is late: %(stage)s", "%(count)d schools are late: %(stage)s", count
        )
        for stage, count in late.items()
    }
    return [
        Todo(
            what=what[stage] % {"count": count, "stage": STAGE_NAMES[stage]},
            hint=gettext("Ask the supervising offices that have most of them."),
            url=reverse("progress:offices"),
            action_label=gettext("See the offices"),
            state="bad",
            count=count,
        )
        for stage, count in late.items()
    ]


def todos_of_school(user: Any, at: datetime) -> list[Todo]:
    """For a school's admin and director: what their office reminded them of and is still left."""
    paths = [
        path
        for path in access.paths_with(user, "progress.read")
        if path.count("/") == access.SEGMENTS["school"]
    ]
    if not paths:
        return []
    since = at.astimezone(clock.BANGKOK).date() - timedelta(days=REMINDED_DAYS)
    rows = Reminder.objects.filter(school__path__in=paths, day__gt=since)
    found, seen = [], set()
    for row in rows.select_related("school__office", "term", "by").order_by("-day", "school"):
        if row.school_id in seen:
            continue
        seen.add(row.school_id)
        only = School.objects.filter(pk=row.school_id)
        [board] = queries.board(only, row.school.office, row.term, at)
        if left := [stage for stage in board.left if stage in row.stages]:
            found.append(_reminded(row, left))
    return found


def _reminded(row: Reminder, left: list[Stage]) -> Todo:
    said = {"office": row.school.office.short_name, "name": row.by.full_name}
    return Todo(
        what=gettext("Your office asks you to finish: %(stages)s")
        % {"stages": ", ".join(str(STAGE_NAMES[stage]) for stage in left)},
        hint=gettext("%(office)s, %(name)s") % said + f" · {thai_datetime(row.at)}",
        url=reverse("schools:school", args=[row.school_id]),
        action_label=gettext("See the school"),
        state="bad",
        count=len(left),
    )


def _is_office(path: str) -> bool:
    return path.count("/") == access.SEGMENTS["office"]


def _late(office: SupervisingOffice, rows: list[queries.Row]) -> Todo | None:
    """Schools that owe something of a stage whose time is over."""
    late = [row for row in rows if row.late]
    what = ngettext(
        "Follow up %(count)d school that is late",
        "Follow up %(count)d schools that are late",
        len(late),
    )
    return _todo(office, what, late, (State.LATE,), "bad") if late else None


def _unfinished(office: SupervisingOffice, rows: list[queries.Row]) -> Todo | None:
    """Schools with something left of a stage that is open, the board's latest first."""
    left = [row for row in rows if _stages(row, LEFT)]
    what = ngettext(
        "Follow up %(count)d school with work left",
        "Follow up %(count)d schools with work left",
        len(left),
    )
    return _todo(office, what, left, LEFT, "") if left else None


def _todo(
    office: SupervisingOffice,
    what: str,
    rows: list[queries.Row],
    states: tuple[State, ...],
    state: str,
) -> Todo:
    stages = [stage for stage in Stage if any(stage in _stages(row, states) for row in rows)]
    return Todo(
        what=what % {"count": len(rows)},
        hint=", ".join(str(STAGE_NAMES[stage]) for stage in stages[:NAMED]),
        url=reverse("progress:office", args=[office.pk]),
        action_label=gettext("See the schools"),
        state=state,
        count=len(rows),
    )


def _stages(row: queries.Row, states: tuple[State, ...]) -> list[Stage]:
    return [cell.stage for cell in row.cells if cell.state in states]


def window_turned(moment: EdgeMoment) -> dict[str, Any]:
    """A window opened or closed: what is late there has changed without anybody's doing."""
    path = moment.path or "TH/"
    return {"offices": actions.mark_stale(moment.line.term, path)}


def office_counts(
    user: Any, term: Term, activity: str, offices: list[int]
) -> dict[int, OfficeCount]:
    """The last counts of the stage that an activity is of; offices that lie wholly at the person's places."""
    stages = [stage.value for stage, of in ACTIVITY.items() if of == activity]
    rows = StageSnapshot.objects.filter(
        stage__in=stages,
        snapshot__in=queries.snapshots(user, term).filter(
            office__in=offices, counted_at__isnull=False
        ),
    )
    return {
        row.snapshot.office_id: OfficeCount(row.done, row.total, row.snapshot.counted_at)
        for row in rows.select_related("snapshot")
        if row.snapshot.counted_at
    }


office_counts_hook.register(office_counts)
home_tasks.register(todos, order=50)
home_tasks.register(todos_of_affiliation, order=50)
home_tasks.register(todos_of_school, order=15)
edge_handlers.register(
    EdgeHandler(
        "progress.window_turned",
        window_turned,
        frozenset({Edge.Event.OPENS, Edge.Event.CLOSES}),
    )
)
