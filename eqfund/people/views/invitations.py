"""Invite, follow the invitations, answer requests."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund.access import ROLE_NAMES, Role, requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import AccountRequest, Invitation
from eqfund.pages import paged, render_part
from eqfund.people import places, queries
from eqfund.people.actions import invitations as inviting, requests as answering
from eqfund.people.forms import InviteForm, RefuseForm
from eqfund.people.permissions import day_of

STATES = {
    "waiting": _("Not accepted yet"),
    "expired": _("Expired"),
    "accepted": _("Accepted"),
    "cancelled": _("Cancelled"),
}


@require_http_methods(["GET", "POST"])
@requires("people.manage")
@reauthenticated(only="POST")
def invite(request: Any, role: str) -> HttpResponse:
    """Invite one person to one post."""
    if role not in dict(queries.roles_given(request.user)):
        raise Http404
    form = InviteForm(
        request.POST or None,
        role=role,
        places=places.choices_for(request.user, role, request.moment),
        initial={"starts_on": day_of(request.moment), "path": request.GET.get("path", "")},
    )
    if request.method == "POST" and form.is_valid():
        made = inviting.invite(role=role, by=request.user, at=request.moment, **form.cleaned_data)
        messages.success(
            request,
            gettext("The invitation is on its way to %(email)s.") % {"email": made.email},
        )
        return redirect("people:invitations")
    context = {"form": form, "role": ROLE_NAMES[Role(role)], "days": inviting.GOOD_FOR.days}
    return render(request, "people/invite.html", context, status=422 if form.errors else 200)


@require_GET
@requires("people.read")
def invitations(request: Any) -> HttpResponse:
    """The invitations to posts that I give, those that expire first on top."""
    state = request.GET.get("state", "waiting")
    state = state if state in STATES else "waiting"
    rows = queries.invitations_for_table(request.user, state, request.moment)
    page = paged(request, rows)
    context = {
        "page": page,
        "rows": queries.given_rows(page, request.user, request.moment),
        "states": STATES.items(),
        "state": state,
        "counts": queries.counts(request.user, day_of(request.moment)),
        "given": queries.roles_given(request.user),
    }
    return render_part(request, "people/invitations.html", "list", context)


@require_POST
@requires("people.manage")
@reauthenticated(only="POST")
def send_again(request: Any, pk: int) -> HttpResponse:
    """A new mail with a new link; the old link is dead."""
    found = _invitation(request, pk)
    inviting.resend_invitation(found, by=request.user, at=request.moment)
    messages.success(
        request,
        gettext("A new mail is on its way to %(email)s. The old link no longer works.")
        % {"email": found.email},
    )
    return redirect("people:invitations")


@require_POST
@requires("people.manage")
def cancel(request: Any, pk: int) -> HttpResponse:
    """Take an invitation back."""
    inviting.cancel_invitation(_invitation(request, pk), by=request.user, at=request.moment)
    messages.success(request, gettext("The invitation was cancelled. Its link says so."))
    return redirect("people:invitations")


@require_GET
@requires("people.read")
def requests(request: Any) -> HttpResponse:
    """Requests for accounts that are mine to give, the oldest first."""
    answered = request.GET.get("state") == "answered"
    page = paged(request, queries.requests_for_table(request.user, answered=answered))
    context = {
        "page": page,
        "rows": queries.given_rows(page, request.user, request.moment),
        "answered": answered,
        "counts": queries.counts(request.user, day_of(request.moment)),
    }
    return render(request, "people/requests.html", context)


@require_POST
@requires("people.manage")
@reauthenticated(only="POST")
def request_accept(request: Any, pk: int) -> HttpResponse:
    """Answer a request with an invitation."""
    made = answering.accept_request(_request(request, pk), by=request.user, at=request.moment)
    messages.success(
        request, gettext("The invitation is on its way to %(email)s.") % {"email": made.email}
    )
    return redirect("people:requests")


@require_http_methods(["GET", "POST"])
@requires("people.manage")
def request_refuse(request: Any, pk: int) -> HttpResponse:
    """Answer a request with a no, and why."""
    found = _request(request, pk)
    form = RefuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answering.refuse_request(found, by=request.user, at=request.moment, **form.cleaned_data)
        messages.success(request, gettext("The request was refused; a mail tells the person why."))
        return redirect("people:requests")
    row = queries.given_rows([found], request.user, request.moment)[0]
    context = {"form": form, "row": row}
    return render(request, "people/refuse.html", context, status=422 if form.errors else 200)


def _invitation(request: Any, pk: int) -> Invitation:
    return get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk)


def _request(request: Any, pk: int) -> AccountRequest:
    return get_object_or_404(AccountRequest.objects.visible_to(request.user), pk=pk)
