"""Where money can go: a school's account, a pupil's channel, and the yearly confirmation."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from eqfund.fields import EncryptedTextField
from eqfund.models import Enrolment, Guardian, Pupil, School, StoredFile, Term, User
from eqfund.models.base import ScopedQuerySet
from payments.rules.accounts import ACCOUNT_UNDECIDED, AccountStatus
from payments.rules.channels import ChannelKind, PromptPayState

from .account_rules import AccountRules


class SchoolBankAccountQuerySet(ScopedQuerySet):
    scope = "school__path"
    read_verb = "read_school"

    def accepted(self):
        return self.filter(status=AccountStatus.ACCEPTED)

    def of_schools_now(self):
        """Of each school the newest account that was not replaced: one row for a school."""
        return self.filter(is_last=True)

    def for_table(self):
        """With all a table row shows. Reading more raises instead of querying."""
        rows = self.select_related("school__office", "proposed_by", "decided_by")
        return rows.order_by("school__name", "-pk").fetch_mode(models.FETCH_RAISE)


class SchoolBankAccount(models.Model):
    """One account a school proposed, at one time; a change is another row, so this is its history too.

    The school admin proposes, the director approves, the fund accepts or sends back.
    At most one is accepted and at most one is on its way for a school. A round keeps
    the account it was built with. Written by payments.actions.accounts.
    """

    school = models.ForeignKey(School, models.PROTECT, related_name="bank_accounts")
    bank_code = models.CharField(max_length=3)
    number = EncryptedTextField(purpose="account_number")
    last4 = models.CharField(max_length=4)
    name = models.CharField(max_length=200)
    dedicated = models.BooleanField()
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    rules = models.ForeignKey(
        AccountRules,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="what was asked when it was proposed; none: what is shipped",
    )
    status = models.CharField(max_length=20, default=AccountStatus.PROPOSED)
    is_last = models.BooleanField(
        default=True, help_text="the newest of its school that was not replaced; kept by a trigger"
    )
    reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    director = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    director_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = SchoolBankAccountQuerySet.as_manager()
    personal: ClassVar = {"number", "last4"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_status_is_known",
                condition=Q(status__in=[str(s) for s in AccountStatus]),
            ),
            models.UniqueConstraint(
                name="account_one_accepted_per_school",
                fields=["school"],
                condition=Q(status=AccountStatus.ACCEPTED),
            ),
            models.UniqueConstraint(
                name="account_one_under_way_per_school",
                fields=["school"],
                condition=Q(status__in=[str(s) for s in ACCOUNT_UNDECIDED]),
            ),
            models.UniqueConstraint(
                name="account_one_last_per_school", fields=["school"], condition=Q(is_last=True)
            ),
            models.CheckConstraint(
                name="account_accepted_has_director_and_fund",
                condition=~Q(status=AccountStatus.ACCEPTED)
                | Q(director__isnull=False, director_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="account_director_is_not_the_proposer",
                condition=Q(director=None) | ~Q(director=models.F("proposed_by")),
            ),
            models.CheckConstraint(
                name="account_is_accepted_by_a_third_person",
                condition=~Q(status=AccountStatus.ACCEPTED)
                | (~Q(decided_by=models.F("proposed_by")) & ~Q(decided_by=models.F("director"))),
            ),
            models.CheckConstraint(
                name="account_sent_back_says_why",
                condition=~Q(status=AccountStatus.SENT_BACK) | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(
                name="account_last_by_status", fields=["status", "id"], condition=Q(is_last=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_code} ···{self.last4}"


class ReceivingChannelQuerySet(ScopedQuerySet):
    scope = "pupil__path"

    def current(self):
        return self.filter(is_current=True)


class ReceivingChannel(models.Model):
    """The way one pupil receives money, from one moment on. A correction is another row.

    At most one is current. A transfer keeps the row it was made with, so "corrected
    since" means: the current row is another one. Written by payments.actions.channels.
    """

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="channels")
    kind = models.CharField(max_length=20)
    guardian = models.ForeignKey(Guardian, models.PROTECT, null=True, related_name="+")
    promptpay_state = models.CharField(max_length=10, default=PromptPayState.UNKNOWN)
    is_current = models.BooleanField(default=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = ReceivingChannelQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="channel_kind_is_known",
                condition=Q(kind__in=[str(kind) for kind in ChannelKind]),
            ),
            models.CheckConstraint(
                name="channel_promptpay_state_is_known",
                condition=Q(promptpay_state__in=[str(state) for state in PromptPayState]),
            ),
            models.UniqueConstraint(
                name="channel_one_current_per_pupil", fields=["pupil"], condition=Q(is_current=True)
            ),
            models.CheckConstraint(
                name="channel_guardian_goes_with_its_kind",
                condition=Q(kind=ChannelKind.PROMPTPAY_GUARDIAN, guardian__isnull=False)
                | (~Q(kind=ChannelKind.PROMPTPAY_GUARDIAN) & Q(guardian=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class ContinuingConfirmationQuerySet(ScopedQuerySet):
    scope = "enrolment__path"


class ContinuingConfirmation(models.Model):
    """The school's word that a continuing grantee's data are right for a term.

    `unchanged` is false when something was corrected in saying so. Once for a grant
    and term. Written by payments.actions.channels.
    """

    grant = models.ForeignKey("screening.Grant", models.PROTECT, related_name="confirmations")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()
    unchanged = models.BooleanField()

    objects = ContinuingConfirmationQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="confirmation_once_per_grant_and_term", fields=["grant", "term"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.term_id}"
