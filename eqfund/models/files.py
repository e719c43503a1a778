"""Files that people gave or that we made. Each app serves its own, through its scope."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eqfund.fields import EncryptedTextField, PathField

from .base import ScopedQuerySet
from .people import User


class StoredFileQuerySet(ScopedQuerySet):
    scope = "path"


class StoredFile(models.Model):
    """One file in storage, by a random name. Photos wait in quarantine until re-encoded.

    `phash` is the 64-bit perceptual hash of a photo, as a signed integer.
    """

    class State(models.TextChoices):
        QUARANTINE = "quarantine", _("being checked")
        CLEAN = "clean", _("ready")
        REJECTED = "rejected", _("not accepted")

    personal = {"original_name", "claims", "phash"}

    purpose = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, help_text="image, pdf, sheet, xml, text, zip")
    content_type = models.CharField(max_length=80)
    size = models.BigIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(
        max_length=120, unique=True, help_text="the storage's name: random, says nothing"
    )
    original_name = EncryptedTextField(purpose="file_name", blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.CLEAN)
    phash = models.BigIntegerField(null=True)
    claims = EncryptedTextField(
        purpose="photo_claims", blank=True, help_text="JSON: time and place a photo claims"
    )
    path = PathField(db_index=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField()

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="stored_file_state_is_known",
                condition=Q(state__in=["quarantine", "clean", "rejected"]),
            ),
            models.CheckConstraint(name="stored_file_has_content", condition=Q(size__gt=0)),
        ]
