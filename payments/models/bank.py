"""What goes to the bank, what comes back, and the book of every movement."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eqfund.fields import EncryptedTextField
from eqfund.models import School, StoredFile, User
from eqfund.models.base import ScopedQuerySet
from payments.bankfiles.lines import MAX_LINES
from payments.rules.rounds import FailCode

from .rounds import OfRoundsQuerySet, Transfer, TransferRound


class BankFile(models.Model):
    """One file of a round as it goes to the fund's bank: at most 50,000 credits, sealed in an AES zip.

    Lines and amount are allotted first; the text is written after, once, and is then the same
    for good (`sha256` is of the text inside the zip). Handed out once. Written by
    payments.actions.bank.
    """

    class Format(models.TextChoices):
        PAIN001 = "pain001", "ISO 20022 pain.001"
        FLAT = "flat", _("flat text of 498 bytes")

    open_because = "A file of the whole country: only the fund's verbs reach it."
    personal: ClassVar = {"password"}

    round = models.ForeignKey(TransferRound, models.PROTECT, related_name="bank_files")
    number = models.PositiveSmallIntegerField()
    format = models.CharField(max_length=8, choices=Format)
    message_id = models.CharField(max_length=35, unique=True)
    lines = models.PositiveIntegerField()
    amount_satang = models.BigIntegerField()
    stored = models.OneToOneField(StoredFile, models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    password = EncryptedTextField(purpose="bank_file_password", blank=True)
    written_at = models.DateTimeField(null=True)
    downloaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    downloaded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="bank_file_number_once_per_round", fields=["round", "number"]
            ),
            models.CheckConstraint(
                name="bank_file_format_is_known", condition=Q(format__in=["pain001", "flat"])
            ),
            models.CheckConstraint(
                name="bank_file_holds_1_to_50000_lines",
                condition=Q(lines__gte=1, lines__lte=MAX_LINES),
            ),
            models.CheckConstraint(
                name="bank_file_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
            models.CheckConstraint(
                name="bank_file_is_written_whole",
                condition=Q(stored=None, sha256="", written_at=None)
                | Q(stored__isnull=False, sha256__gt="", written_at__isnull=False),
            ),
            models.CheckConstraint(
                name="bank_file_taken_by_and_at_go_together",
                condition=Q(downloaded_by=None, downloaded_at=None)
                | Q(downloaded_by__isnull=False, downloaded_at__isnull=False, stored__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class BankFileCallBack(models.Model):
    """One handing-out of a bank file that came to nothing (the download broke) and was called back.

    Only after it may the file be handed out again, by whoever takes it next: a trigger holds the
    two together. The person who calls back is another than the one who took, and says why. The
    file stays byte for byte the same, so the bank knows a second copy by its message id.
    Added to only. Written by payments.actions.bank.
    """

    open_because = "Of a file of the whole country: only the fund's verbs reach it."
    personal: ClassVar = set()

    file = models.ForeignKey(BankFile, models.PROTECT, related_name="call_backs", db_index=False)
    number = models.PositiveSmallIntegerField()
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    called_back_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    called_back_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="call_back_number_once_per_file", fields=["file", "number"]
            ),
            models.CheckConstraint(
                name="call_back_is_not_by_the_taker",
                condition=~Q(called_back_by=F("taken_by")),
            ),
            models.CheckConstraint(name="call_back_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="call_back_comes_after_the_taking",
                condition=Q(called_back_at__gte=F("taken_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"


class BankLineQuerySet(ScopedQuerySet):
    scope = "school__path"


class BankLine(models.Model):
    """One credit in a bank file: a pupil's PromptPay, or a school's account with all its pupils.

    `status` moves once, from waiting, when a result is applied. The transfers under it
    point here. Written by payments.actions.bank and payments.actions.reconcile.
    """

    class Kind(models.TextChoices):
        PROMPTPAY = "P", _("PromptPay")
        SCHOOL_ACCOUNT = "S", _("school account")

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting for the bank")
        SUCCESS = "success", _("transferred")
        FAILED = "failed", _("not transferred")

    personal: ClassVar = set()

    # Every index costs each of a million updates: only the three that are used.
    file = models.ForeignKey(BankFile, models.PROTECT, related_name="credits", db_index=False)
    number = models.PositiveIntegerField()
    end_to_end_id = models.CharField(max_length=35, db_collation="C")
    kind = models.CharField(max_length=1, choices=Kind)
    school = models.ForeignKey(School, models.PROTECT, related_name="+", db_index=False)
    pupils = models.PositiveIntegerField()
    amount_satang = models.BigIntegerField()
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    fail_code = models.CharField(max_length=24, blank=True)
    bank_reason = models.CharField(max_length=35, blank=True, help_text="the bank's own word")

    objects = BankLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="bank_line_number_once_per_file", fields=["file", "number"]
            ),
            models.UniqueConstraint(
                name="bank_line_has_a_name_of_its_own", fields=["end_to_end_id"]
            ),
            models.CheckConstraint(
                name="bank_line_kind_is_known", condition=Q(kind__in=["P", "S"])
            ),
            models.CheckConstraint(
                name="bank_line_status_is_known",
                condition=Q(status__in=["waiting", "success", "failed"]),
            ),
            models.CheckConstraint(
                name="bank_line_failed_says_why",
                condition=Q(status="failed", fail_code__in=[str(code) for code in FailCode])
                | (~Q(status="failed") & Q(fail_code="")),
            ),
            models.CheckConstraint(
                name="bank_line_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
            models.CheckConstraint(
                name="bank_line_promptpay_is_of_one_pupil",
                condition=Q(kind="P", pupils=1) | Q(kind="S", pupils__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id


class ResultFile(models.Model):
    """One file in which the bank says what became of a round's credits. A round may get several.

    Read and checked first (previewed), then applied whole or not at all. The same
    bytes are one row, however often they are sent. Written by payments.actions.reconcile.
    """

    class State(models.TextChoices):
        READING = "reading", _("being read")
        PREVIEWED = "previewed", _("checked, not applied")
        APPLIED = "applied", _("applied")
        REJECTED = "rejected", _("set aside")

    open_because = "A file of the whole country: only the fund's verbs reach it."
    personal: ClassVar = set()

    round = models.ForeignKey(TransferRound, models.PROTECT, related_name="result_files")
    sha256 = models.CharField(max_length=64, unique=True)
    stored = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    format = models.CharField(max_length=8)
    state = models.CharField(max_length=10, choices=State, default=State.READING)
    lines = models.PositiveIntegerField(default=0)
    success_lines = models.PositiveIntegerField(default=0)
    success_satang = models.BigIntegerField(default=0)
    failed_lines = models.PositiveIntegerField(default=0)
    failed_satang = models.BigIntegerField(default=0)
    open_lines = models.PositiveIntegerField(default=0)
    bad_lines = models.PositiveIntegerField(default=0)
    problem = models.CharField(
        max_length=24, blank=True, help_text="why the file as a whole cannot be read"
    )
    readings = models.PositiveSmallIntegerField(default=1)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    applied_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="result_file_state_is_known",
                condition=Q(state__in=["reading", "previewed", "applied", "rejected"]),
            ),
            models.CheckConstraint(
                name="result_file_format_is_known",
                condition=Q(format__in=["pain002", "camt054", "flat"]),
            ),
            models.CheckConstraint(
                name="result_file_applied_is_whole_and_has_its_person",
                condition=Q(
                    state="applied",
                    applied_by__isnull=False,
                    applied_at__isnull=False,
                    bad_lines=0,
                    problem="",
                )
                | (~Q(state="applied") & Q(applied_by=None, applied_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:8]}"


class ResultLineQuerySet(models.QuerySet["ResultLine"]):
    def bad(self) -> ResultLineQuerySet:
        """Those that keep their file from being applied, in the file's order."""
        return self.exclude(problem="").order_by("number")


