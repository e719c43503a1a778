"""What every request passes: its moment, its language, and a refusal's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from eqfund import clock
from eqfund.pages import render_part
from eqfund.refusal import Refused


class MomentMiddleware:
    """Stamp the request with its arrival: the moment of whatever it does (16:59:59 is 16:59:59)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        clock.refresh()
        request.moment = clock.now()  # type: ignore[attr-defined]
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
