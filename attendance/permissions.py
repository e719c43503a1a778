"""Why a person may not set term days or record a month. None means they may."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext

from attendance.models import TermDays
from attendance.rules import System, span_in_month
from eqfund import access
from eqfund.activities import ACTIVITY
from eqfund.models import Classroom, School, Term, User
from eqfund.windows import why_closed


def why_not_set_term_days(
    school: School, term: Term, days: TermDays | None, user: User, at: datetime
) -> str | None:
    if reason := access.why_not(user, "attendance.set_term_days", school.path):
        return reason
    if reason := why_closed(term, ACTIVITY["attendance.set_term_days"], school.path, at):
        return reason
    if days is not None and days.locked_at is not None:
        return gettext(
            "A month has been recorded by these term days; they can no longer be changed."
        )
    return None


def why_not_record_month(
    classroom: Classroom, term: Term, month: date, days: TermDays | None, user: User, at: datetime
) -> str | None:
    if reason := access.why_not(user, "attendance.record_month", classroom.path):
        return reason
    if reason := why_closed(term, ACTIVITY["attendance.record_month"], classroom.path, at):
        return reason
    if days is None:
        return gettext(
            "The school admin has not set the term's days and system yet. Ask the admin."
        )
    if days.system == System.QINFO:
        return gettext("Your school records attendance in Q-Info; nothing is recorded here.")
    span = span_in_month(month, days.opens_on, days.closes_on)
    if span is None:
        return gettext("This month lies outside the school's term.")
    if span[0] > at.date():
        return gettext("This month has not begun yet.")
    return None
