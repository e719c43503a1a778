"""The committee's meeting: recorded by the admin, signed by the director, reopened by the office.

Each action is one transaction. What is saved replaces what stood there, so a
second press changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import CharField, Max, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext

from eqfund import access, audit, clock, files
from eqfund.models import School, StoredFile, Term, User
from eqfund.refusal import Refused
from screening.models import (
    Abstention,
    CommitteeMeeting,
    Form05Line,
    MeetingMember,
    SpendingItem,
    SpendingPlan,
)
from screening.permissions import committee as permissions
from screening.rules.committee import Decision, MeetingStatus, MemberRole


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as typed; `pk` is None for a new one."""

    name: str
    role: str
    is_present: bool
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class LineRow:
    """What was decided on one pupil; `abstaining` maps a member's key to how they are related."""

    pupil_exists: bool | None
    decision: str
    reason: str = ""
    abstaining: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemRow:
    purpose: str
    what: str
    amount_satang: int


@transaction.atomic
def open_meeting(
    school: School, term: Term, *, met_on: date, place: str, by: User, at: datetime
) -> CommitteeMeeting:
    """Begin form 05 of a meeting, with a line for each announced pupil that no meeting has taken."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)  # one beginning at a time
    if reason := permissions.why_not_open(school, term, by, at):
        raise Refused(reason)
    _check_day(term, met_on, at)
    newest = school.committee_meetings.filter(term=term).aggregate(newest=Max("number"))["newest"]
    meeting = CommitteeMeeting.objects.create(
        school=school,
        term=term,
        number=(newest or 0) + 1,
        met_on=met_on,
        place=place,
        made_by=by,
        made_at=at,
    )
    waiting = permissions.waiting(school, term).values_list("pk", flat=True)
    Form05Line.objects.bulk_create(
        Form05Line(meeting=meeting, announced_id=announced) for announced in waiting
    )
    audit.record("open_meeting", meeting, by=by, at=at, path=school.path)
    return meeting


@transaction.atomic
def save_meeting(
    meeting: CommitteeMeeting, *, met_on: date, place: str, by: User, at: datetime
) -> None:
    """Correct when and where the committee met."""
    _hold(meeting, by, at)
    _check_day(meeting.term, met_on, at)
    meeting.met_on, meeting.place = met_on, place
    meeting.save(update_fields=["met_on", "place"])
    _record("save_meeting", meeting, by, at)


@transaction.atomic
def save_members(
    meeting: CommitteeMeeting, rows: Sequence[MemberRow], *, by: User, at: datetime
) -> None:
    """Replace the members and who was present. One who was not present abstains from nothing."""
    _hold(meeting, by, at)
    names = [row.name for row in rows]
    roles = [row.role for row in rows if row.role in ("chair", "secretary")]
    if len(set(names)) < len(names):
        raise Refused(gettext("A name stands twice among the members."))
    if len(set(roles)) < len(roles):
        raise Refused(gettext("A committee has one chair and one secretary."))
    kept = {row.pk for row in rows if row.pk}
    meeting.members.exclude(pk__in=kept).delete()
    # two members may swap names or posts: make room before writing
    meeting.members.update(name=Concat(Value("#"), Cast("pk", CharField())), role=MemberRole.EXPERT)
    for row in rows:
        values: dict[str, Any] = {"name": row.name, "role": row.role, "is_present": row.is_present}
        if row.pk:
            meeting.members.filter(pk=row.pk).update(**values)
        else:
            MeetingMember.objects.create(meeting=meeting, **values)
    Abstention.objects.filter(member__meeting=meeting, member__is_present=False).delete()
    present = sum(row.is_present for row in rows)
    _record("save_members", meeting, by, at, facts={"members": len(rows), "present": present})


@transaction.atomic
def save_lines(
    meeting: CommitteeMeeting, rows: Mapping[int, LineRow], *, by: User, at: datetime
) -> None:
    """Record the decisions on the pupils named by their line's key; other lines stay as they are."""
    _hold(meeting, by, at)
    lines = {line.pk: line for line in meeting.lines.filter(pk__in=rows)}
    present = set(meeting.members.filter(is_present=True).values_list("pk", flat=True))
    if set(rows) - set(lines):
        raise Refused(gettext("A pupil is not of this meeting. Load the page again."))
    for pk, row in rows.items():
        _check_line(row, present)
        line = lines[pk]
        line.pupil_exists, line.decision, line.reason = row.pupil_exists, row.decision, row.reason
    Form05Line.objects.bulk_update(
        lines.values(), ["pupil_exists", "decision", "reason"], batch_size=500
    )
    Abstention.objects.filter(line__in=lines).delete()
    Abstention.objects.bulk_create(
        Abstention(line_id=pk, member_id=member, relation=relation)
        for pk, row in rows.items()
        for member, relation in row.abstaining.items()
    )
    _record("save_lines", meeting, by, at, facts={"lines": len(rows)})


