"""What the care of personal data keeps of itself: keys, policies and consents, exports, retention."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eqfund.fields import EncryptedTextField

from .files import StoredFile
from .people import User


class PersonKey(models.Model):
    """The key under which the audit book keeps what it holds of one person or thing; destroyed by scrubbing.

    Kept sealed under the ring. Made by eqfund.privacy.person_keys when it is first needed.
    """

    open_because = "keys are shown to nobody; they open what visible_to gave"
    personal = {"key"}

    subject_label = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    key = EncryptedTextField(purpose="person_key", blank=True)
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="person_key_once_per_subject", fields=["subject_label", "subject_id"]
            ),
            models.CheckConstraint(
                name="person_key_is_gone_when_destroyed",
                condition=Q(destroyed_at=None) & ~Q(key=b"")
                | Q(destroyed_at__isnull=False) & Q(key=b""),
            ),
        ]


class IndexKeyChange(models.Model):
    """One change of the index key, from begin to finish; the last row says which key is in use.

    Written by eqfund.privacy.index_keys alone.
    """

    class Phase(models.TextChoices):
        DUAL = "dual", _("written under both keys")
        SWAPPED = "swapped", _("the new key in use, the old one kept beside it")
        FINISHED = "finished", _("finished")

    open_because = "numbers of keys and moments; nothing of anybody"
    personal: set[str] = set()

    from_key = models.PositiveSmallIntegerField()
    to_key = models.PositiveSmallIntegerField()
    phase = models.CharField(max_length=8, choices=Phase, default=Phase.DUAL)
    begun_at = models.DateTimeField()
    swapped_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="index_key_change_phase_is_known",
                condition=Q(phase__in=["dual", "swapped", "finished"]),
            ),
            models.CheckConstraint(
                name="index_key_changes_to_another", condition=~Q(from_key=F("to_key"))
            ),
            models.UniqueConstraint(
                models.Value(1),
                name="index_key_changes_one_at_a_time",
                condition=~Q(phase="finished"),
            ),
        ]


class Policy(models.Model):
    """One version of what people are told of their data, for account holders or for guardians (form 01).

    Never changed once in force: a new text is a new version, and everybody is asked again.
    """

    class Audience(models.TextChoices):
        USER = "user", _("account holders")
        GUARDIAN = "guardian", _("guardians, on form 01")

    open_because = "everybody may read what they are asked to agree to"
    personal: set[str] = set()

    audience = models.CharField(max_length=8, choices=Audience)
    version = models.CharField(max_length=20)
    text_th = models.TextField()
    text_en = models.TextField()
    effective_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="policy_version_once", fields=["audience", "version"]),
            models.UniqueConstraint(
                name="policy_begins_at_its_own_moment", fields=["audience", "effective_at"]
            ),
            models.CheckConstraint(
                name="policy_audience_is_known", condition=Q(audience__in=["user", "guardian"])
            ),
            models.CheckConstraint(
                name="policy_says_something_in_both_languages",
                condition=~Q(text_th="") & ~Q(text_en=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.audience} {self.version}"


class Consent(models.Model):
    """An account holder agreed to one version of the policy, once."""

    open_because = "asked only of the person's own row"
    personal: set[str] = set()

    user = models.ForeignKey(User, models.PROTECT, related_name="consents")
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="consents")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="consent_once_per_version", fields=["user", "policy"]),
        ]


class PersonExportQuerySet(models.QuerySet["PersonExport"]):
    def visible_to(self, user: Any) -> PersonExportQuerySet:
        """Exports that this person asked for; nobody else takes them."""
        return self.filter(by=user.pk)


class PersonExport(models.Model):
    """All that the system holds of one person, asked for by the fund's officer, made by a job, kept for days.

    The file is a zip under AES with a password of its own, shown once to who asked.
    """

    open_because = "seen by who asked alone; visible_to says so"
    personal = {"subject_id", "reason", "password"}

    subject_label = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    reason = EncryptedTextField(purpose="export_reason")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+")
    password = EncryptedTextField(purpose="export_password", blank=True)
    password_shown_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = PersonExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="person_export_expires_after_it_is_asked",
                condition=Q(expires_at__gt=F("asked_at")),
            ),
        ]


class RetentionRule(models.Model):
    """How many years after its end a kind of personal data is kept, and on what ground.

    The kinds are those that apps register in hooks.person_scrubs; a kind without a row is never scrubbed.
    """

    open_because = "a policy, read by whoever runs the scrub"
    personal: set[str] = set()

    kind = models.CharField(max_length=40, unique=True)
    years = models.PositiveSmallIntegerField()
    ground = models.CharField(max_length=300)
    due = models.PositiveIntegerField(
        default=0, help_text="people whose time was over at counted_at"
    )
    counted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="retention_is_of_some_years", condition=Q(years__gte=1)),
        ]

    KINDS = {"pupil": _("pupils"), "user": _("account holders"), "papers": _("papers about many")}

    def __str__(self) -> str:
        return f"{self.kind} {self.years}"

    @property
    def kind_word(self) -> str:
        return str(self.KINDS.get(self.kind, self.kind))
