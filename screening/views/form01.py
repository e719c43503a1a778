"""Pages on which a form 01 is written: the class's list, a section a page, what was held."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, audit
from eqfund.access import requires
from eqfund.models import Classroom, Enrolment, Term
from eqfund.pages import paged, render_part
from eqfund.places import place_names
from eqfund.refusal import Refused
from eqfund.windows import why_closed, window_of
from screening.actions import form01 as actions
from screening.form01.reading import Reading, read_section
from screening.form01.rules import EDITABLE, Slot
from screening.form01.spec import Section
from screening.forms.form01 import typed_of
from screening.models import Form01, Form01Revision
from screening.permissions import form01 as permissions
from screening.queries import form01 as queries

from .form01_pages import SectionPage, state_rows
from .shared import sees_several_schools

SCHOOL_DEPTH = 4
PLACE = re.compile(r"TH/([0-9]{1,9}/){0,4}")


@require_GET
@requires("screening.read_form01")
@audit.reads
def form01_list(request: Any) -> HttpResponse:
    """The new group of my classes: whom to visit, and how far each form is."""
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    rows = queries.new_group(term).visible_to(request.user, "screening.read_form01")
    rows, chosen = _in_chosen_place(request, rows)
    state = request.GET.get("state", "")
    counts = queries.counts_by_state(rows)
    shown = rows.filter(form_status=state) if state in queries.STATES else rows
    page = paged(request, queries.in_list_order(shown))
    audit.read_list(request, "screening:form01-list", page, path=chosen)
    context = {
        "term": term,
        "page": page,
        "states": state_rows(counts, state),
        "total": sum(counts.values()),
        "classrooms": _classrooms(request.user, term),
        "chosen": chosen,
        "place": _name_of(chosen, request.user),
        "wide": chosen.count("/") < SCHOOL_DEPTH
        and sees_several_schools(request, "screening.read_form01"),
        "may_start": bool(access.paths_with(request.user, "screening.draft_form01")),
        **_open_now(term, chosen or _one_place(request.user), request.moment),
    }
    return render_part(request, "screening/form01/list.html", "rows", context)


@require_POST
@requires("screening.draft_form01")
def form01_start(request: Any, enrolment_pk: int) -> HttpResponse:
    """Begin a form for a pupil and go to its first section."""
    rows = Enrolment.objects.visible_to(request.user, "screening.draft_form01")
    enrolment = get_object_or_404(rows.select_related("pupil__identity", "term"), pk=enrolment_pk)
    form = actions.start_form01(enrolment, by=request.user, at=request.moment)
    return redirect("screening:form01-section", form.pk, 1)


@require_http_methods(["GET", "POST"])
@requires("screening.read_form01")
@audit.reads
def form01_section(request: Any, pk: int, number: int) -> HttpResponse:
    """One section of a form that is being written."""
    form = _form(request, pk)
    section = _section(form, number)
    if form.status not in EDITABLE or section.code == "certification":
        return redirect("screening:form01", form.pk)
    if request.method == "POST":
        return _save(request, form, section)
    return _page(request, form, section)


@require_http_methods(["GET", "POST"])
@requires("screening.draft_form01")
@audit.reads
def form01_held(request: Any, pk: int, held_pk: int) -> HttpResponse:
    """Two versions of a section side by side; the person chooses, answer by answer."""
    form = _form(request, pk)
    rows = Form01Revision.objects.visible_to(request.user, "screening.draft_form01")
    held = get_object_or_404(
        rows.select_related("by"), pk=held_pk, form=form, held=True, settled_at=None
    )
    page = SectionPage(form, _section(form, held.section), request.user, request.moment)
    if request.method == "POST":
        saved = actions.settle_form01(
            held,
            page.chosen_of(held, request.POST),
            based_on=_based_on(request.POST),
            by=request.user,
            at=request.moment,
        )
        if saved.held is None:
            return redirect("screening:form01-section", form.pk, held.section)
        return redirect("screening:form01-held", form.pk, saved.held.pk)
    audit.read(request, form)
    return render(request, "screening/form01/held.html", page.held_context(held))


def _save(request: Any, form: Form01, section: Section) -> HttpResponse:
    """Save what was typed; whatever happens, the page shows it again."""
    posted = typed_of(request.POST)
    reading = read_section(form.spec, section, posted, on=request.moment.date())
    try:
        saved = actions.save_form01(
            form,
            section.number,
            reading,
            based_on=_based_on(request.POST),
            by=request.user,
            at=request.moment,
        )
    except Refused as refusal:
        return _refused(request, form, section, reading, str(refusal))
    if saved.held is not None:
        return _held(request, form, saved.held)
    form = _form(request, form.pk)
    if request.headers.get("X-Autosave"):
        return JsonResponse(SectionPage(form, section, request.user, request.moment).as_saved())
    wrong_files = _take_photos(request, form) if section.code == "photos" else {}
    if reading.faults or wrong_files:
        return _page(request, form, section, wrong_files=wrong_files, status=422)
    return _next(request, form, section)


def _refused(
    request: Any, form: Form01, section: Section, reading: Reading, refusal: str
) -> HttpResponse:
    if request.headers.get("X-Autosave"):
        return JsonResponse({"refusal": refusal}, status=409)
    return _page(request, form, section, reading=reading, refusal=refusal, status=409)


def _held(request: Any, form: Form01, held: Form01Revision) -> HttpResponse:
    address = reverse("screening:form01-held", args=[form.pk, held.pk])
    if request.headers.get("X-Autosave"):
        return JsonResponse({"held": address}, status=409)
    return redirect(address)


def _take_photos(request: Any, form: Form01) -> dict[str, str]:
    """Keep the photos that came with the section; the sentence of each that was refused."""
    refused = {}
    for slot in Slot:
        upload = request.FILES.get(f"photo_{slot}")
        if upload is None:
            continue
        try:
            actions.add_photo(form, slot, upload, by=request.user, at=request.moment)
        except Refused as refusal:
            refused[slot.value] = str(refusal)
    return refused


def _next(request: Any, form: Form01, section: Section) -> HttpResponse:
    """Where the pressed button leads."""
    here = reverse("screening:form01-section", args=[form.pk, section.number])
    taken_out = any(name.endswith("-remove") for name in request.POST)
    match "stay" if taken_out else request.POST.get("go", "next"):
        case "stay":
            messages.success(request, gettext("Saved."))
            return redirect(here)
        case "add":
            rows = len(form.private.get("members") or []) + 1
            return redirect(f"{here}?rows={rows}#member-{rows}")
        case "review":
            return redirect("screening:form01-review", form.pk)
    page = SectionPage(form, section, request.user, request.moment)
    return redirect(page.next_address)


def _page(request: Any, form: Form01, section: Section, **shown: Any) -> HttpResponse:
    status = shown.pop("status", 200)
    audit.read(request, form)
    page = SectionPage(form, section, request.user, request.moment)
    rows = request.GET.get("rows", "")
    context = page.context(rows=int(rows) if rows.isdecimal() else 0, **shown)
    return render(request, "screening/form01/section.html", context, status=status)


def _form(request: Any, pk: int) -> Form01:
    """A form the person may read, with all that its pages name."""
    return get_object_or_404(Form01.objects.visible_to(request.user).for_page(), pk=pk)


def _section(form: Form01, number: int) -> Section:
    try:
        section = form.spec.section(number)
    except ValueError:
        raise Http404 from None
    return section


def _based_on(posted: Mapping[str, Any]) -> int:
    """The revision the page was drawn from; nought when it does not say."""
    text = posted.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _classrooms(user: Any, term: Term) -> list[Classroom]:
    """The classes to choose from, for those with one school or less."""
    paths = access.paths_with(user, "screening.read_form01")
    if any(path.count("/") < SCHOOL_DEPTH for path in paths):
        return []
    rooms = Classroom.objects.visible_to(user, "screening.read_form01")
    return list(rooms.filter(year_be=term.year_be).in_order())


def _in_chosen_place(request: Any, rows: Any) -> tuple[Any, str]:
    """The rows under the place that ?at= names, and the place itself if it is this person's."""
    path = request.GET.get("at", "")
    if not PLACE.fullmatch(path):
        return rows, ""
    mine = access.may(request.user, "screening.read_form01", path)
    return rows.under(path), path if mine else ""


def _name_of(path: str, user: Any) -> str:
    """What a chosen place is called; nothing of a place that is not the person's."""
    if not path or not access.may(user, "screening.read_form01", path):
        return ""
    return place_names({path}).get(path, "")


def _one_place(user: Any) -> str:
    """A place of the user from which the affiliation's windows can be read; "" without one."""
    paths = access.paths_with(user, "screening.read_form01")
    return next((path for path in paths if path.count("/") >= SCHOOL_DEPTH), "")


def _open_now(term: Term, path: str, at: Any) -> dict[str, Any]:
    """The window banner: drafting until sending opens, then sending."""
    if not path:
        return {}
    sending = window_of(term, permissions.SENDING, path, at)
    activity = permissions.SENDING
    if sending is not None and sending.opens_at is not None and at < sending.opens_at:
        activity = permissions.DRAFTING
    window = window_of(term, activity, path, at)
    return {
        "window": window,
        "left": window.left(at) if window else "",
        "why_closed": why_closed(term, activity, path, at),
        "sending": sending,
    }
