"""Pages of the care of personal data: reveal one thing, agree to the policy."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.accounts.views import own, step_lines
from eqfund.models import Policy
from eqfund.pages import render_part
from eqfund.privacy import actions, policies
from eqfund.privacy.forms import RevealForm
from eqfund.privacy.reveal import SHOWN_SECONDS, known


@require_http_methods(["GET", "POST"])
@requires("privacy.reveal")
@reauthenticated(only="POST")
def reveal(request: Any, code: str, pk: int) -> HttpResponse:
    """Ask for the reason, then show one thing once. Nothing of it is kept by the browser."""
    what = known(code)
    if what is None:
        raise Http404
    row = get_object_or_404(what.rows(request.user), pk=pk)
    form = RevealForm(request.POST or None)
    text = ""
    if request.method == "POST" and form.is_valid():
        text = actions.reveal(what, row, by=request.user, at=request.moment, **form.cleaned_data)
    context = {
        "what": what,
        "row": row,
        "masked": what.masked(row),
        "form": form,
        "text": text,
        "seconds": SHOWN_SECONDS,
        "closed": "closed" in request.GET,
    }
    response = render_part(request, "privacy/reveal.html", "part", context)
    response.headers["Cache-Control"] = "no-store, private"
    return response


@require_http_methods(["GET", "POST"])
@own
def consent(request: Any) -> HttpResponse:
    """The first step of the first use, and again at every new version: read the policy and agree."""
    policy = policies.for_users()
    if request.method == "POST":
        chosen = get_object_or_404(
            Policy, pk=request.POST.get("policy"), audience=Policy.Audience.USER
        )
        actions.give_consent(chosen, by=request.user, at=request.moment)
        return redirect("first-use")
    given = policies.consents_of(request.user)
    context = {
        "policy": policy,
        "text": policies.text_of(policy) if policy else "",
        "given": given,
        "agreed": next((each for each in given if policy and each.policy_id == policy.pk), None),
        "steps": step_lines(request.user, "consent"),
    }
    return render(request, "privacy/consent.html", context)
