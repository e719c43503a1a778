"""The way up: "I have no user". Find the school, see whom to ask, send the request. Open to all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from eqfund.access import ROLE_NAMES, Role, open_to_all
from eqfund.addresses import provinces
from eqfund.models import Affiliation, School, SupervisingOffice
from eqfund.pages import render_part
from eqfund.people import limits, places, rules, search
from eqfund.people.actions.requests import ask_for_account
from eqfund.people.contacts import contact_for
from eqfund.people.forms import AskForm, FindForm
from eqfund.people.permissions import day_of
from eqfund.thai_text import sort_key

no_user = open_to_all("whoever has no account must find the admin who gives it")


@require_GET
@no_user
def ask(request: Any) -> HttpResponse:
    """Find one's school or office."""
    form = FindForm(
        request.GET or None,
        affiliations=list(Affiliation.objects.order_by("pk").values_list("code", "short_name")),
        provinces=sorted(provinces().items(), key=lambda pair: sort_key(pair[1])),
    )
    found = search.find(**form.cleaned_data) if form.is_valid() else None
    context = {"form": form, "found": found, "asked": form.is_bound}
    return render_part(request, "people/ask.html", "found", context)


@require_http_methods(["GET", "POST"])
@no_user
def ask_school(request: Any, pk: int) -> HttpResponse:
    """Whom to ask at this school, and the request to them."""
    school = get_object_or_404(School.objects.select_related("office"), pk=pk)
    return _ask(request, school, school.path, rules.SCHOOL_ROLES)


@require_http_methods(["GET", "POST"])
@no_user
def ask_office(request: Any, pk: int) -> HttpResponse:
    """Whom to ask at this office, and the request to them."""
    office = get_object_or_404(SupervisingOffice, pk=pk)
    return _ask(request, office, office.path, ("office_admin",))


@require_GET
@no_user
def asked(request: Any) -> HttpResponse:
    """The request was sent; the same page whatever became of it."""
    return render(request, "people/asked.html")


def _ask(request: Any, place: Any, path: str, roles: tuple[str, ...]) -> HttpResponse:
    address = limits.address_of(request)
    if limits.spent("look-up", address, limits.LOOK_UPS_AN_HOUR, limits.HOUR):
        return _too_often(request)
    classes = places.classes_of(path, request.moment) if isinstance(place, School) else []
    form = AskForm(
        request.POST or None,
        roles=[(role, ROLE_NAMES[Role(role)]) for role in roles],
        classes=[(room.path, room.label) for room in classes],
        initial={"role": roles[0]} if len(roles) == 1 else None,
    )
    if request.method == "POST" and form.is_valid():
        if limits.spent("request", address, limits.REQUESTS_AN_HOUR, limits.HOUR):
            return _too_often(request)
        _send(form.cleaned_data, path, request.moment)
        return redirect("people:asked")
    context = {
        "place": place,
        "form": form,
        "contacts": _contacts(path, roles, request.moment),
    }
    return render(request, "people/ask_place.html", context, status=422 if form.errors else 200)


def _send(answers: dict[str, Any], path: str, at: Any) -> None:
    """Keep the request, unless this address has sent its share today: the page is the same."""
    email = answers["email"].lower()
    if limits.spent("request-email", email, limits.REQUESTS_A_DAY_FOR_AN_EMAIL, limits.DAY):
        return
    room = answers.pop("classroom", "")
    role = answers["role"]
    ask_for_account(**answers, path=room if role == Role.HOMEROOM_TEACHER else path, at=at)


def _contacts(path: str, roles: tuple[str, ...], at: Any) -> list[tuple[list[Any], Any]]:
    """(roles that are asked for there, whom to ask): a school has two, an office one."""
    by_giver: dict[str, list[str]] = {}
    for role in roles:
        by_giver.setdefault(rules.granters_of(role)[0], []).append(role)
    found = []
    for asked_for in by_giver.values():
        sample = asked_for[0]
        below = path if rules.is_level_of(sample, path) else f"{path}0/"
        names = [ROLE_NAMES[Role(role)] for role in asked_for]
        found.append((names, contact_for(sample, below, day_of(at))))
    return found


def _too_often(request: Any) -> HttpResponse:
    messages.error(
        request,
        gettext("Too many requests came from your network. Try again in an hour, or telephone."),
    )
    return render(request, "people/too_often.html", status=429)
