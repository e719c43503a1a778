"""Pages of home visits: how far each place is, a class's list with its map, one pupil's line, the paper."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from eqfund import access, audit, sheets
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import Affiliation, Classroom, School, SupervisingOffice, Term
from eqfund.pages import paged, render_part
from screening.actions import visits as actions
from screening.forms.visits import AddForm, DayForm, RecordForm, SkipForm, TurnForm
from screening.models import HomeVisit
from screening.permissions import visits as permissions
from screening.permissions.form01 import why_not_start
from screening.permissions.visits import FOLLOW, OPEN, PLAN, READ
from screening.queries import visits as queries

from . import visits_pages as pages
from .shared import term_of
from .visits_paper import plan_pdf

FIGURES = ("named", "ticked", "skipped", "visited", "forms", "sent_forms")


@require_GET
@requires(FOLLOW)
def visits(request: Any) -> HttpResponse:
    """How far the visits are: by class for a school, by school for an office, by office above it."""
    term = term_of(request)
    rooms = _my_rooms(request.user, term)
    if rooms is not None and len(rooms) == 1:
        return redirect("screening:visits-class", rooms[0].pk)
    level, places, rows, head = _chosen(request, term)
    page = paged(request, _narrowed(request, level, places, rows))
    counted, counted_at = _counted(request, term, level, page, rows)
    context = {
        "term": term,
        "level": level,
        "page": page,
        "rows": counted,
        "counted_at": counted_at,
        "total": None if level == queries.OF_OFFICE else queries.total_of(rows),
        "head": head,
        "affiliations": Affiliation.objects.order_by("pk") if level == queries.OF_OFFICE else [],
        "chosen": _number(request, "affiliation"),
        "holder": [(key, request.GET[key]) for key in ("office",) if _number(request, key)],
        "name": _name(request),
        "waiting": request.GET.get("show") == "waiting",
        "may_narrow": level != queries.OF_CLASS,
        "of_schools": level == queries.OF_SCHOOL,
        "may_read": bool(access.paths_with(request.user, READ)),
        "prints": _homerooms(request.user, term) if rooms else [],
        "school": head if isinstance(head, School) else _one_school(request.user, rooms),
        "may_plan": bool(access.paths_with(request.user, PLAN)),
    }
    return render_part(request, "screening/visits/places.html", "rows", context)


@require_GET
@requires(FOLLOW)
@reauthenticated
def visits_csv(request: Any) -> HttpResponse:
    """The same table as a file, all its rows."""
    term = term_of(request)
    level, places, rows, head = _chosen(request, term)
    titles = [
        gettext("Class, school or office"),
        gettext("Named"),
        gettext("Ticked"),
        gettext("Not visited, with a reason"),
        gettext("Visited"),
        gettext("Form 01 begun"),
        gettext("Form 01 sent"),
    ]
    path = head.path if head is not None else ""
    audit.record(
        "export_visits", "screening.HomeVisit", by=request.user, at=request.moment, path=path
    )
    lines = (
        [str(row["place"]), *(row[key] for key in FIGURES)]
        for row in _counted(request, term, level, _narrowed(request, level, places, rows), rows)[0]
    )
    return sheets.csv_response(titles, lines, "home-visits.csv")


@require_GET
@requires(READ)
@audit.reads
def visits_class(request: Any, pk: int) -> HttpResponse:
    """A class's list in the order of going, with its map, and the pupils whom nobody named."""
    return _class_page(request, _room(request, pk, READ))


@require_POST
@requires(PLAN)
def visit_add(request: Any, pk: int) -> HttpResponse:
    """Put a pupil of the class on the list."""
    room, term = _room(request, pk, PLAN), term_of(request)
    form = AddForm(request.POST, classroom=room, term=term)
    if not form.is_valid():
        return _class_page(request, room, add=form, status=422)
    visit = actions.add_visit(by=request.user, at=request.moment, **form.cleaned_data)
    messages.success(
        request,
        gettext("%(name)s stands on the list now.") % {"name": visit.enrolment.pupil.full_name},
    )
    return redirect("screening:visits-class", pk)


