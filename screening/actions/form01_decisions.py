"""A form 01 on its way: sent, returned, certified or refused, signed, withdrawn.

Each action is one transaction: it refuses first, then compares and sets the status,
then writes, then notes the event. What the official and the director wrote is taken
back when a form is returned; the rows of their signatures stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from eqfund import audit, files
from eqfund.fields import blind_index
from eqfund.models import StoredFile, User
from eqfund.national_id import is_national_id, normalize
from eqfund.refusal import Refused
from screening.form01.rules import (
    WORKED_OUT,
    Capacity,
    Means,
    Problem,
    Signer,
    Status,
    officer_is_of_household,
    only_asked,
    problems,
    worked_out,
)
from screening.models import (
    Form01,
    Form01Photo,
    Form01Signature,
    InstitutionDecision,
    PmtFacts,
)
from screening.permissions import form01 as permissions

from .form01 import _keep_signature, _locked
from .pmt import keep_from_scoring, record_facts


@dataclass(frozen=True, slots=True)
class Officer:
    """The state official who certifies, as the form's section 10 asks."""

    name: str
    national_id: str
    position: str


def _what_is_missing(form: Form01) -> list[Problem]:
    """What keeps the form from being sent, from its rows as they stand."""
    return problems(
        form.spec,
        form.answers,
        form.private,
        unread=form.unread,
        photos=Form01Photo.objects.current().filter(form=form).values_list("slot", flat=True),
        signed_by=Form01Signature.objects.current().filter(form=form).values_list("who", flat=True),
    )


@transaction.atomic
def submit_form01(form: Form01, *, by: User, at: datetime) -> Form01:
    """Send a complete form to the official; its facts for the score are written with it."""
    form = _locked(form)
    if reason := permissions.why_not_submit(form, by):
        raise Refused(reason)
    if reason := permissions.why_not_now(form, permissions.SENDING, at):
        raise Refused(reason)
    if reason := permissions.why_consent_is_old(form, at):
        raise Refused(reason)
    if missing := _what_is_missing(form):
        raise Refused(
            gettext("%(count)d answers are still missing or wrong. The review page lists them.")
            % {"count": len(missing)}
        )
    late = permissions.is_late(form, at)
    answers, private = _as_asked(form)
    _move(
        form,
        Status.SUBMITTED,
        answers=answers,
        private=private,
        unread={},
        submitted_by=by,
        submitted_at=at,
        late=late,
    )
    record_facts(form)
    audit.record("submit_form01", form, by=by, at=at, facts={"late": late})
    return form


@transaction.atomic
def return_form01(form: Form01, *, reason: str, by: User, at: datetime) -> Form01:
    """Return a form to be corrected. The official and the director decide anew afterwards.

    Its facts go, since they are those of a form as it was sent, and so does what an officer
    of the fund proposed of it.
    """
    keep_from_scoring(form.enrolment.term_id)
    form = _locked(form)
    if refusal := permissions.why_not_return(form, by):
        raise Refused(refusal)
    if refusal := permissions.why_not_return_now(form, at):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused(gettext("Say what is to be corrected."))
    was = form.status
    _move(
        form,
        Status.RETURNED,
        returned_by=by,
        returned_at=at,
        returned_reason=reason.strip()[:500],
        officer_decision="",
        officer_reason="",
        officer={},
        officer_index=None,
        officer_id_card=None,
        certified_by=None,
        certified_at=None,
        signed_by=None,
        signed_at=None,
        signed_capacity="",
    )
    Form01Signature.objects.filter(
        form=form, who__in=[Signer.OFFICER, Signer.DIRECTOR], is_current=True
    ).update(is_current=False)
    PmtFacts.objects.filter(form=form).delete()
    InstitutionDecision.objects.filter(form=form).delete()
    audit.record("return_form01", form, by=by, at=at, facts={"was": was})
    return form


@transaction.atomic
def certify_form01(
    form: Form01,
    officer: Officer,
    *,
    means: Means,
    by: User,
    at: datetime,
    image: str = "",
    sheet: Any = None,
    id_card: Any = None,
) -> Form01:
    """Record that a state official certifies the form: on the phone, or by the signed sheet."""
    form = _decide(
        form,
        officer,
        Status.CERTIFIED,
        "",
        means=means,
        by=by,
        at=at,
        image=image,
        sheet=sheet,
        id_card=id_card,
    )
    audit.record("certify_form01", form, by=by, at=at, facts={"means": means})
    return form


