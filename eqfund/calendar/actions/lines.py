"""The fund's changes of single lines, and of holidays. Each is looked at whole before it is written.

There is no draft of a calendar that a second person publishes: a change is shown first with what it
would do, is refused where it rewrites what has happened, needs a reason where the line is in use,
and stands in the audit book with before and after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import ProtectedError
from django.utils.translation import gettext

from eqfund import audit
from eqfund.imports.calendar import Line
from eqfund.models import Affiliation, CalendarLine, Edge, Extension, Holiday, School, Term, User
from eqfund.refusal import Refused
from eqfund.working_days import PUBLISHED_HOLIDAYS

from .. import history, holidays, permissions
from ..lines import Group, group_with, groups_of, times_of
from ..sentences import fault_sentence, history_sentence, when_words
from ..validity import Fault, faults_of, payout_closes


class ChangedMeanwhile(Refused):
    """Another person has changed the line since it was opened for editing."""


@dataclass(frozen=True, slots=True)
class Look:
    """What saving a line would do: what forbids it, what is only worth knowing, what has come of it already."""

    refusals: list[str]
    warnings: list[str]
    needs_reason: bool
    edges: list[Edge]
    extensions: int
    schools: int
    opens_at_once: bool

    @property
    def may_save(self) -> bool:
        return not self.refusals


def look(term: Term, group: Group | None, line: Line | None, at: datetime) -> Look:
    """Look at a change of one line in its whole calendar; `line` None removes it."""
    groups = groups_of(term) if term.pk else []
    known = set(Affiliation.objects.values_list("code", flat=True))
    free = holidays.in_force()
    before = [each.line for each in groups]
    after = [each.line for each in groups if group is None or each.pk != group.pk]
    after += [line] if line else []
    old = faults_of(before, known, free)
    new = [fault for fault in faults_of(after, known, free) if fault not in old]
    times = times_of(line) if line else None
    was = group.times if group else None
    title = (group.line if group else line).title_th  # type: ignore[union-attr]
    refusals = [fault_sentence(fault) for fault in new if fault.forbids]
    if code := history.why_fixed(was, times, at):
        closes = was.closes if was else None
        refusals.insert(0, history_sentence(code, title, closes))
    edges = _edges(group)
    used = was is not None and history.is_used(was, at, [edge.event for edge in edges])
    opens_at_once = times is not None and times.kind == "window" and times.has_opened(at)
    return Look(
        refusals=refusals,
        warnings=[fault_sentence(fault) for fault in new if not fault.forbids],
        needs_reason=used and history.moves(was, times),
        edges=edges,
        extensions=_extensions(group),
        schools=_schools(times),
        opens_at_once=opens_at_once and (was is None or not was.has_opened(at)),
    )


@transaction.atomic
def save_calendar_line(
    term: Term, line: Line, *, pk: int | None, seen: str, reason: str, by: User, at: datetime
) -> int:
    """Write one line as typed; `seen` is the line's print when it was opened for editing. Returns its key."""
    if why := permissions.why_not_edit_calendar(by):
        raise Refused(why)
    group = _held(term, pk, seen)
    looked = look(term, group, line, at)
    if looked.refusals:
        raise Refused(looked.refusals[0])
    if looked.needs_reason and not reason.strip():
        raise Refused(
            gettext("The line is in use. Say why it changes: it is kept with the change.")
        )
    before = _said(group.line) if group else {}
    rows = _written(term, group, line)
    audit.record(
        "calendar.save_line",
        rows[0],
        by=by,
        at=at,
        path="TH/",
        before=before,
        after=_said(line),
        facts={"term": term.label, "reason": reason.strip()},
    )
    return min(row.pk for row in rows)


@transaction.atomic
def remove_calendar_line(
    term: Term, *, pk: int, seen: str, reason: str, by: User, at: datetime
) -> None:
    """Take a line out of the calendar that nobody has worked under yet."""
    if why := permissions.why_not_edit_calendar(by):
        raise Refused(why)
    group = _held(term, pk, seen)
    assert group is not None
    if not reason.strip():
        raise Refused(gettext("Say why the line is removed: it is kept with the change."))
    looked = look(term, group, None, at)
    if looked.refusals:
        raise Refused(looked.refusals[0])
    if looked.extensions:
        raise Refused(
            gettext("A line that has an extension cannot be removed. Keep it, with other days.")
        )
    first = group.rows[0]
    audit.record(
        "calendar.remove_line",
        first,
        by=by,
        at=at,
        path="TH/",
        before=_said(group.line),
        facts={"term": term.label, "reason": reason.strip()},
    )
    _delete([row.pk for row in group.rows])