@require_POST
@requires(PLAN)
def visits_days(request: Any, pk: int) -> HttpResponse:
    """Set the day for the homes that are chosen."""
    room = _room(request, pk, PLAN)
    form = DayForm(request.POST)
    asked = [text for text in request.POST.getlist("visit") if text.isascii() and text.isdigit()]
    chosen = [int(text) for text in asked if len(text) < 12][:200]
    rows = HomeVisit.objects.visible_to(request.user, PLAN).filter(enrolment__classroom=room)
    lines = list(rows.filter(pk__in=chosen))
    if form.is_valid() and not lines:
        form.add_error(None, gettext("Choose the homes first, then the day."))
    if not form.is_valid():
        return _class_page(request, room, day=form, chosen=chosen, status=422)
    day = form.cleaned_data["planned_on"]
    count = actions.plan_visits(lines, planned_on=day, by=request.user, at=request.moment)
    messages.success(
        request,
        ngettext("The day of %(count)d home is set.", "The day of %(count)d homes is set.", count)
        % {"count": count},
    )
    return redirect("screening:visits-class", pk)


@require_POST
@requires(PLAN)
def visits_propose(request: Any, pk: int) -> HttpResponse:
    """Look at the data of a school once more; for a class's teacher, of that class."""
    rooms = Classroom.objects.visible_to(request.user, PLAN)
    schools = School.objects.visible_to(request.user, PLAN) | School.objects.filter(
        pk__in=rooms.values("school")
    )
    school = get_object_or_404(schools, pk=pk)
    paths = [p for p in access.paths_with(request.user, PLAN) if _touch(p, school.path)]
    term = term_of(request)
    named = changed = 0
    for path in paths:
        place = max(path, school.path, key=len)
        done = actions.propose_visits(place, term, by=request.user, at=request.moment)
        named, changed = named + done.named, changed + done.changed
    said = gettext("The data were looked at: %(named)d new on the list, %(changed)d changed.")
    messages.success(request, said % {"named": named, "changed": changed})
    return redirect("screening:visits")


@require_GET
@requires(READ)
@audit.reads
def visit(request: Any, pk: int) -> HttpResponse:
    """One pupil's line: why it stands there, the visit, the tick."""
    return _visit_page(request, _visit(request, pk, READ))


@require_POST
@requires(PLAN)
def visit_record(request: Any, pk: int) -> HttpResponse:
    """Record that somebody went."""
    return _act(
        request, pk, "record", RecordForm, actions.record_visit, gettext("The visit is recorded.")
    )


@require_POST
@requires(PLAN)
def visit_skip(request: Any, pk: int) -> HttpResponse:
    """Take the tick off, with a reason."""
    return _act(request, pk, "skip", SkipForm, actions.skip_visit, gettext("The tick is off. The line stays on the list with your reason."))  # fmt: skip


@require_POST
@requires(PLAN)
def visit_turn(request: Any, pk: int) -> HttpResponse:
    """Set the teacher's own order."""
    return _act(request, pk, "turn", TurnForm, actions.set_turn, gettext("The order is kept."))


@require_POST
@requires(PLAN)
def visit_keep(request: Any, pk: int) -> HttpResponse:
    """Set the tick again."""
    found = _visit(request, pk, PLAN)
    actions.keep_visit(found, by=request.user, at=request.moment)
    messages.success(request, gettext("The pupil is ticked again."))
    return redirect("screening:visits-class", found.enrolment.classroom_id)


@require_GET
@requires(OPEN)
def visits_class_plan(request: Any, pk: int) -> HttpResponse:
    """The plan of one class on paper, for those who go."""
    return _paper(request, [_room(request, pk, OPEN)])


@require_GET
@requires(OPEN)
def visits_plan(request: Any) -> HttpResponse:
    """The plan of all classes whose homeroom teacher the person is, on one paper."""
    rooms = _homerooms(request.user, term_of(request))
    if not rooms:
        raise Http404
    return _paper(request, rooms)


# --- put together ---------------------------------------------------------------------


