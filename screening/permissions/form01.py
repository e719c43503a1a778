"""Why a user may not do a thing to a form 01. None means they may.

The text is for that user: a page shows it on the disabled button, and an action
raises Refused with it. What the calendar says is asked apart, by `why_not_now`:
people with the right to act are told when.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext

from eqfund import access
from eqfund.models import Enrolment, RegistryRecord, User
from eqfund.privacy.policies import guardian_version
from eqfund.thai_text import thai_datetime
from eqfund.windows import why_closed, windows_of
from screening.form01.rules import EDITABLE, TRANSITIONS, Signer, Status
from screening.models import Form01, Form01Revision, Grant
from screening.models.form01 import STATUS_NAMES

DRAFTING, SENDING = "form01_draft", "form01"
# Registries whose mark lets a pupil be screened; the others lay nothing down.
MARKING = ("DMC", "LEC")


def why_not_start(enrolment: Enrolment, user: User) -> str | None:
    """Why a form may not be begun for this pupil."""
    if reason := access.why_not(user, "screening.draft_form01", enrolment.path):
        return reason
    if enrolment.status != Enrolment.Status.STUDYING:
        return gettext("This pupil does not study in this class now.")
    if Form01.objects.alive().filter(enrolment=enrolment).exists():
        return gettext("This pupil already has a form 01 this term. Open it and go on.")
    if Grant.objects.alive_in(enrolment.term).filter(pupil=enrolment.pupil_id).exists():
        return gettext("This pupil is of the continuing group and is not screened again.")
    unmarked = RegistryRecord.objects.filter(
        enrolment=enrolment, registry__in=MARKING, disadvantage_poor=False
    ).first()
    if unmarked is not None:
        return gettext(
            "%(registry)s does not mark this pupil as poor. The registry keeper sets the mark "
            "there and imports the file again."
        ) % {"registry": unmarked.registry}
    return None


def why_not_draft(form: Form01, user: User) -> str | None:
    """Why the answers, photos and signatures of the form may not be changed."""
    if reason := access.why_not(user, "screening.draft_form01", form.path):
        return reason
    if form.status not in EDITABLE:
        return gettext("This form has been sent. To correct it, the school returns it first.")
    return None


def why_not_submit(form: Form01, user: User) -> str | None:
    """Why the form may not be sent."""
    return access.why_not(user, "screening.record_form01", form.path) or _why_not_move(
        form, Status.SUBMITTED
    )


def why_consent_is_old(form: Form01, at: datetime) -> str | None:
    """A new version of the policy asks pupil and guardian again, before the form is sent."""
    version = guardian_version(at)
    known = form.answers.get("pdpa_policy_version") if form.answers.get("pdpa_ack") else None
    if not version or known is None or known == version:
        return None
    return gettext(
        "The privacy policy has a new version. Read it to the pupil and the guardian in section 8 and save."
    )


def why_not_return(form: Form01, user: User) -> str | None:
    """Why the form may not be sent back to be corrected."""
    return access.why_not(user, "screening.return_form01", form.path) or _why_not_move(
        form, Status.RETURNED
    )


def why_not_certify(form: Form01, user: User) -> str | None:
    """Why the official's decision may not be recorded."""
    return access.why_not(user, "screening.certify_form01", form.path) or _why_not_move(
        form, Status.CERTIFIED
    )


def why_not_sign(form: Form01, user: User) -> str | None:
    """Why the director may not sign."""
    return access.why_not(user, "screening.sign_form01", form.path) or _why_not_move(
        form, Status.SIGNED
    )


def why_not_withdraw(form: Form01, user: User) -> str | None:
    """Why the form may not be withdrawn."""
    return access.why_not(user, "screening.record_form01", form.path) or _why_not_move(
        form, Status.WITHDRAWN
    )


def why_not_sign_at_home(form: Form01, who: Signer, user: User) -> str | None:
    """Why this person's signature may not be taken now."""
    if who in (Signer.OFFICER, Signer.DIRECTOR):
        return gettext("The official and the director sign after the form has been sent.")
    return why_not_draft(form, user)


def why_not_now(form: Form01, activity: str, at: datetime) -> str | None:
    """Why the calendar does not let this be done to the form at `at`.

    After the close, a form that the server knew before it may be finished within the
    grace of the term; one begun later needs an extension.
    """
    reason = why_closed(form.enrolment.term, activity, form.path, at)
    if reason is None or grace_until(form, activity, at) is not None:
        return None
    return reason


def is_late(form: Form01, at: datetime) -> bool:
    """Whether sending the form at `at` is allowed by the grace alone."""
    closed = why_closed(form.enrolment.term, SENDING, form.path, at)
    return closed is not None and grace_until(form, SENDING, at) is not None


def grace_until(form: Form01, activity: str, at: datetime) -> datetime | None:
    """Until when a form may still be finished after the close; None outside the grace."""
    closes = [
        window.closes_at
        for window in windows_of(form.enrolment.term, activity, form.path)
        if window.closes_at is not None and window.closes_at <= at
    ]
    if not closes:
        return None
    closed = max(closes)
    until = closed + timedelta(hours=settings.GRACE_HOURS)
    if at >= until or not _known_before(form, closed):
        return None
    return until


def _known_before(form: Form01, closed: datetime) -> bool:
    """Whether somebody had saved a section of the form on the server before the close."""
    saves = Form01Revision.objects.filter(form=form, held=False, section__gt=0, at__lt=closed)
    return saves.exists()


def why_not_return_now(form: Form01, at: datetime) -> str | None:
    """Why returning would strand the form: nobody could send it again."""
    reason = why_not_now(form, SENDING, at)
    if reason is None:
        return None
    return gettext("Returned now, the form could not be sent again. %(reason)s") % {
        "reason": reason
    }


def grace_sentence(form: Form01, at: datetime) -> str:
    """Tell until when the grace lasts; empty outside it."""
    until = grace_until(form, SENDING, at) if is_late(form, at) else None
    if until is None:
        return ""
    return gettext(
        "The time to send has passed. This form was begun before and may be finished until "
        "%(until)s; it will be marked late."
    ) % {"until": thai_datetime(until)}


def _why_not_move(form: Form01, to: Status) -> str | None:
    if to in TRANSITIONS[form.standing]:
        return None
    return gettext("A form that is “%(status)s” does not allow this.") % {
        "status": STATUS_NAMES[form.standing]
    }
