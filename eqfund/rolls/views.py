"""Pages of the rolls: how far they are confirmed, one class pupil by pupil, and what is wrong in it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, audit
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.form_fields import NameAndStateForm
from eqfund.models import Classroom, Enrolment, RollMark, School, SupervisingOffice, Term
from eqfund.pages import PAGE_SIZE, paged, render_part
from eqfund.registry.queries import schools_for_table
from eqfund.sheets import csv_response

from . import actions, permissions, queries, rules, words
from .forms import OF_A_PUPIL, CorrectForm, MarkForm, MissingForm, SettleForm

# The states that narrow a list: a school without pupils stands in no tab.
TABS = {state: word for state, word in words.STATES.items() if state != rules.RollState.EMPTY}


@require_GET
@requires("rolls.follow")
def rolls(request: Any) -> HttpResponse:
    """How far the rolls are confirmed: my classes; an office's schools; or offices, for who sees many."""
    if queries.is_wide(request.user):
        return _offices(request)
    paths = access.paths_with(request.user, "rolls.follow")
    if any(access.level_of_path(path) == "office" for path in paths):
        office = get_object_or_404(SupervisingOffice, path__in=paths)
        return redirect("rolls:office", office.pk)
    term = _term(request)
    page = paged(request, queries.rooms_of(request.user, term).select_related("school").in_order())
    lines = queries.class_lines(list(page), term)
    return render(request, "rolls/classes.html", _classes(request, term, lines, page=page))


@require_GET
@requires("rolls.follow")
def school(request: Any, pk: int) -> HttpResponse:
    """The classes of one school."""
    term = _term(request)
    found = get_object_or_404(
        School.objects.visible_to(request.user, "rolls.follow").select_related("office"), pk=pk
    )
    rooms = Classroom.objects.filter(school=found, year_be=term.year_be).select_related("school")
    lines = queries.class_lines(list(rooms.in_order()), term)
    return render(request, "rolls/classes.html", _classes(request, term, lines, school=found))


@require_GET
@requires("rolls.follow")
def office(request: Any, pk: int) -> HttpResponse:
    """The schools of an office, with the sums of their classes as they stand."""
    term = _term(request)
    schools = School.objects.visible_to(request.user, "rolls.follow").filter(office=pk)
    found = get_object_or_404(SupervisingOffice, pk=pk, pk__in=schools.values("office"))
    form = NameAndStateForm(request.GET, states=TABS)
    form.is_valid()
    wanted = {"name": "", "state": ""} | form.cleaned_data
    named = schools_for_table(request.user, wanted["name"]).filter(pk__in=schools)
    page, sum_, counts = _office_page(request, found, named, term, wanted["state"])
    context = {
        "office": found,
        "term": term,
        "form": form,
        "page": page,
        "sum": sum_,
        "counts": counts,
        "tab_states": TABS,
        "states": words.STATES,
        "pills": words.PILLS,
    }
    return render_part(request, "rolls/office.html", "list", context)


@require_GET
@requires("rolls.follow")
@reauthenticated
def rolls_csv(request: Any) -> StreamingHttpResponse:
    """Each class of the places I follow as a line of a CSV; one office's with ?office=, one state's with ?state=."""
    term = _term(request)
    form = NameAndStateForm(request.GET, states=TABS)
    form.is_valid()
    schools = School.objects.visible_to(request.user, "rolls.follow")
    if (chosen := request.GET.get("office", "")).isdecimal():
        schools = schools.filter(office=chosen)
    state = form.cleaned_data.get("state", "")
    path = max(access.paths_with(request.user, "rolls.follow"), key=len, default="TH/")
    audit.record(
        "rolls.export",
        "rolls:rolls",
        by=request.user,
        at=request.moment,
        path=path,
        facts={"schools": schools.count(), "term": term.label, "state": state},
    )
    titles = [
        gettext("Supervising office"),
        gettext("MOE code"),
        gettext("School"),
        gettext("Class"),
        gettext("Pupils"),
        gettext("Without a number"),
        gettext("Marks"),
        gettext("State"),
        gettext("Confirmed on"),
        gettext("Confirmed by"),
    ]
    rows = queries.csv_rows(schools, term, state)
    return csv_response(titles, rows, f"rolls-{term.year_be}-{term.number}.csv")