def _paper(request: Any, rooms: list[Classroom]) -> HttpResponse:
    term = term_of(request)
    plan = pages.plan_of(rooms, term, request.user, thai=True)
    audit.record(
        "print_visits",
        "screening.HomeVisit",
        by=request.user,
        at=request.moment,
        path=rooms[0].path if len(rooms) == 1 else rooms[0].school.path,
        facts={"homes": len(plan.lines)},
    )
    content = plan_pdf(plan, rooms, term, request.user, request.moment)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="home-visits.pdf"'
    return response


def _class_page(
    request: Any,
    room: Classroom,
    *,
    add: Any = None,
    day: Any = None,
    chosen: Collection[int] = (),
    status: int = 200,
) -> HttpResponse:
    term = term_of(request)
    plan = pages.plan_of([room], term, request.user)
    areas = [(area, [_shown(line) for line in area.lines]) for area in plan.areas]
    audit.read_list(request, "screening:visits-class", plan.lines + plan.skipped, path=room.path)
    may_plan = access.may(request.user, PLAN, room.path)
    context = {
        "term": term,
        "room": room,
        "plan": plan,
        "areas": areas,
        "chosen": chosen,
        "hindered": pages.hindered([row for _area, rows in areas for row in rows]),
        "skipped": [_shown(line) for line in plan.skipped],
        "counts": _counts(plan),
        "may_plan": may_plan,
        "may_start": access.may(request.user, "screening.draft_form01", room.path),
        "may_print": access.may(request.user, OPEN, room.path),
        "add": (add or AddForm(classroom=room, term=term)) if may_plan else None,
        "day": day or DayForm(),
        **pages.map_context(plan),
    }
    return render(request, "screening/visits/class.html", context, status=status)


def _shown(line: queries.Line) -> dict[str, Any]:
    return {
        "line": line,
        "pill": pages.stage_pill(line),
        "reasons": pages.why_named(line.visit),
        "hindrance": pages.hindrance(line),
        "may_begin": line.form is None and line.visit.is_ticked,
    }


def _counts(plan: pages.Plan) -> dict[str, int]:
    stages = [line.stage for line in plan.lines]
    return {
        "all": len(stages),
        "to_visit": stages.count(pages.Stage.TO_VISIT),
        "visited": stages.count(pages.Stage.VISITED),
        "forms": stages.count(pages.Stage.FORM),
        "skipped": len(plan.skipped),
    }


def _act(request: Any, pk: int, name: str, form_class: Any, action: Any, done: str) -> HttpResponse:
    found = _visit(request, pk, PLAN)
    form = form_class(request.POST)
    if not form.is_valid():
        return _visit_page(request, found, status=422, **{name: form})
    action(found, by=request.user, at=request.moment, **form.cleaned_data)
    messages.success(request, done)
    return redirect("screening:visits-class", found.enrolment.classroom_id)


def _visit_page(
    request: Any,
    found: HomeVisit,
    *,
    record: Any = None,
    skip: Any = None,
    turn: Any = None,
    status: int = 200,
) -> HttpResponse:
    audit.read(request, found, path=found.path)
    term, user = found.enrolment.term, request.user
    rows = HomeVisit.objects.filter(pk=found.pk)
    opened = access.may(user, OPEN, found.path)
    (line,) = queries.lines_of(rows, term, opened=opened)
    said = {"visited_on": found.visited_on or request.moment.date(), "outcome": found.outcome or "met", "note": found.outcome_note}  # fmt: skip
    context = {
        **_shown(line),
        "visit": found,
        "opened": opened,
        "evidence": pages.evidence_words(found, line.last_known),
        "may_plan": access.may(user, PLAN, found.path),
        "why_not_plan": permissions.why_not_plan(found, user),
        "why_not_skip": permissions.why_not_skip(found, user),
        "why_not_keep": permissions.why_not_keep(found, user),
        "why_not_start": why_not_start(found.enrolment, user) if line.form is None else "",
        "may_start": access.may(user, "screening.draft_form01", found.path),
        "record": record or RecordForm(initial=said),
        "skip": skip or SkipForm(),
        "turn": turn or TurnForm(initial={"turn": found.turn}),
    }
    return render(request, "screening/visits/visit.html", context, status=status)


