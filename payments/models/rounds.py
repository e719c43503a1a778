"""What a pupil is owed for a term, and the rounds in which it is transferred."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from eqfund import access
from eqfund.fields import SealedField, unseal
from eqfund.models import Enrolment, Identity, School, Term, User
from eqfund.models.base import ScopedQuerySet
from payments.rules.channels import ChannelKind
from payments.rules.rates import Level
from payments.rules.rounds import (
    ALIVE,
    APPROVED,
    MADE,
    PUBLISHED,
    RELEASED,
    FailCode,
    RoundStatus,
    RoundTakes,
    Share,
    TransferStatus,
)

from .accounts import ReceivingChannel, SchoolBankAccount


def _known(name: str, field: str, enum: type[StrEnum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name, condition=Q(**{f"{field}__in": [str(value) for value in enum]})
    )


class BenefitRateQuerySet(models.QuerySet):
    def approved(self):
        return self.exclude(approved_by=None)


class BenefitRate(models.Model):
    """What a pupil of one level is granted for one term, proposed by one person and approved by another.

    An approved rate never changes; at most one is approved for a term and level.
    Written by payments.actions.rates.
    """

    open_because = "A rate names no child and no school."

    term = models.ForeignKey(Term, models.PROTECT, related_name="rates")
    level = models.CharField(max_length=20)
    amount_satang = models.BigIntegerField()
    source = models.CharField(max_length=200, blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    objects = BenefitRateQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            _known("rate_level_is_known", "level", Level),
            models.CheckConstraint(
                name="rate_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
            models.UniqueConstraint(
                name="rate_one_approved_per_term_and_level",
                fields=["term", "level"],
                condition=Q(approved_by__isnull=False),
            ),
            models.UniqueConstraint(
                name="rate_one_proposed_per_term_and_level",
                fields=["term", "level"],
                condition=Q(approved_by=None),
            ),
            models.CheckConstraint(
                name="rate_approver_is_not_its_proposer",
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="rate_approved_at_and_by_go_together",
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.amount_satang}"


class EntitlementQuerySet(ScopedQuerySet):
    scope = "enrolment__path"


class Entitlement(models.Model):
    """A grantee's right to one term's money: once for a grant, once for a child.

    The amount is fixed when the row is made. Made by the building of a round.
    """

    grant = models.ForeignKey("screening.Grant", models.PROTECT, related_name="entitlements")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    rate = models.ForeignKey(BenefitRate, models.PROTECT, related_name="+")
    amount_satang = models.BigIntegerField()

    objects = EntitlementQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="entitlement_once_per_grant_and_term", fields=["grant", "term"]
            ),
            models.UniqueConstraint(
                name="entitlement_once_per_child_and_term", fields=["identity", "term"]
            ),
            models.CheckConstraint(
                name="entitlement_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.term_id}"


def _people_by(statuses: tuple[RoundStatus, ...], **present: bool | str) -> Q:
    return ~Q(status__in=[str(status) for status in statuses]) | Q(**present)


class TransferRound(models.Model):
    """One of the fund's transfers of a term: built by one person, approved by another, released by a third.

    `pupils`, `amount_satang`, `schools` and `digest` are fixed when it is built and
    checked at every later step. Moved only along payments.rules.ROUND_TRANSITIONS by
    payments.actions.rounds (sent and reconciled: by the bank's actions).
    """

    open_because = "A round is national: its totals name no child and no school."

    term = models.ForeignKey(Term, models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    takes = models.CharField(max_length=20)
    status = models.CharField(max_length=12, default=RoundStatus.PLANNED)
    attempt = models.PositiveSmallIntegerField(default=1)
    planned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    planned_at = models.DateTimeField()
    maker = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    built_at = models.DateTimeField(null=True)
    approver = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    releaser = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    reconciled_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    payout_due_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    pupils = models.IntegerField(default=0)
    amount_satang = models.BigIntegerField(default=0)
    schools = models.IntegerField(default=0)
    left_out = models.IntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    objects = models.Manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            _known("round_status_is_known", "status", RoundStatus),
            _known("round_takes_is_known", "takes", RoundTakes),
            models.CheckConstraint(name="round_number_counts_from_one", condition=Q(number__gte=1)),
            models.UniqueConstraint(
                name="round_one_alive_per_term_and_number",
                fields=["term", "number"],
                condition=~Q(status=RoundStatus.CANCELLED),
            ),
            # NULL <> NULL is unknown and passes a check, so presence is asked for by itself.
            models.CheckConstraint(
                name="round_built_has_its_maker",
                condition=_people_by(
                    MADE, maker__isnull=False, built_at__isnull=False, digest__gt=""
                ),
            ),
            models.CheckConstraint(
                name="round_approved_has_its_approver",
                condition=_people_by(APPROVED, approver__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="round_released_has_its_releaser",
                condition=_people_by(RELEASED, releaser__isnull=False, released_at__isnull=False),
            ),
            models.CheckConstraint(
                name="round_published_has_its_due_day",
                condition=_people_by(
                    PUBLISHED,
                    published_by__isnull=False,
                    published_at__isnull=False,
                    payout_due_on__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="round_approver_is_not_its_maker",
                condition=Q(approver=None) | ~Q(approver=F("maker")),
            ),
            models.CheckConstraint(
                name="round_releaser_is_not_its_maker",
                condition=Q(releaser=None) | ~Q(releaser=F("maker")),
            ),
            models.CheckConstraint(
                name="round_releaser_is_not_its_approver",
                condition=Q(releaser=None) | ~Q(releaser=F("approver")),
            ),
            models.CheckConstraint(
                name="round_cancelled_says_why",
                condition=~Q(status=RoundStatus.CANCELLED) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term.label} {self.number}"

    @property
    def is_published(self) -> bool:
        return self.status in PUBLISHED


def sees_unpublished(user: User) -> bool:
    """The fund and the auditor see a round before it is published; a school its part after."""
    return bool(access.paths_with(user, "payments.read_round"))


class OfRoundsQuerySet(ScopedQuerySet):
    """Rows of rounds: below the fund nobody learns of them before their round is published."""

    def visible_to(self, user, verb=None):
        rows = super().visible_to(user, verb)
        return rows if sees_unpublished(user) else rows.published()

    def published(self):
        return self.filter(round__status__in=[str(status) for status in PUBLISHED])


class TransferQuerySet(OfRoundsQuerySet):
    scope = "enrolment__path"

    def for_table(self):
        """With all a table row shows. Reading more raises instead of querying."""
        rows = self.select_related("enrolment__pupil", "enrolment__classroom", "school", "round")
        return rows.order_by("enrolment__path", "enrolment__pupil__sort_key", "pk").fetch_mode(
            models.FETCH_RAISE
        )


class Transfer(models.Model):
    """One share of one entitlement, in one round, to where it stood when the round was built.

    `destination` is the ciphertext of the id or account, copied by SQL: its purpose is
    "national_id" for PromptPay and "account_number" for a school account.
    At most one live or successful transfer for an entitlement and share.
    """

    round = models.ForeignKey(TransferRound, models.PROTECT, related_name="transfers")
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="transfers")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    share = models.CharField(max_length=10, default=Share.CASH)
    channel = models.ForeignKey(ReceivingChannel, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    account = models.ForeignKey(SchoolBankAccount, models.PROTECT, null=True, related_name="+")
    destination = SealedField(purposes=("national_id", "account_number"))
    destination_last4 = models.CharField(max_length=4)
    amount_satang = models.BigIntegerField()
    status = models.CharField(max_length=10, default=TransferStatus.PENDING)
    fail_code = models.CharField(max_length=24, blank=True, default="")
    bank_line = models.ForeignKey(
        "payments.BankLine", models.PROTECT, null=True, related_name="transfers"
    )

    objects = TransferQuerySet.as_manager()
    personal: ClassVar = {"destination", "destination_last4"}

    class Meta:
        constraints = [
            _known("transfer_status_is_known", "status", TransferStatus),
            _known("transfer_share_is_known", "share", Share),
            _known("transfer_kind_is_known", "kind", ChannelKind),
            models.CheckConstraint(
                name="transfer_fail_code_is_known",
                condition=Q(fail_code__in=["", *(str(code) for code in FailCode)]),
            ),
            models.UniqueConstraint(
                name="transfer_one_alive_per_entitlement_and_share",
                fields=["entitlement", "share"],
                condition=Q(status__in=[str(status) for status in ALIVE]),
            ),
            models.CheckConstraint(
                name="transfer_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
            models.CheckConstraint(
                name="transfer_failed_says_why",
                condition=Q(status=TransferStatus.FAILED, fail_code__gt="")
                | (~Q(status=TransferStatus.FAILED) & Q(fail_code="")),
            ),
            models.CheckConstraint(
                name="transfer_account_goes_with_its_kind",
                condition=Q(kind=ChannelKind.SCHOOL_ACCOUNT, account__isnull=False)
                | (~Q(kind=ChannelKind.SCHOOL_ACCOUNT) & Q(account=None)),
            ),
            # A way that failed is not tried again until the channel or the account is another row;
            # so the ladder's question "did it fail this way?" is one join that never doubles a grant.
            models.UniqueConstraint(
                name="transfer_fails_once_by_one_way",
                fields=["entitlement", "share", "channel", "account"],
                condition=Q(status=TransferStatus.FAILED),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.pk}"

    @property
    def destination_purpose(self) -> str:
        """The purpose under which `destination` was sealed."""
        return "account_number" if self.kind == ChannelKind.SCHOOL_ACCOUNT else "national_id"

    def destination_text(self) -> str:
        """The id or account number itself: for the bank file alone."""
        return unseal(self.destination, self.destination_purpose).decode()


class LeftOutQuerySet(OfRoundsQuerySet):
    scope = "enrolment__path"

    def for_table(self):
        """With all a table row shows. Reading more raises instead of querying."""
        rows = self.select_related("enrolment__pupil", "enrolment__classroom__school")
        return rows.order_by("pk").fetch_mode(models.FETCH_RAISE)


class LeftOut(models.Model):
    """A living grant that did not enter a round, and the first hurdle that kept it out.

    `enrolment` is this term's, or the one the grant was given on when there is none.
    Written by the building of the round, by place and name: keys go up in that order.
    """

    # Found by the indexes below; one of its own would only cost each of a hundred thousand rows.
    round = models.ForeignKey(
        TransferRound, models.CASCADE, related_name="left_outs", db_index=False
    )
    grant = models.ForeignKey("screening.Grant", models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    hurdle = models.CharField(max_length=32)

    objects = LeftOutQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="left_out_once_per_round_and_grant", fields=["round", "grant"]
            ),
        ]
        indexes = [
            models.Index(name="left_out_in_order", fields=["round", "id"]),
            models.Index(name="left_out_by_hurdle", fields=["round", "hurdle", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.grant_id} {self.hurdle}"
