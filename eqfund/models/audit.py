"""The audit book: who did what to which thing, when. Append-only by trigger."""

from __future__ import annotations

from django.db import models

from eqfund.fields import EncryptedJSONField, PathField

from .base import ScopedQuerySet


class EventQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "read_audit"


class Event(models.Model):
    """One act, written in its own transaction by eqfund.audit.record; never changed.

    No foreign keys: an event outlives what it tells of. `at` is programme time,
    `wall_at` real time. `change` holds before and after, encrypted.
    """

    personal = {"actor_name", "change"}

    wall_at = models.DateTimeField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200, blank=True)
    verb = models.CharField(max_length=60)
    object_label = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    path = PathField(blank=True)
    facts = models.JSONField(default=dict, help_text="figures and codes, nothing personal")
    change = EncryptedJSONField(purpose="audit_change")

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(name="event_of_an_object", fields=["object_label", "object_id"]),
            models.Index(name="event_of_an_actor", fields=["actor_id", "wall_at"]),
        ]
