"""Pages of hand-overs: the list of all sides, one hand-over with its answer, sending, asking, the history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, audit, hooks
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import Classroom, Enrolment, Handover, Pupil, School, Term
from eqfund.models.handovers import STATUS_NAMES
from eqfund.pages import paged, render_part
from eqfund.people.limits import HOUR, spent
from eqfund.refusal import Refused
from eqfund.sheets import csv_response

from . import drafts, permissions, queries, rules
from .actions import moves
from .forms import AskForm, RefuseForm, SendForm, TakeForm
from .rules import Side, Way

REQUESTS_AN_HOUR = 30


@require_GET
@requires("handover.read")
@audit.reads
def handovers(request: Any) -> HttpResponse:
    """Hand-overs of my places: who leaves, who comes, what waits; what may be answered in a row."""
    wanted = _wanted(request)
    today = request.moment.date()
    rows = queries.for_table(request.user, today, **wanted)
    page = paged(request, rows)
    audit.read_list(request, "handover:handovers", page)
    found = queries.seen(page, request.user, today)
    together = set(queries.in_a_row(request.user).filter(pk__in=[row.pk for row in page])
                   .values_list("pk", flat=True))  # fmt: skip
    all_states = queries.for_table(request.user, today, **wanted | {"status": ""})
    sums = queries.counts(all_states, today)
    late = sums.pop(queries.LATE)
    states = [(status.value, name, sums.get(status, 0)) for status, name in STATUS_NAMES.items()]
    context = {
        "page": page,
        "rows": found,
        "together": together,
        **wanted,
        "states": [states[0], (queries.LATE, gettext("late"), late), *states[1:]],
        "total": sum(sums.values()),
        "may_propose": bool(access.paths_with(request.user, "handover.propose")),
    }
    return render_part(request, "handover/handovers.html", "list", context)


@require_GET
@requires("handover.read")
@reauthenticated
def handovers_csv(request: Any) -> HttpResponse:
    """The list as a file, with what this person may read of each."""
    rows = queries.for_table(request.user, request.moment.date(), **_wanted(request))
    facts = {"rows": rows.count()}
    paths = access.paths_with(request.user, "handover.read")
    by, at = request.user, request.moment
    audit.record("handover.export", "eqfund.Handover", by=by, at=at, path=paths[0], facts=facts)
    lines = queries.lines(rows, by, at.date())
    return csv_response(queries.TITLES, lines, "handovers.csv")


@require_POST
@requires("handover.answer")
def answer_in_a_row(request: Any) -> HttpResponse:
    """Hand over the history of the ticked pupils whom registry files have moved."""
    ticked = [int(pk) for pk in request.POST.getlist("handover") if pk.isdecimal()]
    rows = queries.in_a_row(request.user).filter(pk__in=ticked).order_by("pk")
    done = moves.accept_handovers(rows, by=request.user, at=request.moment)
    said = ngettext("%(count)d pupil was handed over.", "%(count)d pupils were handed over.", done)
    messages.success(request, said % {"count": done})
    return redirect("handover:handovers")


@require_GET
@requires("handover.read")
@audit.reads
def handover(request: Any, pk: int) -> HttpResponse:
    """One hand-over: what is seen of the child, what it means for each side, and the answer."""
    return _page(request, _handover(request, pk))


@require_POST
@requires("handover.answer")
def handover_accept(request: Any, pk: int) -> HttpResponse:
    """Say yes, into a class where the child is not in one yet."""
    found = _handover(request, pk)
    given: dict[str, Any] = {}
    if _wants_class(found):
        rooms = _rooms([permissions.school_path(found.to_path)], request)
        form = TakeForm(request.POST, rooms=_choices(rooms))
        if not form.is_valid():
            return _page(request, found, take=form, status=422)
        room = rooms[form.cleaned_data["room"]]
        given = {"classroom": room, "starts_on": form.cleaned_data["starts_on"]}
    moves.accept_handover(found, by=request.user, at=request.moment, **given)
    messages.success(
        request, gettext("The pupil is handed over. See below what remains to be done.")
    )
    return redirect("handover:handover", pk)


@require_POST
@requires("handover.answer")
def handover_refuse(request: Any, pk: int) -> HttpResponse:
    """Say no, with the reason."""
    found = _handover(request, pk)
    form = RefuseForm(request.POST, side=rules.answers(Way(found.way)))
    if not form.is_valid():
        return _page(request, found, refuse=form, status=422)
    moves.refuse_handover(found, **form.cleaned_data, by=request.user, at=request.moment)
    messages.info(request, gettext("The hand-over is refused. The other school is told."))
    return redirect("handover:handover", pk)


@require_POST
@requires("handover.propose")
def handover_withdraw(request: Any, pk: int) -> HttpResponse:
    """Take it back."""
    moves.withdraw_handover(_handover(request, pk), by=request.user, at=request.moment)
    messages.info(request, gettext("The hand-over was withdrawn."))
    return redirect("handover:handover", pk)


@require_GET
@requires("handover.read")
@audit.reads
def history(request: Any, pk: int) -> HttpResponse:
    """What an accepted hand-over opens to the new school: grants, last form, attendance. Read-only."""
    rows = Handover.objects.with_history_for(request.user).visible_to(request.user)
    found = get_object_or_404(rows.select_related("pupil", "from_enrolment__term"), pk=pk)
    audit.read(request, found.pupil)
    panels = [
        panel
        for hook in hooks.handover_history
        for panel in hook(found, request.user, request.moment)
    ]
    parts = [(p.title, render_to_string(p.template, p.context, request=request)) for p in panels]
    enrolments = found.former_enrolments().select_related("term", "classroom__school")
    enrolments = enrolments.order_by("-term__opens_on", "-pk")
    context = {"handover": found, "parts": parts, "enrolments": enrolments}
    return render(request, "handover/history.html", context)


@require_http_methods(["GET", "POST"])
@requires("handover.propose")
@audit.reads
def propose(request: Any, pk: int) -> HttpResponse:
    """Send a pupil to another school: look it up, see what follows, press."""
    pupil = get_object_or_404(Pupil.objects.visible_to(request.user, "handover.propose"), pk=pk)
    enrolment = _last_enrolment(request, pupil)
    q = request.GET.get("q", "") or request.POST.get("q", "")
    school = queries.school_of(enrolment)
    found = queries.schools_called(q, but=school)
    schools = {it.moe_code: it for it in found.schools} if found else {}
    form = SendForm(
        request.POST if request.method == "POST" else None,
        schools=[(code, _school_label(it)) for code, it in schools.items()],
        initial={"moved_on": request.moment.date()},
    )
    if request.method == "POST" and form.is_valid():
        made = moves.propose_handover(
            enrolment,
            schools[form.cleaned_data["code"]],
            moved_on=form.cleaned_data["moved_on"],
            message=form.cleaned_data["message"],
            by=request.user,
            at=request.moment,
        )
        messages.success(request, gettext("The new school has been asked to take the pupil over."))
        return redirect("handover:handover", made.pk)
    audit.read(request, pupil)
    draft = drafts.between(enrolment, school, way=Way.SENT, by=request.user, at=request.moment)
    draft.to_path = ""
    context = {
        "pupil": pupil,
        "enrolment": enrolment,
        "form": form,
        "q": q,
        "found": found,
        "duties": queries.duties_for(draft, None, request.user, request.moment),
        "draft": draft,
        "why_not": permissions.why_not_propose(enrolment, request.user),
    }
    return render(request, "handover/propose.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires("handover.propose")
@sensitive_post_parameters("number", "born")
def ask(request: Any) -> HttpResponse:
    """Ask for a child who came to us. By POST alone: a number never stands in an address."""
    rooms = _rooms(access.paths_with(request.user, "handover.propose"), request)
    form = AskForm(
        request.POST if request.method == "POST" else None,
        rooms=_choices(rooms),
        initial={"moved_on": request.moment.date()},
    )
    nobody = False
    if request.method == "POST" and form.is_valid():
        made = _ask(request, form, rooms)
        if made is not None:
            messages.success(
                request, gettext("A request was sent to the school that holds the child.")
            )
            return redirect("handover:handover", made.pk)
        nobody = True
    context = {"form": form, "nobody": nobody, "has_rooms": bool(rooms)}
    return render(request, "handover/ask.html", context, status=422 if form.errors else 200)


# --- parts -------------------------------------------------------------------------------


def _wanted(request: Any) -> dict[str, str]:
    """What narrows the list; what is none of the choices narrows nothing."""
    given = request.GET
    direction, status, way = (given.get(name, "") for name in ("direction", "status", "way"))
    return {
        "direction": direction if direction in queries.DIRECTIONS else "",
        "status": status if status in (*STATUS_NAMES, queries.LATE) else "",
        "way": way if way in list(Way) else "",
    }


def _handover(request: Any, pk: int) -> Handover:
    rows = Handover.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("proposed_by", "closed_by", "pupil", "term"), pk=pk
    )


def _wants_class(found: Handover) -> bool:
    """Whether the answerer chooses the class: the receiver of a child who is in none yet."""
    return found.way == Way.SENT and not found.has_arrived


def _page(
    request: Any,
    found: Handover,
    *,
    take: TakeForm | None = None,
    refuse: RefuseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, at = request.user, request.moment
    mine = queries.seen([found], user, at.date())[0]
    if mine.name:
        audit.read(request, found)
    else:
        audit.read_list(request, "handover:handover", [found])
    side = rules.answers(Way(found.way))
    why_not_answer = permissions.why_not_answer(found, user, at.date())
    if not why_not_answer and _wants_class(found) and take is None:
        rooms = _rooms([permissions.school_path(found.to_path)], request)
        take = TakeForm(rooms=_choices(rooms, found.grade), initial={"starts_on": found.moved_on})
    visible = Pupil.objects.visible_to(user).filter(pk=found.pupil_id)
    context = {
        "it": mine,
        "handover": found,
        "duties": queries.duties_for(found, mine, user, at),
        "why_not_answer": why_not_answer,
        "why_not_withdraw": permissions.why_not_withdraw(found, user, at.date()),
        "answers_here": access.may(user, "handover.answer", permissions.side_path(found, side)),
        "take": take,
        "refuse": refuse or RefuseForm(side=side),
        "is_senders": side is Side.SENDER,
        "pupil_pk": found.pupil_id if mine.name and visible.exists() else None,
    }
    return render(request, "handover/handover.html", context, status=status)


def _rooms(paths: list[str], request: Any) -> dict[str, Classroom]:
    """The classes of these places in the present school year, by key as text."""
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    rows = Classroom.objects.filter(access.within(paths, "path"), year_be=term.year_be)
    rows = rows.select_related("school__office")
    return {str(room.pk): room for room in rows.in_order()}


def _choices(rooms: dict[str, Classroom], grade: str = "") -> list[tuple[str, str]]:
    """Classes to choose from, those of the pupil's grade first."""
    several = len({room.school_id for room in rooms.values()}) > 1
    ordered = (
        sorted(rooms.items(), key=lambda pair: pair[1].grade != grade) if grade else rooms.items()
    )
    return [
        (key, f"{room.label} · {room.school.name}" if several else room.label)
        for key, room in ordered
    ]


def _last_enrolment(request: Any, pupil: Pupil) -> Enrolment:
    """The pupil's last enrolment at a school of this person's."""
    rows = Enrolment.objects.visible_to(request.user, "handover.propose").filter(pupil=pupil)
    rows = rows.select_related("pupil__identity", "classroom__school__office", "term")
    found = rows.order_by("-term__opens_on", "-starts_on", "-pk").first()
    if found is None:
        raise Http404
    return found


def _school_label(school: School) -> str:
    return f"{school.name} · {school.moe_code} · {school.office.short_name}"


def _ask(request: Any, form: AskForm, rooms: dict[str, Classroom]) -> Handover | None:
    if spent("handover-ask", str(request.user.pk), REQUESTS_AN_HOUR, HOUR):
        raise Refused(gettext("You have asked very often within an hour. Go on later."))
    given = form.cleaned_data
    return moves.ask_for_handover(
        given["number"],
        given["born"],
        rooms[given["room"]],
        moved_on=given["moved_on"],
        message=given["message"],
        by=request.user,
        at=request.moment,
    )
