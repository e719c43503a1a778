"""Lock-out after failed sign-ins: whom it counts for, and what it says.

    8 failures of one account from one address      that pair is shut for 15 minutes (axes)
    50 failures of one account in an hour, from anywhere, and
    60 failures from one address in 15 minutes      allauth's login_failed limits

A pair, not the account alone: else anybody could shut a director out on the last afternoon by
typing a wrong password eight times. A passkey opens meanwhile: nothing is guessed there.
"""

from __future__ import annotations

from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from eqfund import audit, clock
from eqfund.models import User


def whom(request: Any, credentials: dict[str, Any] | None) -> str:
    """The name under which failures are counted: the account, however it was named.

    Names that belong to nobody are counted just the same, under a digest: people type
    passwords into the wrong field, and nothing typed stands in the table.
    """
    credentials = credentials or {}
    typed = str(
        credentials.get("username") or credentials.get("email") or request.POST.get("login", "")
    ).strip()
    if not typed:
        return ""
    known = (
        User.objects.filter(Q(username__iexact=typed) | Q(email__iexact=typed))
        .order_by("pk")
        .values_list("pk", flat=True)
        .first()
    )
    if known:
        return f"user {known}"
    digest = salted_hmac("eqfund.lockout", typed.lower(), algorithm="sha256").hexdigest()
    return f"unknown {digest[:20]}"


def open_for(user: User) -> None:
    """Forget the failures of an account: its owner has just chosen a new password by the link."""
    AccessAttempt.objects.filter(username=f"user {user.pk}").delete()


def response(request: Any, _original: Any = None, credentials: Any = None) -> HttpResponse:
    """The page of a locked pair: until when, and whom to ask. The same for names of nobody."""
    name = whom(request, credentials)
    last = (
        AccessAttempt.objects.filter(username=name, ip_address=request.axes_ip_address)
        .order_by("-attempt_time")
        .values_list("attempt_time", flat=True)
        .first()
    )
    until = (last or clock.wall()) + (get_cool_off(request) or clock.wall() - clock.wall())
    if not getattr(request, "lockout_told", False):
        request.lockout_told = True
        audit.record(
            "accounts.locked_out", "eqfund.User", by=None, at=clock.now(), facts={"who": name}
        )
    context = {"until": until.astimezone(clock.BANGKOK)}
    return render(request, "account/locked.html", context, status=429)


def address(request: Any) -> str | None:
    """The client's address, read as allauth reads it: behind as many proxies as we trust."""
    found: str | None = get_client_ip(request)
    return found
