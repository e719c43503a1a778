"""Invite, send again, cancel, accept.

The link's secret exists in the mail alone: it is made while the mail is written, and only its
SHA-256 is kept. Each sending makes a new one, so an older mail's link is dead.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit, clock
from eqfund.models import AccountState, Invitation, User
from eqfund.people import permissions, rules
from eqfund.people.outgoing import send_out
from eqfund.people.permissions import day_of
from eqfund.people.recording import one_posts_transaction, write_post
from eqfund.refusal import Refused

GOOD_FOR = timedelta(days=14)


def invite(
    *,
    role: str,
    path: str,
    full_name: str,
    email: str,
    phone: str = "",
    starts_on: date,
    ends_on: date | None = None,
    capacity: str = "in_post",
    by: User,
    at: datetime,
) -> Invitation:
    """Offer a post by mail; the mail goes out by a job, with a link good for fourteen days."""
    reason = permissions.why_not_invite(role, path, email, by, starts_on=starts_on, ends_on=ends_on)
    if reason:
        raise Refused(reason)
    if reason := permissions.why_not_begin(starts_on, day_of(at)):
        raise Refused(reason)
    if ends_on and ends_on < starts_on:
        raise Refused(gettext("The last day lies before the first day."))
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                role=role,
                path=path,
                capacity=capacity if role == "school_director" else "in_post",
                starts_on=starts_on,
                ends_on=ends_on,
                email=email,
                full_name=full_name,
                phone=phone,
                invited_by=by,
                made_at=at,
                expires_at=at + GOOD_FOR,
            )
            audit.record("people.invite", invitation, by=by, at=at, facts=_facts(invitation))
            send_out([invitation], by=by)
            return invitation
    except IntegrityError as error:  # invited by somebody else since we looked
        raise Refused(
            gettext("This person is invited to this post already. Send the invitation again.")
        ) from error


@transaction.atomic
def resend_invitation(invitation: Invitation, *, by: User, at: datetime) -> None:
    """Send a new mail with a new link and a new term; the old link is dead at once."""
    invitation = _locked(invitation)
    if reason := permissions.why_not_send_again(invitation, by):
        raise Refused(reason)
    if invitation.email.lower() == by.email.lower():
        raise Refused(gettext("Nobody invites themselves."))
    Invitation.objects.filter(pk=invitation.pk).update(
        token_hash=None, sent_at=None, expires_at=at + GOOD_FOR, invited_by=by
    )
    audit.record("people.resend_invitation", invitation, by=by, at=at, facts=_facts(invitation))
    send_out([invitation], by=by)


@transaction.atomic
def cancel_invitation(invitation: Invitation, *, by: User, at: datetime) -> None:
    """Take an invitation back; its link says so."""
    invitation = _locked(invitation)
    if reason := permissions.why_not_send_again(invitation, by):
        raise Refused(reason)
    Invitation.objects.filter(pk=invitation.pk).update(cancelled_at=at, cancelled_by=by)
    audit.record("people.cancel_invitation", invitation, by=by, at=at, facts=_facts(invitation))


def accept_invitation(invitation: Invitation, *, by: User, at: datetime) -> None:
    """Somebody who has an account takes the post offered; from today, if it was to begin earlier."""
    with one_posts_transaction():
        _accept(_locked(invitation), by=by, at=at)


def enter_by_invitation(
    invitation: Invitation, *, username: str, password: str, at: datetime
) -> User:
    """Make the account that the invitation is for, and take the post. The mail's link proved the address."""
    try:
        with one_posts_transaction():
            invitation = _locked(invitation)
            if User.objects.filter(email__iexact=invitation.email).exists():
                raise Refused(
                    gettext("There is an account with this e-mail. Sign in with it, then accept.")
                )
            user = User.objects.create_user(
                username,
                password,
                email=invitation.email,
                full_name=invitation.full_name,
                phone=invitation.phone,
            )
            AccountState.objects.update_or_create(
                user=user,
                defaults={"verified_email": user.email, "email_verified_at": clock.wall()},
            )
            _accept(invitation, by=user, at=at)
            return user
    except IntegrityError as error:
        raise Refused(
            gettext("Somebody took this user name just now. Choose another one.")
        ) from error


def _accept(invitation: Invitation, *, by: User, at: datetime) -> None:
    if reason := permissions.why_not_accept(invitation, at):
        raise Refused(reason)
    if invitation.invited_by_id == by.pk:
        raise Refused(gettext("Nobody gives themselves a post."))
    first = max(invitation.starts_on, day_of(at))
    post = rules.Post(invitation.role, invitation.path, first, invitation.ends_on)
    posting = write_post(by, post, capacity=invitation.capacity, by=invitation.invited_by, at=at)
    Invitation.objects.filter(pk=invitation.pk).update(
        accepted_at=at, accepted_by=by, posting=posting
    )
    audit.record("people.accept_invitation", invitation, by=by, at=at, facts=_facts(invitation))


def _locked(invitation: Invitation) -> Invitation:
    rows = Invitation.objects.select_for_update(of=["self"]).select_related("invited_by")
    return rows.get(pk=invitation.pk)


def _facts(invitation: Invitation) -> dict[str, str]:
    return {"role": invitation.role, "starts_on": invitation.starts_on.isoformat()}
