"""Pages of attendance: the classes and their months, one month's grid, the school's term days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from attendance import actions, permissions, queries
from attendance.forms import COLUMNS, MonthForm, TermDaysForm
from attendance.models import ClassMonth, TermDays
from eqfund import audit
from eqfund.access import may, requires
from eqfund.models import Classroom, School, Term
from eqfund.pages import paged
from eqfund.windows import window_of


def _term(request: Any) -> Term:
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    return term


def _window(request: Any, term: Term, path: str) -> dict[str, Any]:
    window = window_of(term, "attendance", path, request.moment)
    return {"window": window, "left": window.left(request.moment) if window else ""}


@require_GET
@requires("attendance.record_month")
def classes(request: Any) -> HttpResponse:
    """My classes and which months of each are recorded."""
    term = _term(request)
    page = paged(request, queries.classes_of(request.user, term))
    rooms = list(page.object_list)
    rows = queries.class_rows(rooms, term, request.moment.date())
    schools = sorted({row.classroom.school for row in rows}, key=lambda school: school.pk)
    schools = [s for s in schools if may(request.user, "attendance.set_term_days", s.path)]
    context = {"term": term, "page": page, "rows": rows, "schools": schools}
    if rooms:
        context |= _window(request, term, rooms[0].path)
    return render(request, "attendance/classes.html", context)


@require_http_methods(["GET", "POST"])
@requires("attendance.record_month")
@audit.reads
def class_month(request: Any, pk: int, year: int, month: int) -> HttpResponse:
    """The grid of one class and month: only exceptions are typed."""
    term, day = _term(request), _month(year, month)
    rooms = Classroom.objects.visible_to(request.user, "attendance.record_month").select_related(
        "school"
    )
    room = get_object_or_404(rooms, pk=pk, year_be=term.year_be)
    days = TermDays.objects.filter(school=room.school_id, term=term).first()
    record = ClassMonth.objects.filter(classroom=room, term=term, month=day).first()
    pupils = queries.grid(room, term, record)
    audit.read_list(request, "attendance:class-month", pupils, path=room.path)
    usual = record.school_days if record else queries.school_days_of(day, days) if days else 0
    form = MonthForm(
        request.POST if request.method == "POST" else _recorded(pupils),
        [e for e, _x in pupils],
        usual,
    )
    why_closed = permissions.why_not_record_month(
        room, term, day, days, request.user, request.moment
    )
    if request.method == "POST" and form.is_valid:
        actions.record_month(
            room,
            term,
            day,
            school_days=form.school_days or 0,
            exceptions=form.exceptions,
            by=request.user,
            at=request.moment,
        )
        messages.success(
            request, gettext("The month is recorded for %(count)d pupils.") % {"count": len(pupils)}
        )
        return redirect("attendance:classes")
    context = {"room": room, "month": day, "form": form, "record": record, "why_closed": why_closed}
    status = 422 if request.method == "POST" else 200
    return render(
        request, "attendance/month.html", context | _window(request, term, room.path), status=status
    )


def _recorded(pupils: list[Any]) -> dict[str, str] | None:
    """What is recorded already, in the shape of a posted form; None when nothing is away."""
    typed = {
        f"{name}-{enrolment.pk}": str(getattr(row, name))
        for enrolment, row in pupils
        for name in COLUMNS
        if getattr(row, name)
    }
    return typed or None


def _month(year: int, month: int) -> date:
    try:
        return date(year, month, 1)
    except ValueError:
        raise Http404 from None


@require_http_methods(["GET", "POST"])
@requires("attendance.set_term_days")
def term_days(request: Any, pk: int) -> HttpResponse:
    """A school's first and last day of the term, and its one system."""
    term = _term(request)
    school = get_object_or_404(
        School.objects.visible_to(request.user, "attendance.set_term_days"), pk=pk
    )
    days = TermDays.objects.filter(school=school, term=term).first()
    initial = (
        {"opens_on": days.opens_on, "closes_on": days.closes_on, "system": days.system}
        if days
        else None
    )
    form = TermDaysForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.set_term_days(school, term, **form.cleaned_data, by=request.user, at=request.moment)
        messages.success(request, gettext("The term's days are set."))
        return redirect("attendance:classes")
    why_closed = permissions.why_not_set_term_days(school, term, days, request.user, request.moment)
    context = {"school": school, "term": term, "form": form, "days": days, "why_closed": why_closed}
    return render(
        request, "attendance/term_days.html", context | _window(request, term, school.path)
    )
