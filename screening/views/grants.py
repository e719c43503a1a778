"""Grants of my places, one grant with its history, its suspension and its end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, audit
from eqfund.access import requires
from eqfund.pages import paged, render_part
from screening.actions import grants as actions, revivals
from screening.fields import term_code
from screening.forms.grants import (
    EndForm,
    ReasonForm,
    RevivalAnswerForm,
    RevivalForm,
    SuspensionForm,
)
from screening.models import AwaitedGrant, Grant
from screening.models.grants import END_NAMES, GROUP_NAMES
from screening.permissions import grants as permissions
from screening.queries.grant_ends import end_plan
from screening.rules.grants import EndReason, RevivalStatus

from .shared import chosen_school, sees_several_schools, term_of

READ = "screening.read_grants"


@require_GET
@requires(READ)
@audit.reads
def grants(request: Any) -> HttpResponse:
    """Grants that cover this term at my places, by class and name."""
    term = term_of(request)
    code = term_code(term)
    rows = Grant.objects.visible_to(request.user, READ)
    rows = rows.filter(first_term__lte=code, last_term__gte=code)
    school = chosen_school(request, READ)
    if school is not None:
        rows = rows.under(school.path)
    counts = dict(rows.exclude(status="ended").values_list("group").annotate(n=Count("pk")))
    ended = rows.filter(status="ended").count()
    asked = rows.filter(revivals__status=RevivalStatus.ASKED)
    shown = rows.filter(status="ended") if "ended" in request.GET else rows.exclude(status="ended")
    if "asked" in request.GET:
        shown = asked
    group = request.GET.get("group", "")
    if group in GROUP_NAMES:
        shown = shown.filter(group=group)
    page = paged(request, shown.for_table().select_related("enrolment__classroom__school"))
    audit.read_list(request, "screening:grants", page, path=school.path if school else "")
    context = {
        "term": term,
        "page": page,
        "groups": [(code, name, counts.get(code, 0)) for code, name in GROUP_NAMES.items()],
        "group": group,
        "ended": ended,
        "asked": asked.count(),
        "total": sum(counts.values()),
        "school": school,
        "wide": sees_several_schools(request, READ),
        "awaited": _awaited(request),
    }
    return render_part(request, "screening/grants/list.html", "rows", context)


@require_GET
@requires(READ)
@audit.reads
def grant(request: Any, pk: int) -> HttpResponse:
    """One grant: where it comes from, its terms, its suspensions, its end, and whether that was a mistake."""
    return _page(request, _grant(request, pk))


@require_http_methods(["GET", "POST"])
@requires("screening.end_grant")
@audit.reads
def grant_end(request: Any, pk: int) -> HttpResponse:
    """End a grant: first the reason, then what follows from it, then the deed."""
    found = _grant(request, pk)
    term = term_of(request)
    audit.read(request, found, path=found.enrolment.path)
    given = request.POST if request.method == "POST" else request.GET
    reason = given.get("reason", "")
    why_not = permissions.why_not_end(found, request.user)
    context = {"grant": found, "term": term, "why_not": why_not}
    if reason not in END_NAMES:
        asked = ReasonForm(given) if "reason" in given or given.get("go") else ReasonForm()
        context["reason"] = asked
        return render(request, "screening/grants/end_reason.html", context)
    form = EndForm(request.POST or None, reason=reason)
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"]
        actions.end_grant(found, reason=reason, note=note, by=request.user, at=request.moment)
        messages.success(request, gettext("The grant has ended."))
        return redirect("screening:grant", pk)
    context |= {
        "form": form,
        "reason_name": END_NAMES[EndReason(reason)],
        "plan": end_plan(found, reason, term, request.moment),
    }
    status = 422 if form.is_bound else 200
    return render(request, "screening/grants/end.html", context, status=status)


@require_POST
@requires("screening.ask_revival")
def grant_revive(request: Any, pk: int) -> HttpResponse:
    """Ask that the end be undone."""
    found = _grant(request, pk)
    form = RevivalForm(request.POST)
    if not form.is_valid():
        return _page(request, found, revival_form=form, status=422)
    revivals.ask_revival(
        found, reason=form.cleaned_data["reason"], by=request.user, at=request.moment
    )
    messages.success(request, gettext("The fund has been asked to undo the end."))
    return redirect("screening:grant", pk)


@require_POST
@requires("screening.decide_revival")
def grant_revival_decide(request: Any, pk: int) -> HttpResponse:
    """Undo the end, or say why it stands."""
    found = _grant(request, pk)
    asked = get_object_or_404(found.revivals.filter(status=RevivalStatus.ASKED))
    form = RevivalAnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, answer_form=form, status=422)
    granted = request.POST.get("decision") == "grant"
    revivals.decide_revival(
        asked,
        grant=granted,
        answer=form.cleaned_data["answer"],
        by=request.user,
        at=request.moment,
    )
    done = gettext("The end is undone: the pupil holds the grant again.")
    messages.success(request, done if granted else gettext("The end stands. The school reads why."))
    return redirect("screening:grant", pk)


@require_POST
@requires("screening.suspend_grant")
def grant_suspend(request: Any, pk: int) -> HttpResponse:
    """Suspend a grant for now, with the reason."""
    return _with_reason(request, pk, actions.suspend_grant, gettext("The grant is suspended."))


@require_POST
@requires("screening.suspend_grant")
def grant_resume(request: Any, pk: int) -> HttpResponse:
    """Resume a suspended grant, with the reason."""
    return _with_reason(request, pk, actions.resume_grant, gettext("The grant is resumed."))


def _with_reason(request: Any, pk: int, action: Any, done: str) -> HttpResponse:
    found = _grant(request, pk)
    reason = SuspensionForm(request.POST)
    if not reason.is_valid():
        return _page(request, found, reason=reason, status=422)
    action(found, by=request.user, at=request.moment, **reason.cleaned_data)
    messages.success(request, done)
    return redirect("screening:grant", pk)


def _grant(request: Any, pk: int) -> Grant:
    """A grant the person may read, with all that its page names."""
    rows = Grant.objects.visible_to(request.user, READ).select_related(
        "pupil__identity", "enrolment__classroom__school", "line__meeting", "given_by", "ended_by"
    )
    return get_object_or_404(rows, pk=pk)


def _page(request: Any, found: Grant, *, status: int = 200, **forms: Any) -> HttpResponse:
    audit.read(request, found, path=found.enrolment.path)
    user = request.user
    suspensions = found.suspensions.select_related("suspended_by", "lifted_by")
    asked = list(
        found.revivals.select_related("asked_by", "decided_by", "ended_by").order_by("-pk")
    )
    waiting = next((each for each in asked if each.status == RevivalStatus.ASKED), None)
    context = {
        "grant": found,
        "reason": forms.get("reason") or SuspensionForm(),
        "revival_form": forms.get("revival_form") or RevivalForm(),
        "answer_form": forms.get("answer_form") or RevivalAnswerForm(),
        "suspensions": suspensions.order_by("-suspended_at", "-pk"),
        "revivals": asked,
        "waiting": waiting,
        "why_not_end": permissions.why_not_end(found, user),
        "may_end": access.may(user, "screening.end_grant", found.enrolment.path),
        "may_ask": access.may(user, "screening.ask_revival", found.enrolment.path),
        "why_not_ask": permissions.why_not_ask_revival(found, user),
        "may_decide": access.may(user, "screening.decide_revival", found.enrolment.path),
        "why_not_decide": permissions.why_not_decide_revival(waiting, user) if waiting else "",
        "why_not_suspend": permissions.why_not_suspend(found, user),
        "why_not_resume": permissions.why_not_resume(found, user),
    }
    return render(request, "screening/grants/grant.html", context, status=status)


def _awaited(request: Any) -> dict[str, int]:
    """For the fund: rows of the predecessor's list by what became of them."""
    if not access.paths_with(request.user, "screening.load_grants"):
        return {}
    return dict(AwaitedGrant.objects.values_list("outcome").annotate(n=Count("pk")))
