"""Small things that all views share."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from eqfund import clock

PAGE_SIZE = 50
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


@lru_cache(maxsize=1024)
def methods_of(view: Any) -> frozenset[str]:
    """The methods that a view's require_... decorator lets through; empty when it has none."""
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            kept = cell.cell_contents
            if isinstance(kept, list | tuple) and kept and METHODS.issuperset(kept):
                return frozenset(kept)
        view = getattr(view, "__wrapped__", None)
    return frozenset()


def render_part(request: Any, template: str, part: str, context: dict[str, Any]) -> HttpResponse:
    """Render one partial of `template` for htmx, or all of it for a browser.

    htmx also asks for whole pages: on a boosted link, and when the browser's
    Back button misses its cache.
    """
    htmx: Any = getattr(request, "htmx", False)
    whole = not htmx or htmx.boosted or htmx.history_restore_request
    name = template if whole else f"{template}#{part}"
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def paged(request: HttpRequest, rows: QuerySet[Any], size: int = PAGE_SIZE) -> Page[Any]:
    """The page of `rows` that ?page= asks for; a wrong number gives the nearest one."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def paged_by_key(
    request: HttpRequest, rows: QuerySet[Any], keys: QuerySet[Any], size: int = PAGE_SIZE
) -> Page[Any]:
    """The same for wide rows of a long list: a page of `keys` first, then these few of `rows`.

    `keys` are the same rows in the same order with nothing joined to them: what a far page passes
    over is then read from an index alone.
    """
    page = Paginator(keys.values_list("pk", flat=True), size).get_page(request.GET.get("page"))
    page.object_list = rows.filter(pk__in=list(page.object_list))
    return page


def everywhere(request: Any) -> dict[str, Any]:
    """What base.html shows on every page."""
    from eqfund.home import DUE, WAITING, tabs_for
    from eqfund.menus import menu_for

    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    menu = menu_for(user, request.path) if signed_in else []
    noted = request.session if signed_in else {}
    due, waiting = set(noted.get(DUE, ())), noted.get(WAITING, ())
    return {
        "demo_mode": settings.DEMO_MODE,
        "LANGUAGE_CODE": get_language(),
        "moment": getattr(request, "moment", None) or clock.now(),
        "menu": menu,
        "tabs": tabs_for(user, menu, due, waiting) if signed_in else [],
        "contact": {
            "phone": settings.CONTACT_PHONE,
            "email": settings.CONTACT_EMAIL,
            "line": settings.CONTACT_LINE,
        },
    }
