"""The fund's pages for verifying forms 05, step by step."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import windows
from eqfund.access import requires
from eqfund.pages import paged, render_part
from screening.actions import verification as actions
from screening.forms.committee import ReasonForm
from screening.models import CommitteeMeeting, Grant
from screening.models.committee import STEP_NAMES
from screening.permissions import verification as permissions
from screening.queries import verification as queries
from screening.rules.verification import STEPS, Step

from .shared import term_of


@require_GET
@requires("screening.read_verification")
def verification(request: Any, step: str = Step.LIST) -> HttpResponse:
    """Forms 05 that wait for a step, with what stands against each."""
    term, chosen = term_of(request), _step(step)
    waiting = queries.with_figures(queries.waiting_for(term, chosen))
    page = paged(request, waiting.select_related("school__office", "minutes"))
    against = queries.standing_against(list(page), term, chosen, request.moment)
    counts = queries.counts_by_step(term)
    line = windows.event_at(term, permissions.ACTIVITY)
    context = {
        "term": term,
        "step": chosen,
        "steps": [(s, STEP_NAMES[s], counts[s]) for s in STEPS],
        "counts": counts,
        "page": page,
        "rows": [(meeting, against.get(meeting.pk, [])) for meeting in page],
        "grants": Grant.objects.filter(line__meeting__term=term).count(),
        "line": line,
        "last_moment": line and windows.Window(line, None, line.during.upper).last_moment,
        "why_not_verify": permissions.why_not_verify(
            term, request.user, request.moment, line.affiliation.path if line else "TH/"
        ),
    }
    return render_part(request, "screening/verification/list.html", "rows", context)


@require_POST
@requires("screening.verify_form05")
def verification_pass(request: Any, step: str) -> HttpResponse:
    """Verify all that pass the step's checks, or the ones ticked."""
    term, chosen = term_of(request), _step(step)
    ticked = [int(key) for key in request.POST.getlist("meeting") if key.isdecimal()]
    only = ticked if "ticked" in request.POST else None
    counts = actions.verify_meetings(term, chosen, by=request.user, at=request.moment, only=only)
    messages.success(request, _told(chosen, counts))
    return redirect("screening:verification-step", chosen)


def _told(step: Step, counts: dict[str, int]) -> str:
    """What one press did, in words."""
    told = ngettext("%(count)d form 05 passed.", "%(count)d forms 05 passed.", counts["passed"])
    words = [told % {"count": counts["passed"]}]
    if counts["standing"]:
        left = ngettext(
            "%(count)d is left: something stands against it.",
            "%(count)d are left: something stands against them.",
            counts["standing"],
        )
        words.append(left % {"count": counts["standing"]})
    if step == Step.GRANT:
        words.append(gettext("Grants given: %(count)d.") % {"count": counts["grants"]})
    return " ".join(words)


@require_http_methods(["GET", "POST"])
@requires("screening.verify_form05")
def verification_send_back(request: Any, pk: int) -> HttpResponse:
    """Send a form 05 back to its office and school, with the reason."""
    rows = CommitteeMeeting.objects.visible_to(request.user, "screening.verify_form05")
    meeting = get_object_or_404(rows.select_related("school", "term"), pk=pk)
    form = ReasonForm(request.POST or None)
    step = permissions.next_step_of(meeting)
    if request.method == "POST" and form.is_valid():
        actions.send_back(meeting, by=request.user, at=request.moment, **form.cleaned_data)
        messages.success(request, gettext("Sent back. The supervising office sees the reason."))
        return redirect("screening:verification-step", step or Step.LIST)
    context = {
        "meeting": meeting,
        "form": form,
        "step_label": STEP_NAMES[step] if step else "",
        "why_not": permissions.why_not_send_back(meeting, request.user, request.moment),
    }
    return render(request, "screening/verification/send_back.html", context)


def _step(text: str) -> Step:
    if text not in set(Step):
        raise Http404
    return Step(text)
