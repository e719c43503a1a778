"""Remind schools of what they left; keep the snapshots of offices. Each action is one transaction.

Nobody asks for the snapshots: a tick does, every minute. So these take no `by` and refuse nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, F

from eqfund import audit, clock, hooks, jobs
from eqfund.models import Event, School, SupervisingOffice, Term, User
from eqfund.refusal import Refused
from monitoring.progress import permissions, queries
from monitoring.progress.models import (
    OfficeFigures,
    OfficeSnapshot,
    ProgressMark,
    Reminder,
    StageSnapshot,
)
from monitoring.progress.rules import Stage, State, office_of


@transaction.atomic
def remind_schools(
    office: SupervisingOffice, schools: Collection[int] | None, *, by: User, at: datetime
) -> int:
    """Tell these schools of an office (None: all) what they have left; returns how many were told.

    A school with nothing left is passed over, and so is one that was reminded today. Mails follow in a job.
    """
    term = Term.objects.current(at)
    if reason := permissions.why_not_remind(office, by, term):
        raise Refused(reason)
    assert term is not None
    day = at.astimezone(clock.BANGKOK).date()
    rows = [
        row
        for row in queries.board(School.objects.visible_to(by, "progress.read"), office, term, at)
        if row.left and (schools is None or row.school.pk in schools)
    ]
    told = set(
        Reminder.objects.filter(day=day, school__office=office).values_list("school", flat=True)
    )
    fresh = [
        Reminder(term=term, school=row.school, stages=list(row.left), by=by, at=at, day=day)
        for row in rows
        if row.school.pk not in told
    ]
    if reason := permissions.why_nobody_is_left(len(rows), len(fresh)):
        raise Refused(reason)
    made = Reminder.objects.bulk_create(fresh)
    facts = {"schools": len(made), "term": term.label}
    audit.record("progress.remind", office, by=by, at=at, path=office.path, facts=facts)
    params = {"reminders": [row.pk for row in made]}
    transaction.on_commit(lambda: jobs.start("progress.mail_reminders", by=by, params=params))
    return len(made)


# Acts of which no stage of a school is moved, however high their place.
MOVES_NOTHING = ("accounts.", "people.", "privacy.", "calendar.")


@transaction.atomic
def note_touched(term: Term) -> int:
    """Mark the offices at whose places something was done since the last time; returns how many.

    An event's position is its transaction's number, so whatever was still at work then is
    looked at again now: nothing that commits late is missed. An act of the whole country or of
    an affiliation touches every office below. The first time everything is marked.
    """
    horizon = _horizon()
    mark, made = ProgressMark.objects.select_for_update().get_or_create(
        term=term, defaults={"position": horizon}
    )
    if made:
        return _mark(term, {""})
    acts = Event.objects.filter(kind=Event.Kind.ACT, position__gte=mark.position).exclude(path="")
    for prefix in MOVES_NOTHING:
        acts = acts.exclude(verb__startswith=prefix)
    places = {office_of(path) for path in acts.order_by().values_list("path", flat=True).distinct()}
    ProgressMark.objects.filter(pk=mark.pk).update(position=horizon)
    return _mark(term, places)


@transaction.atomic
def mark_stale(term: Term, path: str) -> int:
    """Mark the offices at or under a place: a window there has opened or closed."""
    return _mark(term, {office_of(path)})


def _mark(term: Term, places: set[str]) -> int:
    """Mark the offices at, or under, the places; those never counted get their row."""
    if not places:
        return 0
    offices = SupervisingOffice.objects.all()
    touched = [
        pk
        for pk, path in offices.values_list("pk", "path")
        if any(path.startswith(place) for place in places)
    ]
    OfficeSnapshot.objects.bulk_create(
        [OfficeSnapshot(term=term, office_id=pk) for pk in touched], ignore_conflicts=True
    )
    return OfficeSnapshot.objects.filter(term=term, office__in=touched, is_stale=False).update(
        is_stale=True
    )


def recount(term: Term, *, at: datetime, most: int) -> int:
    """Count stale offices anew, the longest uncounted first; returns how many were.

    Also those of which something is not counted yet, that a new release of the code counts.
    """
    subjects = len(list(hooks.counted_subjects))
    counted = OfficeSnapshot.objects.filter(term=term).alias(subjects=Count("figures"))
    counted.filter(subjects__lt=subjects, is_stale=False).update(is_stale=True)
    stale = OfficeSnapshot.objects.filter(term=term, is_stale=True)
    order = F("counted_at").asc(nulls_first=True)
    keys = list(stale.order_by(order, "pk").values_list("pk", flat=True)[:most])
    return sum(_recount(pk, term, at) for pk in keys)


@transaction.atomic
def _recount(pk: int, term: Term, at: datetime) -> int:
    """Count one office; nothing if another tick is at it."""
    rows = OfficeSnapshot.objects.select_for_update(of=("self",), skip_locked=True)
    snapshot = rows.select_related("office").filter(pk=pk, is_stale=True).first()
    if snapshot is None:
        return 0
    board = queries.board(School.objects.all(), snapshot.office, term, at)
    sums = queries.sums(board)
    late = dict.fromkeys(Stage, 0)
    for row in board:
        for cell in row.cells:
            late[cell.stage] += cell.state is State.LATE
    StageSnapshot.objects.bulk_create(
        [
            StageSnapshot(
                snapshot=snapshot,
                stage=stage.value,
                done=sums[stage].done,
                total=sums[stage].total,
                late=late[stage],
            )
            for stage in Stage
        ],
        update_conflicts=True,
        unique_fields=["snapshot", "stage"],
        update_fields=["done", "total", "late"],
    )
    OfficeFigures.objects.bulk_create(
        [
            OfficeFigures(
                snapshot=snapshot,
                subject=subject.name,
                figures=subject.count(term, [snapshot.office_id]).get(snapshot.office_id, {}),
            )
            for subject in hooks.counted_subjects
        ],
        update_conflicts=True,
        unique_fields=["snapshot", "subject"],
        update_fields=["figures"],
    )
    OfficeSnapshot.objects.filter(pk=pk).update(
        schools=len(board),
        late_schools=sum(row.late > 0 for row in board),
        complete_schools=sum(row.is_complete for row in board),
        counted_at=at,
        is_stale=False,
    )
    return 1


def _horizon() -> int:
    """The position below which the audit book is complete."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_position() - pg_current_xact_id()::text::bigint"
            " + pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        )
        return int(cursor.fetchone()[0])
