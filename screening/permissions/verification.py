"""Why the fund may not verify a school's form 05, or send it back. None: it may."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from eqfund import access, windows
from eqfund.models import Term, User
from screening.models import CommitteeMeeting
from screening.rules import verification as rules
from screening.rules.committee import MeetingStatus

COUNTRY = "TH/"
ACTIVITY = "fund_verification"
VERB = "screening.verify_form05"


def why_not_verify(term: Term, user: User, at: datetime, path: str) -> str | None:
    """The right role, in the window of the place's affiliation."""
    if reason := access.why_not(user, VERB, COUNTRY):
        return reason
    return windows.why_closed(term, ACTIVITY, path, at)


def why_not_send_back(meeting: CommitteeMeeting, user: User, at: datetime) -> str | None:
    """While a step is still to be taken."""
    if reason := why_not_verify(meeting.term, user, at, meeting.school.path):
        return reason
    if meeting.status != MeetingStatus.LOCKED:
        return gettext("Form 05 is not signed yet.")
    if next_step_of(meeting) is None:
        return gettext("The verification of this form 05 is over.")
    return None


def next_step_of(meeting: CommitteeMeeting) -> rules.Step | None:
    """The step that this signing of the meeting waits for."""
    done = [
        (found.step, found.outcome)
        for found in meeting.verifications.all()
        if found.revision == meeting.revision
    ]
    return rules.next_step(done)
