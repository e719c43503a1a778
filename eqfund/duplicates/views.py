"""Pages of a school's own side of a duplicate: the list, the ticket, the answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from eqfund import access, audit, files, sheets
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import DuplicatePair, DuplicateSide, Pupil, StoredFile
from eqfund.pages import paged, render_part
from eqfund.places import place_names

from . import actions, permissions, queries
from .forms import SHOW_LABELS, AnswerForm, OwnForm


@require_GET
@requires("duplicates.read")
@audit.reads
def tickets(request: Any) -> HttpResponse:
    """The children of my places who may stand twice."""
    answers = bool(access.paths_with(request.user, "duplicates.answer"))
    shows = [show for show in ("", *queries.SHOWS) if show != queries.MINE or answers]
    show = request.GET.get("show", "")
    show = show if show in shows else ""
    name = request.GET.get("name", "").strip()[:100]
    page = paged(request, queries.sides_for_table(request.user, show, name))
    audit.read_list(request, "duplicates:tickets", page)
    counts = queries.counts_of_sides(request.user)
    paths = {side.path for side in page}
    context = {
        "page": page,
        "rows": [queries.row_of(side) for side in page],
        "show": show,
        "name": name,
        "filters": [(value, SHOW_LABELS[value], counts[value]) for value in shows],
        "total": counts[""],
        "names": place_names(paths) if not _is_one_school(request.user) else {},
        "may_compare": bool(access.paths_with(request.user, "duplicates.compare")),
        "may_read_joins": bool(access.paths_with(request.user, "duplicates.read_joins")),
    }
    return render_part(request, "duplicates/tickets.html", "list", context)


@require_GET
@requires("duplicates.read")
@reauthenticated
def export(request: Any) -> StreamingHttpResponse:
    """The list as CSV, as it is filtered."""
    name = request.GET.get("name", "").strip()[:100]
    rows = queries.sides_for_table(request.user, request.GET.get("show", ""), name)
    titles = [
        gettext("Ticket"),
        gettext("Name"),
        gettext("How much alike"),
        gettext("What agrees"),
        gettext("Where the other is"),
        gettext("Found on"),
        gettext("Answer by"),
        gettext("State"),
        gettext("Answer"),
        gettext("Outcome"),
    ]
    audit.record(
        "duplicates.export",
        "duplicates:tickets",
        by=request.user,
        at=request.moment,
        facts={"count": rows.count()},
    )
    return sheets.csv_response(titles, queries.cells(rows.iterator(2000)), "duplicates.csv")


@require_GET
@requires("duplicates.read")
@audit.reads
def ticket(request: Any, pk: int) -> HttpResponse:
    """My side of a ticket: my child, what may be known of the other, and what I have to say."""
    return _ticket_page(request, _side(request, pk))


@require_POST
@requires("duplicates.answer")
def ticket_answer(request: Any, pk: int) -> HttpResponse:
    """Take a school's answer."""
    side = _side(request, pk, "duplicates.answer")
    form = AnswerForm(request.POST, request.FILES, band=side.pair.band)
    if not form.is_valid():
        return _ticket_page(request, side, answer=form)
    pair = actions.answer_duplicate(side, **form.cleaned_data, by=request.user, at=request.moment)
    match pair.state:
        case DuplicatePair.State.SETTLED:
            messages.success(request, gettext("Both schools have answered, and it is settled."))
        case DuplicatePair.State.DISPUTED:
            messages.info(
                request,
                gettext("The two schools' answers do not agree. The supervisors decide."),
            )
        case _:
            messages.success(
                request, gettext("Your answer is kept. The other school has yet to answer.")
            )
    return redirect("duplicates:ticket", pk)


