"""Pages of transfer rounds: the list, one round, each step's confirmation, who is left out, a school's part."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, audit, sheets
from eqfund.access import ROLE_NAMES, requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import School
from eqfund.pages import paged, render_part
from payments.actions import rounds as actions
from payments.actions.round_acts import ACTS, ask_for_round_act
from payments.forms.rounds import PlanForm
from payments.forms.shared import ReasonForm
from payments.hurdles import BY_CODE
from payments.models import LeftOut, TransferRound
from payments.models.rounds import sees_unpublished
from payments.pages import rounds as round_pages
from payments.permissions import rounds as permissions
from payments.queries import rounds as queries_rounds
from payments.queries.windows import place_windows
from payments.rules.rounds import PUBLISHED
from payments.views.shared import current_term
from payments.words import rounds as words

FEW_SCHOOLS = 3  # so many are linked by name from the list of rounds


@require_GET
@requires("payments.read_round_school")
def rounds(request: Any) -> HttpResponse:
    """The term's rounds, and planning the next; to schools and offices those published."""
    term, user = current_term(request), request.user
    sees_all = sees_unpublished(user)
    found = TransferRound.objects.filter(term=term).select_related("term")
    if not sees_all:
        found = found.filter(status__in=list(map(str, PUBLISHED)))
    rows = list(found.order_by("number", "pk"))
    schools = [] if sees_all else School.objects.visible_to(user, "payments.read_round_school")
    events = queries_rounds.transfer_events(term)
    taken = {row.number for row in rows if row.status != "cancelled"}
    numbers = [number for number in events if number not in taken]
    context = {
        "term": term,
        "rows": [round_pages.listed(row, events.get(row.number)) for row in rows],
        "sees_all": sees_all,
        "schools": list(schools[: FEW_SCHOOLS + 1]),
        "few": FEW_SCHOOLS,
        "form": PlanForm(numbers=numbers) if numbers else None,
        "why_not_plan": permissions.why_not_plan_round(request.user),
    }
    return render(request, "payments/rounds/rounds.html", context)


@require_POST
@requires("payments.build_round")
def round_plan(request: Any) -> HttpResponse:
    """Plan a round of the term."""
    term = current_term(request)
    form = PlanForm(request.POST, numbers=list(queries_rounds.transfer_events(term)))
    if not form.is_valid():
        raise Http404
    planned = actions.plan_round(
        term, form.cleaned_data["number"], by=request.user, at=request.moment
    )
    return redirect("payments:round", planned.pk)


@require_GET
@requires("payments.read_round")
def round(request: Any, pk: int) -> HttpResponse:
    """One round: its step, control totals, who is left out and why, its three people, the next act."""
    context = round_pages.page(_round(pk), request.user, request.moment)
    return render_part(request, "payments/rounds/round.html", "work", context)


@require_http_methods(["GET", "POST"])
@requires("payments.read_round")
@reauthenticated(only="POST")
def round_act(request: Any, pk: int, act: str) -> HttpResponse:
    """Confirm and do one step. The action asks who may; this page only repeats the facts."""
    found = _round(pk)
    if act not in ACTS:
        raise Http404
    form = ReasonForm(request.POST or None) if ACTS[act].asks_reason else None
    if request.method == "POST" and (form is None or form.is_valid()):
        reason = form.cleaned_data["reason"] if form else ""
        seen = request.POST.get("attempt", "")
        ask_for_round_act(
            found,
            act,
            by=request.user,
            at=request.moment,
            reason=reason,
            attempt=int(seen) if seen.isdecimal() else -1,
        )
        return redirect("payments:round", pk)
    context = round_pages.confirmation(found, act, request.user, request.moment) | {"form": form}
    return render(request, "payments/rounds/act.html", context)


@require_GET
@requires("payments.read_round_school")
@audit.reads
def round_left_out(request: Any, pk: int) -> HttpResponse:
    """Who is not in the round, with the first reason of each; of my places only."""
    found = _round(pk)
    hurdle = request.GET.get("hurdle", "")
    rows = _left_outs(request, found, hurdle)
    windows = place_windows(found.term, "TH/")
    reasons = queries_rounds.left_out_by_hurdle(found, request.user, windows, request.moment)
    count = sum(row.count for row in reasons if hurdle not in BY_CODE or row.code == hurdle)
    page = queries_rounds.left_out_page(rows, count, request.GET.get("page"))
    audit.read_list(request, "payments:round-left-out", page.object_list)
    context = {
        "round": found,
        "name": words.round_name(found.number, found.term.label),
        "page": page,
        "hurdles": BY_CODE,
        "roles": ROLE_NAMES,
        "hurdle": hurdle,
        "reasons": reasons,
    }
    return render_part(request, "payments/rounds/left_out.html", "list", context)


@require_GET
@requires("payments.read_round_school")
@reauthenticated
def round_left_out_csv(request: Any, pk: int) -> StreamingHttpResponse:
    """The same list as a file, with the same scope; that it was taken stands in the audit book."""
    found = _round(pk)
    hurdle = request.GET.get("hurdle", "")
    hurdle = hurdle if hurdle in BY_CODE else ""
    rows = _left_outs(request, found, hurdle)
    audit.record(
        "export_left_out",
        found,
        by=request.user,
        at=request.moment,
        path=access.paths_with(request.user, "payments.read_round_school")[0],
        facts={"rows": rows.count(), "hurdle": hurdle},
    )
    told = rows.for_table().iterator(chunk_size=2_000)
    name = f"round-{found.number}-left-out.csv"
    return sheets.csv_response(_left_out_titles(), map(_csv_cells, told), name)


@require_GET
@requires("payments.read_round_school")
@audit.reads
def round_school(request: Any, pk: int, school_pk: int) -> HttpResponse:
    """A school's part of a round: its transfers, and who is left out. To schools after publication."""
    found = _round(pk)
    schools = School.objects.visible_to(request.user, "payments.read_round_school")
    school = get_object_or_404(schools.select_related("office"), pk=school_pk)
    if not found.is_published and not sees_unpublished(request.user):
        raise Http404
    context = round_pages.school_part(found, school, request.user, request.moment)
    context["page"] = paged(request, context.pop("transfers"))
    audit.read_list(request, "payments:round-school", context["page"], path=school.path)
    return render_part(request, "payments/rounds/school.html", "list", context)


def _round(pk: int) -> TransferRound:
    rounds = TransferRound.objects.select_related(
        "term", "maker", "approver", "releaser", "published_by", "ended_by"
    )
    return get_object_or_404(rounds, pk=pk)


def _left_outs(request: Any, transfer_round: TransferRound, hurdle: str) -> Any:
    rows = LeftOut.objects.visible_to(request.user, "payments.read_round_school").filter(
        round=transfer_round
    )
    if not transfer_round.is_published and not sees_unpublished(request.user):
        raise Http404
    return rows.filter(hurdle=hurdle) if hurdle in BY_CODE else rows


def _left_out_titles() -> list[str]:
    return [
        gettext("School code"),
        gettext("School"),
        gettext("Class"),
        gettext("Pupil"),
        gettext("Reason"),
        gettext("Who lifts it"),
    ]


def _csv_cells(row: Any) -> list[Any]:
    hurdle, enrolment = BY_CODE[row.hurdle], row.enrolment
    return [
        enrolment.classroom.school.moe_code,
        enrolment.classroom.school.name,
        enrolment.classroom.label,
        enrolment.pupil.full_name,
        hurdle.name,
        ROLE_NAMES[hurdle.fixed_by],
    ]
