"""A school's spreadsheet of teachers: read it, look at it, then invite whom it names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from eqfund import access, audit
from eqfund.imports.errors import WrongFile
from eqfund.models import Invitation, School, TeacherList, User
from eqfund.people import sheet
from eqfund.people.outgoing import send_out
from eqfund.people.permissions import day_of
from eqfund.people.places import classes_of
from eqfund.people.queries import sorted_out
from eqfund.refusal import Refused

from .invitations import GOOD_FOR

MOST_BYTES = 2 * 1024 * 1024


@transaction.atomic
def read_teacher_list(content: bytes, *, school: School, by: User, at: datetime) -> TeacherList:
    """Read a file of teachers and keep what it says until it is confirmed; nobody is invited yet."""
    if reason := access.why_not(by, "people.import_teachers", school.path):
        raise Refused(reason)
    if len(content) > MOST_BYTES:
        raise Refused(str(sheet.FILE_SENTENCES["file_too_long"]))
    classes = {room.label: room.path for room in classes_of(school.path, at)}
    try:
        reading = sheet.read(content, classes, own_email=by.email)
    except WrongFile as wrong:
        raise Refused(sheet.file_sentence(wrong)) from wrong
    for row in reading.rows:
        row["path"] = row["path"] or school.path
    errors = [
        {"row": e.row, "column": e.column, "title": e.title, "value": e.value, "code": e.code}
        for e in reading.errors
    ]
    waiting = TeacherList.objects.filter(path=school.path, status=TeacherList.Status.READ)
    waiting.update(status=TeacherList.Status.DISCARDED, rows={"rows": [], "errors": []})
    kept = TeacherList.objects.create(
        path=school.path,
        rows={"rows": reading.rows, "errors": errors},
        counts={"rows": len(reading.rows), "left_out": reading.rows_left_out},
        made_by=by,
        made_at=at,
    )
    audit.record("people.read_teacher_list", kept, by=by, at=at, facts=dict(kept.counts))
    return kept


@transaction.atomic
def confirm_teacher_list(kept: TeacherList, *, by: User, at: datetime) -> int:
    """Invite everybody of the list who has not the post and no invitation to it; how many. Its rows are forgotten."""
    kept = _waiting(kept, by)
    rows = [row for row in sorted_out(kept, at) if row["state"] == "invite"]
    if not rows:
        raise Refused(gettext("There is nobody in the list to invite."))
    day = day_of(at)
    made = Invitation.objects.bulk_create(
        Invitation(
            role=row["role"],
            path=row["path"],
            starts_on=day,
            email=row["email"],
            full_name=row["full_name"],
            phone=row["phone"],
            invited_by=by,
            made_at=at,
            expires_at=at + GOOD_FOR,
        )
        for row in rows
    )
    for invitation in made:
        facts = {"role": invitation.role, "list": kept.pk}
        audit.record("people.invite", invitation, by=by, at=at, facts=facts)
    counts = {**kept.counts, "invited": len(made)}
    _close(kept, TeacherList.Status.CONFIRMED, counts, at)
    audit.record("people.confirm_teacher_list", kept, by=by, at=at, facts=counts)
    send_out(made, by=by)
    return len(made)


@transaction.atomic
def discard_teacher_list(kept: TeacherList, *, by: User, at: datetime) -> None:
    """Set a list aside; its rows are forgotten."""
    kept = _waiting(kept, by)
    _close(kept, TeacherList.Status.DISCARDED, kept.counts, None)
    audit.record("people.discard_teacher_list", kept, by=by, at=at)


def _waiting(kept: TeacherList, by: User) -> TeacherList:
    """The list, locked, if it waits and `by` may decide it."""
    kept = TeacherList.objects.select_for_update().get(pk=kept.pk)
    if reason := access.why_not(by, "people.import_teachers", kept.path):
        raise Refused(reason)
    if kept.status != TeacherList.Status.READ:
        raise Refused(
            gettext("This list is past deciding: %(status)s.")
            % {"status": kept.get_status_display()}
        )
    return kept


def _close(kept: TeacherList, status: str, counts: dict[str, Any], at: datetime | None) -> None:
    TeacherList.objects.filter(pk=kept.pk).update(
        status=status, counts=counts, confirmed_at=at, rows={"rows": [], "errors": []}
    )
