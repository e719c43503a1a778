"""The board of an office: every school at every stage; and its reminders."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from eqfund import audit, clock, sheets
from eqfund.access import may, paths_with, requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.form_fields import NameAndStateForm
from eqfund.models import School, SupervisingOffice, Term
from eqfund.pages import PAGE_SIZE, paged, render_part
from monitoring.progress import actions, exports, permissions, queries
from monitoring.progress.rules import Stage
from monitoring.progress.words import PILLS, SHOWN, SHOWN_PILLS, STAGE_NAMES, STATE_NAMES


def _offices(request: Any, term: Term | None = None) -> Any:
    """Offices with at least one school that the person may see; those with most late schools first, as last counted."""
    schools = School.objects.visible_to(request.user, "progress.read")
    offices = SupervisingOffice.objects.filter(pk__in=schools.order_by().values("office"))
    counted = queries.snapshots(request.user, term).filter(office=OuterRef("pk")) if term else None
    late: Any = (
        Coalesce(Subquery(counted.values("late_schools")[:1]), 0)
        if counted is not None
        else Value(0)
    )
    offices = offices.annotate(late=late).select_related("affiliation")
    return offices.order_by("-late", "affiliation", "short_name", "pk")


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
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    found = _offices(request, term)
    text = request.GET.get("q", "").strip()
    if text:
        found = found.filter(short_name__icontains=text)
    page = paged(request, found)
    if not text and page.paginator.count == 1:
        return redirect("progress:office", page.object_list[0].pk)
    counted = queries.snapshots(request.user, term)
    context = {
        "term": term,
        "page": page,
        "text": text,
        "rows": queries.with_snapshots(page.object_list, counted),
        "whole": queries.whole(
            counted.filter(office__in=_offices(request).order_by().values("pk"))
        ),
        "names": STAGE_NAMES,
    }
    return render(request, "progress/offices.html", context)


@require_GET
@requires("progress.read")
@reauthenticated
def offices_csv(request: Any) -> StreamingHttpResponse:
    """The offices with their figures as last counted, as a CSV; the download is audited."""
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    found = list(_offices(request, term))
    path = max(paths_with(request.user, "progress.read"), key=len, default="TH/")
    facts = {"rows": len(found), "term": term.label}
    audit.record(
        "export_progress",
        "progress:offices",
        by=request.user,
        at=request.moment,
        path=path,
        facts=facts,
    )
    rows = queries.with_snapshots(found, queries.snapshots(request.user, term))
    name = f"progress-{term.year_be}-{term.number}-offices.csv"
    return sheets.csv_response(
        exports.titles_of_offices(), map(exports.cells_of_office, rows), name
    )


@require_GET
@requires("progress.read")
def office(request: Any, pk: int) -> HttpResponse:
    """Every school of an office at every stage, the latest first."""
    found, term, rows = _board(request, pk)
    form = NameAndStateForm(request.GET, states=SHOWN)
    form.is_valid()
    shown = queries.narrowed(rows, form.cleaned_data.get("name", ""))
    counts = {str(code): len(queries.in_state(shown, code)) for code in SHOWN}
    shown = queries.in_state(shown, form.cleaned_data.get("state", ""))
    totals = queries.sums(rows)
    today = request.moment.astimezone(clock.BANGKOK).date()
    reminded = queries.last_reminders(rows, term)
    told = {key for key, row in reminded.items() if row.day == today}
    closing = queries.next_close(rows, term, found.path, request.moment)
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "office": found,
        "term": term,
        "form": form,
        "page": page,
        "stages": [(stage, STAGE_NAMES[stage], totals[stage]) for stage in Stage],
        "schools": len(rows),
        "counts": counts,
        "shown": SHOWN,
        "shown_pills": SHOWN_PILLS,
        "closing": closing,
        "closing_left": closing.window.left(request.moment) if closing else "",
        "today": today,
        "reminded": reminded,
        "may_remind": permissions.why_not_remind(found, request.user, term) is None,
        "left": sum(bool(row.left) and row.school.pk not in told for row in rows),
        "told": len(told),
        "may_read_forms": may(request.user, "screening.read_form01", found.path),
        "names": STAGE_NAMES,
        "states": STATE_NAMES,
        "pills": PILLS,
    }
    return render_part(request, "progress/office.html", "list", context)


@require_POST
@requires("progress.remind")
def remind(request: Any, pk: int) -> HttpResponse:
    """Remind one school, or every school with work left; mails go to its admin and director."""
    found = get_object_or_404(_offices(request), pk=pk)
    chosen = {int(key) for key in request.POST.getlist("school") if key.isdecimal()}
    told = actions.remind_schools(found, chosen or None, by=request.user, at=request.moment)
    said = ngettext(
        "%(count)d school was reminded. Its admin and director get a mail, and see it on their home page.",
        "%(count)d schools were reminded. Their admins and directors get a mail, and see it on their home page.",
        told,
    )
    messages.success(request, said % {"count": told})
    return redirect(f"{reverse('progress:office', args=[found.pk])}?{request.GET.urlencode()}")


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
