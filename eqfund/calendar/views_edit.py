"""The fund's editor of a term's calendar: as a file, checked before it is loaded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from eqfund.access import requires
from eqfund.models import Term
from eqfund.refusal import Refused
from eqfund.school_year import TermKey

from . import actions, papers, queries
from .forms import CalendarForm
from .sentences import fault_sentence


@require_http_methods(["GET", "POST"])
@requires("registry.edit_calendar")
def edit(request: Any) -> HttpResponse:
    """The term's lines as a file: change them, look what it would change, load them."""
    posted = request.method == "POST"
    form = CalendarForm(
        request.POST if posted else None, request.FILES or None, initial=_begin(request)
    )
    check, refused = None, False
    if posted and form.is_valid():
        if "load" in request.POST:
            try:
                return _loaded(request, form)
            except Refused as refusal:  # said beside what was typed, which stays
                form.add_error(None, str(refusal))
                refused = True
        check = queries.check_calendar(
            form.cleaned_data["text"], form.cleaned_data["term"], request.moment
        )
        if not refused:
            form = CalendarForm(initial=_typed(form))
    context = {
        "form": form,
        "check": check,
        "dropped": [] if posted else _dropped(request),
        "faults": [(fault.forbids, fault_sentence(fault)) for fault in check.faults]
        if check
        else [],
    }
    return render(request, "calendar/edit.html", context, status=422 if form.errors else 200)


def _loaded(request: Any, form: CalendarForm) -> HttpResponse:
    """Load the lines as they were typed or sent."""
    changed = actions.load_term_calendar(
        **{name: form.cleaned_data[name] for name in ("text", "term", "reason")},
        by=request.user,
        at=request.moment,
    )
    told = gettext(
        "The calendar was loaded: %(made)d new, %(updated)d changed, %(removed)d removed."
    )
    messages.success(request, told % changed)
    return redirect("registry:calendar")


def _typed(form: CalendarForm) -> dict[str, str]:
    """What was typed or sent, as the form shows it: a file becomes its text."""
    cleaned = form.cleaned_data
    return {"term": cleaned["term"].label, "text": cleaned["text"], "reason": cleaned["reason"]}


def _begin(request: Any) -> dict[str, str]:
    """The present term as it is, or the next one begun from it."""
    term = Term.objects.current(request.moment)
    if term is None:
        return {}
    if "next" not in request.GET:
        return {"term": term.label, "text": papers.csv_text(term)}
    coming = TermKey(term.year_be, term.number).next()
    return {"term": coming.label, "text": queries.next_term_text(term, coming)[0]}


def _dropped(request: Any) -> list[str]:
    """What the next term does not take over from this one."""
    term = Term.objects.current(request.moment)
    if term is None or "next" not in request.GET:
        return []
    return queries.next_term_text(term, TermKey(term.year_be, term.number).next())[1]
