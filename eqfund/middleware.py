"""What every request passes: its moment, its language, and a refusal's page."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from eqfund import clock, limits
from eqfund.audit import refused
from eqfund.pages import methods_of, render_part
from eqfund.refusal import Refused

PERMISSIONS = ", ".join(
    [
        *(f"{name}=(self)" for name in ("geolocation", "publickey-credentials-get", "publickey-credentials-create")),
        *(
            f"{name}=()"
            for name in (
                "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
                "encrypted-media", "fullscreen", "gyroscope", "hid", "identity-credentials-get", "idle-detection",
                "local-fonts", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
                "screen-wake-lock", "serial", "usb", "window-management", "xr-spatial-tracking",
            )
        ),
    ]
)  # fmt: skip


class HeadersMiddleware:
    """What every answer says to the browser beside Django's own: who may embed it, keep it, use the device.

    A signed-in person's page is kept by nobody on the way, and shown again only after asking us. A page
    that showed a child's data is not kept at all, unless it is a form: going back to a form that was
    refused must find what was typed. Signing out empties the browser's cache.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("X-Permitted-Cross-Domain-Policies", "none")
        match = request.resolver_match
        if match is None or "Cache-Control" in headers:
            return response
        signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
        if getattr(request, "reads_recorded", 0) and "POST" not in methods_of(match.func):
            headers["Cache-Control"] = "private, no-store"
        elif signed_in or "POST" in methods_of(match.func):
            headers["Cache-Control"] = "private, no-cache"
        if match.view_name == "account_logout" and request.method == "POST":
            headers["Clear-Site-Data"] = '"cache"'
            headers["Cache-Control"] = "no-store"
        return response


class RefusedAccessMiddleware:
    """Put access that was refused into the audit book, folded (eqfund.audit.refused)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        refused.note(request, response.status_code)
        return response


class LimitsMiddleware:
    """Turn away who asks too often for what costs much, with the seconds to wait."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> Any:
        seconds = limits.too_often(request)
        return limits.response(request, seconds) if seconds else None


class MomentMiddleware:
    """Stamp the request with its arrival: the moment of whatever it does (16:59:59 is 16:59:59)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        clock.refresh()
        request.moment = clock.now()  # type: ignore[attr-defined]
        return self.get_response(request)


class PlainTextMiddleware:
    """Turn away a text with NUL in it: nobody types one, and no column can keep it or be asked for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = (request.GET, request.POST) if request.method == "POST" else (request.GET,)
        if any("\0" in text for texts in given for text in chain(*dict(texts).values(), texts)):
            raise BadRequest("NUL in a text")
        return self.get_response(request)


class LanguageMiddleware:
    """Thai unless this person chose English. A browser's own preference is not asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = request.session.get("language", "th")
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class RefusalMiddleware:
    """Show a Refused, from any view, as a 409 page or as its message alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> Any:
        if isinstance(exception, Refused):
            context = {"refusal": exception, "back": request.headers.get("referer", "")}
            response = render_part(request, "refused.html", "message", context)
            response.status_code = 409
            return response
        return None
