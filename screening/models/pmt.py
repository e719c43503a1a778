"""PMT models, what they need of a form, and the scores they give."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eqfund.models import Term, User
from eqfund.models.base import ScopedQuerySet
from screening.fields import reals
from screening.pmt.definition import SCORED_BANDS, PovertyBand

BAND_NAMES = {
    PovertyBand.EXTREMELY_POOR: _("extremely poor"),
    PovertyBand.POOR: _("poor"),
    PovertyBand.NOT_POOR: _("not poor"),
    PovertyBand.INELIGIBLE_INCOME: _("income above the criterion"),
}
_BANDS = [band.value for band in PovertyBand]


class PmtModelQuerySet(models.QuerySet["PmtModel"]):
    def released_for(self, year_be: int) -> PmtModel | None:
        """The model that scores a year: its newest released version. None: nothing is scored."""
        return (
            self.filter(year_be=year_be, status=PmtModel.Status.RELEASED).order_by("version").last()
        )


class PmtModel(models.Model):
    """A scoring model as data: weights, gate, bands and worked cases, for one school year.

    Made as a draft by one person of the fund and released by another, only if its
    worked cases pass. A released row never changes: a database trigger refuses,
    and `digest` fingerprints its definition. A correction is another version.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        RELEASED = "released", _("released")

    open_because = "a model names no child; pages show its weights to the fund alone"
    personal: set[str] = set()

    year_be = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    layout = models.CharField(max_length=10)
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    is_demonstration = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    objects = PmtModelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="pmt_model_version_once_a_year", fields=["year_be", "version"]
            ),
            models.CheckConstraint(
                name="pmt_model_status_is_known", condition=Q(status__in=["draft", "released"])
            ),
            models.CheckConstraint(
                name="pmt_model_released_by_another_person",
                condition=Q(status="draft", released_by=None, released_at=None)
                | Q(status="released", released_by__isnull=False, released_at__isnull=False)
                & ~Q(released_by=F("made_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year_be}/{self.version}"


class PmtFactsQuerySet(ScopedQuerySet):
    scope = "form__enrolment__path"


class PmtFacts(models.Model):
    """A submitted form's facts in its layout's order, written when the form is submitted.

    Income is the household's for a month, whole, so that the gate stays exact.
    An institutional household has none: it is not scored.
    """

    personal: set[str] = set()

    form = models.OneToOneField(
        "screening.Form01", models.PROTECT, primary_key=True, related_name="pmt_facts"
    )
    layout = models.CharField(max_length=10)
    facts = ArrayField(models.SmallIntegerField())
    income_satang = models.BigIntegerField()
    household_size = models.SmallIntegerField()

    objects = PmtFactsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pmt_facts_household_has_members", condition=Q(household_size__gte=1)
            ),
            models.CheckConstraint(
                name="pmt_facts_income_is_not_below_nought", condition=Q(income_satang__gte=0)
            ),
        ]


class Scoring(models.Model):
    """One run of a released model over a term's signed forms: when, by whom, how many.

    Its scores are announced together: `announcement` says that they have been, for two
    million of them at once. A run that found no form leaves no row.
    """

    open_because = "a run names no child; its scores are scoped"
    personal: set[str] = set()

    term = models.ForeignKey(Term, models.PROTECT, related_name="scorings")
    model = models.ForeignKey(PmtModel, models.PROTECT, related_name="scorings")
    scored_at = models.DateTimeField()
    scored_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", help_text="null: before it was kept"
    )
    forms = models.PositiveIntegerField()
    announcement = models.ForeignKey(
        "screening.Announcement", models.PROTECT, null=True, related_name="scorings"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="scoring_took_a_form", condition=Q(forms__gte=1)),
        ]


class PmtScoreQuerySet(ScopedQuerySet):
    scope = "form__enrolment__path"


class PmtScore(models.Model):
    """What a released model said of one form, once: value, band and each fact's contribution.

    That it exists is what makes the form scored. Beyond the income gate there is a band
    and no value. Contributions stand in the layout's order, income last; people of the
    fund alone are shown them. The database ties the row to the form's PmtFacts: facts
    that have been scored cannot be taken away, so a scored form cannot be returned.
    """

    personal: set[str] = set()

    form = models.OneToOneField(
        "screening.Form01", models.PROTECT, related_name="pmt_score", db_constraint=False
    )
    scoring = models.ForeignKey(Scoring, models.PROTECT, related_name="scores", db_index=False)
    value = models.FloatField(null=True)
    band = models.CharField(max_length=20, choices=list(BAND_NAMES.items()))
    contributions = reals()

    objects = PmtScoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="pmt_score_band_is_known", condition=Q(band__in=_BANDS)),
            models.CheckConstraint(
                name="pmt_score_has_a_value_unless_beyond_the_gate",
                condition=Q(band=PovertyBand.INELIGIBLE_INCOME.value, value=None)
                | Q(
                    band__in=[b.value for b in SCORED_BANDS],
                    value__isnull=False,
                    value__gte=0,
                    value__lte=1,
                ),
            ),
        ]


class InstitutionDecisionQuerySet(ScopedQuerySet):
    scope = "form__enrolment__path"

    def to_announce(self, term: Term) -> Self:
        """Decided ones of a term that no announcement has published yet."""
        return self.filter(status="decided", announcement=None, form__enrolment__term=term)


class InstitutionDecision(models.Model):
    """The band of a pupil of an institutional household: proposed and decided by two people of the fund.

    Decided, it is to its form what a score is to others. Returning the form takes a
    proposal away; a decided one keeps the form from being returned.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        DECIDED = "decided", _("decided")

    personal = {"reason"}

    form = models.OneToOneField(
        "screening.Form01", models.PROTECT, related_name="institution_decision"
    )
    band = models.CharField(max_length=20, choices=[(b, BAND_NAMES[b]) for b in SCORED_BANDS])
    reason = models.TextField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    announcement = models.ForeignKey(
        "screening.Announcement", models.PROTECT, null=True, related_name="decisions"
    )

    objects = InstitutionDecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="institution_band_is_known",
                condition=Q(band__in=[b.value for b in SCORED_BANDS]),
            ),
            models.CheckConstraint(
                name="institution_decision_has_a_reason", condition=~Q(reason="")
            ),
            models.CheckConstraint(
                name="institution_decided_by_another_person",
                condition=Q(status="proposed", decided_by=None, decided_at=None)
                | Q(status="decided", decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="institution_announced_once_decided",
                condition=Q(announcement=None) | Q(status="decided"),
            ),
        ]


def band_name(band: str) -> Any:
    """A band in words, lazily translated."""
    return BAND_NAMES[PovertyBand(band)]
