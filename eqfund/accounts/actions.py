"""What people do with their own account, and what the level above does for a lost factor.

Codes, sessions and limits live in real time (`clock.wall`), whatever the demo's clock says.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext, override

from eqfund import audit, clock
from eqfund.accounts import mail, permissions, rules, sessions, sms
from eqfund.models import AccountState, ContactCode, FactorRecovery, User
from eqfund.refusal import Refused

log = logging.getLogger(__name__)
KEPT_DAYS = 30


def digest(user: User, kind: str, target: str, code: str) -> bytes:
    """What is kept of a code: good for this person, this kind and this address alone."""
    text = "\0".join((str(user.pk), kind, target, code))
    return salted_hmac("eqfund.contact_code", text, algorithm="sha256").digest()


def latest_code(user: User, kind: str) -> ContactCode | None:
    """The code that a person may type now: the last one sent, if it is neither used nor too old."""
    code = ContactCode.objects.filter(user=user, kind=kind).order_by("-pk").first()
    if code is None or code.used_at or code.expires_at <= clock.wall():
        return None
    return code


def seconds_until_next_code(user: User, kind: str) -> int:
    """How long the person waits before another code may be sent; 0 is now."""
    since = clock.wall() - timedelta(days=1)
    sent = ContactCode.objects.filter(user=user, kind=kind, sent_at__gt=since)
    times = [at.timestamp() for at in sent.values_list("sent_at", flat=True)]
    return rules.seconds_until_next_code(times, clock.wall().timestamp())


def send_code(user: User, kind: str, target: str, *, by: User, at: datetime) -> ContactCode:
    """Send a code to an e-mail address or a phone; Refused when too soon, too often or not delivered.

    Whether the address belongs to another account is told only to whoever proves that it is theirs.
    """
    if by.pk != user.pk:
        raise Refused(gettext("Each person verifies their own e-mail and phone."))
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if wait := seconds_until_next_code(user, kind):
            raise Refused(_wait(wait))
        now = clock.wall()
        ContactCode.objects.filter(user=user, sent_at__lt=now - timedelta(days=KEPT_DAYS)).delete()
        kept = ContactCode.objects.create(
            user=user,
            kind=kind,
            target=target,
            digest=digest(user, kind, target, code),
            sent_at=now,
            expires_at=now + timedelta(seconds=rules.CODE_SECONDS),
        )
        audit.record("accounts.send_code", user, by=by, at=at, facts={"kind": kind})
    try:
        _deliver(user, kind, target, code)
    except (
        sms.DeliveryUnknown
    ) as unknown:  # should it arrive, it is good; if not, another is asked for
        log.warning("it is not known whether a message went out: %s", unknown)
    except (sms.DeliveryFailed, OSError) as error:
        ContactCode.objects.filter(pk=kept.pk).delete()
        raise Refused(
            gettext("The message could not be sent just now. Try again in a while.")
        ) from error
    return kept


def _wait(seconds: int) -> str:
    if seconds <= 2 * rules.SECONDS_BETWEEN_CODES:
        return gettext("Wait %(seconds)d seconds before another code is sent.") % {
            "seconds": seconds
        }
    return gettext("Too many codes were sent. Try again in %(minutes)d minutes.") % {
        "minutes": -(-seconds // 60)
    }


def _deliver(user: User, kind: str, target: str, code: str) -> None:
    minutes = rules.CODE_SECONDS // 60
    if kind == ContactCode.Kind.EMAIL:
        mail.send(target, "account/email/code", {"code": code, "minutes": minutes, "user": user})
        return
    with override("th"):
        text = gettext(
            "Code %(code)s for the equity grant, good for %(minutes)d minutes. Tell nobody."
        )
    sms.send(target, text % {"code": code, "minutes": minutes})


def verify_contact(user: User, kind: str, typed: str, *, by: User, at: datetime) -> None:
    """Take a typed code; the address it was sent to becomes the person's own, verified.

    Each try counts before it is compared, so that no two at once share one.
    """
    if by.pk != user.pk:
        raise Refused(gettext("Each person verifies their own e-mail and phone."))
    code = latest_code(user, kind)
    counted = code and ContactCode.objects.filter(
        pk=code.pk, used_at=None, tries__lt=rules.TRIES_A_CODE
    ).update(tries=F("tries") + 1)
    if code is None or not counted:
        raise Refused(gettext("This code is no longer good. Have a new one sent."))
    if not constant_time_compare(bytes(code.digest), digest(user, kind, code.target, typed)):
        left = rules.TRIES_A_CODE - code.tries - 1
        raise Refused(
            gettext("This is not the code that was sent. You have %(count)d tries left.")
            % {"count": left}
            if left
            else gettext("This is not the code that was sent. Have a new one sent.")
        )
    _take(user, kind, code, at)


@transaction.atomic
def _take(user: User, kind: str, code: ContactCode, at: datetime) -> None:
    now = clock.wall()
    before = user.email if kind == ContactCode.Kind.EMAIL else user.phone
    if not ContactCode.objects.filter(pk=code.pk, used_at=None).update(used_at=now):
        raise Refused(gettext("This code is no longer good. Have a new one sent."))
    if kind == ContactCode.Kind.EMAIL:
        _set_email(user, code.target)
    else:
        User.objects.filter(pk=user.pk).update(phone=code.target)
        user.phone = code.target
    mark_verified(user, kind, at=now)
    audit.record(
        "accounts.verify_contact",
        user,
        by=user,
        at=at,
        facts={"kind": kind, "changed": before != code.target},
        before={kind: before},
        after={kind: code.target},
    )
    if (
        before
        and before != code.target
        and (kind == "phone" or before.lower() != code.target.lower())
    ):
        transaction.on_commit(lambda: _tell_the_former(user, kind, before))


def _set_email(user: User, email: str) -> None:
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(email=email)
    except IntegrityError as error:
        raise Refused(
            gettext(
                "This address belongs to another account. Sign in there, or give another address."
            )
        ) from error
    user.email = email


def _tell_the_former(user: User, kind: str, former: str) -> None:
    """Tell the address that no longer counts: whoever did not do this must know at once."""
    if kind == ContactCode.Kind.EMAIL:
        mail.send(former, "account/email/contact_changed", {"user": user, "kind": kind})
    else:
        mail.send(user.email, "account/email/contact_changed", {"user": user, "kind": kind})


def mark_verified(user: User, kind: str, *, at: datetime) -> None:
    """Note that the person's present e-mail or phone is proved; `at` is real time.

    An invitation accepted from its mail proves the e-mail by that.
    """
    if kind == ContactCode.Kind.EMAIL:
        values = {"verified_email": user.email, "email_verified_at": at}
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.filter(email__iexact=user.email).delete()
        EmailAddress.objects.create(
            user=user, email=user.email.lower(), verified=True, primary=True
        )
    else:
        phone = rules.mobile_of(user.phone) or user.phone
        values = {"verified_phone": phone, "phone_verified_at": at}
    AccountState.objects.update_or_create(user=user, defaults=values)


def postpone_factor(user: User, *, by: User, at: datetime) -> None:
    """Say "later" to a second factor: for those whose posts do not demand one."""
    from eqfund.accounts.first_use import needs_factor

    if by.pk != user.pk:
        raise Refused(gettext("Each person sets up their own second factor."))
    if needs_factor(user):
        raise Refused(gettext("Your post needs a second factor. Set up an app or a passkey."))
    AccountState.objects.update_or_create(user=user, defaults={"factor_postponed_at": clock.wall()})
    audit.record("accounts.postpone_factor", user, by=by, at=at)


# --- a lost factor ----------------------------------------------------------------------------


def ask_for_recovery(user: User, *, by: User, at: datetime) -> FactorRecovery:
    """Ask the level above to take off a lost factor. Asked twice, it is the same request."""
    if by.pk != user.pk:
        raise Refused(gettext("Each person asks for themselves."))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        waiting, made = FactorRecovery.objects.get_or_create(
            user=user, state=FactorRecovery.State.ASKED, defaults={"asked_at": at}
        )
        if made:
            audit.record("accounts.ask_for_recovery", waiting, by=user, at=at)
            context = {"user": user}
            transaction.on_commit(
                lambda: mail.send(user.email, "account/email/recovery_asked", context)
            )
    return waiting


@transaction.atomic
def restore_access(
    recovery: FactorRecovery, *, checked: str, reason: str, by: User, at: datetime
) -> None:
    """Take off every factor of a person whose identity was checked, and end their sessions."""
    _decide(recovery, FactorRecovery.State.RESTORED, checked, reason, by, at)
    user = recovery.user
    kinds = sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    Authenticator.objects.filter(user=user).delete()
    AccountState.objects.filter(user=user).update(factor_postponed_at=None)
    audit.record(
        "accounts.restore_access",
        recovery,
        by=by,
        at=at,
        facts={"person": user.pk, "checked": checked, "factors": kinds},
        after={"reason": reason},
    )
    transaction.on_commit(lambda: _after_restoring(user))


def _after_restoring(user: User) -> None:
    sessions.end_all(user)
    mail.send(user.email, "account/email/recovery_done", {"user": user})
    if phone := rules.mobile_of(user.phone):
        with override("th"):
            text = gettext(
                "Your second factor for the equity grant was taken off at your request. "
                "If you did not ask for it, call %(phone)s at once."
            )
        try:
            sms.send(phone, text % {"phone": mail.contacts()["phone"]})
        except (sms.DeliveryFailed, sms.DeliveryUnknown) as error:
            log.warning("a notice by SMS did not surely go out: %s", error)


@transaction.atomic
def refuse_recovery(recovery: FactorRecovery, *, reason: str, by: User, at: datetime) -> None:
    """Leave the factors as they are; the person is told that they were."""
    _decide(recovery, FactorRecovery.State.REFUSED, "", reason, by, at)
    user = recovery.user
    audit.record(
        "accounts.refuse_recovery",
        recovery,
        by=by,
        at=at,
        facts={"person": user.pk},
        after={"reason": reason},
    )
    transaction.on_commit(
        lambda: mail.send(user.email, "account/email/recovery_refused", {"user": user})
    )


def _decide(
    recovery: FactorRecovery, state: str, checked: str, reason: str, by: User, at: datetime
) -> None:
    if sentence := permissions.why_not_restore(recovery, by):
        raise Refused(sentence)
    if not reason.strip():
        raise Refused(gettext("Write how you made sure, or why you refuse."))
    if state == FactorRecovery.State.RESTORED and checked not in FactorRecovery.Check.values:
        raise Refused(gettext("Say how you made sure that it is this person."))
    decided = FactorRecovery.objects.filter(
        pk=recovery.pk, state=FactorRecovery.State.ASKED
    ).update(state=state, checked=checked, reason=reason, decided_by=by, decided_at=at)
    if not decided:
        raise Refused(gettext("This request has been decided already."))
