"""The auditor's pages: the book with its filters, one event, the export, the state of the seals."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from eqfund import access, audit, clock, files
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import Event, Job, StoredFile
from eqfund.pages import render_part

from . import exports, proving, queries, unusual
from .fact_words import fact_word, lines_of_facts, said
from .forms import ExportForm, FilterForm


@require_GET
@requires("read_audit")
def events(request: Any) -> HttpResponse:
    """The book, the newest first, by person, verb, thing, child, place and day."""
    form = FilterForm(request.GET or None)
    wanted = form.wanted() if form.is_valid() else queries.Wanted()
    rows = queries.events_for(request.user, wanted)
    page = queries.page_of(
        rows, before=request.GET.get("before", ""), after=request.GET.get("after", "")
    )
    proof = Job.objects.filter(kind=proving.KIND).order_by("-pk").first()
    context = {
        "form": form,
        "page": page,
        "lines": queries.lines_of(page.rows),
        "seals": queries.seal_state(),
        "proof": proof,
        "proof_faults": proving.faults_in_words(proof),
        "may_export": bool(access.paths_with(request.user, "audit.export")),
        "jobs": Job.objects.filter(kind=exports.KIND, by=request.user).order_by("-pk")[:3],
        "narrowed_by": [request.GET.get("child"), request.GET.get("object")],
    }
    return render_part(request, "audit/events.html", "list", context)


@require_GET
@requires("read_audit")
def event(request: Any, pk: int) -> HttpResponse:
    """One event: who, what, when in both times, the facts; not yet what it says of persons."""
    found = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    return render(request, "audit/event.html", _event_context(request, found))


@require_GET
@requires("read_audit")
def unusual_uses(request: Any) -> HttpResponse:
    """People who did a thing far more often than others do: for an auditor to look at."""
    context = {
        "rows": unusual.unusual(request.user, clock.wall()),
        "days": unusual.DAYS,
        "empty": gettext("Nothing unusual in these days."),
    }
    return render(request, "audit/unusual.html", context)


@require_POST
@requires("audit.read_change")
@reauthenticated
def event_open(request: Any, pk: int) -> HttpResponse:
    """What the event says before and after; opening it is an event of its own."""
    found = get_object_or_404(Event.objects.visible_to(request.user, "audit.read_change"), pk=pk)
    audit.record(
        "read_change",
        found,
        by=request.user,
        at=request.moment,
        path=found.path,
        pupil=found.pupil_id,
        kind=audit.Kind.READ,
    )
    return render(request, "audit/event.html", _event_context(request, found, opened=True))


@require_POST
@requires("read_audit")
def prove(request: Any) -> HttpResponse:
    """Have the whole book proved; the page shows how far it is."""
    proving.prove_book(by=request.user, at=request.moment)
    return redirect("audit:events")


@require_POST
@requires("audit.export")
@reauthenticated
def export(request: Any) -> HttpResponse:
    """Have the events asked for written into a file."""
    form = ExportForm(request.POST)
    if form.is_valid():
        exports.export_events(
            form.wanted(), format=form.cleaned_data["format"], by=request.user, at=request.moment
        )
    return redirect("audit:events")


@require_GET
@requires("audit.export")
@reauthenticated
def export_file(request: Any, pk: int) -> HttpResponse:
    """An export of one's own."""
    mine = StoredFile.objects.filter(purpose=exports.PURPOSE, uploaded_by=request.user)
    stored = get_object_or_404(mine, pk=pk)
    ending = "csv" if stored.kind == "text" else "xlsx"
    return files.serve(
        stored, by=request.user, at=request.moment, filename=f"audit-{stored.pk}.{ending}"
    )


def _event_context(request: Any, found: Event, *, opened: bool = False) -> dict[str, Any]:
    has_change = bool(bytes(found.change_digest))
    change = dict(found.change) if opened and has_change else {}
    before, after = change.get("before") or {}, change.get("after") or {}
    names = sorted({*before, *after})
    return {
        "line": queries.lines_of([found])[0],
        "event": found,
        "facts": lines_of_facts(found.facts),
        "has_change": has_change,
        "may_open": access.may(request.user, "audit.read_change", found.path or "TH/"),
        "opened": opened,
        "destroyed": opened and has_change and not change,
        "changes": [
            (fact_word(name), said(name, before.get(name, "")), said(name, after.get(name, "")))
            for name in names
        ],
    }
