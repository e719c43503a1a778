"""Why a person may not open, record, sign or reopen a committee's meeting. None: they may."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from eqfund import access, windows
from eqfund.models import School, StoredFile, Term, User
from screening.models import AnnouncedPupil, CommitteeMeeting, Grant, ScreeningPolicy
from screening.rules import committee as rules
from screening.rules.committee import Fault, MeetingStatus

ACTIVITY = "form05"


def why_not_open(school: School, term: Term, user: User, at: datetime) -> str | None:
    """A new meeting: in its window, with announced pupils that no meeting has taken yet."""
    if reason := access.why_not(user, "screening.record_form05", school.path):
        return reason
    if reason := windows.why_closed(term, ACTIVITY, school.path, at):
        return reason
    if school.committee_meetings.filter(term=term, status__in=rules.OPEN).exists():
        return gettext("A meeting of this term is still being recorded. Finish that one first.")
    if not waiting(school, term).exists():
        return gettext("No announced pupil of your school waits for the committee.")
    return None


def waiting(school: School, term: Term):  # type: ignore[no-untyped-def]
    """Announced pupils of a school that no meeting has taken yet."""
    announced = AnnouncedPupil.objects.under(school.path)
    return announced.filter(announcement__term=term, form05_line=None)


def why_not_record(meeting: CommitteeMeeting, user: User, at: datetime) -> str | None:
    """Change anything of a meeting that is not signed."""
    if reason := access.why_not(user, "screening.record_form05", meeting.school.path):
        return reason
    if meeting.status not in rules.OPEN:
        return gettext("Form 05 is signed and locked. Your supervising office can reopen it.")
    return windows.why_closed(meeting.term, ACTIVITY, meeting.school.path, at)


def why_not_sign(meeting: CommitteeMeeting, user: User, at: datetime) -> str | None:
    """The director signs what is complete."""
    if reason := access.why_not(user, "screening.sign_form05", meeting.school.path):
        return reason
    if MeetingStatus.LOCKED not in rules.TRANSITIONS[MeetingStatus(meeting.status)]:
        return gettext("Form 05 is signed and locked. Your supervising office can reopen it.")
    if reason := windows.why_closed(meeting.term, ACTIVITY, meeting.school.path, at):
        return reason
    found = faults_of(meeting)
    return " ".join(sentence(fault) for fault in found) if found else None


def why_not_reopen(meeting: CommitteeMeeting, user: User) -> str | None:
    """The supervising office alone, and never once a grant has come of it."""
    if reason := access.why_not(user, "screening.reopen_form05", meeting.school.path):
        return reason
    if meeting.status != MeetingStatus.LOCKED:
        return gettext("Form 05 is not locked.")
    if Grant.objects.filter(line__meeting=meeting).exists():
        return gettext("Grants have been given by this form 05. End them one by one instead.")
    return None


def share_of(meeting: CommitteeMeeting) -> int:
    """The school-run share, in satang, that the plan must spend: the policy's for each certified pupil."""
    policy = ScreeningPolicy.objects.filter(term=meeting.term_id).first()
    certified = meeting.lines.filter(decision=rules.Decision.CERTIFY).count()
    return rules.share_of(certified, policy.school_run_satang if policy else 0)


def faults_of(meeting: CommitteeMeeting) -> list[Fault]:
    """What keeps this meeting from being signed."""
    members = [
        rules.Member(role, is_present)
        for role, is_present in meeting.members.values_list("role", "is_present")
    ]
    lines = [
        rules.Line(line.decision, len(line.abstentions.all()))
        for line in meeting.lines.prefetch_related("abstentions")
    ]
    plan = getattr(meeting, "plan", None)
    planned = sum(plan.items.values_list("amount_satang", flat=True)) if plan else 0
    minutes = meeting.minutes
    return rules.faults(
        members,
        lines,
        rules.Plan(share_of(meeting), planned) if plan else None,
        minutes is not None and minutes.state != StoredFile.State.REJECTED,
    )


def sentence(fault: Fault) -> str:
    """A fault in words, with its cure."""
    return {
        Fault.NO_MEMBERS: gettext("Write down the members of the committee."),
        Fault.NO_CHAIR: gettext("The chair must be among those present."),
        Fault.NO_SECRETARY: gettext("The secretary must be among those present."),
        Fault.NO_QUORUM: gettext(
            "There is no quorum: at least half of the members must be present."
        ),
        Fault.NO_LINES: gettext("There is no pupil to certify."),
        Fault.UNDECIDED: gettext("Record a decision for every pupil."),
        Fault.TOO_FEW_DECIDING: gettext(
            "For every pupil at least two members must be left to decide."
        ),
        Fault.NO_PLAN: gettext(
            "Record the spending plan K001, also when there is nothing to spend."
        ),
        Fault.PLAN_DIFFERS: gettext("The items of plan K001 must add up to the school-run share."),
        Fault.NO_MINUTES: gettext("Attach the signed minutes of the meeting."),
    }[fault]
