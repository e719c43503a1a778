"""How often one person (or, of nobody signed in, one address) may ask for what costs much.

The table stands in settings.RATE_LIMITS: a name, how many, in how many seconds, and which pages. Counted
in the cache by fixed windows; should the cache be away, nobody is turned away. Sign-in has limits of its own
(eqfund.accounts.lockout).
"""

from __future__ import annotations

from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from eqfund import clock
from eqfund.limits_table import Limit

UPLOAD = "upload"  # any form that sends files, whatever its page
OPEN = "open"  # any POST or look-up by nobody signed in


def too_often(request: HttpRequest) -> int | None:
    """Seconds to wait when this request is one too many; None when it may go on."""
    waits = [
        wait
        for name, limit in settings.RATE_LIMITS.items()
        if _applies(name, limit, request) and (wait := _count(name, limit, request))
    ]
    return max(waits, default=None)


def response(request: HttpRequest, seconds: int) -> HttpResponse:
    """The page that says so, with the seconds to wait."""
    answer = render(request, "too_often.html", {"seconds": seconds}, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _applies(name: str, limit: Limit, request: HttpRequest) -> bool:
    match = request.resolver_match
    if name == UPLOAD:
        return request.method == "POST" and request.content_type == "multipart/form-data"
    if name == OPEN:
        is_open = hasattr(match and match.func, "open_because")
        return is_open and not request.user.is_authenticated and request.method == "POST"
    asked = not limit.when or any(request.GET.get(key) for key in limit.when)
    return bool(match and match.view_name in limit.pages and asked)


def _count(name: str, limit: Limit, request: HttpRequest) -> int | None:
    """Count this request; the seconds left of the window when it is over the limit."""
    now = int(clock.wall().timestamp())
    key = f"limit-{name}-{_who(request)}-{now // limit.seconds}"
    try:
        cache.add(key, 0, limit.seconds * 2)
        count = cache.incr(key)
    except Exception:  # the broker's store is away: better served than turned away
        return None
    return limit.seconds - now % limit.seconds if count > limit.most else None


def _who(request: Any) -> str:
    """Whom it is counted for; an address stands in the cache as a digest alone."""
    if request.user.is_authenticated:
        return f"user-{request.user.pk}"
    address = get_client_ip(request) or ""
    return salted_hmac("eqfund.limits", address, algorithm="sha256").hexdigest()[:20]
