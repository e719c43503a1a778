"""What a school says of itself for a term: who heads it since when, and that its profile is right."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from .base import ScopedQuerySet
from .calendar import Term
from .people import Posting, User
from .places import School


def _days() -> Func:
    return Func(
        "starts_on", "ends_on", Value("[]"), function="daterange", output_field=DateRangeField()
    )


class DirectorshipQuerySet(ScopedQuerySet):
    scope = "school__path"
    read_verb = "read_school"

    def held_on(self, day):  # type: ignore[no-untyped-def]
        """Those that hold on a day; the last day counts."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class Directorship(models.Model):
    """Who heads or stands in at a school, from a day on, and why it ended.

    On any day one person is in post at most, and one stands in at most (acting รักษาการแทน, or
    signing on behalf ปฏิบัติราชการแทน); who stands in signs. `posting` is the account's post,
    where the person has one. Written by eqfund.schools.actions.
    """

    class Capacity(models.TextChoices):
        IN_POST = "in_post", _("in post")
        ACTING = "acting", _("acting")
        ON_BEHALF = "on_behalf", _("on behalf")

    class Reason(models.TextChoices):
        MOVED = "moved", _("moved to another post")
        RETIRED = "retired", _("retired")
        OTHER = "other", _("for another reason")

    personal = {"full_name"}

    school = models.ForeignKey(School, models.PROTECT, related_name="directorships")
    full_name = models.CharField(_("director"), max_length=200)
    capacity = models.CharField(max_length=10, choices=Capacity, default=Capacity.IN_POST)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=10, blank=True, choices=Reason)
    note = models.CharField(max_length=200, blank=True, help_text="the order it rests on")
    posting = models.ForeignKey(Posting, models.SET_NULL, null=True, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    objects = DirectorshipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="directorship_capacity_is_known",
                condition=Q(capacity__in=["in_post", "acting", "on_behalf"]),
            ),
            models.CheckConstraint(
                name="directorship_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="directorship_ends_for_a_reason",
                condition=Q(ends_on=None, end_reason="")
                | Q(ends_on__isnull=False, end_reason__in=["moved", "retired", "other"]),
            ),
            models.CheckConstraint(
                name="directorship_is_somebodys", condition=~Q(full_name__regex=r"^\s*$")
            ),
            ExclusionConstraint(
                name="directorship_one_in_post_on_any_day",
                expressions=[("school", RangeOperators.EQUAL), (_days(), RangeOperators.OVERLAPS)],
                condition=Q(capacity="in_post"),
            ),
            ExclusionConstraint(
                name="directorship_one_stand_in_on_any_day",
                expressions=[("school", RangeOperators.EQUAL), (_days(), RangeOperators.OVERLAPS)],
                condition=~Q(capacity="in_post"),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def stands_in(self) -> bool:
        return self.capacity != self.Capacity.IN_POST


class ProfileConfirmationQuerySet(ScopedQuerySet):
    scope = "school__path"
    read_verb = "read_school"

    def alive(self):  # type: ignore[no-untyped-def]
        return self.filter(voided_at=None)


class ProfileConfirmation(models.Model):
    """A school said for a term that its profile is right: what it said, by digest, who and when.

    A profile that changed since has another digest (School.profile_digest); confirming again
    voids this row and makes a new one. Only ever added to, but for being voided once. `by` is
    empty, and the digest too, for what was confirmed before digests were kept.
    """

    personal: set[str] = set()

    school = models.ForeignKey(School, models.PROTECT, related_name="profile_confirmations")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict, help_text="items of the checklist, by state")
    voided_at = models.DateTimeField(null=True)

    objects = ProfileConfirmationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="profile_confirmed_once_per_school_and_term",
                fields=["school", "term"],
                condition=Q(voided_at=None),
            ),
            models.CheckConstraint(
                name="profile_confirmation_is_voided_after_it_was_made",
                condition=Q(voided_at=None) | Q(voided_at__gte=F("at")),
            ),
        ]
