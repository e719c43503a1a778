"""Pages of closes: who had not reported when a window closed, as it stood then."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from eqfund import audit, sheets
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import CloseRecord, Term
from eqfund.pages import paged

from . import queries_closes as queries
from .closes import grace_of


@require_GET
@requires("calendar.read_closes")
def closes(request: Any) -> HttpResponse:
    """The term's closes, the latest first, each with what was left at my places."""
    term = _term(request)
    records = queries.closes_for_table(request.user, term).filter(schools__gt=0)
    page = paged(request, records)
    context = {
        "term": term,
        "terms": queries.terms_with_closes(request.user),
        "page": page,
        "rows": queries.with_sums(request.user, list(page)),
        "names": queries.places_of(request.user, list(page)),
    }
    return render(request, "calendar/closes.html", context)


@require_GET
@requires("calendar.read_closes")
def close(request: Any, pk: int) -> HttpResponse:
    """The schools of one close: by default those that had not finished."""
    record = _record(request, pk)
    asked = queries.Asked.of(request.GET)
    rows = queries.schools_of(request.user, record, asked)
    context = {
        "record": record,
        "sums": queries.sums_of(request.user, record),
        "asked": asked,
        "offices": queries.offices_of(request.user, record),
        "page": paged(request, rows),
        "place": queries.places_of(request.user, [record]).get(record.path, ""),
        "grace_hours": grace_of(record.activity),
        "now": queries.now_of(record, request.user, request.moment),
    }
    return render(request, "calendar/close.html", context)


@require_GET
@requires("calendar.read_closes")
@reauthenticated
def close_csv(request: Any, pk: int) -> StreamingHttpResponse:
    """The same schools as a CSV, with the same scope and filter; the download is audited."""
    record = _record(request, pk)
    rows = queries.schools_of(request.user, record, queries.Asked.of(request.GET))
    facts = {"rows": rows.count(), "activity": record.activity, "round": record.round_no}
    audit.record(
        "calendar.export_close",
        record,
        by=request.user,
        at=request.moment,
        path=record.path,
        facts=facts,
    )
    titles = [
        gettext("Supervising office"),
        gettext("School"),
        gettext("MOE code"),
        gettext("State at the close"),
        gettext("done"),
        gettext("all"),
        gettext("Drafts"),
    ]
    cells = map(queries.cells_of, rows.iterator(chunk_size=2_000))
    return sheets.csv_response(titles, cells, f"close-{record.pk}.csv")


def _record(request: Any, pk: int) -> CloseRecord:
    return get_object_or_404(queries.closes_for_table(request.user, None), pk=pk)


def _term(request: Any) -> Term | None:
    wanted = request.GET.get("term", "")
    terms = queries.terms_with_closes(request.user)
    chosen = next((term for term in terms if term.label == wanted), None)
    return chosen or Term.objects.current(request.moment)
