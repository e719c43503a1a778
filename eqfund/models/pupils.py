"""Children, their identities, their guardians and where they study each term."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from eqfund.fields import BlindIndexField, EncryptedTextField, PathField

from .base import ScopedQuerySet
from .calendar import Term
from .places import Classroom


class Identity(models.Model):
    """One national id or G-code: the same child in every school and term.

    The number is encrypted; `id_index` finds it; the last four digits are shown. One with
    `joined_into` was a second row of that child and holds no number any more: what had been
    paid under it twice rests there, and nothing new ever does.
    """

    class Kind(models.TextChoices):
        NATIONAL_ID = "national_id", _("national id")
        G_CODE = "g_code", _("G-code")

    open_because = "holds no place; reached only from a pupil that visible_to gave"
    personal = {"id_index", "id_index_next", "number", "last4"}

    kind = models.CharField(max_length=12, choices=Kind)
    id_index = BlindIndexField()
    id_index_next = models.BinaryField(null=True)
    number = EncryptedTextField(purpose="national_id")
    last4 = models.CharField(max_length=4)
    joined_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="joined", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="identity_number_is_one_childs", fields=["id_index"]),
            models.CheckConstraint(
                name="identity_is_not_joined_into_itself",
                condition=Q(joined_into=None) | ~Q(joined_into=F("pk")),
            ),
            models.CheckConstraint(
                name="identity_kind_is_known", condition=Q(kind__in=["national_id", "g_code"])
            ),
        ]
        indexes = [
            models.Index(
                name="identity_joined",
                fields=["joined_into"],
                condition=Q(joined_into__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.last4}"


class PupilQuerySet(ScopedQuerySet):
    scope = "path"


class Pupil(models.Model):
    """A child. `path` follows the present classroom; history is in enrolments.

    Without identity: no number yet, or a duplicate that two schools have not settled.
    """

    class Sex(models.TextChoices):
        MALE = "m", _("male")
        FEMALE = "f", _("female")

    personal = {"title", "first_name", "last_name", "sort_key", "birth_date", "sex"}

    identity = models.OneToOneField(Identity, models.PROTECT, null=True, related_name="pupil")
    title = models.CharField(max_length=20)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=420, db_collation="C")
    sex = models.CharField(max_length=1, choices=Sex)
    birth_date = models.DateField(null=True)
    is_demo = models.BooleanField(default=False)
    path = PathField()

    objects = PupilQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="pupil_sex_is_known", condition=Q(sex__in=["m", "f"])),
        ]
        indexes = [
            models.Index(name="pupil_path_and_name", fields=["path", "sort_key"]),
            GinIndex(
                OpClass(Upper("first_name"), name="gin_trgm_ops"), name="pupil_first_name_trigrams"
            ),
            GinIndex(
                OpClass(Upper("last_name"), name="gin_trgm_ops"), name="pupil_last_name_trigrams"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.title}{self.first_name} {self.last_name}"


class GuardianQuerySet(ScopedQuerySet):
    scope = "pupil__path"


class Guardian(models.Model):
    """The adult responsible for a pupil, as known from a day on; the last one is current."""

    personal = {
        *("full_name", "relationship", "phone"),
        *("national_id", "id_index", "id_index_next", "last4"),
    }

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="guardians")
    full_name = EncryptedTextField(purpose="guardian_name")
    relationship = models.CharField(max_length=30)
    national_id = EncryptedTextField(purpose="national_id", blank=True)
    id_index = BlindIndexField(null=True, db_index=True)
    id_index_next = models.BinaryField(null=True)
    last4 = models.CharField(max_length=4, blank=True)
    phone = EncryptedTextField(purpose="guardian_phone", blank=True)
    is_current = models.BooleanField(default=True)
    since = models.DateTimeField()

    objects = GuardianQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="guardian_one_current_per_pupil",
                fields=["pupil"],
                condition=Q(is_current=True),
            ),
            models.CheckConstraint(
                name="guardian_id_and_its_last_digits_go_together",
                condition=Q(id_index=None, last4="") | (Q(id_index__isnull=False) & ~Q(last4="")),
            ),
        ]


class EnrolmentQuerySet(ScopedQuerySet):
    scope = "path"

    def studying(self):  # type: ignore[no-untyped-def]
        return self.filter(status=Enrolment.Status.STUDYING)


class Enrolment(models.Model):
    """A pupil in a class in a term. Forms, transfers and attendance keep theirs, and are scoped by it."""

    class Status(models.TextChoices):
        STUDYING = "studying", _("studying")
        MOVED = "moved", _("moved to another school")
        WITHDREW = "withdrew", _("withdrew")
        DIED = "died", _("died")
        NOT_PRESENT = "not_present", _("no such pupil at the school")
        SUSPENDED = "suspended", _("suspended")

    personal: set[str] = {"student_number"}

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="enrolments")
    term = models.ForeignKey(Term, models.PROTECT, related_name="enrolments")
    classroom = models.ForeignKey(Classroom, models.PROTECT, related_name="enrolments")
    path = PathField()
    student_number = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.STUDYING)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="enrolment_once_per_class_and_term", fields=["pupil", "term", "classroom"]
            ),
            models.UniqueConstraint(
                name="enrolment_one_studying_per_pupil_and_term",
                fields=["pupil", "term"],
                condition=Q(status="studying"),
            ),
            models.CheckConstraint(
                name="enrolment_ends_when_it_is_over",
                condition=Q(status__in=["studying", "suspended"]) | Q(ends_on__isnull=False),
            ),
        ]
        indexes = [models.Index(name="enrolment_term_and_path", fields=["term", "path"])]
