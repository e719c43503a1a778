"""What a signed-in person's request passes: the session's age, and the gate of the first use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from eqfund.accounts import first_use, sessions, suspended
from eqfund.accounts.reauthentication import lead

type Next = Callable[[HttpRequest], HttpResponse]

# Always open, whatever is still to do: to leave, to read it in one's language, to find help, and
# the pages that prove who one is. The steps add their own.
ALWAYS_OPEN = {
    "first-use",
    "account_logout",
    "account_inactive",
    "account-go-on",
    "set-language",
    "favicon",
    "help",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "demo-reauthenticate",
    "demo-inbox",
    "demo-sign-in",
}


class SessionAgeMiddleware:
    """End a session that is too old or was left alone; keep what its last form carried."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if request.user.is_authenticated:
            if why := sessions.why_over(request):
                return self.end(request, why)
            sessions.touch(request)
        return self.get_response(request)

    def end(self, request: Any, why: str) -> HttpResponse:
        kept = request.session.get(suspended.KEY) if suspended.keep(request) else None
        back = request.get_full_path() if request.method == "GET" else ""
        logout(request)
        if kept:  # it opens for the same person only
            request.session[suspended.KEY] = kept
        messages.info(
            request,
            gettext("You were away for a while. Sign in again; you come back to where you were.")
            if why == "idle"
            else gettext("A sign-in lasts one working day. Sign in again."),
        )
        query = f"?{urlencode({'next': back})}" if back else ""
        return lead(request, f"{reverse(settings.LOGIN_URL)}{query}")


class FirstUseMiddleware:
    """Lead a person who has steps of the first use to do to the first of them."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if request.user.is_authenticated:
            suspended_before = suspended.KEY in request.session
            shut = not first_use.is_through(request) and not self.is_open(request)
            if shut and not first_use.finish(request):
                return self.turn(request)
            if suspended_before:
                suspended.forget_if_sent(request)
        return self.get_response(request)

    def is_open(self, request: Any) -> bool:
        """Whether the page is one of those that the gate lets through."""
        try:
            name = resolve(request.path_info).view_name
        except Resolver404:
            return True  # a 404 tells nothing
        if name in ALWAYS_OPEN:
            return True
        return any(name == step.url_name or name in step.also for step in first_use.steps)

    def turn(self, request: Any) -> HttpResponse:
        """To the steps; afterwards back to the page, or on with the form."""
        if not suspended.keep(request) and request.method == "GET" and not request.htmx:
            request.session[first_use.NEXT] = request.get_full_path()
        return lead(request, reverse("first-use"))
