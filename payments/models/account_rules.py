"""What the fund asks of a school's account: versions of one set of rules, made by two people."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from eqfund.models import User
from payments.rules.accounts import AccountCriteria, BankTerms, NumberCheck


class AccountRulesQuerySet(models.QuerySet["AccountRules"]):
    def approved(self) -> AccountRulesQuerySet:
        return self.exclude(approved_by=None)

    def proposed(self) -> AccountRulesQuerySet:
        return self.filter(approved_by=None, withdrawn_by=None)


class AccountRules(models.Model):
    """One version of the rules: proposed by one person, approved by another. The last approved is in force.

    An approved version never changes; a change is the next version, so an account can always be held
    against what was asked when it was proposed. Before the first one what is shipped is in force
    (payments.rules.accounts.AccountCriteria). Written by payments.actions.account_rules.
    """

    open_because = "What is asked of every school's account names no child and no school."

    version = models.PositiveSmallIntegerField(unique=True)
    name_patterns = ArrayField(models.CharField(max_length=200))
    must_be_dedicated = models.BooleanField(default=True)
    source = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    objects = AccountRulesQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_rules_approver_is_not_their_proposer",
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="account_rules_approved_at_and_by_go_together",
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="account_rules_withdrawn_at_and_by_go_together",
                condition=Q(withdrawn_by=None, withdrawn_at=None)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
            ),
            models.CheckConstraint(
                name="account_rules_are_approved_or_withdrawn",
                condition=Q(approved_by=None) | Q(withdrawn_by=None),
            ),
            models.CheckConstraint(name="account_rules_say_their_source", condition=~Q(source="")),
            models.UniqueConstraint(
                F("version") * 0,
                name="account_rules_one_proposed_at_a_time",
                condition=Q(approved_by=None, withdrawn_by=None),
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)

    def criteria(self) -> AccountCriteria:
        """As the rules compare accounts with it. One query, unless the banks are prefetched."""
        return AccountCriteria(
            name_patterns=tuple(self.name_patterns),
            must_be_dedicated=self.must_be_dedicated,
            banks={bank.bank_code: bank.terms() for bank in self.banks.all()},
        )


class AccountBank(models.Model):
    """A bank that a school's account may be of, in one version of the rules."""

    open_because = "A bank's account numbers name no child and no school."

    rules = models.ForeignKey(AccountRules, models.CASCADE, related_name="banks")
    bank_code = models.CharField(max_length=3)
    digits = ArrayField(models.PositiveSmallIntegerField())
    weights = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    modulus = models.PositiveSmallIntegerField(null=True)
    source = models.CharField(max_length=200, blank=True)

    objects = models.Manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="account_bank_once_per_rules", fields=["rules", "bank_code"]
            ),
            models.CheckConstraint(
                name="account_bank_has_lengths", condition=Q(digits__len__gte=1)
            ),
            models.CheckConstraint(
                name="account_bank_check_is_whole_and_says_its_source",
                condition=Q(weights=[], modulus=None)
                # NULL >= 2 is unknown and passes a check, so presence is asked for by itself.
                | (Q(weights__len__gte=1, modulus__isnull=False, modulus__gte=2) & ~Q(source="")),
            ),
        ]

    def __str__(self) -> str:
        return self.bank_code

    def terms(self) -> BankTerms:
        check = NumberCheck(tuple(self.weights), self.modulus) if self.modulus else None
        return BankTerms(tuple(self.digits), check)
