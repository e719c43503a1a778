"""Why a person may not make, release or use a PMT model, or decide on an institution. None: they may."""

from __future__ import annotations

from datetime import datetime

from django.db.models.functions import Upper
from django.utils.translation import gettext

from eqfund import access
from eqfund.models import CalendarLine, Term, User
from eqfund.thai_text import thai_datetime
from screening.models import Form01, InstitutionDecision, PmtModel
from screening.pmt import definition, scoring
from screening.pmt.facts import INSTITUTION

COUNTRY = "TH/"


def why_not_make(user: User) -> str | None:
    return access.why_not(user, "screening.make_pmt_model", COUNTRY)


def why_not_release(model: PmtModel, user: User) -> str | None:
    """Another person than its maker, a draft, and every worked case met."""
    if reason := access.why_not(user, "screening.release_pmt_model", COUNTRY):
        return reason
    if model.status != PmtModel.Status.DRAFT:
        return gettext("This model is released; a released model never changes.")
    if model.made_by_id == user.pk:
        return gettext("The person who made a model does not release it.")
    failing = scoring.failing_cases(definition.read(model.definition))
    if failing:
        return gettext("The model does not meet %(count)d of its worked cases: %(names)s.") % {
            "count": len(failing),
            "names": ", ".join(case.name for case in failing[:3]),
        }
    return None


def why_not_score(term: Term, user: User, at: datetime) -> str | None:
    """After form 01 has closed everywhere, with a released model. Never a default."""
    if reason := access.why_not(user, "screening.score", COUNTRY):
        return reason
    closes = last_close(term)
    if closes is None:
        return gettext("The calendar of term %(term)s has no time for form 01.") % {
            "term": term.label
        }
    if at < closes:
        return gettext("Forms are scored after form 01 has closed, %(closes)s.") % {
            "closes": thai_datetime(closes)
        }
    if PmtModel.objects.released_for(term.year_be) is None:
        return gettext("No PMT model is released for school year %(year)d. Nothing is scored.") % {
            "year": term.year_be
        }
    return None


def last_close(term: Term) -> datetime | None:
    """When form 01 closes for the last affiliation; extensions of single places apart."""
    lines = CalendarLine.objects.filter(term=term, activity="form01", kind="window")
    moments: list[datetime] = list(
        lines.annotate(closes=Upper("during")).values_list("closes", flat=True)
    )
    return max(moments) if moments and None not in moments else None


def why_not_propose(form: Form01, user: User) -> str | None:
    """Only for an institutional household, signed by the director and not yet proposed."""
    if reason := access.why_not(user, "screening.propose_institution", COUNTRY):
        return reason
    if form.answers.get("lives_with") != INSTITUTION:
        return gettext("This household is scored by the model; nobody decides by hand.")
    if form.status != "signed":
        return gettext("The form must be signed by the director before the fund decides.")
    if InstitutionDecision.objects.filter(form=form).exists():
        return gettext("A decision on this pupil has already been proposed.")
    return None


def why_not_decide(decision: InstitutionDecision, user: User) -> str | None:
    if reason := access.why_not(user, "screening.decide_institution", COUNTRY):
        return reason
    if decision.status != InstitutionDecision.Status.PROPOSED:
        return gettext("This decision has been made.")
    if decision.proposed_by_id == user.pk:
        return gettext("The person who proposed does not decide.")
    return None
