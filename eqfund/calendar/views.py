"""Pages of extensions: proposed by offices, decided by the fund."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access
from eqfund.access import requires
from eqfund.models import CalendarLine, Extension, School, Term
from eqfund.pages import paged
from eqfund.places import place_names
from eqfund.refusal import Refused
from eqfund.thai_text import thai_date, thai_datetime

from . import actions, permissions, queries
from .forms import DecisionForm, PolicyForm, ProposalForm
from .sentences import moment_words


@require_GET
@requires("calendar.read_extensions")
def extensions(request: Any) -> HttpResponse:
    """Extensions of my places, the newest first."""
    status = request.GET.get("status", "")
    status = status if status in Extension.Status.values else ""
    page = paged(request, queries.extensions_for_table(request.user, status))
    counts = queries.extensions_for_table(request.user).filter(status=Extension.Status.PROPOSED)
    context = {
        "page": page,
        "names": place_names({row.path for row in page}),
        "status": status,
        "statuses": Extension.Status.choices,
        "waiting": counts.count(),
        "may_propose": bool(access.paths_with(request.user, "calendar.propose_extension")),
        "may_set_policy": bool(access.paths_with(request.user, "calendar.set_policy")),
    }
    return render(request, "calendar/extensions.html", context)


@require_http_methods(["GET", "POST"])
@requires("calendar.propose_extension")
def extension_propose(request: Any) -> HttpResponse:
    """Propose that a window close later for my schools."""
    windows = queries.window_choices(request.user, request.moment)
    form = ProposalForm(
        request.POST if request.method == "POST" else None,
        lines=[(key, _window_label(request.user, window)) for key, window in windows.items()],
        places=queries.places_to_extend(request.user, _school_asked_for(request)),
        initial={"line": request.GET.get("line", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.propose_extension(
                windows[form.cleaned_data["line"]].line,
                path=form.cleaned_data["path"],
                closes_at=form.closes_at(),
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=request.moment,
            )
        except Refused as refusal:
            form.add_error("day", str(refusal))
        else:
            granted = made.status == Extension.Status.GRANTED
            messages.success(request, gettext("The window is extended, by the policy of the fund.") if granted
                             else gettext("The proposal has been sent to the fund."))  # fmt: skip
            return redirect("calendar:extension", made.pk)
    context = {"form": form, "has_windows": bool(windows)}
    return render(request, "calendar/propose.html", context, status=422 if form.errors else 200)


@require_GET
@requires("calendar.read_extensions")
def extension(request: Any, pk: int) -> HttpResponse:
    """One extension: what was asked, what depends on it, what was decided."""
    return _extension_page(request, _extension(request, pk), None)


@require_POST
@requires("calendar.decide_extension")
def extension_decide(request: Any, pk: int) -> HttpResponse:
    """Grant or refuse a proposal."""
    found = _extension(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _extension_page(request, found, form)
    try:
        actions.decide_extension(
            found,
            grant=form.cleaned_data["decision"] == "grant",
            answer=form.cleaned_data["answer"],
            closes_at=form.closes_at(),
            by=request.user,
            at=request.moment,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _extension_page(request, found, form)
    messages.success(request, gettext("The decision was recorded."))
    return redirect("calendar:extension", pk)


@require_POST
@requires("calendar.propose_extension")
def extension_withdraw(request: Any, pk: int) -> HttpResponse:
    """Take a proposal back."""
    actions.withdraw_extension(_extension(request, pk), by=request.user, at=request.moment)
    messages.info(request, gettext("The proposal was withdrawn."))
    return redirect("calendar:extension", pk)


@require_http_methods(["GET", "POST"])
@requires("calendar.set_policy")
def policies(request: Any) -> HttpResponse:
    """By how many days offices may extend each work themselves."""
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    form = PolicyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.set_extension_policy(**form.cleaned_data, by=request.user, at=request.moment)
        messages.success(request, gettext("The policy was saved."))
        return redirect("calendar:extension-policies")
    context = {"rows": queries.policy_rows(term), "form": form, "term": term}
    return render(request, "calendar/policies.html", context, status=422 if form.errors else 200)


def _extension(request: Any, pk: int) -> Extension:
    rows = queries.extensions_for_table(request.user).select_related("line__affiliation")
    return get_object_or_404(rows, pk=pk)


def _extension_page(request: Any, found: Extension, form: DecisionForm | None) -> HttpResponse:
    need = permissions.next_need(found.line)
    closes = found.closes_at
    context = {
        "extension": found,
        "place": place_names({found.path}).get(found.path, ""),
        "need": need,
        "need_at": moment_words(need.opens_at) if need else "",
        "need_title": permissions.need_title(found.line, need) if need else "",
        "unfinished": queries.unfinished_of(found, request.moment)
        if found.status == Extension.Status.PROPOSED
        else None,
        "goes_beyond": need is not None and closes > need.opens_at,
        "why_not_decide": permissions.why_not_decide_extension(found, request.user),
        "may_decide": access.may(request.user, "calendar.decide_extension", "TH/"),
        "why_not_withdraw": permissions.why_not_withdraw_extension(found, request.user),
        "form": form
        or DecisionForm(
            initial={
                "day": closes.astimezone(request.moment.tzinfo).date(),
                "time": f"{closes.astimezone(request.moment.tzinfo):%H.%M}",
            }
        ),
    }
    status = 422 if form else 200
    return render(request, "calendar/extension.html", context, status=status)


def _window_label(user: Any, window: Any) -> str:
    line: CalendarLine = window.line
    last = window.last_moment
    several = "TH/" in access.paths_with(user, "calendar.propose_extension")
    whose = f"{line.affiliation.short_name} · " if several else ""
    return f"{whose}{line.title} · {thai_datetime(last) if last else thai_date(window.opens_at)}"


def _school_asked_for(request: Any) -> School | None:
    """The school that the address names, for a person who may propose for it."""
    pk = request.GET.get("school", "")
    rows = School.objects.visible_to(request.user, "calendar.propose_extension")
    return rows.filter(pk=pk).first() if pk.isdecimal() else None
