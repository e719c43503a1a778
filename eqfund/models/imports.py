"""Registry files taken in: the upload, its rows in waiting, its wrong cells, and what the registry says of a pupil."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eqfund.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField, PathField
from eqfund.school_year import grade_label

from .base import ScopedQuerySet
from .calendar import Term
from .files import StoredFile
from .jobs import Job
from .people import User
from .places import Classroom, School
from .pupils import Enrolment, Identity, Pupil


class RegistryImportQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "registry.read_import"


class RegistryImport(models.Model):
    """One registry file of one place and term: uploaded, read, previewed, then confirmed or set aside.

    `path` is the place the uploader keeps, a school or an office. Nothing but this
    row, its staging rows and its wrong cells is written before it is confirmed.
    Written by eqfund.registry.actions and the jobs registry.read_file and registry.record_file.
    """

    class Status(models.TextChoices):
        READING = "reading", _("being read")
        PREVIEWED = "previewed", _("waiting for confirmation")
        RECORDING = "recording", _("being recorded")
        REFUSED = "refused", _("not accepted")
        CONFIRMED = "confirmed", _("recorded")
        DISCARDED = "discarded", _("set aside")

    personal: set[str] = set()

    term = models.ForeignKey(Term, models.PROTECT, related_name="registry_imports")
    path = PathField(db_index=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    registry = models.CharField(
        max_length=10, help_text="DMC, LEC, OPEC or BEMIS, by the affiliation"
    )
    layout = models.CharField(max_length=20, blank=True)
    report_at = models.DateTimeField(null=True, help_text="the moment the file names as its own")
    status = models.CharField(max_length=10, choices=Status, default=Status.READING)
    lines = models.PositiveIntegerField(default=0, help_text="rows with content under the header")
    outside = models.PositiveIntegerField(
        default=0, help_text="pupils of grades above the programme"
    )
    school_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="rows of each kind of difference")
    refusal = models.JSONField(
        default=dict, help_text="code and facts of why the file was not accepted, or not recorded"
    )
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")

    objects = RegistryImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="registry_import_status_is_known",
                condition=Q(
                    status__in=[
                        "reading",
                        "previewed",
                        "recording",
                        "refused",
                        "confirmed",
                        "discarded",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="registry_import_confirmed_by_somebody_at_a_time",
                condition=Q(
                    status="confirmed", confirmed_by__isnull=False, confirmed_at__isnull=False
                )
                | (~Q(status="confirmed") & Q(confirmed_by=None, confirmed_at=None)),
            ),
            models.UniqueConstraint(
                name="registry_import_one_waiting_per_place",
                fields=["term", "path"],
                condition=Q(status__in=["reading", "previewed", "recording"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registry} {self.pk}"

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has it: it is being read or recorded."""
        return self.status in (self.Status.READING, self.Status.RECORDING)


class StagingRowQuerySet(ScopedQuerySet):
    scope = "registry_import__path"
    read_verb = "registry.read_import"


