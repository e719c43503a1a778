"""How far a term's scoring is, in figures, and the institutional households that wait for people."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from eqfund import hooks
from eqfund.models import SupervisingOffice, Term, User
from screening.form01.rules import Status
from screening.models import Form01, InstitutionDecision, PmtScore, Scoring
from screening.models.pmt import BAND_NAMES
from screening.pmt.facts import INSTITUTION

SUBJECT = "scoring"
IS_INSTITUTION = Q(answers__lives_with=INSTITUTION)
_STANDS = {
    "households": Count("pk", filter=Q(status=Status.SIGNED) & ~IS_INSTITUTION),
    "institutions": Count("pk", filter=Q(status=Status.SIGNED) & IS_INSTITUTION),
    "unsigned": Count(
        "pk", filter=Q(status__in=[Status.SUBMITTED, Status.CERTIFIED, Status.RETURNED])
    ),
}


def figures(term: Term) -> dict[str, int]:
    """Signed forms that wait for the model or for people, scored and announced ones."""
    return _with_scored(Form01.objects.in_term(term).aggregate(**_STANDS), term)


def figures_as_counted(user: User, term: Term) -> dict[str, int]:
    """The same for a home page, which does not open every form of the country: forms as last counted."""
    offices = list(SupervisingOffice.objects.values_list("pk", flat=True))
    kept, _at = hooks.kept_figures(user, term, SUBJECT, offices)
    if len(kept) < len(offices):
        return figures(term)
    return _with_scored(
        {name: sum(of.get(name, 0) for of in kept.values()) for name in _STANDS}, term
    )


def office_figures(term: Term, offices: list[int]) -> dict[int, dict[str, int]]:
    """How the forms of offices stand (hooks.counted_subjects); one query."""
    per_office = "enrolment__classroom__school__office"
    forms = Form01.objects.in_term(term).filter(**{f"{per_office}__in": offices})
    return {
        row.pop(per_office): row for row in forms.order_by().values(per_office).annotate(**_STANDS)
    }


def _with_scored(found: dict[str, int], term: Term) -> dict[str, int]:
    public = Q(announcement__isnull=False)
    runs = Scoring.objects.filter(term=term).aggregate(
        announced=Sum("forms", filter=public, default=0),
        scored=Sum("forms", filter=~public, default=0),
    )
    decided = InstitutionDecision.objects.filter(form__enrolment__term=term, status="decided")
    decisions = decided.aggregate(
        announced=Count("pk", filter=public), scored=Count("pk", filter=~public)
    )
    return {
        "waiting": max(0, found["households"] - sum(runs.values())),
        "institutions": max(0, found["institutions"] - sum(decisions.values())),
        "unsigned": found["unsigned"],
        "scored": runs["scored"] + decisions["scored"],
        "announced": runs["announced"] + decisions["announced"],
    }


def by_band(term: Term) -> list[tuple[Any, int, int]]:
    """Each band's name, its number of forms, and its whole percent, in the order from poorest."""
    counts = dict(
        PmtScore.objects.filter(scoring__term=term).values_list("band").annotate(n=Count("pk"))
    )
    total = sum(counts.values())
    return [
        (name, counts.get(band, 0), round(100 * counts.get(band, 0) / total) if total else 0)
        for band, name in BAND_NAMES.items()
    ]


def institutions(term: Term) -> QuerySet[Form01]:
    """Forms of institutional households that have been signed, with the decision proposed or made."""
    forms = Form01.objects.in_term(term).filter(answers__lives_with=INSTITUTION)
    rows = forms.filter(status=Status.SIGNED).select_related(
        "enrolment__pupil", "enrolment__classroom__school", "institution_decision"
    )
    return rows.defer("private", "unread", "officer").order_by("enrolment__path", "pk")
