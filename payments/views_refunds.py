"""Refunds on the screen: slips, the declaration of none, the bank's statement."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import files
from eqfund.access import requires
from eqfund.models import School
from eqfund.pages import paged
from eqfund.refusal import Refused
from payments import queries_payout as queries
from payments.actions import refunds as actions
from payments.forms_payout import ReasonForm, RefundForm, StatementForm
from payments.letters import papers
from payments.letters.pdf import to_pdf
from payments.letters.pictures import qr_svg
from payments.models import NilRefund, Refund, RefundStatement, TransferRound
from payments.pages_payout import window_context
from payments.permissions import refunds as permissions
from payments.rules_payout import Match
from payments.views_letters import pdf_response

STATEMENT = "refund_statement"


@require_GET
@requires("payments.read_refunds")
def refunds(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """A school's slips of one round, or its word that there is none."""
    chosen, school = _round(round_pk), _school(request, pk)
    nil = NilRefund.objects.filter(round=chosen, school=school).select_related("by").first()
    slips = list(
        Refund.objects.filter(round=chosen, school=school)
        .for_table()
        .annotate(pupils=Count("lines"))
    )
    waiting = queries.to_refund(chosen, school.path).count()
    alive = sum(slip.status != "cancelled" for slip in slips)
    who, at = request.user, request.moment
    context = {
        "round": chosen,
        "school": school,
        "nil": nil,
        "slips": slips,
        "waiting": waiting,
        "why_not_issue": permissions.why_not_issue_refund(chosen, school, who, at, nil=nil),
        "why_not_nil": permissions.why_not_declare_nil(
            chosen, school, who, at, nil=nil, refunds=alive, to_refund=waiting
        ),
        "why_not_withdraw": permissions.why_not_refund(chosen, school, who, at),
        **window_context(chosen, school.path, at, "refund"),
    }
    return render(request, "payments/refunds/list.html", context)


@require_http_methods(["GET", "POST"])
@requires("payments.refund")
def refund_new(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """Choose the pupils whose cash goes back, each with a reason, and make the slip."""
    chosen, school = _round(round_pk), _school(request, pk, "payments.refund")
    nil = NilRefund.objects.filter(round=chosen, school=school).first()
    form = RefundForm(
        request.POST if request.method == "POST" else None,
        transfers=list(queries.refundable(chosen, school.path)),
    )
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
def refund(request: Any, pk: int) -> HttpResponse:
    """One slip: its references, its code, its pupils, and whether the bank has it."""
    found = get_object_or_404(_refunds(request), pk=pk)
    lines = found.lines.visible_to(request.user).for_table()
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
        to_pdf(papers.slip_html(found, list(reasons))), f"refund-{found.reference2}.pdf"
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
    chosen, school = _round(round_pk), _school(request, pk, "payments.refund")
    who, at = request.user, request.moment
    if "withdraw" in request.POST:
        actions.withdraw_nil_refund(chosen, school, by=who, at=at)
        messages.success(request, gettext("The declaration is taken back."))
    else:
        actions.declare_nil_refund(chosen, school, by=who, at=at)
        messages.success(request, gettext("Recorded: there is no refund in this round."))
    return redirect("payments:refunds", round_pk, pk)


# --- the bank's statement --------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("payments.match_refunds")
def statements(request: Any) -> HttpResponse:
    """Statements taken in, and taking in the next."""
    form = StatementForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    if request.method == "POST" and form.is_valid():
        stored = files.store_upload(
            form.cleaned_data["file"],
            purpose=STATEMENT,
            path="TH/",
            by=request.user,
            at=request.moment,
            kinds=("text",),
        )
        found = actions.preview_statement(stored, by=request.user, at=request.moment)
        return redirect("payments:statement", found.pk)
    rows = RefundStatement.objects.select_related("uploaded_by", "applied_by").order_by("-pk")
    waiting = Refund.objects.filter(status="issued").count()
    context = {"form": form, "page": paged(request, rows), "waiting": waiting}
    return render(request, "payments/refunds/statements.html", context)


@require_GET
@requires("payments.match_refunds")
def statement(request: Any, pk: int) -> HttpResponse:
    """One statement: what each line is, before and after it is applied."""
    people = RefundStatement.objects.select_related("uploaded_by", "applied_by")
    found = get_object_or_404(people, pk=pk)
    outcomes = dict(found.rows.values_list("outcome").annotate(count=Count("pk")))
    rows = found.rows.select_related("refund__school").order_by("line_no")
    context = {
        "statement": found,
        "page": paged(request, rows),
        "outcomes": outcomes,
        "matched": outcomes.get(str(Match.MATCHED), 0),
        "why_not_apply": permissions.why_not_apply_statement(found, request.user),
    }
    return render(request, "payments/refunds/statement.html", context)


@require_POST
@requires("payments.match_refunds")
def statement_apply(request: Any, pk: int) -> HttpResponse:
    """Book the refunds that the statement proves."""
    found = get_object_or_404(RefundStatement, pk=pk)
    outcomes = actions.apply_statement(found, by=request.user, at=request.moment)
    messages.success(
        request,
        gettext("%(matched)d refunds are booked; %(other)d lines are left to look at.")
        % {
            "matched": outcomes[str(Match.MATCHED)],
            "other": sum(outcomes.values()) - outcomes[str(Match.MATCHED)],
        },
    )
    return redirect("payments:statement", pk)


def _round(pk: int) -> TransferRound:
    return get_object_or_404(TransferRound.objects.select_related("term"), pk=pk)


def _school(request: Any, pk: int, verb: str = "payments.read_refunds") -> School:
    return get_object_or_404(School.objects.visible_to(request.user, verb), pk=pk)


def _refunds(request: Any, verb: str = "payments.read_refunds") -> Any:
    rows = Refund.objects.visible_to(request.user, verb)
    return rows.select_related(
        "school", "round__term", "issued_by", "matched_by", "cancelled_by", "statement_line"
    )
