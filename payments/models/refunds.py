"""Money that goes back to the fund, the bank's statement that proves it, and letters 08."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from eqfund.models import School, StoredFile, User
from eqfund.models.base import ScopedQuerySet
from payments.rules.refunds import Match, RefundReason, RefundStatus, StatementStatus

from .rounds import Transfer, TransferRound, _known


class RefundStatement(models.Model):
    """One file of bill payments from the bank: previewed, then applied once.

    The same file twice is the same row. Written by payments.actions.refunds.
    """

    open_because = "A statement names no child; its pages need payments.match_refunds."

    sha256 = models.CharField(max_length=64, unique=True)
    stored = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    adapter = models.CharField(max_length=40)
    effective_on = models.DateField()
    status = models.CharField(max_length=10, default=StatementStatus.PREVIEWED)
    lines = models.PositiveIntegerField()
    amount_satang = models.BigIntegerField(help_text="credits only")
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    applied_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)

    objects = models.Manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="statement_applied_says_by_whom",
                condition=Q(status=StatementStatus.PREVIEWED, applied_by=None, applied_at=None)
                | Q(
                    status=StatementStatus.APPLIED,
                    applied_by__isnull=False,
                    applied_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_on} {self.lines}"


class RefundQuerySet(ScopedQuerySet):
    scope = "school__path"
    read_verb = "read_school"

    def alive(self):
        """Refunds that were not cancelled."""
        return self.exclude(status=RefundStatus.CANCELLED)

    def for_table(self):
        """With all a table row shows. Reading more raises instead of querying."""
        rows = self.select_related("school", "round__term", "issued_by", "matched_by")
        return rows.order_by("-pk").fetch_mode(models.FETCH_RAISE)


class Refund(models.Model):
    """One bill payment slip: cash of some pupils that goes back, under two references.

    Counted as refunded when a line of the bank's statement carries its references and
    its amount. A cancelled slip keeps its row; its pupils are free again. The amount
    is the sum of the lines (trigger refund_is_its_lines). A slip for a second payment names its
    `claim`; `from_family` says that the money was the family's by then, not in the school's hands.
    Written by payments.actions.refunds.
    """

    round = models.ForeignKey(TransferRound, models.PROTECT, related_name="refunds")
    school = models.ForeignKey(School, models.PROTECT, related_name="refunds")
    number = models.PositiveIntegerField()
    biller = models.CharField(max_length=15)
    reference1 = models.CharField(max_length=20)
    reference2 = models.CharField(max_length=20)
    amount_satang = models.BigIntegerField()
    claim = models.ForeignKey(
        "payments.RefundClaim", models.PROTECT, null=True, related_name="refunds"
    )
    from_family = models.BooleanField(default=False)
    status = models.CharField(max_length=10, default=RefundStatus.ISSUED)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    statement_line = models.OneToOneField(
        "payments.RefundStatementLine", models.PROTECT, null=True, related_name="refund"
    )
    matched_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    matched_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, help_text="why it was cancelled")

    objects = RefundQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            _known("refund_status_is_known", "status", RefundStatus),
            models.UniqueConstraint(
                name="refund_references_are_used_once", fields=["reference1", "reference2"]
            ),
            models.UniqueConstraint(
                name="refund_number_once_per_school_and_round",
                fields=["round", "school", "number"],
            ),
            models.CheckConstraint(
                name="refund_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
            models.UniqueConstraint(
                name="refund_one_alive_per_claim",
                fields=["claim"],
                condition=~Q(status=RefundStatus.CANCELLED),
            ),
            models.CheckConstraint(
                name="refund_of_a_family_has_its_claim",
                condition=Q(from_family=False) | Q(claim__isnull=False),
            ),
            models.CheckConstraint(
                name="refund_matched_has_its_statement_line",
                condition=Q(
                    status=RefundStatus.MATCHED,
                    statement_line__isnull=False,
                    matched_by__isnull=False,
                    matched_at__isnull=False,
                )
                | (
                    ~Q(status=RefundStatus.MATCHED)
                    & Q(statement_line=None, matched_by=None, matched_at=None)
                ),
            ),
            models.CheckConstraint(
                name="refund_cancelled_says_who_and_why",
                condition=(
                    Q(
                        status=RefundStatus.CANCELLED,
                        cancelled_by__isnull=False,
                        cancelled_at__isnull=False,
                    )
                    & ~Q(reason="")
                )
                | (~Q(status=RefundStatus.CANCELLED) & Q(cancelled_by=None, cancelled_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference1} {self.reference2}"


class RefundLineQuerySet(ScopedQuerySet):
    scope = "transfer__enrolment__path"

    def alive(self):
        """Lines of refunds that were not cancelled."""
        return self.filter(is_alive=True)

    def for_table(self):
        """With all a table row shows. Reading more raises instead of querying."""
        rows = self.select_related("transfer__enrolment__pupil", "transfer__enrolment__classroom")
        return rows.order_by("transfer__enrolment__path", "pk").fetch_mode(models.FETCH_RAISE)


class RefundLine(models.Model):
    """One pupil's cash in a refund, and which of the four reasons sends it back.

    At most one living line for a transfer, and none beside a valid receipt (trigger
    receipt_or_refund). Written by payments.actions.refunds.
    """

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="lines")
    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="refund_lines")
    reason = models.CharField(max_length=12)
    amount_satang = models.BigIntegerField()
    is_alive = models.BooleanField(default=True)

    objects = RefundLineQuerySet.as_manager()
    personal: ClassVar = {"reason"}

    class Meta:
        constraints = [
            _known("refund_reason_is_known", "reason", RefundReason),
            models.UniqueConstraint(
                name="refund_once_per_transfer", fields=["transfer"], condition=Q(is_alive=True)
            ),
            models.CheckConstraint(
                name="refund_line_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id} {self.reason}"


class NilRefundQuerySet(ScopedQuerySet):
    scope = "school__path"
    read_verb = "read_school"


class NilRefund(models.Model):
    """A school's declaration that it has nothing to give back in a round.

    Withdrawn by deleting the row; the audit book keeps both. Written by
    payments.actions.refunds.
    """

    round = models.ForeignKey(TransferRound, models.PROTECT, related_name="nil_refunds")
    school = models.ForeignKey(School, models.PROTECT, related_name="nil_refunds")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = NilRefundQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="nil_refund_once_per_round_and_school", fields=["round", "school"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.school_id}"


class RefundStatementLine(models.Model):
    """One bill payment on a statement, and what it turned out to be.

    The payer's name is not kept. Written with its statement; `outcome` is decided anew
    when the statement is applied.
    """

    open_because = "A statement names no child; its pages need payments.match_refunds."

    statement = models.ForeignKey(RefundStatement, models.PROTECT, related_name="rows")
    line_no = models.PositiveIntegerField()
    paid_at = models.DateTimeField()
    reference1 = models.CharField(max_length=20)
    reference2 = models.CharField(max_length=20)
    amount_satang = models.BigIntegerField()
    is_credit = models.BooleanField()
    sending_bank = models.CharField(max_length=3, blank=True)
    outcome = models.CharField(max_length=20)

    objects = models.Manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="statement_line_once", fields=["statement", "line_no"]),
            _known("statement_outcome_is_known", "outcome", Match),
            models.CheckConstraint(
                name="statement_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
        ]
        indexes = [models.Index(name="statement_outcome", fields=["outcome"])]

    def __str__(self) -> str:
        return f"{self.statement_id}:{self.line_no}"


class Letter08QuerySet(ScopedQuerySet):
    scope = "transfer__enrolment__path"


class Letter08(models.Model):
    """The letter that tells a guardian what was allocated: one for a transfer, however often printed.

    `token` is random and says nothing; whoever scans it learns that the letter is
    genuine, of which round, which day and which amount. Written by payments.actions.letters.
    """

    transfer = models.OneToOneField(Transfer, models.PROTECT, related_name="letter")
    round = models.ForeignKey(TransferRound, models.PROTECT, related_name="+")
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    token = models.CharField(max_length=32, unique=True)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    objects = Letter08QuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="letter_number_once_per_school_and_round",
                fields=["round", "school", "number"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.school_id}/{self.number}"