@transaction.atomic
def refuse_form01(
    form: Form01,
    officer: Officer,
    *,
    reason: str,
    means: Means,
    by: User,
    at: datetime,
    image: str = "",
    sheet: Any = None,
    id_card: Any = None,
) -> Form01:
    """Record that a state official does not certify the form, and why."""
    if not reason.strip():
        raise Refused(gettext("An official who does not certify gives the reason."))
    form = _decide(
        form,
        officer,
        Status.REFUSED,
        reason.strip()[:500],
        means=means,
        by=by,
        at=at,
        image=image,
        sheet=sheet,
        id_card=id_card,
    )
    audit.record("refuse_form01", form, by=by, at=at, facts={"means": means})
    return form


@transaction.atomic
def sign_as_director(forms: Sequence[Form01], *, capacity: Capacity, by: User, at: datetime) -> int:
    """Sign certified forms, several at once, in the stated capacity; all of them or none."""
    for form in sorted(forms, key=lambda each: each.pk):
        form = _locked(form)
        if reason := permissions.why_not_sign(form, by):
            raise Refused(reason)
        _move(form, Status.SIGNED, signed_by=by, signed_at=at, signed_capacity=capacity)
        _keep_signature(form, Signer.DIRECTOR, means=Means.ACCOUNT, by=by, at=at)
        audit.record("sign_as_director", form, by=by, at=at, facts={"capacity": capacity})
    return len(forms)


@transaction.atomic
def withdraw_form01(form: Form01, *, reason: str, by: User, at: datetime) -> Form01:
    """Withdraw a form; the pupil may then have another one while the window is open."""
    form = _locked(form)
    if refusal := permissions.why_not_withdraw(form, by):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused(gettext("Say why the form is withdrawn."))
    was = form.status
    _move(
        form,
        Status.WITHDRAWN,
        withdrawn_by=by,
        withdrawn_at=at,
        withdrawn_reason=reason.strip()[:500],
    )
    audit.record("withdraw_form01", form, by=by, at=at, facts={"was": was})
    return form


def _decide(
    form: Form01,
    officer: Officer,
    to: Status,
    reason: str,
    *,
    means: Means,
    by: User,
    at: datetime,
    image: str,
    sheet: Any,
    id_card: Any,
) -> Form01:
    """Write the official's decision, signature and card, and move the form on."""
    form = _locked(form)
    if refusal := permissions.why_not_certify(form, by):
        raise Refused(refusal)
    if not (officer.name and officer.position and is_national_id(officer.national_id)):
        raise Refused(gettext("Give the official's name, position and a right national ID."))
    if officer_is_of_household(officer.national_id, form.private):
        raise Refused(gettext("A member of the household or the guardian cannot certify it."))
    index = blind_index(normalize(officer.national_id))
    card = _card(form, index, id_card, by=by, at=at)
    _keep_signature(
        form,
        Signer.OFFICER,
        means=means,
        by=by,
        at=at,
        image=image,
        upload=sheet,
        name=officer.name,
    )
    _move(
        form,
        to,
        officer_decision="certify" if to is Status.CERTIFIED else "refuse",
        officer_reason=reason,
        officer={
            "name": officer.name,
            "national_id": normalize(officer.national_id),
            "position": officer.position,
        },
        officer_index=index,
        officer_id_card=card,
        certified_by=by,
        certified_at=at,
    )
    return form


def _card(form: Form01, index: bytes, upload: Any, *, by: User, at: datetime) -> StoredFile:
    """The certified copy of the official's card: the one given, or the school's own copy of it."""
    if upload is not None:
        return files.store_upload(
            upload,
            purpose="form01_officer_card",
            path=form.path,
            by=by,
            at=at,
            kinds=("image", "pdf"),
        )
    school = "/".join(form.path.split("/")[:4]) + "/"
    known = Form01.objects.under(school).filter(officer_index=index, officer_id_card__isnull=False)
    latest = known.select_related("officer_id_card").order_by("-certified_at").first()
    if latest is None or latest.officer_id_card is None:
        raise Refused(gettext("Attach the certified copy of the official's card."))
    return latest.officer_id_card


def _as_asked(form: Form01) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers to what this household is asked, plain and private, figures worked out."""
    asked = only_asked(form.spec, form.given)
    hidden = form.spec.codes(private=True)
    private = {code: value for code, value in asked.items() if code in hidden}
    answers = {code: value for code, value in asked.items() if code not in hidden}
    for code in WORKED_OUT:
        answers.pop(code, None)
    return answers | worked_out(answers, private), private


def _move(form: Form01, to: Status, **fields: Any) -> None:
    """Compare and set the status; Refused if another transaction came first."""
    moved = Form01.objects.filter(pk=form.pk, status=form.status).update(status=to, **fields)
    if not moved:
        raise Refused(gettext("Somebody else has just changed this form. Look again."))
    form.refresh_from_db()
