"""The way up: somebody without an account asks whoever gives the post; that person answers."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit
from eqfund.models import AccountRequest, Invitation, User
from eqfund.people import permissions, rules
from eqfund.people.outgoing import tell
from eqfund.people.permissions import day_of
from eqfund.refusal import Refused

from .invitations import invite


def ask_for_account(
    *,
    role: str,
    path: str,
    full_name: str,
    email: str,
    phone: str,
    note: str,
    by: None = None,
    at: datetime,
) -> None:
    """Keep a request. The same one twice is one; nothing here tells whether the address is known."""
    if not rules.is_level_of(role, path):
        raise ValueError(f"{role} does not serve at {path}")
    try:
        with transaction.atomic():
            request = AccountRequest.objects.create(
                role=role,
                path=path,
                full_name=full_name,
                email=email,
                phone=phone,
                note=note,
                made_at=at,
            )
            audit.record("people.ask_for_account", request, by=by, at=at, facts={"role": role})
            tell(request, "people.tell_of_request")
    except IntegrityError:
        return  # it waits already


def accept_request(asked: AccountRequest, *, by: User, at: datetime) -> Invitation:
    """Answer a request with an invitation; the address is proved by its mail."""
    with transaction.atomic():
        asked = _locked(asked)
        if reason := permissions.why_not_decide_request(asked, by):
            raise Refused(reason)
        invitation = invite(
            role=asked.role,
            path=asked.path,
            full_name=asked.full_name,
            email=asked.email,
            phone=asked.phone,
            starts_on=day_of(at),
            by=by,
            at=at,
        )
        _decide(asked, AccountRequest.Status.ACCEPTED, by=by, at=at, invitation=invitation)
        return invitation


@transaction.atomic
def refuse_request(asked: AccountRequest, *, reason: str, by: User, at: datetime) -> None:
    """Answer a request with a no and its reason, which goes out by mail."""
    asked = _locked(asked)
    if sentence := permissions.why_not_decide_request(asked, by):
        raise Refused(sentence)
    if not reason.strip():
        raise Refused(gettext("Say why the request is refused: the person reads it in a mail."))
    _decide(asked, AccountRequest.Status.REFUSED, by=by, at=at, answer=reason.strip())
    tell(asked, "people.tell_of_refusal")


def _decide(
    asked: AccountRequest,
    status: str,
    *,
    by: User,
    at: datetime,
    invitation: Invitation | None = None,
    answer: str = "",
) -> None:
    AccountRequest.objects.filter(pk=asked.pk, status=AccountRequest.Status.OPEN).update(
        status=status, decided_by=by, decided_at=at, invitation=invitation, answer=answer
    )
    facts = {"role": asked.role, "status": str(status)}
    audit.record("people.answer_request", asked, by=by, at=at, facts=facts)


def _locked(asked: AccountRequest) -> AccountRequest:
    return AccountRequest.objects.select_for_update().get(pk=asked.pk)
