"""Pages of schools: the list with its states, a profile, its checklist, its directors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, audit
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.form_fields import NameAndStateForm
from eqfund.models import Classroom, Directorship, School, Term
from eqfund.pages import paged_by_key, render_part
from eqfund.refusal import Refused
from eqfund.registry.queries import (
    classroom_rows,
    is_narrow,
    pupils_by_school,
    schools_for_table,
)
from eqfund.sheets import csv_response
from eqfund.windows import window_of

from . import actions, checks, permissions, queries, words
from .forms import DirectorForm, EndForm, SchoolForm, place_of

EDIT = "registry.edit_school"


@require_GET
@requires("registry.read_schools")
def schools(request: Any) -> HttpResponse:
    """The schools of my places, by the state of their profile; a person of one school goes straight to it."""
    term = _term(request)
    form = NameAndStateForm(request.GET, states=words.STATES)
    form.is_valid()
    wanted = {"name": "", "state": ""} | form.cleaned_data
    rows = queries.table(request.user, term, **wanted)
    if not any(wanted.values()) and is_narrow(request.user):
        only = list(rows[:2])
        if len(only) == 1:
            return redirect("schools:school", only[0].pk)
    keys = rows if wanted["state"] else schools_for_table(request.user, wanted["name"])
    page = paged_by_key(request, rows, keys)
    context = {
        "page": page,
        "form": form,
        "term": term,
        "counts": queries.state_counts(request.user, term, wanted["name"]),
        "states": words.STATES,
        "pills": words.STATE_PILLS,
        "capacities": words.CAPACITIES,
        "signing": queries.signers_on([row.pk for row in page], request.moment.date()),
        "pupils": pupils_by_school(list(page), term),
        "several_offices": len({row.office_id for row in page}) > 1,
    }
    return render_part(request, "schools/schools.html", "list", context)


@require_GET
@requires("registry.read_schools")
@reauthenticated
def schools_csv(request: Any) -> StreamingHttpResponse:
    """The same list as a CSV, with the same filter and scope; the download is audited."""
    term = _term(request)
    form = NameAndStateForm(request.GET, states=words.STATES)
    form.is_valid()
    rows = queries.table(request.user, term, **({"name": "", "state": ""} | form.cleaned_data))
    path = max(access.paths_with(request.user, "registry.read_schools"), key=len, default="TH/")
    facts = {"rows": rows.count(), "term": term.label, "state": form.cleaned_data.get("state", "")}
    audit.record(
        "schools.export",
        "schools:schools",
        by=request.user,
        at=request.moment,
        path=path,
        facts=facts,
    )
    titles = [
        gettext("MOE code"),
        gettext("School"),
        gettext("Affiliation"),
        gettext("Supervising office"),
        gettext("Address"),
        gettext("Phone"),
        gettext("E-mail"),
        gettext("Signs for the school"),
        gettext("Capacity"),
        gettext("Since"),
        gettext("Profile"),
        gettext("Confirmed on"),
        gettext("Confirmed by"),
    ]
    lines = queries.csv_rows(rows, term, request.moment.date(), words)
    return csv_response(titles, lines, f"schools-{term.year_be}-{term.number}.csv")


@require_GET
@requires("registry.read_schools")
def school(request: Any, pk: int) -> HttpResponse:
    """A school's profile: how it is reached, who heads it, its classes, and whether it is confirmed."""
    found = _school(request, pk)
    term = _term(request)
    rooms = list(Classroom.objects.filter(school=found, year_be=term.year_be).in_order())
    context = {
        **_state(request, found, term),
        "address": queries.address_of(found),
        "levels": [str(words.LEVELS[level]) for level in found.levels or ()],
        "level_rows": queries.levels_of(found, term),
        "level_names": words.LEVELS,
        "classrooms": classroom_rows(rooms, term, request.moment.date()),
        "signs": queries.signer_on(found, request.moment.date()),
        "capacities": words.CAPACITIES,
        "sees_contact": access.may(request.user, "schools.read_contact", found.path),
        "sees_children": access.may(request.user, "read_child", found.path),
    }
    return render(request, "schools/school.html", context)


@require_GET
@requires("registry.read_schools")
def checklist(request: Any, pk: int) -> HttpResponse:
    """Is the school up to date for this term? Each item, how it stands, and who mends it where."""
    found = _school(request, pk)
    return render(request, "schools/checklist.html", _checklist(request, found))


@require_POST
@requires("registry.edit_school")
def school_confirm(request: Any, pk: int) -> HttpResponse:
    """Say that the profile is right for the term."""
    found = _school(request, pk, "registry.edit_school")
    actions.confirm_school_profile(
        found, by=request.user, at=request.moment, seen=request.POST.get("seen", "")
    )
    messages.success(request, gettext("The profile is confirmed for this term."))
    return redirect("schools:checklist", pk)


