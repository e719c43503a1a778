"""Pages of the fund's joining of two rows: what waits, what it would do, the proposal, the decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from eqfund import access, audit
from eqfund.access import requires
from eqfund.models import DuplicatePair, DuplicateSide, PupilJoin
from eqfund.pages import paged, render_part

from . import actions, joins as trials, permissions, queries
from .forms import JOIN_SHOWS, JoinForm, ReasonForm
from .joins import Preview
from .rules_joins import JoinStatus

PILLS = {"asked": "sun", "proposed": "sun", "joined": "good", "refused": ""}


@require_GET
@requires("duplicates.read_joins")
@audit.reads
def joins(request: Any) -> HttpResponse:
    """What the fund has been asked to join, and what it has joined or refused."""
    show = request.GET.get("show", "")
    show = show if show in JOIN_SHOWS else ""
    every = PupilJoin.objects.visible_to(request.user)
    rows = every.filter(status=show) if show else every.waiting()
    rows = rows.select_related("pair", "asked_by", "proposed_by", "decided_by")
    page = paged(request, rows.order_by("-decided_at", "pk") if show else rows.order_by("pk"))
    sides = _sides_of({join.pair_id for join in page})
    schools = queries.schools_of(side.path for both in sides.values() for side in both)
    counts = dict(every.values_list("status").annotate(n=Count("pk")))
    waiting = sum(counts.get(each, 0) for each in (JoinStatus.ASKED, JoinStatus.PROPOSED))
    audit.read_list(request, "duplicates:joins", page)
    context = {
        "page": page,
        "rows": [(join, PILLS[join.status], sides[join.pair_id]) for join in page],
        "names": {path: school.name for path, school in schools.items()},
        "show": show,
        "filters": [
            (value, label, counts.get(value, 0) if value else waiting)
            for value, label in JOIN_SHOWS.items()
        ],
        "total": sum(counts.values()),
        "may_read_tickets": bool(access.paths_with(request.user, "duplicates.read")),
    }
    return render_part(request, "duplicates/joins.html", "list", context)


@require_GET
@requires("duplicates.read_joins")
@audit.reads
def pair_join(request: Any, pk: int) -> HttpResponse:
    """Choose the number and the school; with both chosen, what joining so would do."""
    return _join_page(request, _pair(request, pk))


@require_POST
@requires("duplicates.propose_join")
def pair_propose(request: Any, pk: int) -> HttpResponse:
    """Take the proposal, as it was shown."""
    pair = _pair(request, pk)
    chosen, reason = _chosen(pair, request.POST), ReasonForm(request.POST)
    if not (chosen.is_valid() and reason.is_valid()):
        return _join_page(request, pair, reason)
    made = actions.propose_join(
        pair,
        **chosen.cleaned_data,
        reason=reason.cleaned_data["reason"],
        digest=request.POST.get("digest", ""),
        by=request.user,
        at=request.moment,
    )
    messages.success(request, gettext("Proposed. Another person of the fund decides."))
    return redirect("duplicates:join", made.pk)


@require_GET
@requires("duplicates.read_joins")
@audit.reads
def join(request: Any, pk: int) -> HttpResponse:
    """One joining: who asked, what was proposed, what it does, how it was decided."""
    return _detail(request, _join(request, pk), ReasonForm())


@require_POST
@requires("duplicates.decide_join")
def join_decide(request: Any, pk: int) -> HttpResponse:
    """Join, or say why not."""
    found, yes = _join(request, pk), "yes" in request.POST
    form = ReasonForm(request.POST)
    if not yes and not form.is_valid():
        return _detail(request, found, form)
    answer = "" if yes else form.cleaned_data["reason"]
    actions.decide_join(found, yes=yes, answer=answer, by=request.user, at=request.moment)
    messages.success(
        request,
        gettext("The two rows are one child now. Both schools read it in their ticket.")
        if yes
        else gettext("The two rows stay as they are. Whoever asked reads why."),
    )
    return redirect("duplicates:join", pk)


@require_POST
@requires("duplicates.ask_join")
def pair_ask(request: Any, pk: int) -> HttpResponse:
    """The office over both schools asks the fund."""
    pair = get_object_or_404(
        DuplicatePair.objects.visible_to(request.user, "duplicates.ask_join"), pk=pk
    )
    return _ask(request, pair, redirect("duplicates:pair", pk))


@require_POST
@requires("duplicates.ask_join")
def ticket_ask(request: Any, pk: int) -> HttpResponse:
    """A school that cannot join its own two rows asks the fund."""
    sides = DuplicateSide.objects.visible_to(request.user, "duplicates.ask_join")
    side = get_object_or_404(sides.select_related("pair"), pk=pk)
    if side.pair.apart != DuplicatePair.Apart.SCHOOL:
        raise Http404
    return _ask(request, side.pair, redirect("duplicates:ticket", pk))


def _ask(request: Any, pair: DuplicatePair, back: HttpResponse) -> HttpResponse:
    reason = request.POST.get("reason", "")[:500]
    actions.ask_join(pair, reason=reason, by=request.user, at=request.moment)
    messages.success(request, gettext("The fund is asked. You read its answer here."))
    return back


# --- parts


def _pair(request: Any, pk: int) -> DuplicatePair:
    rows = DuplicatePair.objects.visible_to(request.user, "duplicates.read_joins")
    return get_object_or_404(rows, pk=pk)


def _join(request: Any, pk: int) -> PupilJoin:
    rows = PupilJoin.objects.visible_to(request.user)
    rows = rows.select_related("pair", "asked_by", "proposed_by", "decided_by")
    return get_object_or_404(rows, pk=pk)


def _sides_of(pairs: set[int]) -> dict[int, list[DuplicateSide]]:
    found: dict[int, list[DuplicateSide]] = {pk: [] for pk in pairs}
    rows = DuplicateSide.objects.filter(pair__in=pairs).select_related("pupil__identity")
    for side in rows.order_by("position"):
        found[side.pair_id].append(side)
    return found


def _children(pair: DuplicatePair) -> list[tuple[Any, ...]]:
    """Both sides with school and enrolment, as templates of a pair show them."""
    sides = _sides_of({pair.pk})[pair.pk]
    schools = queries.schools_of(side.path for side in sides)
    enrolments = queries.enrolments_of(pair, sides)
    return [(side, schools.get(side.path), enrolments.get(side.position)) for side in sides]


def _chosen(pair: DuplicatePair, data: Any) -> JoinForm:
    children = _children(pair)
    numbers = []
    for side, _school, _enrolment in children:
        number = side.pupil.identity if side.pupil else None
        shown = f"…{number.last4}" if number else gettext("without number")
        name = side.pupil.full_name if side.pupil else "–"
        numbers.append(f"{shown} · {name}")
    names = [school.name if school else "–" for _side, school, _enrolment in children]
    return JoinForm(
        data or None,
        numbers=numbers,
        schools=(names[0], names[1]),
        twice_here=pair.apart == DuplicatePair.Apart.SCHOOL,
    )


def _join_page(request: Any, pair: DuplicatePair, reason: ReasonForm | None = None) -> HttpResponse:
    chosen = _chosen(pair, request.POST or request.GET)
    why_not = permissions.why_not_propose_join(pair, request.user)
    shown: Preview | None = None
    if chosen.is_bound and chosen.is_valid() and not why_not:
        shown = trials.preview(pair, **chosen.cleaned_data, by=request.user, at=request.moment)
    children = _children(pair)
    context = {
        "pair": pair,
        "children": children,
        "chosen": chosen,
        "given": chosen.cleaned_data if shown else {},
        "shown": shown,
        "form": reason or ReasonForm(),
        "why_not": why_not,
        "asked": pair.joins.filter(status=JoinStatus.ASKED).select_related("asked_by").first(),
    }
    _note(request, pair, children)
    wrong = (reason and reason.errors) or chosen.errors
    return render(request, "duplicates/join_new.html", context, status=422 if wrong else 200)


def _detail(request: Any, found: PupilJoin, form: ReasonForm) -> HttpResponse:
    user, children = request.user, _children(found.pair)
    shown = None
    if found.status == JoinStatus.PROPOSED:
        assert found.keeps and found.studies  # a constraint: proposed says what
        chosen = {"keeps": found.keeps, "studies": found.studies}
        shown = trials.preview(found.pair, **chosen, by=user, at=request.moment)
    context = {
        "join": found,
        "pair": found.pair,
        "pill": PILLS[found.status],
        "children": children,
        "kept": children[found.keeps - 1][0] if found.keeps else None,
        "school": children[found.studies - 1][1] if found.studies else None,
        "shown": shown,
        "is_changed": shown is not None and shown.digest != found.digest,
        "claimed_satang": found.told.get("claimed_satang", 0),
        "moved": sum(found.told.get("moves", {}).values()),
        "may_decide": access.may(user, "duplicates.decide_join", "TH/"),
        "may_propose": access.may(user, "duplicates.propose_join", "TH/"),
        "why_not_yes": permissions.why_not_decide_join(found, user, yes=True),
        "why_not_no": permissions.why_not_decide_join(found, user, yes=False),
        "form": form,
    }
    _note(request, found.pair, children)
    return render(request, "duplicates/join.html", context, status=422 if form.errors else 200)


def _note(request: Any, pair: DuplicatePair, children: list[tuple[Any, ...]]) -> None:
    for side, _school, _enrolment in children:
        audit.read(request, pair, path=side.path, pupil=side.pupil_id)
