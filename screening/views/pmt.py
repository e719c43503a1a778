"""Pages of the fund about PMT models and scoring, and every pupil's explanation."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, audit, jobs
from eqfund.access import may, requires
from eqfund.models import Job, Term
from eqfund.pages import paged, render_part
from eqfund.refusal import Refused
from screening.actions import pmt as actions
from screening.form01.rules import Status
from screening.forms.pmt import InstitutionForm, ModelForm
from screening.models import Form01, InstitutionDecision, PmtModel
from screening.permissions import pmt as permissions
from screening.pmt import definition, scoring
from screening.pmt.demonstration import demonstration
from screening.queries import explanation, scoring as queries

from .shared import term_of


@require_GET
@requires("screening.read_pmt")
def pmt_models(request: Any) -> HttpResponse:
    """All models, the newest year first; and the two ways to make another."""
    models = PmtModel.objects.select_related("made_by", "released_by")
    term = Term.objects.current(request.moment)
    context = {
        "models": models.order_by("-year_be", "-version"),
        "form": ModelForm(initial={"year_be": term.year_be if term else None}),
        "year_be": term.year_be if term else None,
        "why_not_make": permissions.why_not_make(request.user),
    }
    return render(request, "screening/pmt/models.html", context)


@require_POST
@requires("screening.make_pmt_model")
def pmt_model_make(request: Any) -> HttpResponse:
    """Keep an uploaded definition, or the shipped demonstration, as a draft."""
    if "demonstration" in request.POST:
        term = Term.objects.current(request.moment)
        if term is None:
            raise Http404
        title, data = gettext("Demonstration model, not the fund's"), demonstration()
        made = _make(request, term.year_be, title, data, is_demonstration=True)
        return redirect("screening:pmt-model", made.pk)
    form = ModelForm(request.POST, request.FILES)
    if not form.is_valid():
        models = PmtModel.objects.select_related("made_by", "released_by")
        context = {"models": models.order_by("-year_be", "-version"), "form": form}
        return render(request, "screening/pmt/models.html", context, status=422)
    typed = form.cleaned_data
    made = _make(request, typed["year_be"], typed["title"], typed["file"])
    return redirect("screening:pmt-model", made.pk)


def _make(request: Any, year_be: int, title: str, data: Any, **more: bool) -> PmtModel:
    return actions.make_model(year_be, title, data, by=request.user, at=request.moment, **more)


@require_GET
@requires("screening.read_pmt")
def pmt_model(request: Any, pk: int) -> HttpResponse:
    """One model whole: weights, gate, bands, worked cases and whether they are met."""
    model = get_object_or_404(PmtModel.objects.select_related("made_by", "released_by"), pk=pk)
    rules = definition.read(model.definition)
    cases = [
        (case, scoring.score(rules, case.facts, case.income_satang, case.household_size))
        for case in rules.cases
    ]
    context = {
        "model": model,
        "rules": rules,
        "weights": explanation.weights_table(rules.layout, rules),
        "cases": [(case, found, scoring.case_passes(rules, case)) for case, found in cases],
        "bands": [(explanation.band_name(band), edge) for band, edge in rules.bands],
        "why_not_release": permissions.why_not_release(model, request.user),
    }
    return render(request, "screening/pmt/model.html", context)


@require_GET
@requires("screening.read_pmt")
def pmt_model_file(request: Any, pk: int) -> HttpResponse:
    """The definition as JSON, as it is fingerprinted."""
    model = get_object_or_404(PmtModel, pk=pk)
    text = json.dumps(model.definition, ensure_ascii=False, indent=2, sort_keys=True)
    name = f"pmt-{model.year_be}-{model.version}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/json", headers=headers)


@require_POST
@requires("screening.release_pmt_model")
def pmt_model_release(request: Any, pk: int) -> HttpResponse:
    """Let a model score, for good."""
    model = get_object_or_404(PmtModel, pk=pk)
    actions.release_model(model, by=request.user, at=request.moment)
    messages.success(request, gettext("The model is released. It can no longer be changed."))
    return redirect("screening:pmt-model", pk)


@require_GET
@requires("screening.read_pmt")
def scoring_page(request: Any) -> HttpResponse:
    """How far this term's scoring is, and what may be done next."""
    term = term_of(request)
    context = {
        "term": term,
        "figures": queries.figures(term),
        "bands": queries.by_band(term),
        "model": PmtModel.objects.released_for(term.year_be),
        "job": Job.objects.filter(kind="screening.score_term").order_by("-pk").first(),
        "why_not_score": permissions.why_not_score(term, request.user, request.moment),
        "page": paged(request, queries.institutions(term)),
    }
    return render_part(request, "screening/pmt/scoring.html", "institutions", context)


@require_POST
@requires("screening.score")
def scoring_start(request: Any) -> HttpResponse:
    """Ask for the scoring as a job: a second click finds the same job."""
    term = term_of(request)
    if reason := permissions.why_not_score(term, request.user, request.moment):
        raise Refused(reason)
    figures = queries.figures(term)
    if not figures["waiting"]:
        raise Refused(gettext("No signed form waits for its score."))
    key = f"score-{term.pk}-{figures['scored'] + figures['announced']}"
    jobs.start("screening.score_term", by=request.user, obj=term, key=key, params={"term": term.pk})
    return redirect("screening:scoring")


@require_http_methods(["GET", "POST"])
@requires("screening.read_pmt")
@audit.reads
def institution(request: Any, pk: int) -> HttpResponse:
    """Propose the band of one pupil of an institutional household."""
    forms = Form01.objects.visible_to(request.user, "screening.read_pmt").for_page()
    form01 = get_object_or_404(forms.filter(answers__lives_with="institution"), pk=pk)
    decision = InstitutionDecision.objects.filter(form=form01).first()
    form = InstitutionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.propose_institution(form01, by=request.user, at=request.moment, **form.cleaned_data)
        return redirect("screening:institution", pk)
    audit.read(request, form01)
    context = {
        "form01": form01,
        "decision": decision,
        "form": form,
        "may_read_form": may(
            request.user, "screening.read_form01", form01.enrolment.classroom.path
        ),
        "why_not_propose": permissions.why_not_propose(form01, request.user),
        "why_not_decide": decision and permissions.why_not_decide(decision, request.user),
    }
    return render(request, "screening/pmt/institution.html", context)


@require_POST
@requires("screening.decide_institution")
def institution_decide(request: Any, pk: int) -> HttpResponse:
    """Make the proposed decision stand."""
    rows = InstitutionDecision.objects.visible_to(request.user, "screening.decide_institution")
    decision = get_object_or_404(rows.select_related("form__enrolment"), form=pk)
    actions.decide_institution(decision, by=request.user, at=request.moment)
    messages.success(request, gettext("The decision stands."))
    return redirect("screening:institution", pk)


@require_GET
@requires("screening.read_score")
@audit.reads
def score(request: Any, pk: int) -> HttpResponse:
    """Why one pupil's household was found poor or not, and the proof by computing again."""
    of_fund = bool(access.paths_with(request.user, "screening.read_pmt"))
    shown = [Status.SCORED, Status.ANNOUNCED] if of_fund else [Status.ANNOUNCED]
    forms = Form01.objects.visible_to(request.user, "screening.read_score").for_page()
    form = get_object_or_404(forms.filter(stands__in=shown), pk=pk)
    audit.read(request, form)
    found = explanation.explain(form, with_contributions=of_fund)
    context = {"found": found, "again": found.computed_again() if "again" in request.GET else None}
    return render_part(request, "screening/pmt/score.html", "proof", context)
