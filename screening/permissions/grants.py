"""Why a person may not end, suspend or resume a grant, or load the predecessor's list. None: they may."""

from __future__ import annotations

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import User
from screening.models import Grant
from screening.rules.grants import TRANSITIONS, GrantStatus

COUNTRY = "TH/"


def why_not_end(grant: Grant, user: User) -> str | None:
    """The school's admin or the fund; once."""
    if reason := access.why_not(user, "screening.end_grant", grant.enrolment.path):
        return reason
    if GrantStatus.ENDED not in TRANSITIONS[GrantStatus(grant.status)]:
        return gettext("This grant has already ended.")
    return None


def why_not_suspend(grant: Grant, user: User) -> str | None:
    """The fund alone, a grant that is held."""
    if reason := access.why_not(user, "screening.suspend_grant", COUNTRY):
        return reason
    if GrantStatus.SUSPENDED not in TRANSITIONS[GrantStatus(grant.status)]:
        return (
            gettext("This grant has already ended.")
            if grant.status == GrantStatus.ENDED
            else gettext("This grant is suspended already.")
        )
    return None


def why_not_resume(grant: Grant, user: User) -> str | None:
    """The fund alone, a grant that is suspended."""
    if reason := access.why_not(user, "screening.suspend_grant", COUNTRY):
        return reason
    if grant.status != GrantStatus.SUSPENDED:
        return gettext("This grant is not suspended.")
    return None


def why_not_load(user: User | None) -> str | None:
    """The fund, or the system itself by command."""
    return None if user is None else access.why_not(user, "screening.load_grants", COUNTRY)