@require_http_methods(["GET", "POST"])
@requires("registry.edit_school")
def school_edit(request: Any, pk: int) -> HttpResponse:
    """Change contacts, address and levels; the lists of places follow what is chosen."""
    found = _school(request, pk, "registry.edit_school")
    sent = request.POST if request.method == "POST" else None
    place = place_of(found, sent)
    if sent is not None and "choose" in sent:
        typed = {key: sent.get(key, "") for key in SchoolForm.base_fields}
        typed["levels"] = sent.getlist("levels")
        form = SchoolForm(initial=typed, place=place)
    else:
        initial = {name: getattr(found, name) for name in actions.PROFILE_FIELDS}
        form = SchoolForm(sent, initial=initial, place=place)
        if sent is not None and form.is_valid():
            actions.edit_school(found, by=request.user, at=request.moment, **form.profile())
            messages.success(
                request, gettext("The profile was saved. Confirm it when everything is right.")
            )
            return redirect("schools:checklist", pk)
    context = {
        "school": found,
        "form": form,
        "why_closed": permissions.why_not_edit_school(found, request.user, request.moment),
    }
    answer = render_part(request, "schools/edit.html", "place", context)
    answer.status_code = 422 if form.errors else 200
    return answer


@require_http_methods(["GET", "POST"])
@requires("registry.read_schools")
def directors(request: Any, pk: int) -> HttpResponse:
    """Who has headed the school since when; and a form for who comes next."""
    found = _school(request, pk)
    postings = list(queries.postings_of_directors(found, request.moment.date()))
    former = Directorship.objects.filter(school=found, ends_on=None).order_by("starts_on").last()
    sent = request.POST if request.method == "POST" else None
    if sent is not None and (why_not := access.why_not(request.user, EDIT, found.path)):
        raise Refused(why_not)
    first = {"posting": str(postings[0].pk)} if len(postings) == 1 and former is None else {}
    today = request.moment.date()
    form = DirectorForm(sent, initial=first, postings=postings, today=today, former=former)
    if sent is not None and _did(form, actions.record_director, found, request):
        messages.success(request, gettext("It is recorded who heads the school."))
        return redirect("schools:directors", pk)
    rows = Directorship.objects.visible_to(request.user).filter(school=found)
    context = {
        **_state(request, found, _term(request)),
        "rows": list(rows.select_related("posting__user").order_by("-starts_on", "-pk")),
        "signs": queries.signer_on(found, request.moment.date()),
        "form": form,
        "today": request.moment.date(),
    }
    return render(request, "schools/directors.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires("registry.edit_school")
def director_end(request: Any, pk: int) -> HttpResponse:
    """Until when somebody was head, and why they left."""
    row = _director(request, pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and _did(form, actions.end_director, row, request):
        messages.success(request, gettext("The last day is recorded."))
        return redirect("schools:directors", row.school_id)
    context = {"row": row, "school": row.school, "form": form, "what": "end"}
    return render(request, "schools/director.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires("registry.edit_school")
def director_correct(request: Any, pk: int) -> HttpResponse:
    """Put right what was mistyped in a line."""
    row = _director(request, pk)
    postings = list(queries.postings_of_directors(row.school, row.starts_on))
    initial = {
        "capacity": row.capacity,
        "posting": str(row.posting_id or ""),
        "full_name": row.full_name,
        "starts_on": row.starts_on,
        "note": row.note,
    }
    today = request.moment.date()
    form = DirectorForm(request.POST or None, initial=initial, postings=postings, today=today)
    form.without_end()
    if request.method == "POST" and _did(form, actions.correct_director, row, request):
        messages.success(request, gettext("The line is corrected."))
        return redirect("schools:directors", row.school_id)
    context = {"row": row, "school": row.school, "form": form, "what": "correct"}
    return render(request, "schools/director.html", context, status=422 if form.errors else 200)


def _did(form: Form, deed: Callable[..., Any], what: Any, request: Any) -> bool:
    """Do it with what the form says; a refusal is said in the form, which keeps what was typed."""
    if not form.is_valid():
        return False
    try:
        deed(what, by=request.user, at=request.moment, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _term(request: Any) -> Term:
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    return term


def _school(request: Any, pk: int, verb: str | None = None) -> School:
    rows = School.objects.visible_to(request.user, verb).select_related("office__affiliation")
    return get_object_or_404(rows, pk=pk)


def _director(request: Any, pk: int) -> Directorship:
    rows = Directorship.objects.visible_to(request.user, "registry.edit_school")
    return get_object_or_404(rows.select_related("school__office"), pk=pk)


def _state(request: Any, found: School, term: Term) -> dict[str, Any]:
    """Whether the profile is confirmed, and whether this person may change it."""
    confirmation = queries.confirmation_of(found, term)
    state = queries.state_of(found, confirmation)
    return {
        "school": found,
        "term": term,
        "confirmation": confirmation,
        "state": state.value,
        "state_label": words.STATES[state],
        "state_pill": words.STATE_PILLS[state],
        "may_edit": access.may(request.user, EDIT, found.path),
        "why_not_edit": permissions.why_not_edit_school(found, request.user, request.moment),
        "window": window_of(term, "school_profile", found.path, request.moment),
        "moment": request.moment,
    }


def _checklist(request: Any, found: School) -> dict[str, Any]:
    term = _term(request)
    items = checks.checklist(found, term, request.moment)
    why_not = permissions.why_not_confirm_school_profile(found, request.user, request.moment, items)
    return {
        **_state(request, found, term),
        "items": [
            (item, bool(item.url) and access.may(request.user, item.verb, found.path))
            for item in items
        ],
        "open_items": sum(item.state != "good" for item in items),
        "why_not_confirm": why_not,
        "digest": queries.live_digest(found),
    }
