"""The audit book: who did, read and took out what, when. Append-only by trigger, sealed in batches."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eqfund.fields import PathField, PersonSealedJSONField

from .base import ScopedQuerySet


class BookPosition(models.Func):
    """Where in the book a row stands: its transaction's number, counted on over restored databases."""

    function = "audit_position"
    output_field = models.BigIntegerField()


class EventQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "read_audit"


class Event(models.Model):
    """One act, reading or download, written by eqfund.audit; never changed.

    No foreign keys: an event outlives what it tells of. `at` is programme time,
    `wall_at` real time. `change` holds before and after, under the key of the person it tells of
    (eqfund.privacy.person_keys); `change_digest`
    is SHA-256 over its plain text with a salt that lies inside it, so it stays true
    when keys change and tells nothing once the text is lost.
    """

    class Kind(models.TextChoices):
        ACT = "act", _("act")
        READ = "read", _("reading")
        DOWNLOAD = "download", _("download")

    personal = {"actor_name", "change"}

    position = models.BigIntegerField(db_default=BookPosition(), editable=False)
    wall_at = models.DateTimeField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.ACT, db_default=Kind.ACT)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200, blank=True)
    verb = models.CharField(max_length=60)
    object_label = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    pupil_id = models.BigIntegerField(null=True, help_text="the child it tells of, if one")
    path = PathField(blank=True)
    facts = models.JSONField(default=dict, help_text="figures and codes, nothing personal")
    change = PersonSealedJSONField(purpose="audit_change")
    change_digest = models.BinaryField(max_length=32, default=b"", db_default=b"")

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="event_kind_is_known", condition=Q(kind__in=["act", "read", "download"])
            ),
        ]
        # one for each filter of the auditor's page, all in the order of its list
        indexes = [
            models.Index(name="event_moment", fields=["wall_at", "id"]),
            models.Index(name="event_of_person", fields=["actor_id", "wall_at", "id"]),
            models.Index(
                name="event_of_thing", fields=["object_label", "object_id", "wall_at", "id"]
            ),
            models.Index(name="event_of_verb", fields=["verb", "wall_at", "id"]),
            models.Index(name="event_at_place", fields=["path", "wall_at", "id"]),
            models.Index(
                name="event_of_child",
                fields=["pupil_id", "wall_at", "id"],
                condition=Q(pupil_id__isnull=False),
            ),
            models.Index(
                name="event_download", fields=["wall_at", "id"], condition=Q(kind="download")
            ),
            models.Index(name="event_position", fields=["position", "id"]),
        ]


class AuditVolume(models.Model):
    """A stretch of the book written in one database cluster; appended when a backup was brought back.

    A restored cluster counts its transactions anew; `shift` is added to them, so
    that positions only ever rise.
    """

    open_because = "a number; the seals need it"
    personal: set[str] = set()

    shift = models.BigIntegerField()
    begun_at = models.DateTimeField()


class AuditSeal(models.Model):
    """One link of the chain: every event with `from_position` <= position < `below_position`.

    `leaves` holds for each event, in order of (position, id), its id in 8 bytes and
    SHA-256 of its canonical row. `hash` covers the previous hash, the head and the
    leaves; `mac` is keyed, so that a hand in the database alone cannot make a chain.
    """

    open_because = "numbers and digests that tell of nobody"
    personal: set[str] = set()

    number = models.BigIntegerField(unique=True)
    from_position = models.BigIntegerField()
    below_position = models.BigIntegerField()
    events = models.IntegerField()
    first_event_id = models.BigIntegerField(null=True)
    last_event_id = models.BigIntegerField(null=True)
    leaves = models.BinaryField()
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    mac_key = models.PositiveSmallIntegerField(help_text="number of the key in SEAL_KEYS")
    mac = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="seal_spans_something",
                condition=Q(from_position__lt=models.F("below_position")),
            ),
            models.UniqueConstraint(name="seal_begins_once", fields=["from_position"]),
        ]


class AuditCheck(models.Model):
    """One run of verify_audit: how far the chain was checked, and what was found."""

    open_because = "numbers; the auditor's page shows the last one"
    personal: set[str] = set()

    checked_at = models.DateTimeField()
    seals = models.IntegerField()
    events = models.BigIntegerField()
    faults = models.IntegerField()