def _visit(request: Any, pk: int, verb: str) -> HomeVisit:
    rows = HomeVisit.objects.visible_to(request.user, verb).select_related(
        "enrolment__pupil", "enrolment__term", "enrolment__classroom__school", "decided_by", "added_by", "visited_by"
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


def _room(request: Any, pk: int, verb: str) -> Classroom:
    rows = Classroom.objects.visible_to(request.user, verb).select_related("school__office")
    return get_object_or_404(rows, pk=pk, year_be=term_of(request).year_be)


# --- which places ---------------------------------------------------------------------


def _chosen(request: Any, term: Term) -> tuple[str, QuerySet[Any], QuerySet[HomeVisit], Any]:
    """The level of the table's rows, the places of that level, the lines they count, and what holds them."""
    user = request.user
    rows = HomeVisit.objects.visible_to(user, FOLLOW).in_term(term).to_visit_in(term)
    schools = School.objects.visible_to(user, FOLLOW)
    if pk := _number(request, "school"):
        school = get_object_or_404(schools, pk=pk)
        return queries.OF_CLASS, _rooms_of(user, term).filter(school=school), rows.under(school.path), school  # fmt: skip
    paths = access.paths_with(user, FOLLOW)
    if all(path.count("/") >= access.SEGMENTS["school"] for path in paths):
        return queries.OF_CLASS, _rooms_of(user, term), rows, None
    offices = SupervisingOffice.objects.filter(access.path_filter(user, FOLLOW, "path"))
    if pk := _number(request, "office"):
        office = get_object_or_404(offices, pk=pk)
        return queries.OF_SCHOOL, schools.filter(office=office).order_by("name", "pk"), rows.under(office.path), office  # fmt: skip
    if all(path.count("/") >= access.SEGMENTS["office"] for path in paths):
        return queries.OF_SCHOOL, schools.order_by("name", "pk"), rows, None
    if pk := _number(request, "affiliation"):
        offices = offices.filter(affiliation=pk)
    return queries.OF_OFFICE, offices.order_by("affiliation", "short_name", "pk"), rows, None


def _name(request: Any) -> str:
    return str(request.GET.get("name", "")).strip().replace("\0", "")[:80]


def _narrowed(request: Any, level: str, places: Any, rows: QuerySet[HomeVisit]) -> Any:
    """The places of a name; of schools, those with homes that nobody has visited yet, where that is asked."""
    if level == queries.OF_CLASS:
        return places
    if name := _name(request):
        places = places.filter(Q(name__icontains=name))
    if level == queries.OF_SCHOOL and request.GET.get("show") == "waiting":
        left = rows.with_form().filter(is_ticked=True, has_form=False, is_visited=False)
        places = places.filter(pk__in=left.order_by().values(level))
    return places


def _counted(request: Any, term: Term, level: str, places: Any, rows: Any) -> tuple[list[Any], Any]:
    """The places with their counts: offices as last counted, schools and classes as they stand now."""
    if level == queries.OF_OFFICE:
        return queries.with_kept_counts(request.user, term, places, rows)
    return queries.with_counts(places, rows, level), None


def _number(request: Any, name: str) -> int:
    """A key asked for in the address; 0 for none or nonsense."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _rooms_of(user: Any, term: Term) -> QuerySet[Classroom]:
    rooms = Classroom.objects.visible_to(user, FOLLOW).filter(year_be=term.year_be)
    return rooms.select_related("school").in_order()


def _my_rooms(user: Any, term: Term) -> list[Classroom] | None:
    """The classes of those posted at classes alone; None for everybody else."""
    paths = access.paths_with(user, FOLLOW)
    if any(path.count("/") < access.SEGMENTS["classroom"] for path in paths):
        return None
    return list(_rooms_of(user, term))


def _homerooms(user: Any, term: Term) -> list[Classroom]:
    paths = [p.path for p in access.postings_of(user) if p.role == access.Role.HOMEROOM_TEACHER]
    rooms = Classroom.objects.filter(path__in=paths, year_be=term.year_be)
    return list(rooms.select_related("school__office").in_order())


def _one_school(user: Any, rooms: list[Classroom] | None) -> School | None:
    """The one school at which a person plans; None for those with several or none."""
    if rooms:
        return rooms[0].school
    mine = list(School.objects.visible_to(user, PLAN)[:2])
    return mine[0] if len(mine) == 1 else None


def _touch(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
