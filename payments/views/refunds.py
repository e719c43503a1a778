"""Refunds on the screen: slips, and the declaration of none."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import audit
from eqfund.access import requires
from eqfund.models import School
from eqfund.refusal import Refused
from payments.actions import refunds as actions
from payments.forms.payout import ReasonForm
from payments.forms.refunds import RefundForm
from payments.letters import papers
from payments.letters.pictures import qr_svg
from payments.letters.press import print_one
from payments.models import NilRefund, Refund, RefundClaim
from payments.pages.payout import window_context
from payments.permissions import refunds as permissions
from payments.queries import payout as queries
from payments.views.letters import pdf_response
from payments.views.shared import get_published


@require_GET
@requires("payments.read_refunds")
def refunds(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """A school's slips of one round, or its word that there is none."""
    chosen, school = get_published(request, round_pk), _school(request, pk)
    nil = NilRefund.objects.filter(round=chosen, school=school).select_related("by").first()
    slips = list(
        Refund.objects.filter(round=chosen, school=school)
        .for_table()
        .annotate(pupils=Count("lines"))
    )
    waiting = queries.to_refund(chosen, school.path).count()
    unsettled = queries.unsettled(chosen, school.path).count()
    alive = sum(slip.status != "cancelled" and not slip.from_family for slip in slips)
    who, at = request.user, request.moment
    context = {
        "round": chosen,
        "school": school,
        "nil": nil,
        "slips": slips,
        "waiting": waiting,
        "unsettled": unsettled,
        "claims": RefundClaim.objects.filter(transfer__round=chosen, school=school).count(),
        "why_not_issue": permissions.why_not_issue_refund(chosen, school, who, at, nil=nil),
        "why_not_nil": permissions.why_not_declare_nil(
            chosen,
            school,
            who,
            at,
            nil=nil,
            refunds=alive,
            to_refund=waiting,
            unsettled=unsettled,
        ),
        "why_not_withdraw": permissions.why_not_refund(chosen, school, who, at),
        **window_context(chosen, school.path, at, "refund"),
    }
    return render(request, "payments/refunds/list.html", context)


@require_http_methods(["GET", "POST"])
@requires("payments.refund")
@audit.reads
def refund_new(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """Choose the pupils whose cash goes back, each with a reason, and make the slip."""
    chosen, school = get_published(request, round_pk), _school(request, pk, "payments.refund")
    nil = NilRefund.objects.filter(round=chosen, school=school).first()
    form = RefundForm(
        request.POST if request.method == "POST" else None,
        transfers=list(queries.refundable(chosen, school.path)),
    )
    audit.read_list(request, "payments:refund-new", form.transfers, path=school.path)
    if request.method == "POST" and form.is_valid():
        made = actions.issue_refund(
            chosen, school, form.reasons, by=request.user, at=request.moment
        )
        messages.success(request, gettext("The slip is made. Pay it at any bank or by its app."))
        return redirect("payments:refund", made.pk)
    context = {
        "round": chosen,
        "school": school,
        "form": form,
        "why_not": permissions.why_not_issue_refund(
            chosen, school, request.user, request.moment, nil=nil
        ),
        **window_context(chosen, school.path, request.moment, "refund"),
    }
    return render(request, "payments/refunds/new.html", context)


@require_GET
@requires("payments.read_refunds")
@audit.reads
def refund(request: Any, pk: int) -> HttpResponse:
    """One slip: its references, its code, its pupils, and whether the bank has it."""
    found = get_object_or_404(_refunds(request), pk=pk)
    lines = found.lines.visible_to(request.user).for_table()
    audit.read(request, found, path=found.school.path, facts={"count": len(lines)})
    context = {
        "refund": found,
        "lines": lines,
        "qr": qr_svg(papers.qr_text(papers.bill_of(found)), label=gettext("Bill payment QR code")),
        "form": ReasonForm(),
        "why_not_cancel": permissions.why_not_cancel_refund(found, request.user, request.moment),
    }
    return render(request, "payments/refunds/detail.html", context)


@require_GET
@requires("payments.read_refunds")
def refund_slip(request: Any, pk: int) -> HttpResponse:
    """The slip as PDF, for the bank's counter."""
    found = get_object_or_404(_refunds(request), pk=pk)
    if found.status == "cancelled":
        raise Refused(gettext("This slip is cancelled. It must not be paid."))
    reasons = found.lines.values_list("reason").annotate(count=Count("pk")).order_by("reason")
    return pdf_response(
        print_one(papers.slip_html(found, list(reasons))), f"refund-{found.reference2}.pdf"
    )


@require_POST
@requires("payments.refund")
def refund_cancel(request: Any, pk: int) -> HttpResponse:
    """Cancel a slip that was not paid."""
    found = get_object_or_404(_refunds(request, "payments.refund"), pk=pk)
    reason = request.POST.get("reason", "")
    actions.cancel_refund(found, reason=reason, by=request.user, at=request.moment)
    messages.success(request, gettext("The slip is cancelled. Tear up its print."))
    return redirect("payments:refund", pk)


@require_POST
@requires("payments.refund")
def nil_refund(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """Declare that there is no refund in the round, or take that back."""
    chosen, school = get_published(request, round_pk), _school(request, pk, "payments.refund")
    who, at = request.user, request.moment
    if "withdraw" in request.POST:
        actions.withdraw_nil_refund(chosen, school, by=who, at=at)
        messages.success(request, gettext("The declaration is taken back."))
    else:
        actions.declare_nil_refund(chosen, school, by=who, at=at)
        messages.success(request, gettext("Recorded: there is no refund in this round."))
    return redirect("payments:refunds", round_pk, pk)


def _school(request: Any, pk: int, verb: str = "payments.read_refunds") -> School:
    return get_object_or_404(School.objects.visible_to(request.user, verb), pk=pk)


def _refunds(request: Any, verb: str = "payments.read_refunds") -> Any:
    rows = Refund.objects.visible_to(request.user, verb)
    return rows.select_related(
        "school", "round__term", "issued_by", "matched_by", "cancelled_by", "statement_line"
    )
