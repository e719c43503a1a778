"""Whom a school visits at home in a term: one line for a pupil of the new group."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from eqfund.fields import EncryptedTextField
from eqfund.models import Enrolment, Term, User
from eqfund.models.base import ScopedQuerySet
from screening.fields import term_code
from screening.form01.rules import Status
from screening.rules.grants import GrantStatus
from screening.rules.visits import Evidence, Outcome, Reason, SkipReason

from .form01 import Form01
from .grants import Grant

REASON_NAMES = {
    Reason.SUBSIDY_THREE_YEARS: _("Had the basic-needs subsidy for three years running"),
    Reason.GRANTEE_MOVED: _("Former grantee who changed school"),
    Reason.LOW_INCOME: _("Household income within the fund's criterion"),
}
EVIDENCE_NAMES = {
    Evidence.SUBSIDY_LIST: _("in the lists of the basic-needs subsidy for three years running"),
    Evidence.GRANT_ELSEWHERE: _("had the grant at another school"),
    Evidence.MARKED_POOR: _("marked poor in the source registry"),
    Evidence.MARKED_BEFORE: _("marked poor by the former school's registry, as last known"),
    Evidence.SCORED_POOR: _("found poor by an earlier form 01"),
    Evidence.GRANT_OVER: _("had the grant here; its three years are over"),
    Evidence.REGISTRY_INCOME: _("the incomes in the source registry lie within the criterion"),
}
SKIP_NAMES = {
    SkipReason.NOT_POOR: _("The household is not poor, as far as the teacher knows"),
    SkipReason.DECLINED: _("The guardian does not wish to apply"),
    SkipReason.NOT_HERE: _("The pupil does not study here any more"),
    SkipReason.VISITED_BEFORE: _("Visited lately, and nothing has changed"),
    SkipReason.OTHER: _("Another reason"),
}
OUTCOME_NAMES = {
    Outcome.MET: _("Met the household"),
    Outcome.NOBODY_HOME: _("Nobody at home, to be visited again"),
    Outcome.NOT_FOUND: _("The home was not found"),
    Outcome.DECLINED: _("The household declined"),
}


def _known(name: str, field: str, values: type[StrEnum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name, condition=Q(**{f"{field}__in": ["", *(v.value for v in values)]})
    )


class HomeVisitQuerySet(ScopedQuerySet):
    scope = "enrolment__path"
    read_verb = "screening.read_visits"

    def in_term(self, term: Term) -> Self:
        return self.filter(enrolment__term=term)

    def to_visit_in(self, term: Term) -> Self:
        """Lines of the new group: of pupils who still study where the line stands and hold no grant.

        A line of one who left, or whose grant became known later, stays and is not shown; nor is it
        when that grant has ended and nothing names the pupil anew.
        """
        held = Grant.objects.filter(
            pupil=OuterRef("enrolment__pupil"), last_term__gte=term_code(term)
        )
        return self.filter(
            ~Exists(held.exclude(status=GrantStatus.ENDED)),
            ~(Q(evidence=[], reason="") & Exists(held)),
            enrolment__status=Enrolment.Status.STUDYING,
        )

    def with_form(self) -> Self:
        """With `has_form` and `is_visited`: what the forms begun say, live."""
        alive = Form01.objects.filter(enrolment=OuterRef("enrolment")).exclude(
            status=Status.WITHDRAWN
        )
        seen = Case(
            When(visited_on__isnull=False, outcome=Outcome.MET, then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
        return self.annotate(has_form=Exists(alive), is_visited=seen)


class HomeVisit(models.Model):
    """A pupil on a class's list of homes to visit in a term; once for each enrolment.

    `evidence` is what the data said when they were last looked at, `reason` what a person gave
    who added the pupil; a line with neither is one that the data no longer speak for. Nothing
    takes a line away: it is unticked, with a reason and a name. Where the form 01 stands is asked
    of the form. Written by screening.actions.visits alone.
    """

    personal = {"note", "outcome_note"}

    enrolment = models.OneToOneField(Enrolment, models.PROTECT, related_name="home_visit")
    evidence = ArrayField(models.CharField(max_length=20), default=list)
    reason = models.CharField(max_length=20, blank=True, choices=list(REASON_NAMES.items()))
    note = EncryptedTextField(purpose="home_visit_note", blank=True)
    proposed_at = models.DateTimeField(help_text="when the data or a person first named the pupil")
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    is_ticked = models.BooleanField(default=True)
    skip_reason = models.CharField(max_length=20, blank=True, choices=list(SKIP_NAMES.items()))
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    planned_on = models.DateField(null=True)
    turn = models.PositiveSmallIntegerField(null=True, help_text="the teacher's own order")

    visited_on = models.DateField(null=True)
    outcome = models.CharField(max_length=12, blank=True, choices=list(OUTCOME_NAMES.items()))
    outcome_note = EncryptedTextField(purpose="home_visit_note", blank=True)
    visited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = HomeVisitQuerySet.as_manager()

    class Meta:
        constraints = [
            _known("home_visit_reason_is_known", "reason", Reason),
            _known("home_visit_skip_reason_is_known", "skip_reason", SkipReason),
            _known("home_visit_outcome_is_known", "outcome", Outcome),
            models.CheckConstraint(
                name="home_visit_evidence_is_known",
                condition=Q(evidence__contained_by=[v.value for v in Evidence]),
            ),
            models.CheckConstraint(
                name="home_visit_added_by_somebody_with_a_reason",
                condition=Q(reason="", added_by=None) | (~Q(reason="") & Q(added_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="home_visit_unticked_by_somebody_with_a_reason",
                condition=Q(is_ticked=True, skip_reason="")
                | (
                    Q(is_ticked=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(skip_reason="")
                ),
            ),
            models.CheckConstraint(
                name="home_visit_has_its_day_its_outcome_and_who_went",
                condition=Q(visited_on=None, outcome="", visited_by=None)
                | (Q(visited_on__isnull=False, visited_by__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="home_visit_turn_counts_from_one",
                condition=Q(turn=None) | Q(turn__gte=1),
            ),
        ]

    @property
    def path(self) -> str:
        """The place the line belongs to, whatever becomes of the pupil."""
        return str(self.enrolment.path)
