"""Cash that a school hands on: receipts, reports by class and by school, evidence.

What must never happen stands here or in the migration's triggers: a pupil with two
valid receipts, a receipt of another amount than the transfer's, a receipt for money
that is being given back (and the other way round).
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from eqfund import relationships
from eqfund.fields import EncryptedTextField
from eqfund.models import Classroom, School, StoredFile, User
from eqfund.models.base import ScopedQuerySet
from payments.rules.payout import ClassReportStatus, SchoolReportStatus
from payments.rules.refunds import RefundReason

from .rounds import Transfer, TransferRound, _known

SELF = "self"
RELATIONS = (SELF, *relationships.LABELS)  # who may receive the cash, seen from the pupil


class SchoolPayoutReportQuerySet(ScopedQuerySet):
    scope = "school__path"
    read_verb = "read_school"


class SchoolPayoutReport(models.Model):
    """One school's account of one round: opened by its first payment, closed by the director.

    It also hands out the school's numbers (receipts, refunds, letters), so whoever
    changes the school's money of a round locks this row first, and nobody else waits.
    The four figures are fixed when it is submitted. Written by payments.actions.payout.
    """

    round = models.ForeignKey(TransferRound, models.PROTECT, related_name="school_reports")
    school = models.ForeignKey(School, models.PROTECT, related_name="payout_reports")
    status = models.CharField(max_length=10, default=SchoolReportStatus.DRAFT)
    last_receipt = models.PositiveIntegerField(default=0)
    last_refund = models.PositiveIntegerField(default=0)
    last_letter = models.PositiveIntegerField(default=0)
    pupils = models.PositiveIntegerField(default=0)
    pupils_paid = models.PositiveIntegerField(default=0)
    received_satang = models.BigIntegerField(default=0)
    paid_satang = models.BigIntegerField(default=0)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    capacity = models.CharField(max_length=10, blank=True)
    reason = models.TextField(blank=True, help_text="why it was last sent back")

    objects = SchoolPayoutReportQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="school_report_once_per_round", fields=["round", "school"]
            ),
            _known("school_report_status_is_known", "status", SchoolReportStatus),
            models.CheckConstraint(
                name="school_report_submitted_has_its_submitter",
                condition=Q(status__in=[SchoolReportStatus.DRAFT, SchoolReportStatus.SENT_BACK])
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="school_report_signed_has_its_signer",
                condition=Q(
                    status=SchoolReportStatus.SIGNED,
                    signed_by__isnull=False,
                    signed_at__isnull=False,
                )
                | (~Q(status=SchoolReportStatus.SIGNED) & Q(signed_by=None, signed_at=None)),
            ),
            models.CheckConstraint(
                name="school_report_signer_is_not_its_submitter",
                condition=Q(signed_by=None) | ~Q(signed_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="school_report_sent_back_says_why",
                condition=~Q(status=SchoolReportStatus.SENT_BACK) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="school_report_pays_at_most_what_came",
                condition=Q(paid_satang__lte=F("received_satang"), pupils_paid__lte=F("pupils")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.school_id}"


class ClassPayoutReportQuerySet(ScopedQuerySet):
    scope = "classroom__path"
    read_verb = "read_school"


class ClassPayoutReport(models.Model):
    """The homeroom teacher's word on one class's money of one round, with its evidence.

    Opened by the first evidence or the submission; the school admin may send it back.
    The figures are fixed when it is submitted. Written by payments.actions.payout.
    """

    round = models.ForeignKey(TransferRound, models.PROTECT, related_name="class_reports")
    classroom = models.ForeignKey(Classroom, models.PROTECT, related_name="payout_reports")
    status = models.CharField(max_length=10, default=ClassReportStatus.DRAFT)
    pupils = models.PositiveIntegerField(default=0)
    pupils_paid = models.PositiveIntegerField(default=0)
    paid_satang = models.BigIntegerField(default=0)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    sent_back_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    sent_back_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, help_text="why it was last sent back")

    objects = ClassPayoutReportQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="class_report_once_per_round", fields=["round", "classroom"]
            ),
            _known("class_report_status_is_known", "status", ClassReportStatus),
            models.CheckConstraint(
                name="class_report_submitted_has_its_submitter",
                condition=~Q(status=ClassReportStatus.SUBMITTED)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="class_report_sent_back_says_why",
                condition=~Q(status=ClassReportStatus.SENT_BACK)
                | (Q(sent_back_by__isnull=False, sent_back_at__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="class_report_pays_at_most_its_pupils",
                condition=Q(pupils_paid__lte=F("pupils")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.classroom_id}"


class Receipt06QuerySet(ScopedQuerySet):
    scope = "transfer__enrolment__path"

    def valid(self):
        """Receipts that were not voided."""
        return self.filter(voided_at=None)

    def for_table(self):
        """With all a table row or a printed receipt shows. Reading more raises."""
        rows = self.select_related(
            "transfer__enrolment__pupil__identity",
            "transfer__enrolment__classroom",
            "school",
            "round__term",
            "payer",
            "second_payer",
        )
        return rows.order_by("round", "school", "serial").fetch_mode(models.FETCH_RAISE)


class Receipt06(models.Model):
    """One pupil's receipt (form 06) for cash handed over by the school.

    The amount is the transfer's. The serial counts within a school and round and is
    never used twice: a mistake is voided with its reason and the row stays. A transfer
    has at most one valid receipt, and none while it is being refunded (trigger
    receipt_or_refund). Late after `due_on`, which is recorded, never refused.
    Written by payments.actions.payout.
    """

    round = models.ForeignKey(TransferRound, models.PROTECT, related_name="receipts")
    school = models.ForeignKey(School, models.PROTECT, related_name="receipts")
    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="receipts")
    serial = models.PositiveIntegerField()
    amount_satang = models.BigIntegerField()
    paid_on = models.DateField()
    due_on = models.DateField()
    is_late = models.GeneratedField(
        expression=Q(paid_on__gt=F("due_on")),  # type: ignore[arg-type]  # the stubs know no Q here
        output_field=models.BooleanField(),
        db_persist=True,
    )
    payer = models.ForeignKey(User, models.PROTECT, related_name="+")
    second_payer = models.ForeignKey(User, models.PROTECT, related_name="+")
    receiver_name = EncryptedTextField(purpose="receiver_name")
    relation = models.CharField(max_length=30)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    voided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField(null=True)
    void_reason = models.TextField(blank=True)

    objects = Receipt06QuerySet.as_manager()
    personal: ClassVar = {"receiver_name", "relation"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="receipt_serial_once_per_school_and_round",
                fields=["round", "school", "serial"],
            ),
            models.UniqueConstraint(
                name="receipt_one_valid_per_transfer",
                fields=["transfer"],
                condition=Q(voided_at=None),
            ),
            models.CheckConstraint(name="receipt_serial_is_positive", condition=Q(serial__gt=0)),
            models.CheckConstraint(
                name="receipt_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
            models.CheckConstraint(
                name="receipt_payers_are_two_people", condition=~Q(payer=F("second_payer"))
            ),
            models.CheckConstraint(
                name="receipt_relation_is_known", condition=Q(relation__in=RELATIONS)
            ),
            models.CheckConstraint(
                name="receipt_void_says_who_and_why",
                condition=Q(voided_at=None, voided_by=None, void_reason="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason="")),
            ),
        ]
        indexes = [
            models.Index(
                name="receipt_late",
                fields=["round", "school"],
                condition=Q(is_late=True, voided_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.school_id}/{self.serial}"


class CannotPayQuerySet(ScopedQuerySet):
    scope = "transfer__enrolment__path"


class CannotPay(models.Model):
    """The teacher's note that a pupil's cash cannot be handed over, and why.

    It settles the pupil in the class report and stands on the admin's list of refunds
    to make. Removed when the pupil turns up after all. Written by payments.actions.payout.
    """

    transfer = models.OneToOneField(Transfer, models.PROTECT, related_name="cannot_pay")
    reason = models.CharField(max_length=12)
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    objects = CannotPayQuerySet.as_manager()
    personal: ClassVar = {"reason"}

    class Meta:
        constraints = [_known("cannot_pay_reason_is_known", "reason", RefundReason)]

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.reason}"


class PayoutEvidenceQuerySet(ScopedQuerySet):
    scope = "stored__path"

    def for_table(self):
        """With all that is shown of a picture. Reading more raises instead of querying."""
        rows = self.select_related("stored", "added_by")
        return rows.order_by("pk").fetch_mode(models.FETCH_RAISE)


class PayoutEvidence(models.Model):
    """One picture or scan that shows the money was handed over: of a class, or of one receipt.

    `flags` are what the check found odd (reused, older than the transfer); they inform
    and never block. The four bands hold the picture's hash, so that a near copy among
    a whole year's is found by index. Written by payments.actions.payout and its job.
    """

    report = models.ForeignKey(
        ClassPayoutReport, models.PROTECT, null=True, related_name="evidence"
    )
    receipt = models.ForeignKey(Receipt06, models.PROTECT, null=True, related_name="evidence")
    stored = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    flags = ArrayField(models.CharField(max_length=24), default=list)
    band0 = models.SmallIntegerField(null=True)
    band1 = models.SmallIntegerField(null=True)
    band2 = models.SmallIntegerField(null=True)
    band3 = models.SmallIntegerField(null=True)

    objects = PayoutEvidenceQuerySet.as_manager()
    personal: ClassVar = {"band0", "band1", "band2", "band3"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="evidence_is_of_a_class_or_of_a_receipt",
                condition=Q(report=None, receipt__isnull=False)
                | Q(report__isnull=False, receipt=None),
            ),
        ]
        indexes = [models.Index(name=f"evidence_band{n}", fields=[f"band{n}"]) for n in range(4)]

    def __str__(self) -> str:
        return f"{self.report_id or ''}/{self.receipt_id or ''}"
