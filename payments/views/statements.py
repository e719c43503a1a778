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
from eqfund.refusal import Refused
from payments.actions import refunds as actions
from payments.forms.refunds import StatementForm
from payments.models import Refund, RefundStatement
from payments.permissions import refunds as permissions
from payments.rules.refunds import Match
from payments.views.kept_uploads import files_of, forget, kept, proved_before_upload

STATEMENT = "refund_statement"


@require_GET
@requires("payments.match_refunds")
def statements(request: Any) -> HttpResponse:
    """Statements taken in, the last one first."""
    rows = RefundStatement.objects.select_related("uploaded_by", "applied_by").order_by("-pk")
    waiting = Refund.objects.filter(status="issued").count()
    context = {"page": paged(request, rows), "waiting": waiting}
    return render(request, "payments/refunds/statements.html", context)


@require_http_methods(["GET", "POST"])
@requires("payments.match_refunds")
@proved_before_upload(kinds=("text",), max_mb=files.MAX_FILE_MB)
def statement_new(request: Any) -> HttpResponse:
    """Take in a statement; nothing is booked before its lines have been seen."""
    is_post = request.method == "POST"
    form = StatementForm(request.POST if is_post else None, files_of(request) if is_post else None)
    if is_post and form.is_valid():
        try:
            found = _preview(request, form.cleaned_data["file"])
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            forget(request)
            return redirect("payments:statement", found.pk)
    context = {"form": form, "kept": kept(request)}
    status = 422 if form.errors else 200
    return render(request, "payments/refunds/statement_new.html", context, status=status)


def _preview(request: Any, uploaded: Any) -> RefundStatement:
    given = {"by": request.user, "at": request.moment}
    stored = files.store_upload(uploaded, purpose=STATEMENT, path="TH/", kinds=("text",), **given)
    return actions.preview_statement(stored, **given)


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
