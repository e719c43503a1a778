"""The fund's editor of a term's calendar, line by line, and the page of holidays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund.access import requires
from eqfund.imports.calendar import Line
from eqfund.models import CalendarLine, Holiday, Term
from eqfund.refusal import Refused

from . import holidays as days, queries_lines as queries
from .actions import lines as editing
from .forms_lines import HolidayForm, LineForm, initial_of
from .lines import Group, group_with, groups_of


@require_GET
@requires("registry.edit_calendar")
def lines(request: Any) -> HttpResponse:
    """The term's lines to be edited, what is wrong with them, and what no window is there for."""
    term = _term(request)
    context = {
        "term": term,
        "terms": list(Term.objects.order_by("-opens_on")),
        "rows": queries.rows(term, request.moment),
        "faults": queries.faults(term),
        "without_window": queries.activities_without_window(term),
    }
    return render(request, "calendar/lines.html", context)


@require_http_methods(["GET", "POST"])
@requires("registry.edit_calendar")
def line_new(request: Any) -> HttpResponse:
    """A line more; begun from another one where the address names it."""
    term = _term(request)
    like = _like(request, term)
    initial = initial_of(replace(like, source="", source_line="")) if like else {"kind": "window"}
    return _edit(request, term, None, initial)


@require_http_methods(["GET", "POST"])
@requires("registry.edit_calendar")
def line(request: Any, pk: int) -> HttpResponse:
    """One line: look at a change, then save it."""
    row = CalendarLine.objects.select_related("term").filter(pk=pk).first()
    group = group_with(groups_of(row.term), pk) if row else None
    if group is None or row is None:
        if request.method != "POST":
            raise Http404
        gone = gettext("Another person has removed this line meanwhile. Saving adds it anew.")
        return _edit(request, _term(request), None, {}, gone)
    return _edit(request, row.term, group, initial_of(group.line, group.print))


@require_POST
@requires("registry.edit_calendar")
def line_remove(request: Any, pk: int) -> HttpResponse:
    """Take a line out that nobody has worked under."""
    row = get_object_or_404(CalendarLine.objects.select_related("term"), pk=pk)
    editing.remove_calendar_line(
        row.term,
        pk=pk,
        seen=request.POST.get("seen", ""),
        reason=request.POST.get("reason", ""),
        by=request.user,
        at=request.moment,
    )
    messages.info(request, gettext("The line was removed."))
    return redirect(_list_url(row.term))


@require_http_methods(["GET", "POST"])
@requires("registry.edit_calendar")
def holidays(request: Any) -> HttpResponse:
    """The holidays of a year: published, added, taken off."""
    year = _year(request)
    form = HolidayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = editing.set_holiday(**form.cleaned_data, by=request.user, at=request.moment)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, gettext("The holidays were changed. Due days are counted with them from now on."))  # fmt: skip
            return redirect(f"{request.path}?year={days.year_be(made.day.year)}")
    context = {
        "form": form,
        "year": days.year_be(year),
        "years": [days.year_be(each) for each in days.years()],
        "days": days.days_of(year),
        "is_known": bool(days.days_of(year)),
    }
    return render(request, "calendar/holidays.html", context, status=422 if form.errors else 200)


@require_POST
@requires("registry.edit_calendar")
def holiday_remove(request: Any, pk: int) -> HttpResponse:
    """Take a change of the holidays back."""
    row = get_object_or_404(Holiday, pk=pk)
    year = days.year_be(row.day.year)
    editing.remove_holiday(row, by=request.user, at=request.moment)
    messages.info(request, gettext("The day is again as it was published."))
    return redirect(_holidays_url(year))


def _edit(
    request: Any, term: Term, group: Group | None, initial: dict[str, Any], notice: str = ""
) -> HttpResponse:
    """The form of a line; posted it is looked at, and saved when asked and nothing stands against it."""
    form = LineForm(request.POST if request.method == "POST" else None, initial=initial)
    looked, status = None, 200
    if request.method == "POST" and form.is_valid():
        typed = _counted(form)
        if typed is not None:
            looked = editing.look(term, group, typed, request.moment)
            if (
                "save" in request.POST
                and not notice
                and (saved := _save(request, term, group, form, typed))
            ):
                return saved
    if form.errors or (looked and not looked.may_save):
        status = 422
    context = {
        "form": form,
        "notice": notice,
        "term": term,
        "group": group,
        "looked": looked,
        "now": group.line if group else None,
        "title": group.title if group else "",
        "typed": form.cleaned_data.get("line") if looked else None,
        "may_remove": group is not None
        and editing.look(term, group, None, request.moment).may_save,
    }
    return render(request, "calendar/line.html", context, status=status)


def _counted(form: LineForm) -> Line | None:
    """The line as typed, a payout's due day counted where none was."""
    try:
        typed = editing.with_counted_close(form.cleaned_data["line"])
    except Refused as refusal:
        form.add_error("closes_day", str(refusal))
        return None
    form.cleaned_data["line"] = typed
    return typed


def _save(
    request: Any, term: Term, group: Group | None, form: LineForm, typed: Line
) -> HttpResponse | None:
    """Save, or show on the form why not; what was typed stays in it."""
    try:
        editing.save_calendar_line(
            term,
            typed,
            pk=group.pk if group else None,
            seen=form.cleaned_data["seen"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=request.moment,
        )
    except editing.ChangedMeanwhile as refusal:
        form.add_error(None, str(refusal))
        typed_again: Any = form.data.copy()  # type: ignore[attr-defined]  # what a request posts can be copied
        typed_again["seen"] = group.print if group else ""
        form.data = typed_again
        return None
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, gettext("The calendar was changed: %(title)s") % {"title": typed.title_th})  # fmt: skip
    return redirect(_list_url(term))


def _like(request: Any, term: Term) -> Line | None:
    pk = request.GET.get("like", "")
    found = group_with(groups_of(term), int(pk)) if pk.isascii() and pk.isdecimal() else None
    return found.line if found else None


def _term(request: Any) -> Term:
    wanted = request.GET.get("term", "")
    terms = list(Term.objects.all())
    found = next((term for term in terms if term.label == wanted), None)
    found = found or Term.objects.current(request.moment)
    if found is None:
        raise Http404
    return found


def _year(request: Any) -> int:
    wanted = request.GET.get("year", "")
    known = days.years()
    asked = int(wanted) - days.year_be(0) if wanted.isascii() and wanted.isdecimal() and len(wanted) == 4 else 0  # fmt: skip
    return asked if asked in known else request.moment.year


def _list_url(term: Term) -> str:
    return f"{reverse('calendar:lines')}?term={term.label}"


def _holidays_url(year: int) -> str:
    return f"{reverse('calendar:holidays')}?year={year}"
