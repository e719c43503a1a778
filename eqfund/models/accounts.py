"""What a person has proved of their account: e-mail, phone, and a lost factor given back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eqfund.fields import EncryptedTextField

from .people import User


class AccountState(models.Model):
    """What one person has proved so far. Made when the first use begins, written by eqfund.accounts.

    The verified e-mail and phone are kept as they were proved: when either is changed by
    whatever way, it no longer equals the person's own and must be proved anew.
    """

    open_because = "one's own: read by the gate and by one's own page"
    personal = {"verified_email", "verified_phone"}

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="account_state"
    )
    verified_email = EncryptedTextField(purpose="user_email", blank=True)
    email_verified_at = models.DateTimeField(null=True)
    verified_phone = EncryptedTextField(purpose="user_phone", blank=True)
    phone_verified_at = models.DateTimeField(null=True)
    factor_postponed_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"account of {self.user_id}"


class ContactCode(models.Model):
    """A code sent to an e-mail address or a phone, one row a sending. The code is kept as its HMAC alone."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")

    MOST_TRIES = 5

    open_because = "one's own: nobody lists codes"
    personal = {"target"}

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    target = EncryptedTextField(purpose="contact_code_target")
    digest = models.BinaryField(max_length=32)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="contact_code_of_a_person", fields=["user", "kind", "-id"])]
        constraints = [
            models.CheckConstraint(
                name="contact_code_kind_is_known", condition=Q(kind__in=["email", "phone"])
            ),
            models.CheckConstraint(
                name="contact_code_expires_after_it_is_sent",
                condition=Q(expires_at__gt=F("sent_at")),
            ),
            models.CheckConstraint(
                name="contact_code_is_tried_a_few_times", condition=Q(tries__lte=5)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} code {self.pk}"


class FactorRecovery(models.Model):
    """A person's request to have a lost second factor taken off by the level above.

    Made by the person after the password was right; decided once, by somebody else.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Waiting")
        RESTORED = "restored", _("Factor taken off")
        REFUSED = "refused", _("Refused")

    class Check(models.TextChoices):
        IN_PERSON = "in_person", _("Met in person")
        CALLED_BACK = "called_back", _("Called back on a number known before")

    open_because = "reached through the posts of its person: eqfund.accounts.permissions"
    personal = {"reason"}

    user = models.ForeignKey(User, models.CASCADE, related_name="factor_recoveries")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    checked = models.CharField(max_length=11, blank=True, choices=Check.choices)
    reason = EncryptedTextField(purpose="recovery_reason", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="factor_recovery_one_waiting_per_person",
                fields=["user"],
                condition=Q(state="asked"),
            ),
            models.CheckConstraint(
                name="factor_recovery_is_decided_by_somebody_else",
                condition=Q(state="asked", decided_by=None, decided_at=None)
                | (
                    Q(state__in=["restored", "refused"], decided_at__isnull=False)
                    & Q(decided_by__isnull=False)
                    & ~Q(decided_by=F("user"))
                ),
            ),
            models.CheckConstraint(
                name="factor_recovery_restores_only_a_checked_person",
                condition=~Q(state="restored") | Q(checked__in=["in_person", "called_back"]),
            ),
        ]

    def __str__(self) -> str:
        return f"recovery {self.pk} {self.state}"


class SentMessage(models.Model):
    """An SMS or e-mail that the demo keeps in its test inbox instead of sending it. None outside the demo."""

    open_because = "the demo's test inbox; everybody in it is invented"
    personal = {"recipient", "subject", "text"}

    kind = models.CharField(max_length=5, choices=ContactCode.Kind.choices)
    recipient = EncryptedTextField(purpose="sent_message")
    subject = EncryptedTextField(purpose="sent_message", blank=True)
    text = EncryptedTextField(purpose="sent_message")
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
