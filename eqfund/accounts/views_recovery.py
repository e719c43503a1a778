"""A lost second factor: asked for between password and factor, given back by the level above."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from eqfund.access import ROLE_NAMES, Role, open_to_all, postings_of, requires
from eqfund.accounts import actions, permissions
from eqfund.accounts.forms import RecoveryForm
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import FactorRecovery
from eqfund.places import place_names
from eqfund.refusal import Refused


@require_http_methods(["GET", "POST"])
@open_to_all("who has lost the second factor is not signed in; the password was right")
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")
def lost_factor(request: Any) -> HttpResponse:
    """Ask the level above, and see whom to call."""
    user = request._login_stage.login.user
    if request.method == "POST":
        actions.ask_for_recovery(user, by=user, at=request.moment)
        return redirect("lost-factor")
    context = {
        "asked": FactorRecovery.objects.filter(user=user, state=FactorRecovery.State.ASKED).first(),
        "above": permissions.people_above(user, request.moment),
        "has_codes": Authenticator.objects.filter(
            user=user, type=Authenticator.Type.RECOVERY_CODES
        ).exists(),
    }
    return render(request, "account/lost_factor.html", context)


@require_GET
@requires("accounts.restore_access")
def recoveries(request: Any) -> HttpResponse:
    """The requests that wait for me."""
    waiting = permissions.requests_for(request.user)
    names = place_names({p.path for one in waiting for p in postings_of(one.user)})
    lines = [
        {
            "recovery": one,
            "posts": [
                (ROLE_NAMES[Role(p.role)], names.get(p.path, "")) for p in postings_of(one.user)
            ],
        }
        for one in waiting
    ]
    return render(request, "account/recoveries.html", {"lines": lines})


@require_http_methods(["GET", "POST"])
@requires("accounts.restore_access")
@reauthenticated
def recovery(request: Any, pk: int) -> HttpResponse:
    """One request: make sure who it is, then take the factor off, or refuse."""
    found = get_object_or_404(FactorRecovery.objects.select_related("user"), pk=pk)
    if permissions.why_not_restore(found, request.user):
        raise Http404  # who may not decide it need not know of it
    form = RecoveryForm(request.POST or None)
    form.fields["checked"].required = request.POST.get("act") != "refuse"
    if request.method == "POST" and form.is_valid() and _decide(request, found, form):
        return redirect("account-recoveries")
    names = place_names({p.path for p in postings_of(found.user)})
    context = {
        "recovery": found,
        "form": form,
        "posts": [
            (ROLE_NAMES[Role(p.role)], names.get(p.path, "")) for p in postings_of(found.user)
        ],
    }
    return render(request, "account/recovery.html", context, status=422 if form.errors else 200)


def _decide(request: Any, found: FactorRecovery, form: RecoveryForm) -> bool:
    reason, at = form.cleaned_data["reason"], request.moment
    try:
        if request.POST.get("act") == "refuse":
            actions.refuse_recovery(found, reason=reason, by=request.user, at=at)
            messages.success(request, gettext("Refused. The person has been told."))
        else:
            checked = form.cleaned_data["checked"]
            actions.restore_access(found, checked=checked, reason=reason, by=request.user, at=at)
            messages.success(
                request,
                gettext(
                    "The factor is taken off. The person signs in with the password and sets up a new one."
                ),
            )
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True