@transaction.atomic
def save_plan(
    meeting: CommitteeMeeting, rows: Sequence[ItemRow], *, by: User, at: datetime
) -> SpendingPlan:
    """Record plan K001; with nothing to spend it has no items and is recorded all the same."""
    _hold(meeting, by, at)
    share = permissions.share_of(meeting)
    if share == 0 and rows:
        raise Refused(gettext("No money of this term is run by the school: the plan has no items."))
    if any(row.amount_satang <= 0 for row in rows):
        raise Refused(gettext("Every item of the plan needs an amount above 0."))
    plan, _made = SpendingPlan.objects.update_or_create(
        meeting=meeting,
        defaults={"share_satang": share, "recorded_by": by, "recorded_at": at},
    )
    plan.items.all().delete()
    SpendingItem.objects.bulk_create(
        SpendingItem(plan=plan, purpose=row.purpose, what=row.what, amount_satang=row.amount_satang)
        for row in rows
    )
    planned = sum(row.amount_satang for row in rows)
    _record("save_plan", meeting, by, at, facts={"share_satang": share, "planned_satang": planned})
    return plan


@transaction.atomic
def attach_minutes(
    meeting: CommitteeMeeting, uploaded: Any, *, by: User, at: datetime
) -> StoredFile:
    """Keep the signed minutes: a PDF, or a photo of the sheet."""
    _hold(meeting, by, at)
    stored = files.store_upload(
        uploaded,
        purpose="form05_minutes",
        path=meeting.school.path,
        by=by,
        at=at,
        kinds=("pdf", "image"),
        max_mb=20,
    )
    meeting.minutes = stored
    meeting.save(update_fields=["minutes"])
    _record("attach_minutes", meeting, by, at, facts={"sha256": stored.sha256})
    return stored


@transaction.atomic
def sign_meeting(meeting: CommitteeMeeting, *, by: User, at: datetime) -> None:
    """The director signs a complete form 05, which locks it; in the capacity of their posting."""
    seen = _as_seen(meeting)
    if reason := permissions.why_not_sign(seen, by, at):
        raise Refused(reason)
    before = seen.status
    CommitteeMeeting.objects.filter(pk=seen.pk).update(
        status=MeetingStatus.LOCKED,
        revision=seen.revision + 1,
        signed_by=by,
        signed_at=at,
        capacity=_capacity(by, seen.school),
    )
    meeting.refresh_from_db()
    SpendingPlan.objects.filter(meeting=meeting).update(share_satang=permissions.share_of(meeting))
    certified = meeting.lines.filter(decision=Decision.CERTIFY).count()
    facts = {"before": before, "revision": meeting.revision, "certified": certified}
    _record("sign_meeting", meeting, by, at, facts=facts)


@transaction.atomic
def reopen_meeting(meeting: CommitteeMeeting, *, reason: str, by: User, at: datetime) -> None:
    """The supervising office lets the school correct a signed form 05, and says why."""
    if refusal := permissions.why_not_reopen(_as_seen(meeting), by):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused(gettext("Say why."))
    CommitteeMeeting.objects.filter(pk=meeting.pk).update(
        status=MeetingStatus.REOPENED,
        reopened_by=by,
        reopened_at=at,
        reopen_reason=reason.strip(),
    )
    meeting.refresh_from_db()
    _record("reopen_meeting", meeting, by, at, facts={"revision": meeting.revision})


def _hold(meeting: CommitteeMeeting, by: User, at: datetime) -> None:
    """Lock the meeting's row and ask whether it may still be recorded."""
    status = (
        CommitteeMeeting.objects.select_for_update()
        .values_list("status", flat=True)
        .get(pk=meeting.pk)
    )
    meeting.status = status
    if reason := permissions.why_not_record(meeting, by, at):
        raise Refused(reason)


def _as_seen(meeting: CommitteeMeeting) -> CommitteeMeeting:
    """The meeting as it stands, held until the transaction ends; Refused if it was moved on meanwhile.

    Held first and asked afterwards: members saved, or grants given, in between would count.
    """
    rows = CommitteeMeeting.objects.select_for_update(of=("self",))
    held = rows.select_related("school", "term", "minutes").get(pk=meeting.pk)
    if (held.status, held.revision) != (meeting.status, meeting.revision):
        raise Refused(gettext("Someone else has just changed this form 05. Look again."))
    return held


def _check_day(term: Term, met_on: date, at: datetime) -> None:
    if met_on > at.date():
        raise Refused(gettext("The meeting cannot lie in the future: record it after it was held."))
    first = term.announcements.order_by("published_at").first()
    if first is not None and met_on < first.published_at.astimezone(clock.BANGKOK).date():
        raise Refused(gettext("The committee meets after the list is announced."))


def _check_line(row: LineRow, present: set[int]) -> None:
    if row.decision == Decision.CERTIFY and row.pupil_exists is not True:
        raise Refused(gettext("Only a pupil who is really at the school can be certified."))
    if row.decision == Decision.REFUSE and not row.reason:
        raise Refused(gettext("Give the reason for each pupil who is not certified."))
    if set(row.abstaining) - present:
        raise Refused(gettext("Only a member who was present can abstain."))


def _capacity(user: User, school: School) -> str:
    """In what capacity the signer holds the director's post: in post, acting, on behalf."""
    posts = access.postings_of(user)
    mine = (p for p in posts if p.role == access.Role.SCHOOL_DIRECTOR)
    return next(str(p.capacity) for p in mine if school.path.startswith(p.path))


def _record(
    verb: str,
    meeting: CommitteeMeeting,
    by: User,
    at: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    audit.record(verb, meeting, by=by, at=at, path=meeting.school.path, facts=facts or {})
