"""Every school's committee certifies its announced pupils; the fund verifies in three steps and gives the grants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from eqfund import clock
from eqfund.models import Enrolment, School
from eqfund.refusal import Refused
from rehearsal import names
from rehearsal.world import World, at
from screening.actions import committee, verification
from screening.actions.committee import LineRow, MemberRow
from screening.models import AnnouncedPupil, CommitteeMeeting, Form05Line, Grant
from screening.rules.committee import MemberRole
from screening.rules.verification import STEPS
from screening.views.form05_paper import form05_pdf

MET, RECORDED, VERIFIED = date(2026, 8, 19), "2569-08-20 10:00", "2569-08-27 10:00"
ROLES = (
    MemberRole.CHAIR,
    MemberRole.PARENTS,
    MemberRole.TEACHERS,
    MemberRole.COMMUNITY,
    MemberRole.LOCAL_AUTHORITY,
    MemberRole.ALUMNI,
    MemberRole.RELIGION,
    MemberRole.EXPERT,
    MemberRole.SECRETARY,
)
FEW, ENOUGH = 4, 6  # of nine
REOPENED_SCHOOL, ABSENT_SCHOOL = 3, 2


def play(world: World) -> Iterator[tuple[str, Any]]:
    """Meetings with quorum, decisions, nil plans, minutes and signatures; then verification and grants."""
    with clock.rehearse(at(RECORDED)):
        held = [_hold(world, school) for school in _with_a_list(world)]
        reopened = _reopen(world)
    lines = Form05Line.objects.filter(meeting__term=world.term)
    yield "meetings signed and locked", len(held)
    yield "pupils certified", lines.filter(decision="certify").count()
    yield "not certified, with a reason", lines.filter(decision="refuse").count()
    yield (
        "related members who abstained",
        lines.filter(abstentions__isnull=False).distinct().count(),
    )
    yield "signing without a quorum", "refused"
    yield "reopened by the office and signed again", reopened
    with clock.rehearse(at(VERIFIED)):
        yield from _verify(world)


def _with_a_list(world: World) -> list[School]:
    """Schools with announced pupils; where a visitor goes on by hand, without the main one."""
    schools = world.schools[1:] if world.by_hand else world.schools
    return [school for school in schools if _waiting(school, world)]


def _waiting(school: School, world: World) -> bool:
    announced = AnnouncedPupil.objects.under(school.path)
    return announced.filter(announcement__term=world.term, form05_line=None).exists()


def _hold(world: World, school: School) -> CommitteeMeeting:
    """One school's meeting, from its members to the director's signature."""
    admin, director, moment = world.admin_of(school), world.director_of(school), clock.now()
    meeting = committee.open_meeting(
        school, world.term, met_on=MET, place=f"ห้องประชุม{school.name}", by=admin, at=moment
    )
    rows = _members(Random(school.pk), director.full_name, FEW)
    committee.save_members(meeting, rows, by=admin, at=moment)
    committee.save_lines(meeting, _decisions(world, meeting), by=admin, at=moment)
    committee.save_plan(meeting, [], by=admin, at=moment)
    minutes = SimpleUploadedFile("minutes.pdf", form05_pdf(meeting), "application/pdf")
    committee.attach_minutes(meeting, minutes, by=admin, at=moment)
    _refused_without_quorum(meeting, director)
    present = [
        MemberRow(m.name, m.role, n < ENOUGH or m.role == MemberRole.SECRETARY, m.pk)
        for n, m in enumerate(meeting.members.order_by("pk"))
    ]
    committee.save_members(meeting, present, by=admin, at=moment)
    meeting = CommitteeMeeting.objects.get(pk=meeting.pk)
    _abstain(world, meeting)
    committee.sign_meeting(meeting, by=director, at=moment)
    return meeting


def _members(rng: Random, director: str, present: int) -> list[MemberRow]:
    """Nine members, the director as secretary; the first of them present, and the secretary."""
    rows = []
    for number, role in enumerate(ROLES):
        sex = rng.choice("mf")
        name = f"{names.adult_title(rng, sex)}{names.adult_name(rng, sex)} {names.family_name(rng)}"
        name = director if role == MemberRole.SECRETARY else name
        here = number < present - 1 or role == MemberRole.SECRETARY
        rows.append(MemberRow(name, role, here))
    return rows


def _decisions(world: World, meeting: CommitteeMeeting) -> dict[int, LineRow]:
    """All are certified, but for those who have left, and one of one school whom nobody there knows."""
    lines = list(meeting.lines.select_related("announced__enrolment").order_by("pk"))
    rows = {line.pk: LineRow(True, "certify") for line in lines}
    for line in lines:
        if line.announced.enrolment.status != Enrolment.Status.STUDYING:
            rows[line.pk] = LineRow(False, "refuse", "ย้ายสถานศึกษาแล้ว")
    if world.number_of(meeting.school) == ABSENT_SCHOOL and len(lines) > 1:
        rows[lines[-1].pk] = LineRow(False, "refuse", "ไม่พบตัวนักเรียนในสถานศึกษา")
    return rows


def _abstain(world: World, meeting: CommitteeMeeting) -> None:
    """At the main school the chair is a pupil's grandparent and leaves the decision to the others."""
    if meeting.school_id != world.main.pk:
        return
    line = meeting.lines.filter(decision="certify").order_by("pk")[0]
    chair = meeting.members.get(role=MemberRole.CHAIR)
    row = LineRow(True, "certify", abstaining={chair.pk: "ปู่ของนักเรียน"})
    admin = world.admin_of(meeting.school)
    committee.save_lines(meeting, {line.pk: row}, by=admin, at=clock.now())


def _refused_without_quorum(meeting: CommitteeMeeting, director: Any) -> None:
    try:
        seen = CommitteeMeeting.objects.get(pk=meeting.pk)
        committee.sign_meeting(seen, by=director, at=clock.now())
    except Refused:
        return
    raise AssertionError("a meeting was signed without a quorum")


def _reopen(world: World) -> str:
    """One office finds a slip, reopens with a reason; the school mends it and the director signs again."""
    school = world.schools[REOPENED_SCHOOL - 1]
    meeting = CommitteeMeeting.objects.filter(school=school, term=world.term).first()
    if meeting is None:
        return "-"
    office, moment = world.office_admin_of(school), clock.now()
    committee.reopen_meeting(meeting, reason="สถานที่ประชุมไม่ตรงกับรายงาน", by=office, at=moment)
    committee.save_meeting(
        meeting, met_on=MET, place="อาคารอเนกประสงค์", by=world.admin_of(school), at=moment
    )
    meeting = CommitteeMeeting.objects.get(pk=meeting.pk)
    committee.sign_meeting(meeting, by=world.director_of(school), at=moment)
    return f"{school.name} ({meeting.revision})"


def _verify(world: World) -> Iterator[tuple[str, Any]]:
    """All that pass each step, twice: the second time gives nothing more."""
    for step in STEPS:
        counts = verification.verify_meetings(
            world.term, step, by=world.fund_officer, at=clock.now()
        )
        yield f"verified: {step.value}", counts["passed"]
        if counts["standing"]:
            yield "  left, something stands against them", counts["standing"]
    given = Grant.objects.filter(source="form05").count()
    again = verification.verify_meetings(
        world.term, STEPS[-1], by=world.fund_officer, at=clock.now()
    )
    if again["grants"] or Grant.objects.filter(source="form05").count() != given:
        raise AssertionError("a second press gave grants again")
    yield "grants given", given
