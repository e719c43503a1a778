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
from screening.actions import grants as actions
from screening.fields import term_code
from screening.forms.grants import EndForm, SuspensionForm
from screening.models import AwaitedGrant, Grant
from screening.models.grants import GROUP_NAMES
from screening.permissions import grants as permissions

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
    shown = rows.filter(status="ended") if "ended" in request.GET else rows.exclude(status="ended")
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
        "total": sum(counts.values()),
        "school": school,
        "wide": sees_several_schools(request, READ),
        "awaited": _awaited(request),
    }
    return render_part(request, "screening/grants/list.html", "rows", context)


@require_http_methods(["GET", "POST"])
@requires(READ)
@audit.reads
def grant(request: Any, pk: int) -> HttpResponse:
    """One grant: where it comes from, its terms, its suspensions, and its end."""
    found = _grant(request, pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.end_grant(found, by=request.user, at=request.moment, **form.cleaned_data)
        messages.success(request, gettext("The grant has ended."))
        return redirect("screening:grant", pk)
    return _page(request, found, form=form)


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


def _page(
    request: Any, found: Grant, *, form: Any = None, reason: Any = None, status: int = 200
) -> HttpResponse:
    audit.read(request, found, path=found.enrolment.path)
    suspensions = found.suspensions.select_related("suspended_by", "lifted_by")
    context = {
        "grant": found,
        "form": form or EndForm(),
        "reason": reason or SuspensionForm(),
        "suspensions": suspensions.order_by("-suspended_at", "-pk"),
        "why_not_end": permissions.why_not_end(found, request.user),
        "may_end": access.may(request.user, "screening.end_grant", found.enrolment.path),
        "why_not_suspend": permissions.why_not_suspend(found, request.user),
        "why_not_resume": permissions.why_not_resume(found, request.user),
    }
    return render(request, "screening/grants/grant.html", context, status=status)


def _awaited(request: Any) -> dict[str, int]:
    """For the fund: rows of the predecessor's list by what became of them."""
    if not access.paths_with(request.user, "screening.load_grants"):
        return {}
    return dict(AwaitedGrant.objects.values_list("outcome").annotate(n=Count("pk")))
