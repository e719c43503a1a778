"""Pages for who is over both schools of a duplicate: the list, the comparison, the decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from eqfund import access, audit
from eqfund.access import requires
from eqfund.models import DuplicatePair, DuplicateSide
from eqfund.pages import paged, render_part

from . import actions, permissions, queries, sentences
from .forms import SHOW_LABELS, DecisionForm


@require_GET
@requires("duplicates.compare")
@audit.reads
def pairs(request: Any) -> HttpResponse:
    """The tickets whose two schools both lie under me."""
    decides = bool(access.paths_with(request.user, "duplicates.decide"))
    shows = ["", *(["decide"] if decides else []), "waiting", "disputed", "settled"]
    show = request.GET.get("show", "")
    show = show if show in shows else ""
    name = request.GET.get("name", "").strip()[:100]
    page = paged(request, queries.pairs_for_table(request.user, show, request.moment, name))
    audit.read_list(request, "duplicates:pairs", page)
    sides: dict[int, list[DuplicateSide]] = {pair.pk: [] for pair in page}
    found = DuplicateSide.objects.filter(pair__in=list(sides)).select_related("pupil")
    for side in found.order_by("position"):
        sides[side.pair_id].append(side)
    schools = queries.schools_of(side.path for both in sides.values() for side in both)
    counts = queries.counts_of_pairs(request.user, request.moment)
    context = {
        "page": page,
        "rows": [(pair, sentences.PILLS[pair.state], sides[pair.pk]) for pair in page],
        "names": {path: school.name for path, school in schools.items()},
        "show": show,
        "name": name,
        "filters": [(value, SHOW_LABELS[value], counts[value]) for value in shows],
        "total": counts[""],
        "moment": request.moment,
    }
    return render_part(request, "duplicates/pairs.html", "list", context)


@require_GET
@requires("duplicates.compare")
@audit.reads
def pair(request: Any, pk: int) -> HttpResponse:
    """Both children side by side, what their schools say, and the decision."""
    return _pair_page(request, _pair(request, pk), None)


@require_POST
@requires("duplicates.decide")
def pair_decide(request: Any, pk: int) -> HttpResponse:
    """Take the decision."""
    found = _pair(request, pk, "duplicates.decide")
    form = DecisionForm(request.POST, pair=found, schools=_school_names(found))
    if not form.is_valid():
        return _pair_page(request, found, form)
    actions.decide_duplicate(found, **form.cleaned_data, by=request.user, at=request.moment)
    messages.success(request, gettext("Decided. Both schools read it on their page."))
    return redirect("duplicates:pair", pk)


def _pair(request: Any, pk: int, verb: str | None = None) -> DuplicatePair:
    rows = DuplicatePair.objects.visible_to(request.user, verb)
    return get_object_or_404(rows.select_related("decided_by", "first_by", "second_by"), pk=pk)


def _school_names(found: DuplicatePair) -> tuple[str, str]:
    paths = [side.path for side in found.sides.order_by("position")]
    schools = queries.schools_of(paths)
    first, second = (schools[path].name if path in schools else "–" for path in paths)
    return first, second


def _pair_page(request: Any, found: DuplicatePair, form: DecisionForm | None) -> HttpResponse:
    sides = list(found.sides.select_related("pupil__identity", "proof").order_by("position"))
    schools = queries.schools_of(side.path for side in sides)
    enrolments = queries.enrolments_of(found, sides)
    people = (found.first_by, found.second_by)
    names = tuple(schools[s.path].name if s.path in schools else "–" for s in sides)
    context = {
        "pair": found,
        "children": [
            (side, schools.get(side.path), enrolments.get(side.position), person)
            for side, person in zip(sides, people, strict=True)
        ],
        "agrees": sentences.agreeing(found.agree),
        "pill": sentences.PILLS[found.state],
        "outcome": _outcome(found, names),
        "is_late": found.is_late(request.moment),
        "may_decide": access.may(request.user, "duplicates.decide", found.path),
        "why_not_decide": permissions.why_not_decide_duplicate(found, request.user, request.moment),
        "join": queries.last_join(found),
        "why_not_join": permissions.why_not_propose_join(found, request.user),
        "why_not_ask": permissions.why_not_ask_join(found, request.user),
        "form": form or DecisionForm(pair=found, schools=(names[0], names[1])),
    }
    for side in sides:
        audit.read(request, found, path=side.path, pupil=side.pupil_id)
    return render(
        request, "duplicates/pair.html", context, status=422 if form and form.errors else 200
    )


def _outcome(found: DuplicatePair, names: tuple[str, ...]) -> str:
    """What came of it, with the school's name where one of the two is meant."""
    words = {
        "one_first": gettext("One child, who studies at %(school)s") % {"school": names[0]},
        "one_second": gettext("One child, who studies at %(school)s") % {"school": names[1]},
        "wrong_first": gettext("Two children; the number is mistyped at %(school)s")
        % {"school": names[0]},
        "wrong_second": gettext("Two children; the number is mistyped at %(school)s")
        % {"school": names[1]},
    }
    return words.get(found.outcome) or sentences.outcome_for(found, 1)