@transaction.atomic
def set_holiday(
    day: date, *, is_closed: bool, name: str, source: str, by: User, at: datetime
) -> Holiday:
    """Add a holiday, or make a published one a working day. Due days already fixed stay."""
    if why := permissions.why_not_edit_calendar(by):
        raise Refused(why)
    if not name.strip():
        raise Refused(gettext("Say what day it is: its name stands on the page."))
    if is_closed and day.weekday() >= 5:
        raise Refused(gettext("A Saturday or Sunday is no working day as it is."))
    if is_closed == (day in PUBLISHED_HOLIDAYS):
        raise Refused(
            gettext("This day is a published holiday already.")
            if is_closed
            else gettext("This day is no holiday: there is nothing to take off.")
        )
    present = Holiday.objects.filter(day=day).values("is_closed", "name", "source").first()
    before: dict[str, Any] = {**present} if present else {}
    fields = {"is_closed": is_closed, "name": name.strip(), "source": source.strip()}
    made, _new = Holiday.objects.update_or_create(
        day=day, defaults={**fields, "set_by": by, "set_at": at}
    )
    audit.record(
        "calendar.set_holiday",
        made,
        by=by,
        at=at,
        path="TH/",
        before=before,
        after=fields,
        facts={"day": day.isoformat()},
    )
    return made


@transaction.atomic
def remove_holiday(row: Holiday, *, by: User, at: datetime) -> None:
    """Take a change of the holidays back: the day is again as published."""
    if why := permissions.why_not_edit_calendar(by):
        raise Refused(why)
    fields = {"is_closed": row.is_closed, "name": row.name, "source": row.source}
    audit.record(
        "calendar.remove_holiday",
        row,
        by=by,
        at=at,
        path="TH/",
        before=fields,
        facts={"day": row.day.isoformat()},
    )
    row.delete()


def _held(term: Term, pk: int | None, seen: str) -> Group | None:
    """The line as it is now, the term's calendar held; refused when it is not what was seen."""
    Term.objects.select_for_update().get(pk=term.pk)
    if pk is None:
        return None
    group = group_with(groups_of(term), pk)
    if group is None:
        raise ChangedMeanwhile(gettext("Another person has removed this line meanwhile."))
    if group.print != seen:
        raise ChangedMeanwhile(
            gettext(
                "Another person has changed this line meanwhile. It is now: %(title)s, %(when)s. What you typed is still here: look at it, then save."
            )
            % {"title": group.title, "when": when_words(group.line)}
        )
    return group


def _written(term: Term, group: Group | None, line: Line) -> list[CalendarLine]:
    """The rows of a line, one for each affiliation; an affiliation that stays keeps its row."""
    kept = {row.affiliation.code: row for row in group.rows} if group else {}
    wanted = (*line.affiliations, *line.assumed_affiliations)
    _delete([row.pk for code, row in kept.items() if code not in wanted])
    rows = []
    for affiliation in Affiliation.objects.filter(code__in=wanted).order_by("pk"):
        row = kept.get(affiliation.code) or CalendarLine(term=term, affiliation=affiliation)
        row.kind, row.activity, row.round_no = line.kind, line.activity, line.round_no
        row.during = DateTimeTZRange(line.opens, line.closes)
        row.roles, row.title_th, row.title_en = line.roles, line.title_th, line.title_en
        row.is_assumed = line.is_assumed or affiliation.code in line.assumed_affiliations
        row.source, row.source_line, row.note = line.source, line.source_line, line.note
        row.save()
        rows.append(row)
    return rows


def _delete(pks: list[int]) -> None:
    try:
        with transaction.atomic():
            CalendarLine.objects.filter(pk__in=pks).delete()
    except ProtectedError:
        raise Refused(
            gettext("A line that has an extension cannot be removed. Keep it, with other days.")
        ) from None


def _said(line: Line) -> dict[str, Any]:
    """A line for the audit book."""
    return {
        "kind": line.kind,
        "activity": line.activity,
        "round": line.round_no,
        "opens": line.opens.isoformat() if line.opens else "",
        "closes": line.closes.isoformat() if line.closes else "",
        "affiliations": ";".join((*line.affiliations, *line.assumed_affiliations)),
        "roles": line.roles,
        "title": line.title_th,
        "title_en": line.title_en,
        "source": line.source,
        "note": line.note,
    }


def _edges(group: Group | None) -> list[Edge]:
    if group is None:
        return []
    rows = Edge.objects.filter(line__in=[row.pk for row in group.rows], extension_ref=0)
    once = {(edge.event, edge.at): edge for edge in rows.order_by("at", "pk")}
    return list(once.values())


def _extensions(group: Group | None) -> int:
    if group is None:
        return 0
    rows = Extension.objects.filter(line__in=[row.pk for row in group.rows])
    return rows.exclude(status__in=["refused", "withdrawn"]).count()


def _schools(times: history.Times | None) -> int:
    if times is None:
        return 0
    return School.objects.filter(office__affiliation__code__in=times.affiliations).count()


def with_counted_close(line: Line) -> Line:
    """A payout without a due day gets the 20th working day from its publication; Refused without known holidays."""
    if line.kind != "deadline" or line.activity != "payout" or line.closes or line.opens is None:
        return line
    try:
        return replace(line, closes=payout_closes(line.opens, holidays.in_force()))
    except ValueError:
        fault = Fault("no_holidays", line.title_th, {"year": holidays.year_be(line.opens.year)})
        raise Refused(fault_sentence(fault)) from None
