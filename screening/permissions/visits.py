"""Why a person may not plan, change or print visits. None means they may."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import Enrolment, Term, User
from screening.form01.rules import Status
from screening.models import Form01, Grant, HomeVisit

PLAN = "screening.plan_visits"
READ = "screening.read_visits"
FOLLOW = "screening.follow_visits"
OPEN = "screening.open_homes"


def why_not_propose(path: str, user: User | None) -> str | None:
    """The school's people, or the system itself after an import."""
    return None if user is None else access.why_not(user, PLAN, path)


def why_not_plan(visit: HomeVisit, user: User) -> str | None:
    """Why day, order and result may not be written."""
    if reason := access.why_not(user, PLAN, visit.path):
        return reason
    if visit.enrolment.status != Enrolment.Status.STUDYING:
        return gettext("This pupil does not study in this class now.")
    return None


def why_not_skip(visit: HomeVisit, user: User) -> str | None:
    """Why the tick may not be taken off."""
    if reason := access.why_not(user, PLAN, visit.path):
        return reason
    if not visit.is_ticked:
        return gettext("The tick has been taken off already.")
    alive = Form01.objects.filter(enrolment=visit.enrolment_id).exclude(status=Status.WITHDRAWN)
    if alive.exists():
        return gettext("A form 01 has been begun for this pupil. Withdraw the form first.")
    return None


def why_not_keep(visit: HomeVisit, user: User) -> str | None:
    """Why the pupil may not be ticked again."""
    if reason := why_not_plan(visit, user):
        return reason
    return None if not visit.is_ticked else gettext("The pupil is ticked already.")


def why_not_add(enrolment: Enrolment, user: User) -> str | None:
    """Why a pupil may not be put on the list by hand."""
    if reason := access.why_not(user, PLAN, enrolment.path):
        return reason
    if enrolment.status != Enrolment.Status.STUDYING:
        return gettext("This pupil does not study in this class now.")
    if HomeVisit.objects.filter(enrolment=enrolment).exists():
        return gettext("This pupil stands on the list already.")
    if Grant.objects.alive_in(enrolment.term).filter(pupil=enrolment.pupil_id).exists():
        return gettext("This pupil is of the continuing group and is not screened again.")
    return None


def why_not_on_day(visited_on: date, term: Term, today: date) -> str | None:
    """A visit is not in the future, nor in a term gone by."""
    if visited_on > today:
        return gettext("A visit is recorded when it has been made, not before.")
    if visited_on < term.opens_on:
        return gettext("This day lies before the term.")
    return None
