"""The steps of a first use, and the gate that keeps everything else closed until they are done.

Other packages add their step in ready(), through `steps.register(Step(...), order=...)`. A step
says whether it is still open for a person and which pages do it; the gate leads there, and lets
through those pages, sign-out, the language and help. Orders: consent 10, e-mail 20, phone 30,
second factor 40.

Whether a person is through is asked of the database once in a session; then the session bears a
mark. The mark names what it was made for: the person, the contacts that were verified, the
versions of the steps (a new policy makes an old mark worthless) and whether a second factor was
there. So a changed address or a new post that needs a factor closes the gate again at once.

The demo's one-click sign-in counts as having done everything; it is the only way round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import constant_time_compare, salted_hmac

from eqfund import access, clock
from eqfund.accounts import rules, sessions
from eqfund.hooks import Registry
from eqfund.models import AccountState, User

MARK = "first_use"
NEXT = "first_use_next"


def _no_version() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a person does before anything else.

    code      its name
    label     what the list of steps shows
    url_name  the page that does it, without arguments
    is_open   (user) -> whether this person has it still to do; asked once in a session
    also      names of further pages that belong to it
    version   cheap, asked at every request: when it changes, everybody is asked again
    """

    code: str
    label: Any
    url_name: str
    is_open: Callable[[User], bool]
    also: tuple[str, ...] = ()
    version: Callable[[], str] = _no_version


steps: Registry[Step] = Registry()


def needs_factor(user: User) -> bool:
    """Whether one of the person's posts of today is not entered by a password alone."""
    return rules.needs_second_factor(access.roles_of(user))


def has_factor(user: User) -> bool:
    """Whether the person has an authenticator app or a passkey; recovery codes alone are none."""
    from allauth.mfa.models import Authenticator

    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user_id=user.pk, type__in=kinds).exists()


def open_steps(user: User) -> list[Step]:
    """What this person has still to do, in order."""
    return [step for step in steps if step.is_open(user)]


def fingerprint(user: User) -> str:
    """What a mark was made for."""
    parts = [str(user.pk), user.email.lower(), user.phone, *(step.version() for step in steps)]
    return salted_hmac("eqfund.first_use", "\0".join(parts), algorithm="sha256").hexdigest()[:32]


def mark(session: Any, user: User, *, factor: bool) -> None:
    """Note in the session that its person is through."""
    session[MARK] = {"print": fingerprint(user), "factor": factor}


def is_through(request: Any) -> bool:
    """Whether the session's person may pass; the database is asked only where there is no mark."""
    user = request.user
    if sessions.is_one_click(request):
        return True
    found = request.session.get(MARK)
    if found and constant_time_compare(found["print"], fingerprint(user)):
        return bool(found["factor"]) or not needs_factor(user)
    return False


def finish(request: Any) -> bool:
    """Mark the session if nothing is left to do; whether it is marked now."""
    user = request.user
    if open_steps(user):
        return False
    factor = has_factor(user)
    if needs_factor(user) and not factor:
        return False
    mark(request.session, user, factor=factor)
    AccountState.objects.filter(user=user, entered_at=None).update(entered_at=clock.wall())
    return True


def state_of(user: User) -> AccountState:
    """What the person has proved; an empty state where nothing is kept yet."""
    return AccountState.objects.filter(user=user).first() or AccountState(user=user)


def email_is_verified(user: User, state: AccountState | None = None) -> bool:
    """Whether the e-mail that the person has now is the one that was proved."""
    state = state or state_of(user)
    return bool(user.email) and state.verified_email.lower() == user.email.lower()


def phone_is_verified(user: User, state: AccountState | None = None) -> bool:
    """Whether the phone that the person has now is the one that was proved."""
    state = state or state_of(user)
    return bool(user.phone) and rules.mobile_of(user.phone) == state.verified_phone


def factor_is_open(user: User) -> bool:
    """Whether a second factor must still be set up, or "later" must still be said."""
    if has_factor(user):
        return False
    return needs_factor(user) or state_of(user).factor_postponed_at is None
