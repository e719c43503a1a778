"""Why a person may not end, suspend or resume a grant, or load the predecessor's list. None: they may."""

from __future__ import annotations

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import User
from screening.models import Grant, GrantRevival
from screening.rules.grants import TRANSITIONS, GrantStatus, RevivalStatus

COUNTRY = "TH/"


def why_not_end(grant: Grant, user: User) -> str | None:
    """The school's admin or the fund; once."""
    if reason := access.why_not(user, "screening.end_grant", grant.enrolment.path):
        return reason
    if GrantStatus.ENDED not in TRANSITIONS[GrantStatus(grant.status)]:
        return gettext("This grant has already ended.")
    return None


def why_not_ask_revival(grant: Grant, user: User) -> str | None:
    """The school's admin or the fund, for a grant that has ended and whom no other grant has followed."""
    if reason := access.why_not(user, "screening.ask_revival", grant.enrolment.path):
        return reason
    if grant.status != GrantStatus.ENDED:
        return gettext("This grant has not ended.")
    if grant.revivals.filter(status=RevivalStatus.ASKED).exists():
        return gettext("It has been asked already that this end be undone. The fund decides.")
    return _why_not_alive_again(grant)


def why_not_decide_revival(revival: GrantRevival, user: User) -> str | None:
    """Another person of the fund than the one who asked, once."""
    if reason := access.why_not(user, "screening.decide_revival", COUNTRY):
        return reason
    if revival.status != RevivalStatus.ASKED:
        return gettext("This has been decided already.")
    if revival.asked_by_id == user.pk:
        return gettext(
            "Whoever asks that an end be undone does not decide it. Another person does."
        )
    return None


def why_not_live_again(revival: GrantRevival) -> str | None:
    """What stands against a yes: the end asked about is not the present one, or another grant followed."""
    grant = revival.grant
    if grant.status != GrantStatus.ENDED or grant.ended_at != revival.ended_at:
        return gettext("The grant has changed since this was asked.")
    return _why_not_alive_again(grant)


def _why_not_alive_again(grant: Grant) -> str | None:
    others = Grant.objects.filter(pupil=grant.pupil_id).exclude(pk=grant.pk)
    if others.exclude(status=GrantStatus.ENDED).exists():
        return gettext("The pupil has another grant by now. Two cannot be held at once.")
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
