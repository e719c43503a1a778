"""Reads of form 01 that join pupils, registry, grants and forms."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from eqfund.models import Enrolment, RegistryRecord, Term, User
from eqfund.school_year import GRADES
from screening.form01.rules import Status
from screening.models import Form01, Grant
from screening.models.form01 import standing

TO_VISIT = "to_visit"
STATES = (TO_VISIT, *(status.value for status in Status if status is not Status.WITHDRAWN))


def new_group(term: Term) -> QuerySet[Enrolment]:
    """Pupils of the term to be screened: studying, without a grant alive, and marked poor in
    their registry, if a registry has them. A form once begun keeps its pupil in the list.

    Each carries `form_pk`, `form_status` (`to_visit` without a form), `form_late`,
    `form_saved_at`.
    """
    granted = Grant.objects.alive_in(term).filter(pupil=OuterRef("pupil"))
    unmarked = RegistryRecord.objects.filter(enrolment=OuterRef("pk"), disadvantage_poor=False)
    rows = Enrolment.objects.filter(term=term).alias(
        form=FilteredRelation("forms01", condition=~Q(forms01__status=Status.WITHDRAWN))
    )
    wanted = Q(status=Enrolment.Status.STUDYING) & ~Exists(granted) & ~Exists(unmarked)
    return rows.filter(Q(form__isnull=False) | wanted).annotate(
        form_pk=F("form__pk"),
        form_status=Case(When(form=None, then=Value(TO_VISIT)), default=standing("form__")),
        form_late=F("form__late"),
        form_saved_at=F("form__saved_at"),
    )


def not_begun(term: Term) -> QuerySet[Enrolment]:
    """Those of the new group for whom nobody has begun a form: what `new_group` gives with `form_pk=None`.

    Each condition stands by itself, so that over a country each is one join of two tables and not a
    look-up for each of a million pupils.
    """
    granted = Grant.objects.alive_in(term).filter(pupil=OuterRef("pupil"))
    unmarked = RegistryRecord.objects.filter(enrolment=OuterRef("pk"), disadvantage_poor=False)
    begun = Form01.objects.alive().filter(enrolment=OuterRef("pk"))
    studying = Enrolment.objects.filter(term=term, status=Enrolment.Status.STUDYING)
    return studying.filter(~Exists(granted), ~Exists(unmarked), ~Exists(begun))


def counts_by_state(rows: QuerySet[Enrolment]) -> dict[str, int]:
    """How many pupils stand where; every state is named, also with nought."""
    found = rows.order_by().values_list("form_status").annotate(n=Count("pk"))  # type: ignore[misc]
    return {**dict.fromkeys(STATES, 0), **{state: n for state, n in found if state in STATES}}


def in_list_order(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """By school, class as schools count them, then name; with all that a row shows."""
    grades = Case(*(When(classroom__grade=each, then=i) for i, each in enumerate(GRADES)))
    rows = rows.select_related("pupil", "classroom__school")
    return rows.order_by(
        "classroom__school__path", grades, "classroom__room", "pupil__sort_key", "pk"
    )


def waiting_for(user: User, verb: str, term: Term, statuses: list[Status]) -> dict[str, int]:
    """How many forms stand in each of `statuses` where the user holds `verb`."""
    forms = Form01.objects.visible_to(user, verb).in_term(term).filter(status__in=statuses)
    found: dict[str, Any] = dict(forms.order_by().values_list("status").annotate(n=Count("pk")))
    return {status.value: found.get(status.value, 0) for status in statuses}


def to_sign(user: User, term: Term) -> QuerySet[Form01]:
    """Certified forms that await this director, with all that a row of the list shows."""
    forms = Form01.objects.visible_to(user, "screening.sign_form01").in_term(term)
    return (
        forms.filter(status=Status.CERTIFIED)
        .select_related("enrolment__pupil", "enrolment__classroom", "submitted_by")
        .order_by("enrolment__path", "enrolment__pupil__sort_key", "pk")
    )
