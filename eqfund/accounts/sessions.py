"""Sessions: how one begins, how old it may grow, and how others are ended.

Every way in goes through `begin`: allauth's (by our adapter), an accepted invitation and the
demo's click (by `sign_in`). It notes whose session it is, since when, and how it was entered.
What is noted belongs to that one user: a session never inherits it from another.

The demo's one click counts as having proved everything: it exists in demo mode only, for
invented people only, and `is_one_click` asks for both again at each request.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
    record_authentication,
)
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login

from eqfund import clock
from eqfund.accounts import rules
from eqfund.models import User

KEY = "signed_in"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TOUCH_SECONDS = 300
ONE_CLICK = "demo"


def sign_in(request: Any, user: User, how: str) -> None:
    """Sign a person in whom we have just made sure of: by an invitation, or the demo's click."""
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method=how)
    begin(request, user, how)


def begin(request: Any, user: User, how: str) -> None:
    """Note a session's beginning; whatever an earlier one proved is forgotten."""
    request.session.pop("first_use", None)
    request.session[KEY] = note(user, how)
    UserSession.objects.create_from_request(request)


def note(user: User, how: str) -> dict[str, Any]:
    """What a session keeps of its beginning."""
    now = clock.wall().timestamp()
    return {"user": user.pk, "how": how, "began": now, "seen": now}


def noted(request: Any) -> dict[str, Any]:
    """The beginning of this user's session; made now where it is missing or another's."""
    found = request.session.get(KEY)
    if not found or found.get("user") != request.user.pk:
        found = request.session[KEY] = note(request.user, "unknown")
    return dict(found)


def is_one_click(request: Any) -> bool:
    """Whether this session is a demo person's, entered by the demo's click."""
    found = request.session.get(KEY) or {}
    return bool(
        settings.DEMO_MODE
        and request.user.is_demo
        and found.get("how") == ONE_CLICK
        and found.get("user") == request.user.pk
    )


def why_over(request: Any) -> str | None:
    """Why this session is over, "age" or "idle"; None while it lasts."""
    found = noted(request)
    limits = rules.SessionLimits(settings.SESSION_MAX_SECONDS, settings.SESSION_IDLE_SECONDS)
    return rules.over(found["began"], found["seen"], clock.wall().timestamp(), limits)


def touch(request: Any) -> None:
    """Note a sign of life, every few minutes: a write for each request would be a write too many."""
    found = noted(request)
    now = clock.wall()
    if now.timestamp() - found["seen"] < TOUCH_SECONDS:
        return
    request.session[KEY] = {**found, "seen": now.timestamp()}
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=now)


def of(user: User) -> list[UserSession]:
    """The user's sessions that still live, the latest first."""
    return sorted(
        UserSession.objects.purge_and_list(user), key=lambda one: one.last_seen_at, reverse=True
    )


def end(sessions: Iterable[UserSession]) -> int:
    """End sessions at once; return how many."""
    count = 0
    for session in sessions:
        session.end()
        count += 1
    return count


def end_all(user: User, but: str = "") -> int:
    """End every session of a person, except the one with the key `but`."""
    return end(UserSession.objects.filter(user=user).exclude(session_key=but or "-"))


def enter_by_click(client: Any, user: User) -> None:
    """Sign a test client in as the demo's click would; for walks and benches in demo mode."""
    client.force_login(user, backend=BACKEND)
    session = client.session
    prove_in(session, user, ONE_CLICK)
    session.save()


def prove_in(session: Any, user: User, how: str) -> None:
    """Note in a session that is at hand without its request that its person has just proved who they are."""
    session[KEY] = note(user, how)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": how, "at": clock.wall().timestamp()}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
