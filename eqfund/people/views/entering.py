"""The link of an invitation: who invites to what; a user name and password, or accept with one's account.

The secret stands in the address once: the page behind it has an address without any, so that no
log of refusals and no Referer holds it. The session keeps the digest, as the table does.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from eqfund.access import ROLE_NAMES, Role, open_to_all
from eqfund.accounts import sessions
from eqfund.models import Invitation, User
from eqfund.people import permissions
from eqfund.people.actions.invitations import accept_invitation, enter_by_invitation
from eqfund.people.contacts import contact_of
from eqfund.people.forms import EnterForm
from eqfund.people.outgoing import secret_of
from eqfund.places import place_names

KEPT = "invitation"
by_link = open_to_all("the mail's link is the key; the account does not exist yet")


@require_GET
@never_cache
@by_link
def invitation_open(request: Any, token: str) -> HttpResponse:
    """Keep the link's digest in the session and go on to an address without it."""
    request.session[KEPT] = secret_of(token).hex()
    return redirect("people:invitation")


@require_http_methods(["GET", "POST"])
@never_cache
@by_link
def invitation(request: Any) -> HttpResponse:
    """The invitation whose link was followed."""
    found = _of_session(request)
    if found is None:
        return render(request, "people/invitation_dead.html", {"why_not": None}, status=410)
    inviter = contact_of(found.invited_by, found.role, found.path)
    why_not = permissions.why_not_accept(found, request.moment)
    if why_not:
        context = {"why_not": why_not, "inviter": inviter}
        return render(request, "people/invitation_dead.html", context, status=410)
    context = {
        "invitation": found,
        "role": ROLE_NAMES[Role(found.role)],
        "place": place_names({found.path}).get(found.path, ""),
        "inviter": inviter,
    }
    if request.user.is_authenticated:
        return _accept(request, found, context)
    if User.objects.filter(email__iexact=found.email).exists():
        return render(request, "people/invitation.html", context | {"has_account": True})
    return _enter(request, found, context)


def _accept(request: Any, found: Invitation, context: dict[str, Any]) -> HttpResponse:
    if request.method == "POST":
        accept_invitation(found, by=request.user, at=request.moment)
        request.session.pop(KEPT, None)
        messages.success(request, gettext("You have the new post. It is in your menu now."))
        return redirect("home")
    return render(request, "people/invitation.html", context)


def _enter(request: Any, found: Invitation, context: dict[str, Any]) -> HttpResponse:
    person = User(email=found.email, full_name=found.full_name)
    form = EnterForm(
        request.POST or None, person=person, initial={"username": proposed_username(found.email)}
    )
    if request.method == "POST" and form.is_valid():
        user = enter_by_invitation(
            found,
            username=form.cleaned_data["username"],
            password=form.cleaned_data["password"],
            at=request.moment,
        )
        request.session.pop(KEPT, None)
        sessions.sign_in(request, user, "password")
        return redirect("home")
    status = 422 if form.errors else 200
    return render(request, "people/invitation.html", context | {"form": form}, status=status)


def proposed_username(email: str) -> str:
    """A free user name after the address: somchai.d, or somchai.d2."""
    plain = re.sub(r"[^a-z0-9._-]", "", email.partition("@")[0].lower()).strip("._-")[:50]
    plain = plain if len(plain) >= 3 else "user"
    taken = set(
        User.objects.filter(username__istartswith=plain).values_list("username", flat=True)[:1000]
    )
    names = [plain, *(f"{plain}{number}" for number in range(2, 1100))]
    lower = {name.lower() for name in taken}
    return next(name for name in names if name not in lower)


def _of_session(request: Any) -> Invitation | None:
    digest = request.session.get(KEPT, "")
    rows = Invitation.objects.select_related("invited_by")
    return rows.filter(token_hash=bytes.fromhex(digest)).first() if digest else None
