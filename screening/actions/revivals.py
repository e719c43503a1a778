"""An end that was a mistake is undone by two people: one asks, another of the fund decides."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit
from eqfund.models import User
from eqfund.refusal import Refused
from screening.models import Grant, GrantRevival
from screening.permissions import grants as permissions
from screening.rules.grants import GrantStatus, RevivalStatus


def ask_revival(grant: Grant, *, reason: str, by: User, at: datetime) -> GrantRevival:
    """Ask that an end be undone. The grant stays ended until another person of the fund says yes."""
    try:
        return _ask(grant, reason.strip(), by, at)
    except IntegrityError:  # two asked at once
        raise Refused(
            gettext("It has been asked already that this end be undone. The fund decides.")
        ) from None


@transaction.atomic
def _ask(grant: Grant, reason: str, by: User, at: datetime) -> GrantRevival:
    grant = _held(grant)
    if refusal := permissions.why_not_ask_revival(grant, by):
        raise Refused(refusal)
    if not reason:
        raise Refused(gettext("Say why the end was a mistake."))
    assert grant.ended_at is not None  # a constraint: an ended grant says when
    revival = GrantRevival.objects.create(
        grant=grant,
        end_reason=grant.end_reason,
        end_note=grant.end_note,
        ended_at=grant.ended_at,
        ended_by=grant.ended_by,
        asked_reason=reason,
        asked_by=by,
        asked_at=at,
    )
    audit.record("ask_revival", grant, by=by, at=at, path=grant.enrolment.path)
    return revival


@transaction.atomic
def decide_revival(
    revival: GrantRevival, *, grant: bool, answer: str, by: User, at: datetime
) -> None:
    """Undo the end, or say why it stands. What was paid meanwhile, or left out, stays as it was."""
    held = _held(revival.grant)
    revival = GrantRevival.objects.select_for_update().get(pk=revival.pk)
    revival.grant = held
    if refusal := permissions.why_not_decide_revival(revival, by):
        raise Refused(refusal)
    answer = answer.strip()
    if grant and (refusal := permissions.why_not_live_again(revival)):
        raise Refused(refusal)
    if not grant and not answer:
        raise Refused(gettext("Say why the end stands."))
    revival.status = RevivalStatus.GRANTED if grant else RevivalStatus.REFUSED
    revival.answer, revival.decided_by, revival.decided_at = answer, by, at
    revival.save(update_fields=["status", "answer", "decided_by", "decided_at"])
    if grant:
        Grant.objects.filter(pk=held.pk).update(
            status=GrantStatus.ACTIVE, end_reason="", end_note="", ended_at=None, ended_by=None
        )
    audit.record(
        "decide_revival", held, by=by, at=at, path=held.enrolment.path, facts={"granted": grant}
    )


def _held(grant: Grant) -> Grant:
    """The grant as it stands now, its row held until the transaction ends."""
    rows = Grant.objects.select_related("enrolment").select_for_update(of=("self",))
    return rows.get(pk=grant.pk)
