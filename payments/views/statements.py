"""The bank's statement of bill payments on the screen."""

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
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.pages import paged
from payments.actions import refunds as actions
from payments.forms.refunds import StatementForm
from payments.models import Refund, RefundStatement
from payments.permissions import refunds as permissions
from payments.rules.refunds import Match

STATEMENT = "refund_statement"


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
@reauthenticated
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
