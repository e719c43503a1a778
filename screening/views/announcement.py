"""The announced lists, for those whose pupils they name; and the fund's act of announcing."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from eqfund import access, audit, jobs, windows
from eqfund.access import requires
from eqfund.models import Job
from eqfund.pages import paged, render_part
from eqfund.refusal import Refused
from screening.models import AnnouncedPupil, Announcement, ScreeningPolicy
from screening.models.pmt import BAND_NAMES, band_name
from screening.permissions import announcement as permissions
from screening.queries import scoring as queries

from .shared import chosen_school, sees_several_schools, term_of

READ = "screening.read_announced"


@require_GET
@requires(READ)
@audit.reads
def announced(request: Any) -> HttpResponse:
    """The announced pupils of my places, by class and name."""
    term = term_of(request)
    rows = AnnouncedPupil.objects.visible_to(request.user, READ)
    rows = rows.filter(announcement__term=term)
    school = chosen_school(request, READ)
    if school is not None:
        rows = rows.under(school.path)
    band = request.GET.get("band", "")
    counts = dict(rows.values_list("band").annotate(n=Count("pk")))
    if band in BAND_NAMES:
        rows = rows.filter(band=band)
    page = paged(request, rows.for_table().select_related("enrolment__classroom__school"))
    audit.read_list(request, "screening:announced", page, path=school.path if school else "")
    context = {
        "term": term,
        "line": windows.event_at(term, permissions.ACTIVITY),
        "announcement": Announcement.objects.filter(term=term).order_by("-number").first(),
        "page": page,
        "bands": [
            (code, name, counts.get(code, 0)) for code, name in BAND_NAMES.items() if code in counts
        ],
        "band": band,
        "total": sum(counts.values()),
        "school": school,
        "wide": sees_several_schools(request, READ),
        "may_read_score": bool(access.paths_with(request.user, "screening.read_score")),
        "may_record": bool(access.paths_with(request.user, "screening.record_form05")),
    }
    return render_part(request, "screening/announcement/announced.html", "rows", context)


@require_GET
@requires("screening.read_pmt")
def announcements(request: Any) -> HttpResponse:
    """What the term's policy announces, what waits, and what has been published."""
    term = term_of(request)
    policy = ScreeningPolicy.objects.filter(term=term).first()
    context = {
        "term": term,
        "line": windows.event_at(term, permissions.ACTIVITY),
        "policy": policy,
        "policy_bands": [band_name(band) for band in policy.announced_bands] if policy else [],
        "figures": queries.figures(term),
        "bands": queries.by_band(term),
        "published": Announcement.objects.filter(term=term)
        .select_related("published_by")
        .order_by("number"),
        "job": Job.objects.filter(kind="screening.announce_results").order_by("-pk").first(),
        "why_not_announce": permissions.why_not_announce(term, request.user, request.moment),
    }
    return render(request, "screening/announcement/announcements.html", context)


@require_POST
@requires("screening.announce")
def announce(request: Any) -> HttpResponse:
    """Ask for the publication as a job: a second click finds the same job."""
    term = term_of(request)
    if reason := permissions.why_not_announce(term, request.user, request.moment):
        raise Refused(reason)
    key = f"announce-{term.pk}-{queries.figures(term)['announced']}"
    jobs.start(
        "screening.announce_results", by=request.user, obj=term, key=key, params={"term": term.pk}
    )
    return redirect("screening:announcements")
