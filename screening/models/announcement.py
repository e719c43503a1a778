"""What a term's policy announces, and the published lists."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from eqfund.models import Enrolment, Term, User
from eqfund.models.base import ScopedQuerySet
from screening.pmt.definition import SCORED_BANDS

from .pmt import BAND_NAMES


class ScreeningPolicy(models.Model):
    """What a term's policy lays down for its new group.

    `announced_bands`  2569: the poor criterion, so poor and extremely poor (letter
                       004, line 79); 2562: the extremely poor (letter 003, line 59).
    `school_run_satang`  the part of each grant that the school itself runs and plans
                       in K001; nought in 2569.
    """

    open_because = "a policy names no child and no school"
    personal: set[str] = set()

    term = models.OneToOneField(Term, models.PROTECT, related_name="screening_policy")
    announced_bands = ArrayField(models.CharField(max_length=20))
    school_run_satang = models.BigIntegerField(default=0)
    school_years = models.PositiveSmallIntegerField(default=3)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="screening_policy_bands_are_known",
                condition=Q(announced_bands__contained_by=[b.value for b in SCORED_BANDS])
                & Q(announced_bands__len__gte=1),
            ),
            models.CheckConstraint(
                name="screening_policy_share_is_not_below_nought",
                condition=Q(school_run_satang__gte=0),
            ),
            models.CheckConstraint(
                name="screening_policy_covers_a_year",
                condition=Q(school_years__gte=1, school_years__lte=12),
            ),
        ]


class Announcement(models.Model):
    """One publication of results for a term; a later one adds what extensions brought."""

    open_because = "the act of publishing names no child; its pupils are scoped"
    personal: set[str] = set()

    term = models.ForeignKey(Term, models.PROTECT, related_name="announcements")
    number = models.PositiveSmallIntegerField()
    bands = ArrayField(models.CharField(max_length=20))
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    results = models.PositiveIntegerField(default=0)
    listed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="announcement_number_once_a_term", fields=["term", "number"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term} ({self.number})"


class AnnouncedPupilQuerySet(ScopedQuerySet):
    scope = "enrolment__path"

    def for_table(self) -> Self:
        """With all a table row shows. Reading more raises instead of querying."""
        rows = self.select_related("enrolment__pupil", "enrolment__classroom", "announcement")
        return rows.order_by("enrolment__path", "enrolment__pupil__sort_key", "pk").fetch_mode(
            models.FETCH_RAISE
        )


class AnnouncedPupil(models.Model):
    """A pupil on the published list, with the band found. Once for each form."""

    personal: set[str] = set()

    announcement = models.ForeignKey(Announcement, models.PROTECT, related_name="pupils")
    form = models.OneToOneField("screening.Form01", models.PROTECT, related_name="announced")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="announced")
    band = models.CharField(max_length=20, choices=list(BAND_NAMES.items()))

    objects = AnnouncedPupilQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="announced_band_is_known",
                condition=Q(band__in=[b.value for b in SCORED_BANDS]),
            ),
        ]
