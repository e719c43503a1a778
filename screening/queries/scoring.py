"""How far a term's scoring is, in figures, and the institutional households that wait for people."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from eqfund.models import Term
from screening.form01.rules import Status
from screening.models import Form01, PmtScore
from screening.models.pmt import BAND_NAMES
from screening.pmt.facts import INSTITUTION


def figures(term: Term) -> dict[str, int]:
    """Signed forms that wait for the model or for people, scored and announced ones."""
    forms = Form01.objects.in_term(term)
    institution = Q(answers__lives_with=INSTITUTION)
    return forms.aggregate(
        waiting=Count("pk", filter=Q(status=Status.SIGNED) & ~institution),
        institutions=Count("pk", filter=Q(status=Status.SIGNED) & institution),
        unsigned=Count(
            "pk", filter=Q(status__in=[Status.SUBMITTED, Status.CERTIFIED, Status.RETURNED])
        ),
        scored=Count("pk", filter=Q(status=Status.SCORED)),
        announced=Count("pk", filter=Q(status=Status.ANNOUNCED)),
    )


def by_band(term: Term) -> list[tuple[Any, int, int]]:
    """Each band's name, its number of forms, and its whole percent, in the order from poorest."""
    counts = dict(
        PmtScore.objects.filter(form__enrolment__term=term)
        .values_list("band")
        .annotate(n=Count("pk"))
    )
    total = sum(counts.values())
    return [
        (name, counts.get(band, 0), round(100 * counts.get(band, 0) / total) if total else 0)
        for band, name in BAND_NAMES.items()
    ]


def institutions(term: Term) -> QuerySet[Form01]:
    """Forms of institutional households that have been signed, with the decision proposed or made."""
    forms = Form01.objects.in_term(term).filter(answers__lives_with=INSTITUTION)
    past = [Status.SIGNED, Status.SCORED, Status.ANNOUNCED]
    rows = forms.filter(status__in=past).select_related(
        "enrolment__pupil", "enrolment__classroom__school", "institution_decision"
    )
    return rows.defer("private", "unread", "officer").order_by("enrolment__path", "pk")
