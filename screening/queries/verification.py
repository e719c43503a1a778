"""Which forms 05 wait for which step of the fund's verification, and what stands against them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext, ngettext

from eqfund.hooks import verification_checks
from eqfund.models import Enrolment, StoredFile, Term
from screening.models import CommitteeMeeting, Form05Line, FundVerification
from screening.rules.committee import Decision, MeetingStatus
from screening.rules.verification import STEPS, Outcome, Step


def locked(term: Term) -> QuerySet[CommitteeMeeting]:
    """Signed forms 05 of a term."""
    meetings = CommitteeMeeting.objects.filter(term=term, status=MeetingStatus.LOCKED)
    return meetings.select_related("school", "minutes")


def _found(step: Step, outcome: Outcome | None = None) -> Exists:
    found = FundVerification.objects.filter(
        meeting=OuterRef("pk"), revision=OuterRef("revision"), step=step
    )
    return Exists(found.filter(outcome=outcome) if outcome else found)


def waiting_for(term: Term, step: Step) -> QuerySet[CommitteeMeeting]:
    """Signed forms 05 whose next step is `step`, in the order of their schools."""
    meetings = locked(term).filter(~_found(step))
    for before in STEPS[: STEPS.index(step)]:
        meetings = meetings.filter(_found(before, Outcome.PASSED))
    return meetings.order_by("school__path", "number")


def counts_by_step(term: Term) -> dict[str, int]:
    """How many forms 05 wait for each step, are done, were sent back, are not signed."""
    found = {step.value: waiting_for(term, step).count() for step in STEPS}
    sent_back = FundVerification.objects.filter(
        meeting__term=term, meeting__status=MeetingStatus.LOCKED, revision=F("meeting__revision")
    )
    found["done"] = sent_back.filter(step=Step.GRANT, outcome=Outcome.PASSED).count()
    found["sent_back"] = sent_back.filter(outcome=Outcome.SENT_BACK).count()
    found["unsigned"] = (
        CommitteeMeeting.objects.filter(term=term).exclude(status=MeetingStatus.LOCKED).count()
    )
    return found


def with_figures(meetings: QuerySet[Any]) -> QuerySet[Any]:
    """Meetings with what a table row shows: pupils certified and refused, members and those present."""
    lines = Count("lines", distinct=True)
    return meetings.annotate(
        pupils=lines,
        certified=Count("lines", filter=Q(lines__decision=Decision.CERTIFY), distinct=True),
        refused=Count("lines", filter=Q(lines__decision=Decision.REFUSE), distinct=True),
        members_count=Count("members", distinct=True),
        present_count=Count("members", filter=Q(members__is_present=True), distinct=True),
    )


def standing_against(
    meetings: list[CommitteeMeeting], term: Term, step: Step, at: datetime
) -> dict[int, list[str]]:
    """What stands against each meeting at a step, by its key; one without fault is left out."""
    if step == Step.LIST:
        return _against_list(meetings)
    if step == Step.ACCOUNT:
        return _against_account(meetings, term, at)
    return {}


def _against_list(meetings: list[CommitteeMeeting]) -> dict[int, list[str]]:
    """Minutes that cannot be read, and certified pupils who no longer study at the school."""
    found: dict[int, list[str]] = {}
    for meeting in meetings:
        if meeting.minutes is None or meeting.minutes.state == StoredFile.State.REJECTED:
            found.setdefault(meeting.pk, []).append(gettext("The minutes cannot be read."))
    gone = (
        Form05Line.objects.filter(meeting__in=[m.pk for m in meetings], decision=Decision.CERTIFY)
        .exclude(announced__enrolment__status=Enrolment.Status.STUDYING)
        .values_list("meeting")
        .annotate(n=Count("pk"))
    )
    for meeting_id, count in gone:
        sentence = ngettext(
            "%(count)d certified pupil no longer studies here.",
            "%(count)d certified pupils no longer study here.",
            count,
        )
        found.setdefault(meeting_id, []).append(sentence % {"count": count})
    return found


def _against_account(
    meetings: list[CommitteeMeeting], term: Term, at: datetime
) -> dict[int, list[str]]:
    """What the higher apps know of the schools' accounts and amounts."""
    schools = sorted({meeting.school_id for meeting in meetings})
    by_school: dict[int, list[str]] = {}
    for check in verification_checks:
        for school, sentences in check(schools, term, at).items():
            by_school.setdefault(school, []).extend(sentences)
    return {m.pk: by_school[m.school_id] for m in meetings if by_school.get(m.school_id)}
