"""Pages for who is missing: why a pupil is not in the list, and the plain template to add names."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from eqfund import access, audit
from eqfund.access import requires
from eqfund.imports.titles import PLAIN_TITLES
from eqfund.models import School, Term
from eqfund.people.limits import HOUR, spent
from eqfund.refusal import Refused

from .forms import ListingForm
from .listing import Answers, asked, why_not_listed

QUESTIONS_AN_HOUR = 60


@require_http_methods(["GET", "POST"])
@requires("registry.ask_listing")
@sensitive_post_parameters("number", "first_name", "last_name", "born")
def not_listed(request: Any) -> HttpResponse:
    """Why is my pupil not in the list? Asked by POST alone: a number never stands in an address."""
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    paths = access.paths_with(request.user, "registry.ask_listing")
    schools = {str(it.pk): it for it in _schools(paths)}
    choices = [(key, it.name) for key, it in schools.items()]
    form = ListingForm(request.POST if request.method == "POST" else None, schools=choices)
    answers: Answers | None = None
    if request.method == "POST" and form.is_valid():
        school = schools[form.cleaned_data["school"]]
        answers = _answer(request, form, school, term)
    context = {"form": form, "answers": answers, "term": term}
    status = 422 if form.errors else 200
    return render(request, "registry/not_listed.html", context, status=status)


@require_GET
@requires("registry.import_file")
def template(request: Any) -> HttpResponse:
    """An empty sheet with the titles that a registry file needs, for schools without a registry."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet("Sheet1")
    for at, title in enumerate(PLAIN_TITLES):
        sheet.write(0, at, title, head)
        sheet.set_column(at, at, max(14, len(title) * 1.4), text)
    sheet.freeze_panes(1, 0)
    book.close()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(out.getvalue(), content_type=kind)
    response["Content-Disposition"] = 'attachment; filename="pupils.xlsx"'
    return response


def _schools(paths: list[str]) -> Any:
    """The schools for which a person may ask: under the places of theirs, or around their class."""
    around = {"/".join(path.split("/")[:4]) + "/" for path in paths if path.count("/") > 3}
    wide = [path for path in paths if path.count("/") <= 3]
    rows = School.objects.filter(path__in=around)
    if wide:
        rows = rows | School.objects.filter(access.within(wide, "path"))
    return rows.select_related("office__affiliation").order_by("name", "pk")


def _answer(request: Any, form: ListingForm, school: School, term: Term) -> Answers:
    if spent("not-listed", str(request.user.pk), QUESTIONS_AN_HOUR, HOUR):
        raise Refused(gettext("You have asked very often within an hour. Go on later."))
    answers = why_not_listed(form.child(), school, term, by=request.user, at=request.moment)
    facts = asked(answers)
    audit.record("registry.ask_listing", school, by=request.user, at=request.moment, facts=facts)
    return answers
