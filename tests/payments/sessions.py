"""Sessions of tests: signed in, reading in English, and proved just now."""

from __future__ import annotations

from typing import Any

from eqfund import clock

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(client: Any, user: Any, *, language: str = "en", fresh: bool = True) -> Any:
    """Sign `user` in; a session that is not fresh is asked for a proof before money moves."""
    client.force_login(user, backend=BACKEND)
    session = client.session
    session["language"] = language
    at = clock.wall().timestamp() - (0 if fresh else 86_400)
    session["account_authentication_methods"] = [{"method": "password", "at": at}]
    session.save()
    return client
