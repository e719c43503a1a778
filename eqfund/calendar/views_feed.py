"""The calendar outside the system: a person's feed, the paper, the file."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_GET, require_http_methods

from eqfund.access import open_to_all, requires
from eqfund.models import Affiliation, CalendarFeed, Term
from eqfund.registry.queries import calendar_affiliations
from eqfund.windows import lines_for

from . import actions, feed, papers


@require_GET
@open_to_all("the address itself is the secret; it tells a person's windows and no child")
def feed_ics(request: Any, secret: str) -> HttpResponse:
    """A person's calendar for their calendar program; people without a post any more get an empty one."""
    found = get_object_or_404(
        CalendarFeed.objects.select_related("user"),
        secret=hashlib.sha256(secret.encode()).digest(),
        user__is_active=True,
    )
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    with translation.override("th"):
        text = feed.ics(feed.lines_of(found.user, term), term, request.moment)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="eqfund.ics"'
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_http_methods(["GET", "POST"])
@requires("read_calendar")
def subscribe(request: Any) -> HttpResponse:
    """Make, renew or end the address of my feed; it is shown once."""
    address = ""
    if request.method == "POST" and "end" in request.POST:
        actions.end_feed(by=request.user, at=request.moment)
    elif request.method == "POST":
        secret = actions.make_feed(by=request.user, at=request.moment)
        address = settings.PUBLIC_URL + reverse("calendar:feed", args=[secret])
    made = CalendarFeed.objects.filter(user=request.user.pk).first()
    response = render(request, "calendar/subscribe.html", {"feed": made, "address": address})
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@requires("read_calendar")
def term_pdf(request: Any) -> HttpResponse:
    """The term in the letter's four columns."""
    term, chosen = _term(request), _affiliation(request)
    data = papers.pdf(lines_for(term, chosen.path), term, chosen.name, request.moment)
    response = HttpResponse(data, content_type="application/pdf")
    name = f"calendar-{term.year_be}-{term.number}-{chosen.code}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@require_GET
@requires("read_calendar")
def term_csv(request: Any) -> HttpResponse:
    """The term's lines as the file from which they are loaded."""
    term = _term(request)
    response = HttpResponse(
        "\ufeff" + papers.csv_text(term), content_type="text/csv; charset=utf-8"
    )
    name = f"{term.year_be}-{term.number}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _term(request: Any) -> Term:
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    return term


def _affiliation(request: Any) -> Affiliation:
    choices = calendar_affiliations(request.user)
    wanted = request.GET.get("affiliation", "")
    chosen = next((it for it in choices if str(it.pk) == wanted), choices[0] if choices else None)
    if chosen is None:
        raise Http404
    return chosen
