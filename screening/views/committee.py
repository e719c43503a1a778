"""Form 05: the meetings of my schools, and one meeting from its members to its signature."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, audit, files
from eqfund.access import requires
from eqfund.models import School, Term
from eqfund.pages import paged, render_part
from eqfund.windows import window_of
from screening.actions import committee as actions
from screening.forms import committee as forms
from screening.models import AnnouncedPupil, CommitteeMeeting
from screening.permissions import committee as permissions
from screening.queries import verification as queries

from . import committee_pages as pages
from .form05_paper import form05_pdf
from .shared import term_of

RECORD, READ = "screening.record_form05", "screening.read_form05"


@require_GET
@requires(READ)
def meetings(request: Any) -> HttpResponse:
    """Forms 05 of my schools this term, and the schools that have none yet."""
    term = term_of(request)
    rows = CommitteeMeeting.objects.visible_to(request.user, READ).filter(term=term)
    waiting = AnnouncedPupil.objects.visible_to(request.user, READ)
    waiting = waiting.filter(announcement__term=term, form05_line=None)
    context = {
        "term": term,
        "page": paged(request, queries.with_figures(rows).for_table()),
        "waiting": waiting.count(),
        "without": pages.schools_without(request.user, term, READ),
        "own": _own_school(request, term),
        **pages.open_now(request, term),
    }
    return render_part(request, "screening/committee/meetings.html", "rows", context)


@require_http_methods(["GET", "POST"])
@requires(RECORD)
def meeting_new(request: Any, school_pk: int) -> HttpResponse:
    """Begin form 05 after a meeting has been held."""
    term = term_of(request)
    school = get_object_or_404(School.objects.visible_to(request.user, RECORD), pk=school_pk)
    form = forms.MeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.open_meeting(
            school, term, by=request.user, at=request.moment, **form.cleaned_data
        )
        return redirect("screening:meeting", made.pk)
    context = {
        "term": term,
        "school": school,
        "form": form,
        "waiting": permissions.waiting(school, term).count(),
        "why_not_open": permissions.why_not_open(school, term, request.user, request.moment),
        "window": window_of(term, permissions.ACTIVITY, school.path, request.moment),
    }
    return render(request, "screening/committee/new.html", context)


@require_GET
@requires(READ)
@audit.reads
def meeting(request: Any, pk: int) -> HttpResponse:
    """One form 05, every part of it."""
    found = _meeting(request, pk, READ)
    audit.read(request, found, path=found.school.path)
    return render(
        request, "screening/committee/meeting.html", pages.meeting_context(request, found)
    )


@require_POST
@requires(RECORD)
def meeting_details(request: Any, pk: int) -> HttpResponse:
    """Correct when and where."""
    found = _meeting(request, pk, RECORD)
    form = forms.MeetingForm(request.POST)
    if not form.is_valid():
        return _again(request, found, details_form=form)
    actions.save_meeting(found, by=request.user, at=request.moment, **form.cleaned_data)
    return _saved(request, pk, "members")


@require_POST
@requires(RECORD)
def meeting_members(request: Any, pk: int) -> HttpResponse:
    """Record the members and who was present."""
    found = _meeting(request, pk, RECORD)
    form = forms.members_form(request.POST)
    if not form.is_valid():
        return _again(request, found, members_form=form)
    actions.save_members(found, forms.rows_of(form), by=request.user, at=request.moment)
    return _saved(request, pk, "pupils")


@require_POST
@requires(RECORD)
def meeting_lines(request: Any, pk: int) -> HttpResponse:
    """Record the decisions on the pupils shown, or certify all who are still undecided."""
    found = _meeting(request, pk, RECORD)
    shown = [int(key) for key in request.POST.getlist("line") if key.isdecimal()]
    rows, errors = forms.lines_typed(request.POST, shown)
    if errors:
        return _again(request, found, line_errors=errors, typed=request.POST)
    if "rest" in request.POST:
        undecided = found.lines.filter(decision="").exclude(pk__in=rows)
        rows |= {
            key: actions.LineRow(True, "certify") for key in undecided.values_list("pk", flat=True)
        }
    actions.save_lines(found, rows, by=request.user, at=request.moment)
    return _saved(request, pk, "pupils" if found.lines.filter(decision="").exists() else "plan")


@require_POST
@requires(RECORD)
def meeting_plan(request: Any, pk: int) -> HttpResponse:
    """Record plan K001, or that there is nothing to spend."""
    found = _meeting(request, pk, RECORD)
    form = forms.items_form(request.POST) if "items-TOTAL_FORMS" in request.POST else None
    if form is not None and not form.is_valid():
        return _again(request, found, items_form=form)
    rows = forms.rows_of(form) if form is not None else []
    actions.save_plan(found, rows, by=request.user, at=request.moment)
    return _saved(request, pk, "minutes")


@require_http_methods(["GET", "POST"])
@requires(READ)
def meeting_minutes(request: Any, pk: int) -> HttpResponse:
    """Attach the signed minutes; or hand them out."""
    if request.method == "GET":
        found = _meeting(request, pk, READ)
        if found.minutes is None:
            raise Http404
        return files.serve(found.minutes, by=request.user, at=request.moment, download=False)  # type: ignore[return-value]
    found = _meeting(request, pk, RECORD)
    form = forms.MinutesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _again(request, found, minutes_form=form)
    actions.attach_minutes(found, form.cleaned_data["file"], by=request.user, at=request.moment)
    return _saved(request, pk, "sign")


@require_POST
@requires("screening.sign_form05")
def meeting_sign(request: Any, pk: int) -> HttpResponse:
    """The director signs; form 05 is locked."""
    found = _meeting(request, pk, "screening.sign_form05")
    actions.sign_meeting(found, by=request.user, at=request.moment)
    messages.success(request, gettext("Form 05 is signed and locked. The fund verifies it next."))
    return redirect("screening:meeting", pk)


@require_http_methods(["GET", "POST"])
@requires("screening.reopen_form05")
def meeting_reopen(request: Any, pk: int) -> HttpResponse:
    """The supervising office lets the school correct it, and says why."""
    found = _meeting(request, pk, "screening.reopen_form05")
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.reopen_meeting(found, by=request.user, at=request.moment, **form.cleaned_data)
        return redirect("screening:meeting", pk)
    context = {
        "meeting": found,
        "form": form,
        "why_not": permissions.why_not_reopen(found, request.user),
        "sent_back": pages.sent_back_of(found),
    }
    return render(request, "screening/committee/reopen.html", context)


@require_GET
@requires(READ)
def meeting_pdf(request: Any, pk: int) -> HttpResponse:
    """Form 05 on paper: a draft to sign at the meeting, or as it was signed."""
    found = _meeting(request, pk, READ)
    audit.record("print_form05", found, by=request.user, at=request.moment, path=found.school.path)
    name = f"form05-{found.school.moe_code}-{found.term.year_be}-{found.term.number}-{found.number}.pdf"
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(form05_pdf(found), content_type="application/pdf", headers=headers)


def _meeting(request: Any, pk: int, verb: str) -> CommitteeMeeting:
    rows = CommitteeMeeting.objects.visible_to(request.user, verb)
    related = ("school__office__affiliation", "term", "minutes", "plan", "signed_by", "reopened_by")
    return get_object_or_404(rows.select_related(*related), pk=pk)


def _again(request: Any, found: CommitteeMeeting, **typed: Any) -> HttpResponse:
    """The page again with what was typed and what is wrong with it."""
    context = pages.meeting_context(request, found, **typed)
    return render(request, "screening/committee/meeting.html", context, status=422)


def _saved(request: Any, pk: int, part: str) -> HttpResponse:
    messages.success(request, gettext("Saved."))
    page = request.POST.get("page", "")
    query = f"?page={page}" if page.isdecimal() else ""
    response = redirect("screening:meeting", pk)
    response["Location"] += f"{query}#{part}"
    return response


def _own_school(request: Any, term: Term) -> School | None:
    """The school of a person who records for just one."""
    paths = access.paths_with(request.user, RECORD)
    return School.objects.filter(path=paths[0]).first() if len(paths) == 1 else None
