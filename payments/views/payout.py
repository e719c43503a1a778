"""A school's cash on the screen: what came, what was paid, what is left."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, audit
from eqfund.access import requires
from eqfund.models import School, Term
from eqfund.pages import paged
from payments.actions import payout
from payments.forms.payout import PayForm
from payments.models import (
    Receipt06,
    Transfer,
    TransferRound,
)
from payments.pages.payout import (
    next_thing,
    school_steps,
    window_context,
)
from payments.queries import payout as queries
from payments.views.payout_shared import (
    class_context,
    get_classroom,
    get_school,
    may_open,
    visible_cash,
)
from payments.views.shared import get_published

SCHOOL_SEGMENTS = access.SEGMENTS["school"]


@require_GET
@requires("payments.read_payout")
def payout_home(request: Any) -> HttpResponse:
    """My classes, my school, or the schools under me: whichever my posts are."""
    term = Term.objects.current(request.moment)
    paths = access.paths_with(request.user, "payments.read_payout")
    rounds = _published_rounds(term)
    if not rounds:
        return render(request, "payments/payout/home.html", {"term": term})
    schools = School.objects.visible_to(request.user, "payments.read_payout")
    if all(path.count("/") > SCHOOL_SEGMENTS for path in paths):
        rows = [
            (each, row)
            for each in rounds
            for path in paths
            for row in queries.class_rows(each, path)
        ]
        return render(request, "payments/payout/home.html", {"term": term, "classes": rows})
    mine = list(schools.order_by("pk")[:2])
    if len(mine) == 1:
        return redirect("payments:payout-school", rounds[-1].pk, mine[0].pk)
    return _school_list(request, term, rounds, schools)


def _published_rounds(term: Term | None) -> list[TransferRound]:
    rounds = TransferRound.objects.filter(term=term, published_at__isnull=False)
    return list(rounds.select_related("term").order_by("number"))


def _school_list(
    request: Any, term: Any, rounds: list[TransferRound], schools: Any
) -> HttpResponse:
    """The schools with cash in one round, fifty at a time, with their figures."""
    asked = request.GET.get("round", "")
    chosen = next((each for each in rounds if str(each.number) == asked), rounds[-1])
    found = queries.schools_with_cash(chosen, schools).order_by("name", "pk")
    if name := request.GET.get("q", "").strip():
        found = found.filter(Q(name__icontains=name) | Q(moe_code=name))
    page = paged(request, found)
    figures = queries.school_figures(chosen, [school.pk for school in page])
    context = {
        "term": term,
        "rounds": rounds,
        "chosen": chosen,
        "page": page,
        "rows": [(school, figures.get(school.pk, {})) for school in page],
        "q": request.GET.get("q", ""),
    }
    return render(request, "payments/payout/schools.html", context)


@require_GET
@requires("payments.read_payout")
def payout_school(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """One school's cash of one round: four figures, its classes, what comes next."""
    chosen, school = get_published(request, round_pk), get_school(request, pk)
    payout_of = queries.school_payout(chosen, school)
    context = {
        "round": chosen,
        "rounds": queries.rounds_with_cash(school.path, chosen.term_id),
        "school": school,
        "payout": payout_of,
        "steps": school_steps(payout_of),
        "next": next_thing(payout_of, request.user, request.moment),
        "can": may_open(request.user, school),
        **window_context(chosen, school.path, request.moment),
    }
    return render(request, "payments/payout/school.html", context)


@require_http_methods(["GET", "POST"])
@requires("payments.read_receipts")
@audit.reads
def payout_class(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """A class's pupils: tick those paid on one day, one save."""
    chosen, classroom = get_published(request, round_pk), get_classroom(request, pk)
    rows = queries.pupil_rows(visible_cash(request, chosen, classroom))
    audit.read_list(request, "payments:payout-class", rows, path=classroom.path)
    staff = queries.staff_of(classroom.school, request.moment.date())
    form = PayForm(
        request.POST if request.method == "POST" else None,
        rows=rows,
        staff=staff,
        by=request.user,
        initial={"paid_on": request.moment.date()},
    )
    if request.method == "POST" and form.is_valid():
        made = payout.pay_pupils(
            chosen,
            classroom,
            form.handed,
            paid_on=form.cleaned_data["paid_on"],
            payer=form.cleaned_data["payer"],
            second_payer=form.cleaned_data["second_payer"],
            by=request.user,
            at=request.moment,
        )
        _say_paid(request, made)
        return redirect("payments:payout-class", round_pk, pk)
    context = class_context(request, chosen, classroom, rows) | {"form": form}
    return render(request, "payments/payout/class.html", context)


def _say_paid(request: Any, made: list[Receipt06]) -> None:
    text = gettext("Recorded: %(count)d pupils paid, receipts %(first)s–%(last)s.") % {
        "count": len(made),
        "first": made[0].serial,
        "last": made[-1].serial,
    }
    if made[0].paid_on > made[0].due_on:
        text += " " + gettext("The day is after the due day, so they are recorded as late.")
    messages.success(request, text)


@require_POST
@requires("payments.pay")
def cannot_pay(request: Any, pk: int) -> HttpResponse:
    """Note that a pupil cannot be paid, and why; or take the note back."""
    transfer = get_object_or_404(_payable(request), pk=pk)
    if "clear" in request.POST:
        payout.clear_cannot_pay(transfer, by=request.user, at=request.moment)
        messages.success(request, gettext("The note is taken back."))
    else:
        reason = request.POST.get("reason", "")
        payout.note_cannot_pay(transfer, reason=reason, by=request.user, at=request.moment)
        messages.success(
            request, gettext("Noted. The school admin makes the refund slip from this note.")
        )
    return redirect("payments:payout-class", transfer.round_id, transfer.enrolment.classroom_id)


def _payable(request: Any) -> Any:
    transfers = Transfer.objects.visible_to(request.user, "payments.pay")
    return transfers.select_related("round__term", "school", "enrolment__classroom__school")