@require_POST
@requires("duplicates.answer")
def ticket_own(request: Any, pk: int) -> HttpResponse:
    """A school's own two rows: one child, or two."""
    side = _side(request, pk, "duplicates.answer")
    if side.pair.apart != DuplicatePair.Apart.SCHOOL:
        raise Http404
    form = OwnForm(request.POST, rows=_labels(side.pair))
    if not form.is_valid():
        return _ticket_page(request, side, own=form)
    pair = actions.settle_own_duplicate(
        side.pair,
        keep=form.cleaned_data["keep"] or None,
        reason=form.cleaned_data["reason"],
        by=request.user,
        at=request.moment,
    )
    joined = pair.outcome == DuplicatePair.Outcome.MERGED
    messages.success(
        request,
        gettext("The two rows are one now.")
        if joined
        else gettext("It is noted: two children. They will not be asked about again."),
    )
    return redirect("duplicates:ticket", pk)


@require_GET
@requires("duplicates.read")
def ticket_proof(request: Any, pk: int) -> FileResponse:
    """The file that a school gave with its answer."""
    proof = _side(request, pk).proof
    if proof is None or proof.state != StoredFile.State.CLEAN:
        raise Http404  # a photo is shown when it has been re-encoded
    return files.serve(proof, by=request.user, at=request.moment, download=proof.kind != "image")


def _side(request: Any, pk: int, verb: str | None = None) -> DuplicateSide:
    rows = DuplicateSide.objects.visible_to(request.user, verb)
    rows = rows.select_related("pair__decided_by", "pupil__identity", "proof")
    return get_object_or_404(rows, pk=pk)


def _is_one_school(user: Any) -> bool:
    paths = access.paths_with(user, "duplicates.read")
    return len(paths) == 1 and access.level_of_path(paths[0]) == "school"


def _labels(pair: DuplicatePair) -> list[str]:
    """The two rows of one school, by name, class and number, so that they can be told apart."""
    sides = list(pair.sides.select_related("pupil__identity").order_by("position"))
    enrolments = queries.enrolments_of(pair, sides)
    labels = []
    for side in sides:
        number = side.pupil.identity if side.pupil else None
        enrolment = enrolments.get(side.position)
        parts = [
            side.pupil.full_name if side.pupil else "–",
            enrolment.classroom.label if enrolment else "",
            f"…{number.last4}" if number else gettext("without number"),
        ]
        labels.append(" · ".join(part for part in parts if part))
    return labels


def _ticket_page(
    request: Any,
    side: DuplicateSide,
    answer: AnswerForm | None = None,
    own: OwnForm | None = None,
) -> HttpResponse:
    pair = side.pair
    twice_here = pair.apart == DuplicatePair.Apart.SCHOOL
    sides = [side]
    if twice_here:
        sides = list(pair.sides.select_related("pupil__identity").order_by("position"))
    if pair.outcome == DuplicatePair.Outcome.MERGED:
        sides = sides[:1]  # the two rows are one
    enrolments = queries.enrolments_of(pair, sides)
    seen = Pupil.objects.visible_to(request.user).filter(pk__in=[s.pupil_id for s in sides])
    context = {
        "side": side,
        "pair": pair,
        "row": queries.row_of(side),
        "children": [(each, enrolments.get(each.position)) for each in sides],
        "seen": set(seen.values_list("pk", flat=True)),
        "twice_here": twice_here,
        "place": place_names({side.path}).get(side.path, ""),
        "is_late": pair.is_late(request.moment),
        "may_answer": access.may(request.user, "duplicates.answer", side.path),
        "why_not_answer": permissions.why_not_answer_duplicate(side, request.user),
        "why_not_own": permissions.why_not_settle_own_duplicate(pair, request.user),
        "form": answer or AnswerForm(band=pair.band, initial=_said(side)),
        "own_form": own or (OwnForm(rows=_labels(pair)) if twice_here and pair.is_open else None),
        "join": queries.last_join(pair),
        "why_not_ask": permissions.why_not_ask_join(pair, request.user),
        "may_compare": not twice_here and access.may(request.user, "duplicates.compare", pair.path),
    }
    audit.read(request, pair, path=side.path, pupil=side.pupil_id)
    wrong = (answer and answer.errors) or (own and own.errors)
    return render(request, "duplicates/ticket.html", context, status=422 if wrong else 200)


def _said(side: DuplicateSide) -> dict[str, Any]:
    return {"answer": side.answer, "on": side.answered_on, "note": side.note}
