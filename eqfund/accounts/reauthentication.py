"""Prove once more that it is you: before money moves, before exports, before a reveal.

    from eqfund.accounts.reauthentication import reauthenticated

    @require_http_methods(["GET", "POST"])
    @requires("payments.release_round")
    @reauthenticated
    def release(request, pk): ...

`@reauthenticated` stands under `@requires`: who may not do a thing is not asked for a password.
A person counts as fresh for REAUTHENTICATION_SECONDS after any proof in this session: signing in
(by password and factor, passkey, or an accepted invitation) or the page that this leads to, which
takes the password, an authenticator's code or a passkey, whichever the person has.

Nothing typed is lost: a POST that arrives too late is kept sealed (eqfund.accounts.suspended), and
afterwards a page sends it on; only chosen files must be chosen again. A GET comes back to itself.
An htmx request is led there as a whole page.

    @reauthenticated(only="POST")     the page is read freely, its act is not

The demo's one-click session is fresh like any other after its click; later it proves itself by
one click more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from eqfund import clock
from eqfund.accounts import suspended

type View = Callable[..., Any]


def is_fresh(request: Any) -> bool:
    """Whether this session's person gave a proof not long ago."""
    if not request.user.is_authenticated:
        return False
    proofs = [record["at"] for record in get_authentication_records(request, request.user)]
    now = clock.wall().timestamp()
    return bool(proofs) and now - max(proofs) < settings.REAUTHENTICATION_SECONDS


def prove(request: Any, how: str) -> None:
    """Note a proof given just now."""
    record_authentication(request, request.user, method=how, reauthenticated=True)


def ask(request: Any, *, back: str = "") -> HttpResponse:
    """Lead to the page of proof, and back to what was asked for; `back` names a page to come to instead."""
    from allauth.account.adapter import get_adapter

    methods = get_adapter(request).get_reauthentication_methods(request.user)
    page = methods[0]["url"] if methods else reverse("account_login")
    if not back:
        back = reverse("account-go-on") if suspended.keep(request) else _here(request)
    return lead(request, f"{page}?{urlencode({REDIRECT_FIELD_NAME: back})}")


def lead(request: Any, url: str) -> HttpResponse:
    """Redirect a browser, also one that asked for a part of a page by htmx."""
    if getattr(request, "htmx", False) and not request.htmx.boosted:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _here(request: Any) -> str:
    if getattr(request, "htmx", False):
        return request.htmx.current_url_abs_path or "/"
    return str(request.get_full_path())


def reauthenticated(view: View | None = None, *, only: str = "") -> Any:
    """Let the view run for a person who gave a proof not long ago; ask others for one first."""

    def decorate(inner: View) -> View:
        @wraps(inner)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            asked = not only or request.method == only
            if asked and not is_fresh(request):
                return ask(request)
            return inner(request, *args, **kwargs)

        guarded.reauthenticated = True  # type: ignore[attr-defined]
        return guarded

    return decorate(view) if view else decorate
