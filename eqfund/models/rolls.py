"""The roll of a class: that names and ids are right, what is wrong, and what stood there before."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eqfund import access
from eqfund.fields import EncryptedTextField

from .base import ScopedQuerySet
from .calendar import Term
from .imports import RegistryImport
from .people import User
from .places import Classroom
from .pupils import Enrolment, Identity, Pupil


class Source(models.TextChoices):
    """By which way a name or a number was replaced."""

    REGISTRY = "registry", _("by a registry file")
    CORRECTION = "correction", _("corrected by the school")


class RollConfirmationQuerySet(ScopedQuerySet):
    scope = "classroom__path"
    read_verb = "read_school"

    def alive(self):  # type: ignore[no-untyped-def]
        return self.filter(voided_at=None)


class RollConfirmation(models.Model):
    """The registry keeper said that the names and ids of a class are right, this term.

    `digest` is of the roll as it stood (eqfund.rolls.queries): another one now means "changed
    since". Confirming again voids this row and makes a new one; else it is never changed.
    """

    personal: set[str] = set()

    classroom = models.ForeignKey(Classroom, models.PROTECT, related_name="roll_confirmations")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    pupils = models.PositiveSmallIntegerField()
    without_id = models.PositiveSmallIntegerField(
        help_text="of them: with no number yet, or a number that is not settled"
    )
    rows = models.JSONField(
        default=dict,
        db_default={},
        help_text="each pupil's key and the beginning of its row's digest: tells what changed since",
    )
    voided_at = models.DateTimeField(null=True)

    objects = RollConfirmationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="roll_confirmed_once_per_class_and_term",
                fields=["classroom", "term"],
                condition=Q(voided_at=None),
            ),
            models.CheckConstraint(
                name="roll_confirmation_counts_its_pupils",
                condition=Q(without_id__lte=F("pupils")),
            ),
            models.CheckConstraint(
                name="roll_confirmation_is_voided_after_it_was_made",
                condition=Q(voided_at=None) | Q(voided_at__gte=F("at")),
            ),
        ]
        indexes = [models.Index(name="roll_confirmation_of_term", fields=["term", "classroom"])]


class RollMarkQuerySet(ScopedQuerySet):
    scope = "classroom__path"

    def visible_to(self, user: Any, verb: str | None = None) -> Self:
        """Marks where their pupil stands now: one goes along when a file moves the pupil to another class."""
        verb = verb or self.read_verb
        missing = access.path_filter(user, verb, self.scope) & Q(enrolment=None)
        return self.filter(missing | access.path_filter(user, verb, "enrolment__path"))

    def open(self):  # type: ignore[no-untyped-def]
        return self.filter(settled_at=None)


class RollMark(models.Model):
    """Something in a class's roll that is not as the documents say, until it is settled.

    A missing child has no enrolment: the note says who. `was` is the digest of the pupil's row
    when it was marked: another one now means that the data changed since. Written by
    eqfund.rolls.actions.
    """

    class Kind(models.TextChoices):
        NAME = "name", _("name differs from the document")
        NUMBER = "number", _("id is wrong")
        BIRTH_DATE = "birth_date", _("date of birth is wrong")
        NOT_HERE = "not_here", _("no longer in this class")
        MISSING = "missing", _("a child is missing from the list")

    class Outcome(models.TextChoices):
        MENDED = "mended", _("mended")
        MISTAKEN = "mistaken", _("marked by mistake")

    personal = {"note"}

    classroom = models.ForeignKey(Classroom, models.PROTECT, related_name="roll_marks")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, null=True, related_name="roll_marks")
    kind = models.CharField(max_length=10, choices=Kind)
    note = EncryptedTextField(purpose="roll_note", blank=True)
    was = models.CharField(max_length=64, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, blank=True, choices=Outcome)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    objects = RollMarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="roll_mark_kind_is_known",
                condition=Q(kind__in=["name", "number", "birth_date", "not_here"])
                & Q(enrolment__isnull=False)
                | Q(kind="missing", enrolment=None),
            ),
            models.CheckConstraint(
                name="roll_mark_is_settled_by_somebody_somehow",
                condition=Q(settled_at=None, settled_by=None, outcome="")
                | Q(
                    settled_at__isnull=False,
                    settled_by__isnull=False,
                    outcome__in=["mended", "mistaken"],
                ),
            ),
            models.UniqueConstraint(
                name="roll_mark_once_while_open",
                fields=["enrolment", "kind"],
                condition=Q(settled_at=None),
            ),
        ]
        indexes = [
            models.Index(
                name="roll_mark_open", fields=["term", "classroom"], condition=Q(settled_at=None)
            )
        ]


class FormerNameQuerySet(ScopedQuerySet):
    scope = "pupil__path"


class FormerName(models.Model):
    """The name a pupil had until a moment. Only ever added to; written with the name that replaces it."""

    personal = {"title", "first_name", "last_name", "reason"}

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="former_names")
    title = models.CharField(max_length=20)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    until = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Source)
    registry_import = models.ForeignKey(RegistryImport, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = EncryptedTextField(purpose="roll_note", blank=True)

    objects = FormerNameQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="former_name_was_replaced_by_a_file_or_a_person",
                condition=Q(source="registry", registry_import__isnull=False)
                | Q(source="correction", by__isnull=False),
            ),
        ]

    @property
    def full_name(self) -> str:
        return f"{self.title}{self.first_name} {self.last_name}"


class FormerNumber(models.Model):
    """The number an identity had until a moment: a G-code before a national id, or a digit mistyped."""

    open_because = "holds no place; reached only from a pupil that visible_to gave"
    personal = {"number", "last4", "reason"}

    identity = models.ForeignKey(Identity, models.PROTECT, related_name="former_numbers")
    kind = models.CharField(max_length=12, choices=Identity.Kind)
    number = EncryptedTextField(purpose="national_id")
    last4 = models.CharField(max_length=4)
    until = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Source)
    registry_import = models.ForeignKey(RegistryImport, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = EncryptedTextField(purpose="roll_note", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="former_number_kind_is_known", condition=Q(kind__in=["national_id", "g_code"])
            ),
            models.CheckConstraint(
                name="former_number_was_replaced_by_a_file_or_a_person",
                condition=Q(source="registry", registry_import__isnull=False)
                | Q(source="correction", by__isnull=False),
            ),
        ]
