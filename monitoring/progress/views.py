"""The board of an office: every school at every stage."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from eqfund import audit, sheets
from eqfund.access import may, requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import School, SupervisingOffice, Term
from eqfund.pages import PAGE_SIZE, paged
from monitoring.progress import exports, queries
from monitoring.progress.rules import Stage
from monitoring.progress.words import BARS, PILLS, STAGE_NAMES, STATE_NAMES


def _offices(request: Any) -> Any:
    """Offices with at least one school that the person may see."""
    schools = School.objects.visible_to(request.user, "progress.read")
    offices = SupervisingOffice.objects.filter(pk__in=schools.order_by().values("office"))
    return offices.select_related("affiliation").order_by("affiliation", "short_name", "pk")


def _board(request: Any, pk: int) -> tuple[SupervisingOffice, Term, list[queries.Row]]:
    office = get_object_or_404(_offices(request), pk=pk)
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    schools = School.objects.visible_to(request.user, "progress.read")
    return office, term, queries.board(schools, office, term, request.moment)


@require_GET
@requires("progress.read")
def offices(request: Any) -> HttpResponse:
    """My offices with their figures as last counted; a person of one office goes straight to it."""
    found = _offices(request)
    text = request.GET.get("q", "").strip()
    if text:
        found = found.filter(short_name__icontains=text)
    page = paged(request, found)
    if not text and page.paginator.count == 1:
        return redirect("progress:office", page.object_list[0].pk)
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    counted = queries.snapshots(request.user, term)
    context = {
        "term": term,
        "page": page,
        "text": text,
        "rows": queries.with_snapshots(page.object_list, counted),
        "whole": queries.whole(counted),
        "names": STAGE_NAMES,
    }
    return render(request, "progress/offices.html", context)


@require_GET
@requires("progress.read")
def office(request: Any, pk: int) -> HttpResponse:
    """Every school of an office at every stage, the latest first."""
    found, term, rows = _board(request, pk)
    totals = queries.sums(rows)
    stages = [(STAGE_NAMES[stage], totals[stage]) for stage in Stage]
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "office": found,
        "term": term,
        "page": page,
        "stages": stages,
        "schools": len(rows),
        "late_schools": sum(row.late > 0 for row in rows),
        "complete_schools": sum(row.is_complete for row in rows),
        "may_read_forms": may(request.user, "screening.read_form01", found.path),
        "names": STAGE_NAMES,
        "states": STATE_NAMES,
        "pills": PILLS,
        "bars": BARS,
    }
    return render(request, "progress/office.html", context)


@require_GET
@requires("progress.read")
@reauthenticated
def office_csv(request: Any, pk: int) -> StreamingHttpResponse:
    """The same board as a CSV, with the same scope; the download is audited."""
    found, term, rows = _board(request, pk)
    facts = {"rows": len(rows), "term": term.label}
    audit.record(
        "export_progress", found, by=request.user, at=request.moment, path=found.path, facts=facts
    )
    name = f"progress-{term.year_be}-{term.number}-office-{found.pk}.csv"
    return sheets.csv_response(exports.titles(), map(exports.cells, rows), name)
