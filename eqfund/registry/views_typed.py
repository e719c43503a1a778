"""The pages on which a school that adds its pupils itself types one in, or changes class and mark of one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from eqfund import audit
from eqfund.access import requires
from eqfund.models import Enrolment, RegistryRecord, School, Term

from . import permissions, queries
from .actions import typing
from .forms_typed import TypedForm, initial_of


@require_http_methods(["GET", "POST"])
@requires("registry.import_file")
@sensitive_post_parameters()
def pupil_add(request: Any) -> HttpResponse:
    """Type in a pupil who is not on the roll; it is looked at, then recorded."""
    term = _term(request)
    schools = {str(it.pk): it for it in queries.schools_that_add(request.user)}
    form = TypedForm(request.POST or None, schools=schools, on=term.opens_on)
    if schools and request.method == "POST" and form.is_valid():
        return _typed(request, form)
    context = {"form": form, "term": term, "schools": schools}
    return render(request, "registry/typed.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires("registry.import_file")
@audit.reads
def pupil_change(request: Any, pk: int) -> HttpResponse:
    """Change the class of a pupil of the roll, or whether the school marks the household as poor."""
    term = _term(request)
    rows = Enrolment.objects.visible_to(request.user, "registry.import_file").filter(
        term=term, status=Enrolment.Status.STUDYING
    )
    rows = rows.select_related("pupil__identity", "classroom__school__office__affiliation")
    enrolment = get_object_or_404(rows, pupil=pk)
    audit.read(request, enrolment.pupil)
    school: School = enrolment.classroom.school
    marked = RegistryRecord.objects.filter(pupil=pk, term=term, disadvantage_poor=True)
    form = TypedForm(
        request.POST or None,
        initial=initial_of(enrolment, poor=marked.exists()),
        schools={str(school.pk): school},
        on=term.opens_on,
        enrolment=enrolment,
    )
    why_not = permissions.why_not_change_typed(enrolment, request.user)
    if not why_not and request.method == "POST" and form.is_valid():
        return _typed(request, form)
    context = {"form": form, "term": term, "enrolment": enrolment, "why_not": why_not}
    return render(request, "registry/typed.html", context, status=422 if form.errors else 200)


def _typed(request: Any, form: TypedForm) -> HttpResponse:
    it = typing.type_pupil(
        form.schools[form.cleaned_data["school"]],
        form.cleaned_data["content"],
        by=request.user,
        at=request.moment,
    )
    return redirect("registry:import", it.pk)


def _term(request: Any) -> Term:
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    return term