class ResultLine(models.Model):
    """What a result file says of one credit, as read: the evidence behind a bank line's status.

    Filled by COPY. `problem` is why this row keeps its file from being applied, "" for none.
    """

    class Problem(models.TextChoices):
        UNKNOWN = "unknown", _("no such reference in any file of ours")
        OTHER_ROUND = "other_round", _("a reference of another round")
        DUPLICATE = "duplicate", _("the same reference twice in this file")
        ALREADY_APPLIED = "already_applied", _("this credit's result has been applied before")
        AMOUNT_DIFFERS = "amount_differs", _("the amount is not the one we sent")
        OTHER_CURRENCY = "other_currency", _("the currency is not baht")

    open_because = "Names no child and no school; reached only from its file."
    personal: ClassVar = set()

    pk = models.CompositePrimaryKey("result_id", "number")
    # A million rows come in with their file's own key, in its transaction: not looked up each.
    result = models.ForeignKey(
        ResultFile, models.CASCADE, related_name="rows", db_index=False, db_constraint=False
    )
    number = models.PositiveIntegerField()
    end_to_end_id = models.CharField(max_length=35, db_collation="C")
    outcome = models.CharField(max_length=8)
    fail_code = models.CharField(max_length=24, blank=True)
    bank_reason = models.CharField(max_length=35, blank=True)
    amount_satang = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="THB")
    problem = models.CharField(max_length=16, choices=Problem, blank=True)

    objects = ResultLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="result_line_outcome_is_known",
                condition=Q(outcome__in=["success", "failed", "open"]),
            ),
        ]
        indexes = [
            models.Index(
                name="result_line_bad", fields=["result", "number"], condition=~Q(problem="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.end_to_end_id}"


class Account(models.TextChoices):
    """Where money of the grant can be. Money that leaves one of these enters another."""

    FUND = "fund", _("the fund")
    BANK_CLEARING = "bank_clearing", _("on its way at the bank")
    SCHOOL_IN_HAND = "school_in_hand", _("in the school's hands")
    PUPIL = "pupil", _("received by the pupil")
    REFUND = "refund", _("refunded to the fund")


# (debit, credit): money goes to the first from the second. No other movement exists.
MOVEMENTS: tuple[tuple[str, str], ...] = (
    (Account.BANK_CLEARING, Account.FUND),  # a file was handed to the bank
    (Account.PUPIL, Account.BANK_CLEARING),  # PromptPay arrived
    (Account.SCHOOL_IN_HAND, Account.BANK_CLEARING),  # a school's account was credited
    (Account.FUND, Account.BANK_CLEARING),  # the bank could not pay
    (Account.PUPIL, Account.SCHOOL_IN_HAND),  # a receipt
    (Account.SCHOOL_IN_HAND, Account.PUPIL),  # that receipt was voided
    (Account.REFUND, Account.SCHOOL_IN_HAND),  # a refund found on the statement
    (Account.REFUND, Account.PUPIL),  # a second payment that the family gave back
)


def _any_movement(movements: tuple[tuple[str, str], ...]) -> Q:
    return reduce(or_, (Q(debit=str(debit), credit=str(credit)) for debit, credit in movements))


class LedgerEntryQuerySet(OfRoundsQuerySet):
    scope = "school__path"
    read_verb = "read_school"

    def touching_cash_of(self, school: School) -> LedgerEntryQuerySet:
        """What came into a school's hands and went out of them."""
        in_hand = Q(debit="school_in_hand") | Q(credit="school_in_hand")
        return self.filter(in_hand, school=school)

    def for_table(self) -> LedgerEntryQuerySet:
        """With all a table row shows. Reading more raises instead of querying."""
        rows = self.select_related(
            "round__term",
            "school",
            "transfer__enrolment__pupil",
            "transfer__enrolment__classroom",
            "receipt",
            "refund",
        )
        return rows.order_by("-at", "-pk").fetch_mode(models.FETCH_RAISE)


class LedgerEntry(models.Model):
    """One movement of money, written once and never changed: a trigger refuses anything else.

    `debit` is the account that receives, `credit` the one that gives; one row holds both, so
    the book balances by construction. A movement of a child's money names its transfer and the
    child's school; a file handed to the bank names the file. Written by payments.actions.ledger.
    """

    personal: ClassVar = set()

    round = models.ForeignKey(TransferRound, models.PROTECT, related_name="+", db_index=False)
    school = models.ForeignKey(School, models.PROTECT, null=True, related_name="+", db_index=False)
    transfer = models.ForeignKey(
        Transfer, models.PROTECT, null=True, related_name="entries", db_index=False
    )
    bank_file = models.OneToOneField(BankFile, models.PROTECT, null=True, related_name="+")
    receipt = models.ForeignKey(
        "payments.Receipt06", models.PROTECT, null=True, related_name="+", db_index=False
    )
    refund = models.ForeignKey(
        "payments.Refund", models.PROTECT, null=True, related_name="+", db_index=False
    )
    debit = models.CharField(max_length=14, choices=Account)
    credit = models.CharField(max_length=14, choices=Account)
    amount_satang = models.BigIntegerField()
    at = models.DateTimeField()

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
            models.CheckConstraint(
                name="ledger_debit_is_not_credit", condition=~Q(debit=F("credit"))
            ),
            models.CheckConstraint(
                name="ledger_movement_is_known", condition=_any_movement(MOVEMENTS)
            ),
            models.CheckConstraint(
                name="ledger_movement_names_what_it_is_of",
                condition=Q(
                    debit="bank_clearing", bank_file__isnull=False, transfer=None, school=None
                )
                | (
                    ~Q(debit="bank_clearing")
                    & Q(bank_file=None, transfer__isnull=False, school__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="ledger_school_pays_by_receipt_or_refund",
                condition=Q(
                    credit="school_in_hand", debit="pupil", receipt__isnull=False, refund=None
                )
                | Q(credit="pupil", debit="school_in_hand", receipt__isnull=False, refund=None)
                | Q(credit="school_in_hand", debit="refund", receipt=None, refund__isnull=False)
                | Q(credit="pupil", debit="refund", receipt=None, refund__isnull=False)
                | (Q(credit__in=["fund", "bank_clearing"]) & Q(receipt=None, refund=None)),
            ),
            models.UniqueConstraint(
                name="ledger_transfer_leaves_the_bank_once",
                fields=["transfer"],
                condition=Q(credit="bank_clearing"),
            ),
            models.UniqueConstraint(
                name="ledger_receipt_booked_once_and_voided_once",
                fields=["receipt", "debit"],
                condition=Q(receipt__isnull=False),
            ),
            models.UniqueConstraint(
                name="ledger_refund_booked_once",
                fields=["refund", "transfer"],
                condition=Q(refund__isnull=False),
            ),
        ]
        indexes = [models.Index(name="ledger_by_school_and_round", fields=["school", "round"])]

    def __str__(self) -> str:
        return f"{self.credit} -> {self.debit} {self.amount_satang}"


class SchoolBookQuerySet(OfRoundsQuerySet):
    scope = "school__path"
    read_verb = "read_school"

    def for_table(self) -> SchoolBookQuerySet:
        """With all a table row shows. Reading more raises instead of querying."""
        return self.select_related("school__office", "round__term").fetch_mode(models.FETCH_RAISE)


class SchoolBook(models.Model):
    """The school equation of one school and round: received = paid + refunded + in hand.

    A view over the ledger, so nobody can write it (payments/migrations/0002).
    """

    personal: ClassVar = set()

    pk = models.CompositePrimaryKey("round_id", "school_id")
    round = models.ForeignKey(TransferRound, models.DO_NOTHING, related_name="+")
    school = models.ForeignKey(School, models.DO_NOTHING, related_name="+")
    received_satang = models.BigIntegerField()
    paid_satang = models.BigIntegerField()
    refunded_satang = models.BigIntegerField()
    in_hand_satang = models.BigIntegerField()

    objects = SchoolBookQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "school_book"

    def __str__(self) -> str:
        return f"{self.round_id}/{self.school_id}"
