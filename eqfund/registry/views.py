"""Pages of schools, classrooms, pupils and the calendar."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from eqfund import access, audit, hooks, relationships
from eqfund.access import requires
from eqfund.models import Classroom, Enrolment, Pupil, RegistryRecord, Term
from eqfund.pages import paged, render_part

from . import permissions, queries
from .forms import PupilFilterForm


@require_GET
@requires("read_child")
def classrooms(request: Any) -> HttpResponse:
    """The classrooms I see: pupils, poor by the registry, teachers."""
    term = _term(request)
    rows = Classroom.objects.visible_to(request.user, "read_child").filter(year_be=term.year_be)
    rows = rows.select_related("school").in_order()
    if chosen := request.GET.get("school", ""):
        rows = rows.filter(school=chosen) if chosen.isdecimal() else rows.none()
    elif not queries.is_narrow(request.user):
        return redirect("schools:schools")
    page = paged(request, rows)
    context = {
        "page": page,
        "rows": queries.classroom_rows(list(page), term, request.moment.date()),
        "term": term,
        "several_schools": len({row.school_id for row in page}) > 1,
    }
    return render(request, "registry/classrooms.html", context)


@require_GET
@requires("read_child")
@audit.reads
def pupils(request: Any) -> HttpResponse:
    """The pupils I see, by name; who sees many schools chooses one or searches first."""
    term = _term(request)
    rooms = Classroom.objects.visible_to(request.user, "read_child").filter(year_be=term.year_be)
    of_school = request.GET.get("school", "")
    narrow = queries.is_narrow(request.user)
    if of_school:
        rooms = rooms.filter(school=of_school) if of_school.isdecimal() else rooms.none()
    choices = [(str(r.pk), r.label) for r in rooms.in_order()] if narrow or of_school else []
    form = PupilFilterForm(request.GET, classrooms=choices)
    form.is_valid()
    wanted = {"name": "", "classroom": "", "status": ""} | form.cleaned_data
    rows = queries.enrolments_for_table(request.user, term)
    if of_school:
        rows = rows.filter(classroom__in=rooms)
    has_place = narrow or of_school or len(wanted["name"].strip()) >= 3
    rows = queries.narrowed(rows, **wanted) if has_place else rows.none()
    page = paged(request, rows)
    audit.read_list(request, "registry:pupils", page)
    context = {
        "page": page,
        "form": form,
        "term": term,
        "poor": queries.poor_among(list(page)),
        "has_place": has_place,
        "of_school": of_school,
        "several_schools": not narrow and not of_school,
        "may_ask": bool(access.paths_with(request.user, "registry.ask_listing")),
    }
    return render_part(request, "registry/pupils.html", "list", context)


@require_GET
@requires("read_child")
@audit.reads
def pupil(request: Any, pk: int) -> HttpResponse:
    """A pupil: who, where, what the registry says, and what other parts of the system add."""
    found = get_object_or_404(
        Pupil.objects.visible_to(request.user).select_related("identity"), pk=pk
    )
    audit.read(request, found)
    return render(request, "registry/pupil.html", _pupil_context(request, found))


@require_GET
@requires("read_calendar")
def calendar(request: Any) -> HttpResponse:
    """The term's calendar as it holds for my place: open, coming, past."""
    present = _term(request)
    terms = list(Term.objects.order_by("opens_on"))
    term = next((it for it in terms if it.label == request.GET.get("term", "")), present)
    choices = queries.calendar_affiliations(request.user)
    wanted = request.GET.get("affiliation", "")
    chosen = next((a for a in choices if str(a.pk) == wanted), choices[0] if choices else None)
    if chosen is None:
        raise Http404
    paths = access.paths_with(request.user, "read_calendar")
    path = next(
        (p for p in sorted(paths, key=len, reverse=True) if p.startswith(chosen.path)), chosen.path
    )
    may_narrow = queries.is_of_schools_alone(request.user)
    mine = may_narrow and request.GET.get("show") != "all"
    roles = access.roles_of(request.user) if mine else None
    context = {
        "term": term,
        "terms": terms,
        "parts": queries.calendar_parts(term, path, request.moment, roles),
        "may_narrow": may_narrow,
        "mine": mine,
        "reads_closes": bool(access.paths_with(request.user, "calendar.read_closes")),
        "affiliations": choices,
        "chosen": chosen,
        "shows_assumed": access.may(request.user, "registry.edit_calendar", "TH/"),
        "reads_extensions": bool(access.paths_with(request.user, "calendar.read_extensions")),
        "may_propose": bool(access.paths_with(request.user, "calendar.propose_extension")),
    }
    return render(request, "registry/calendar.html", context)


def _term(request: Any) -> Term:
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    return term


def _enrolments(request: Any, found: Pupil) -> Any:
    rows = Enrolment.objects.visible_to(request.user).filter(pupil=found)
    return rows.select_related("term", "classroom__school__office__affiliation").order_by(
        "-term__opens_on", "-pk"
    )


def _panels(request: Any, found: Pupil) -> list[tuple[str, str]]:
    """What other parts of the system show of the pupil: title and rendered part."""
    panels = [
        panel for hook in hooks.pupil_panels for panel in hook(found, request.user, request.moment)
    ]
    return [
        (
            panel.title,
            render_to_string(
                panel.template, {**panel.context, "panel": panel.context}, request=request
            ),
        )
        for panel in panels
    ]


def _pupil_context(request: Any, found: Pupil) -> dict[str, Any]:
    enrolments = list(_enrolments(request, found))
    present = next((e for e in enrolments if e.status in ("studying", "suspended")), None)
    record = RegistryRecord.objects.visible_to(request.user).filter(pupil=found)
    record = record.select_related("source").order_by("-term__opens_on").first()
    guardian = found.guardians.filter(is_current=True).first()
    return {
        "pupil": found,
        "enrolments": enrolments,
        "present": present,
        "record": record,
        "guardian": guardian,
        "relationship": relationships.label(guardian.relationship) if guardian else "",
        "age": queries.age_on(found.birth_date, request.moment.date())
        if found.birth_date
        else None,
        "panels": _panels(request, found),
        "may_change": present is not None
        and not permissions.why_not_type_pupil(present.classroom.school, request.user),
    }
