"""What the joining of a child's two rows leaves in the money: the number a round knew, and second payments."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from eqfund.fields import BlindIndexField, EncryptedTextField
from eqfund.models import PupilJoin, School
from eqfund.models.base import ScopedQuerySet

from .rounds import Entitlement, Transfer


class BuiltUnderQuerySet(ScopedQuerySet):
    scope = "entitlement__enrolment__path"


class BuiltUnder(models.Model):
    """The number under which a right to money stood when its round was built.

    When two rows of one child became one, the right went to the child's own number, or left it;
    the round's digest goes on covering what the bank was told. Written by payments.actions.joins.
    """

    personal: ClassVar = {"number", "id_index", "id_index_next"}

    entitlement = models.OneToOneField(Entitlement, models.PROTECT, related_name="built_under")
    number = EncryptedTextField(purpose="national_id")
    id_index = BlindIndexField()
    id_index_next = models.BinaryField(null=True)

    objects = BuiltUnderQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.entitlement_id}"


class RefundClaimQuerySet(ScopedQuerySet):
    scope = "transfer__enrolment__path"
    read_verb = "payments.read_claims"


class RefundClaim(models.Model):
    """A child's second payment of a term, which came to light when its two rows became one.

    It is collected by a bill payment slip of its own, at any time; whether it has one, and
    whether the bank has the money, is read from the slips. Written by payments.actions.joins.
    """

    personal: ClassVar = set()

    transfer = models.OneToOneField(Transfer, models.PROTECT, related_name="claim")
    join = models.ForeignKey(PupilJoin, models.PROTECT, related_name="claims")
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    amount_satang = models.BigIntegerField()
    made_at = models.DateTimeField()

    objects = RefundClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="refund_claim_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.amount_satang}"