class StagingRow(models.Model):
    """One pupil of a registry file beside what we already know, and what confirming would do.

    Put in by COPY, compared by set-based SQL; ids, guardians and extras arrive sealed.
    A row of kind `gone` has no line: the pupil is on our roll and not in the file.
    No keys are enforced here: it is a waiting room, and it is emptied of what is
    sealed when the import is confirmed or set aside.
    """

    class Kind(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        ENROLLED = "enrolled", _("known, enters this term")
        MOVED_HERE = "moved_here", _("moved here")
        ELSEWHERE = "elsewhere", _("studying at another school")
        SETTLED = "settled", _("duplicate settled")
        RENUMBERED = "renumbered", _("G-code became a national id")
        GONE = "gone", _("not in the file")
        SAME = "same", _("unchanged")
        LEFT_OUT = "left_out", _("left out")

    personal = {
        *(
            "number",
            "id_index",
            "id_index_next",
            "last4",
            "title",
            "first_name",
            "last_name",
            "sort_key",
            "sex",
            "birth_date",
        ),
        *("student_number", "extras", "extras_index", "extras_index_next", "was"),
        *(
            "guardian_name",
            "guardian_relationship",
            "guardian_number",
            "guardian_index",
            "guardian_index_next",
            "guardian_last4",
        ),
        "guardian_phone",
    }

    registry_import = models.ForeignKey(RegistryImport, models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.LEFT_OUT)
    line = models.PositiveIntegerField(null=True)
    school = models.ForeignKey(
        School, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    grade = models.CharField(max_length=2, blank=True)
    room = models.CharField(max_length=10, blank=True)
    id_kind = models.CharField(max_length=12, blank=True)
    id_index = BlindIndexField(null=True)
    id_index_next = models.BinaryField(null=True)
    number = EncryptedTextField(purpose="national_id", blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    title = models.CharField(max_length=20, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    sort_key = models.CharField(max_length=210, db_collation="C", blank=True)
    sex = models.CharField(max_length=1, blank=True)
    birth_date = models.DateField(null=True)
    student_number = models.CharField(max_length=20, blank=True)
    disadvantage_poor = models.BooleanField(default=False)
    extras = EncryptedJSONField(purpose="registry_extras")
    extras_index = BlindIndexField(null=True)
    extras_index_next = models.BinaryField(null=True)
    guardian_name = EncryptedTextField(purpose="guardian_name", blank=True)
    guardian_relationship = models.CharField(max_length=30, blank=True)
    guardian_number = EncryptedTextField(purpose="national_id", blank=True)
    guardian_index = BlindIndexField(null=True)
    guardian_index_next = models.BinaryField(null=True)
    guardian_last4 = models.CharField(max_length=4, blank=True)
    guardian_phone = EncryptedTextField(purpose="guardian_phone", blank=True)
    # what the comparison finds
    pupil = models.ForeignKey(
        Pupil, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    shadow = models.ForeignKey(
        Pupil, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    enrolment = models.ForeignKey(
        Enrolment,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    classroom = models.ForeignKey(
        Classroom,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    identity = models.ForeignKey(
        Identity,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    changes = ArrayField(models.CharField(max_length=20), default=list)
    was = models.JSONField(default=dict, help_text="what we knew, for the fields that change")

    objects = StagingRowQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(name="staging_row_by_kind", fields=["registry_import", "kind", "line"]),
        ]

    @property
    def full_name(self) -> str:
        return f"{self.title}{self.first_name} {self.last_name}"

    @property
    def class_label(self) -> str:
        """The class the file says: ป.4/1; empty for a row that was left out."""
        return f"{grade_label(self.grade)}/{self.room}" if self.grade else ""


class RegistryCellErrorQuerySet(ScopedQuerySet):
    scope = "registry_import__path"
    read_verb = "registry.read_import"


class RegistryCellError(models.Model):
    """One cell of a registry file that could not be read, by its row and column."""

    personal = {"value"}

    registry_import = models.ForeignKey(RegistryImport, models.CASCADE, related_name="cell_errors")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=3)
    title = models.CharField(max_length=80)
    code = models.CharField(max_length=40)
    value = EncryptedTextField(purpose="registry_cell", blank=True)
    leaves_row_out = models.BooleanField()

    objects = RegistryCellErrorQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(name="registry_cell_error_in_order", fields=["registry_import", "line"])
        ]


class RegistryRecordQuerySet(ScopedQuerySet):
    scope = "enrolment__path"


class RegistryRecord(models.Model):
    """What the source registry says of a pupil in a term, as last imported.

    `extras` prefills form 01: relatives, addresses, siblings, travel, weight and
    height (keys in eqfund.imports.rows). `duplicate_index` is set while the same
    number also studies at another school: the pupil then has no identity.
    Written by confirm_registry_import alone.
    """

    personal = {
        *("extras", "extras_index", "extras_index_next"),
        *("duplicate_index", "duplicate_index_next"),
    }

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="registry_records")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="registry_records")
    source = models.ForeignKey(RegistryImport, models.PROTECT, related_name="records")
    registry = models.CharField(max_length=10)
    disadvantage_poor = models.BooleanField(
        help_text="OBEC: lets the pupil be screened; its removal ends a grant"
    )
    extras = EncryptedJSONField(purpose="registry_extras")
    extras_index = BlindIndexField()
    extras_index_next = models.BinaryField(null=True)
    duplicate_index = BlindIndexField(null=True, db_index=True)
    duplicate_index_next = models.BinaryField(null=True)

    objects = RegistryRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="registry_record_once_per_pupil_and_term", fields=["pupil", "term"]
            ),
        ]


class RegistryTitle(models.Model):
    """A column title of a registry, and what it means to us: added by the fund as data, without code."""

    open_because = "titles of columns say nothing of anybody"
    personal: set[str] = set()

    registry = models.CharField(max_length=10)
    title = models.CharField(max_length=120)
    key = models.CharField(max_length=40)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="registry_title_means_one_thing", fields=["registry", "title"]
            ),
            models.CheckConstraint(
                name="registry_title_is_written",
                condition=~Q(title="") & ~Q(key="") & ~Q(title=F("key")),
            ),
        ]


class RegistryValue(models.Model):
    """A word of a registry's file and what it means to us: "ต้องการ" in the column of LEC is poor.

    `key` is one of eqfund.imports.mapping.VALUES, `means` one of its meanings. Added by the fund.
    """

    open_because = "words of columns say nothing of anybody"
    personal: set[str] = set()

    registry = models.CharField(max_length=10)
    key = models.CharField(max_length=40)
    value = models.CharField(max_length=80)
    means = models.CharField(max_length=20)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="registry_value_means_one_thing", fields=["registry", "key", "value"]
            ),
            models.CheckConstraint(
                name="registry_value_is_written", condition=~Q(value="") & ~Q(means="")
            ),
        ]


class RegistryReading(models.Model):
    """How a registry's files are read beyond their titles: further columns they must have, and their years.

    One row for each registry that the fund has adjusted; without one, the shipped reading holds.
    """

    class Years(models.TextChoices):
        BOTH = "both", _("not read: it could be either")
        BUDDHIST = "be", _("Buddhist years: 59 is 2559")
        COMMON = "ce", _("common years: 16 is 2016")

    open_because = "how columns are read says nothing of anybody"
    personal: set[str] = set()

    registry = models.CharField(max_length=10, unique=True)
    must_have = ArrayField(models.CharField(max_length=40), default=list)
    years = models.CharField(max_length=4, choices=Years, default=Years.BOTH)
    revision = models.PositiveIntegerField(default=1, help_text="for compare-and-set")
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="registry_reading_years_are_known",
                condition=Q(years__in=["both", "be", "ce"]),
            ),
        ]
