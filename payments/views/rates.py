"""Pages of the grant's amounts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from payments.actions import rates as rate_actions
from payments.forms.rates import RateForm
from payments.models import BenefitRate
from payments.permissions import accounts as permissions
from payments.rules.rates import Level
from payments.views.shared import current_term
from payments.words import rates as words


@require_GET
@requires("payments.read_rate")
def rates(request: Any) -> HttpResponse:
    """The amounts of the term, level by level."""
    return render(request, "payments/rates/rates.html", _rates_page(request, RateForm()))


@require_POST
@requires("payments.propose_rate")
def rate_propose(request: Any) -> HttpResponse:
    """Propose an amount."""
    form = RateForm(request.POST)
    if not form.is_valid():
        return render(request, "payments/rates/rates.html", _rates_page(request, form))
    given = form.cleaned_data
    term = current_term(request)
    rate_actions.propose_rate(
        term,
        given["level"],
        given["amount"],
        source=given["source"],
        by=request.user,
        at=request.moment,
    )
    messages.success(request, gettext("Proposed. Another person approves it."))
    return redirect("payments:rates")


@require_POST
@requires("payments.approve_rate")
@reauthenticated
def rate_approve(request: Any, pk: int) -> HttpResponse:
    """Approve an amount."""
    rate = get_object_or_404(BenefitRate.objects.select_related("term"), pk=pk)
    rate_actions.approve_rate(rate, by=request.user, at=request.moment)
    messages.success(request, gettext("Approved. From now on this amount does not change."))
    return redirect("payments:rates")


def _rates_page(request: Any, form: RateForm) -> dict[str, Any]:
    term = current_term(request)
    rows = BenefitRate.objects.filter(term=term).select_related("proposed_by", "approved_by")
    by_level: dict[str, dict[str, Any]] = {
        level: {"name": words.LEVEL_NAMES[level], "approved": None, "proposed": None}
        for level in Level
    }
    for rate in rows:
        by_level[rate.level]["approved" if rate.approved_by_id else "proposed"] = rate
    for row in by_level.values():
        if row["proposed"]:
            row["why_not"] = permissions.why_not_approve_rate(row["proposed"], request.user)
    return {
        "term": term,
        "rows": list(by_level.values()),
        "form": form,
        "may_propose": not permissions.why_not_propose_rate(request.user),
        "may_approve": permissions.may_anywhere(request.user, "payments.approve_rate"),
    }