@require_GET
@requires("rolls.read")
@audit.reads
def roll(request: Any, pk: int) -> HttpResponse:
    """One class, pupil by pupil: names and ids to look over, to mark, and to confirm."""
    room = _room(request, pk, "rolls.read")
    context = _roll(request, room)
    audit.read_list(request, "rolls:roll", context["rows"], path=room.path)
    return render(request, "rolls/roll.html", context)


@require_POST
@requires("rolls.mark")
def mark(request: Any, pk: int) -> HttpResponse:
    """Say what is wrong with one pupil's row."""
    enrolment = get_object_or_404(
        Enrolment.objects.visible_to(request.user, "rolls.mark").select_related(
            "classroom__school", "pupil", "term"
        ),
        pk=pk,
    )
    form = MarkForm(request.POST)
    if form.is_valid():
        actions.mark_roll(
            enrolment.classroom,
            enrolment=enrolment,
            by=request.user,
            at=request.moment,
            **form.cleaned_data,
        )
        messages.success(request, gettext("It is marked."))
    else:
        messages.error(request, gettext("Choose what is wrong."))
    return redirect(_address(enrolment.classroom_id, enrolment.pk))


@require_POST
@requires("rolls.mark")
def mark_missing(request: Any, pk: int) -> HttpResponse:
    """Say that a child is missing from the class's list."""
    room = _room(request, pk, "rolls.mark")
    form = MissingForm(request.POST)
    if not form.is_valid():
        context = _roll(request, room) | {"missing_form": form}
        audit.read_list(request, "rolls:roll", context["rows"], path=room.path)
        return render(request, "rolls/roll.html", context, status=422)
    actions.mark_roll(
        room, kind=RollMark.Kind.MISSING, by=request.user, at=request.moment, **form.cleaned_data
    )
    messages.success(request, gettext("It is marked."))
    return redirect("rolls:roll", pk)


@require_POST
@requires("rolls.mark")
def mark_settle(request: Any, pk: int) -> HttpResponse:
    """A mark is mended, or was a mistake."""
    found = get_object_or_404(RollMark.objects.visible_to(request.user, "rolls.mark"), pk=pk)
    form = SettleForm(request.POST)
    if form.is_valid():
        actions.settle_mark(found, by=request.user, at=request.moment, **form.cleaned_data)
        messages.success(request, gettext("The mark is settled."))
    room = found.enrolment.classroom_id if found.enrolment else found.classroom_id
    return redirect(_address(room, found.enrolment_id))


@require_POST
@requires("rolls.confirm")
def roll_confirm(request: Any, pk: int) -> HttpResponse:
    """Say that the names and ids of a class are right; then go on to the next class."""
    room = _room(request, pk, "rolls.confirm")
    actions.confirm_roll(
        room, by=request.user, at=request.moment, seen=request.POST.get("seen", "")
    )
    messages.success(
        request, gettext("The list of %(class)s is confirmed.") % {"class": room.label}
    )
    return redirect("rolls:school", room.school_id)


@require_http_methods(["GET", "POST"])
@requires("rolls.confirm")
@audit.reads
def correct(request: Any, pk: int) -> HttpResponse:
    """Put a name, a date of birth or a number right, where the affiliation has no registry."""
    mine = Enrolment.objects.visible_to(request.user, "rolls.confirm").select_related(
        "pupil__identity", "classroom__school__office__affiliation"
    )
    still_here = access.path_filter(request.user, "rolls.confirm", "pupil__path")
    enrolment = get_object_or_404(mine.filter(still_here), pk=pk)
    child = enrolment.pupil
    audit.read(request, child)
    fields = ("title", "first_name", "last_name", "sex", "birth_date")
    form = CorrectForm(
        request.POST or None,
        initial={name: getattr(child, name) for name in fields},
        today=request.moment.date(),
    )
    if request.method == "POST" and form.is_valid():
        actions.correct_pupil(enrolment, by=request.user, at=request.moment, **form.cleaned_data)
        messages.success(request, gettext("It is corrected; what stood there before is kept."))
        return redirect(_address(enrolment.classroom_id, enrolment.pk))
    registry = enrolment.classroom.school.office.affiliation.registry
    context = {
        "enrolment": enrolment,
        "pupil": child,
        "form": form,
        "why_not": permissions.why_not_correct_pupil(enrolment, request.user, registry),
    }
    return render(request, "rolls/correct.html", context, status=422 if form.errors else 200)


