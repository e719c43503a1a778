"""Pages of what the fund asks of a school's account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.pages import paged
from eqfund.refusal import Refused
from payments.actions import account_rules as actions
from payments.forms.account_rules import AccountRulesForm
from payments.models import AccountRules
from payments.permissions import account_rules as permissions
from payments.queries.accounts import criteria_of, rules_in_force
from payments.words.accounts import BANK_NAMES


@require_GET
@requires("payments.read_account_rules")
def rules(request: Any) -> HttpResponse:
    """What is in force, what waits for approval, and every version before."""
    in_force = rules_in_force()
    waiting = AccountRules.objects.proposed().select_related("proposed_by").first()
    people = ("proposed_by", "approved_by", "withdrawn_by")
    context = {
        "in_force": in_force,
        "criteria": criteria_of(in_force),
        "banks": BANK_NAMES,
        "waiting": waiting,
        "page": paged(request, AccountRules.objects.select_related(*people).order_by("-version")),
        "why_not_propose": permissions.why_not_propose_rules(request.user),
    }
    return render(request, "payments/accounts/rules.html", context)


@require_GET
@requires("payments.read_account_rules")
def rules_version(request: Any, pk: int) -> HttpResponse:
    """One version, beside what is in force; approved or taken back here."""
    people = ("proposed_by", "approved_by", "withdrawn_by")
    found = get_object_or_404(
        AccountRules.objects.select_related(*people).prefetch_related("banks"), pk=pk
    )
    context = {
        "rules": found,
        "criteria": found.criteria(),
        "before": criteria_of(rules_in_force()),
        "banks": BANK_NAMES,
        "is_waiting": found.approved_by_id is None and found.withdrawn_by_id is None,
        "why_not_approve": permissions.why_not_approve_rules(found, request.user),
        "why_not_withdraw": permissions.why_not_withdraw_rules(found, request.user),
    }
    return render(request, "payments/accounts/rules_version.html", context)


@require_http_methods(["GET", "POST"])
@requires("payments.propose_account_rules")
@reauthenticated(only="POST")
def rules_new(request: Any) -> HttpResponse:
    """Write the next version, beginning with what is in force."""
    in_force = rules_in_force()
    form = AccountRulesForm(request.POST or None, criteria=criteria_of(in_force), rules=in_force)
    if request.method == "POST" and form.is_valid() and (made := _propose(request, form)):
        messages.success(request, gettext("Proposed. Another person approves it."))
        return redirect("payments:account-rules-version", made.pk)
    context = {
        "form": form,
        "why_not": permissions.why_not_propose_rules(request.user),
    }
    status = 422 if form.errors else 200
    return render(request, "payments/accounts/rules_new.html", context, status=status)


def _propose(request: Any, form: AccountRulesForm) -> AccountRules | None:
    """Propose what the form says; a refusal becomes the form's, so that nothing typed is lost."""
    try:
        return actions.propose_account_rules(
            form.criteria,
            source=form.cleaned_data["source"],
            check_sources=form.check_sources,
            by=request.user,
            at=request.moment,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


@require_POST
@requires("payments.approve_account_rules")
@reauthenticated
def rules_approve(request: Any, pk: int) -> HttpResponse:
    """Put a version in force."""
    found = get_object_or_404(AccountRules, pk=pk)
    actions.approve_account_rules(found, by=request.user, at=request.moment)
    messages.success(request, gettext("In force from now on, for what is proposed and accepted."))
    return redirect("payments:account-rules")


@require_POST
@requires("payments.read_account_rules")
@reauthenticated
def rules_withdraw(request: Any, pk: int) -> HttpResponse:
    """Take a proposed version back."""
    found = get_object_or_404(AccountRules, pk=pk)
    actions.withdraw_account_rules(found, by=request.user, at=request.moment)
    messages.success(request, gettext("Taken back. Nothing has changed for schools."))
    return redirect("payments:account-rules")