def _term(request: Any) -> Term:
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    return term


def _room(request: Any, pk: int, verb: str) -> Classroom:
    rows = Classroom.objects.visible_to(request.user, verb)
    return get_object_or_404(rows.select_related("school__office__affiliation"), pk=pk)


def _address(classroom: int, enrolment: int | None) -> str:
    anchor = f"#row-{enrolment}" if enrolment else ""
    return reverse("rolls:roll", args=[classroom]) + anchor


def _office_page(
    request: Any, found: SupervisingOffice, named: Any, term: Term, state: str
) -> tuple[Any, rules.Sum, dict[str, int]]:
    """A page of schools, the office's sum, and how many schools are in each state.

    All schools are counted as they stand where they fit a page or a state is chosen; else those of
    the page alone, beside the office's cheap sum: a large office's list stays quick.
    """
    if not state and named.count() > PAGE_SIZE:
        page = paged(request, named)
        page.object_list = queries.school_lines(list(page.object_list), term)
        rooms = queries.rooms_of(request.user, term)
        figures = queries.office_figures(term, [found.pk], rooms)
        return page, queries.sum_of(figures[found.pk]), {}
    every = queries.school_lines(list(named), term)
    states = [line.sum.state for line in every]
    lines = [line for line in every if not state or line.sum.state == state]
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = {each.value: states.count(each) for each in words.STATES}
    return page, sum((line.sum for line in every), rules.Sum()), counts


def _offices(request: Any) -> HttpResponse:
    term = _term(request)
    schools = School.objects.visible_to(request.user, "rolls.follow").order_by()
    offices = SupervisingOffice.objects.filter(pk__in=schools.values("office"))
    if name := request.GET.get("name", "").strip():
        offices = offices.filter(short_name__icontains=name)
    page = paged(request, offices.order_by("affiliation", "short_name", "pk"))
    lines, counted_at = queries.office_lines(list(page), term, request.user)
    context = {"term": term, "page": page, "lines": lines, "name": name, "counted_at": counted_at}
    return render(request, "rolls/offices.html", context)


def _classes(request: Any, term: Term, lines: list[Any], **more: Any) -> dict[str, Any]:
    reads = access.paths_with(request.user, "rolls.read")
    return {
        "term": term,
        "lines": [
            (line, any(line.classroom.path.startswith(path) for path in reads)) for line in lines
        ],
        "sum": rules.total(line.figures for line in lines),
        "several_schools": len({line.classroom.school_id for line in lines}) > 1,
        "states": words.STATES,
        "pills": words.PILLS,
        **more,
    }


def _roll(request: Any, room: Classroom) -> dict[str, Any]:
    term = _term(request)
    registry = room.school.office.affiliation.registry
    confirmation = queries.confirmation_of(room, term)
    rows = queries.roll_of(room, term, confirmation) if term.year_be == room.year_be else []
    figures = queries.figures_of([room.pk], term)[room.pk]
    missing = list(queries.missing_of(room, term))
    for it in [*(mark for row in rows for mark in row.marks), *missing]:
        it.mend = words.where_to_mend(it.kind, registry)
    may_confirm = access.may(request.user, "rolls.confirm", room.path)
    return {
        "classroom": room,
        "term": term,
        "registry": registry,
        "rows": rows,
        "figures": figures,
        "missing": missing,
        "missing_form": MissingForm(),
        "kinds": OF_A_PUPIL,
        "confirmation": confirmation,
        "gone": queries.gone_since(rows, confirmation) if confirmation else [],
        "state": figures.state.value,
        "state_label": words.STATES[figures.state],
        "state_pill": words.PILLS[figures.state],
        "ids": words.IDS,
        "id_pills": words.ID_PILLS,
        "may_follow": access.may(request.user, "rolls.follow", room.school.path),
        "may_mark": access.may(request.user, "rolls.mark", room.path),
        "may_confirm": may_confirm,
        "may_correct": may_confirm and not registry,
        "why_not_confirm": permissions.why_not_confirm_roll(
            room, request.user, request.moment, figures
        ),
    }
