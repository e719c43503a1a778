"""The basic-needs subsidy of OBEC and LAO: each office's account and allocation, and the lists of its pupils.

Facts about money that is not the fund's: no row of the ledger comes from here, and no round looks here.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from eqfund.fields import EncryptedTextField
from eqfund.models import Job, Pupil, School, StoredFile, SupervisingOffice, Term, User
from eqfund.models.base import ScopedQuerySet
from eqfund.school_year import GRADES
from payments.rules.basic_needs import MOST_YEARS, PAYING, WAITING, ListStatus

FIGURES = "payments.read_basic_needs"
NAMES = "payments.read_subsidy_pupils"


class AllocationAccountQuerySet(ScopedQuerySet):
    scope = "office__path"
    read_verb = FIGURES


class AllocationAccount(models.Model):
    """The bank account to which an office's subsidy is allocated, from a day on; the last one serves.

    Kept with its history: what an allocation was sent to can be told years later. Written by
    payments.actions.basic_needs.
    """

    office = models.ForeignKey(
        SupervisingOffice, models.PROTECT, related_name="allocation_accounts"
    )
    affiliation_code = models.CharField(max_length=4)
    bank_code = models.CharField(max_length=3)
    number = EncryptedTextField(purpose="office_account")
    last4 = models.CharField(max_length=4)
    name = models.CharField(max_length=200)
    since = models.DateField()
    until = models.DateField(null=True)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = AllocationAccountQuerySet.as_manager()
    personal: ClassVar = {"number", "last4"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="allocation_account_of_a_paying_affiliation",
                condition=Q(affiliation_code__in=PAYING),
            ),
            models.UniqueConstraint(
                name="allocation_account_one_serves_an_office",
                fields=["office"],
                condition=Q(until=None),
            ),
            models.CheckConstraint(
                name="allocation_account_ends_after_it_begins",
                condition=Q(until=None) | Q(until__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.last4}"


class OfficeAllocationQuerySet(ScopedQuerySet):
    scope = "office__path"
    read_verb = FIGURES


class OfficeAllocation(models.Model):
    """What the affiliation's schedule (บัญชีจัดสรร) gives an office in a term: pupils, money, by which letter.

    A corrected schedule is another row; the last one counts. Written by payments.actions.basic_needs.
    """

    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    office = models.ForeignKey(
        SupervisingOffice, models.PROTECT, related_name="subsidy_allocations"
    )
    letter_number = models.CharField(max_length=60)
    letter_on = models.DateField()
    pupils = models.PositiveIntegerField()
    amount_satang = models.BigIntegerField()
    is_current = models.BooleanField(default=True)
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    objects = OfficeAllocationQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="office_allocation_one_counts_in_a_term",
                fields=["term", "office"],
                condition=Q(is_current=True),
            ),
            models.CheckConstraint(
                name="office_allocation_has_money_for_its_pupils",
                condition=Q(pupils=0, amount_satang=0) | Q(pupils__gt=0, amount_satang__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.letter_number


class SubsidyListQuerySet(ScopedQuerySet):
    scope = "office__path"
    read_verb = FIGURES


class SubsidyList(models.Model):
    """One file of an office's subsidised pupils in a term: read, looked at, recorded whole or not at all.

    One is recorded for an office and term; a later one replaces it and both stay. Written by
    payments.actions.basic_needs and the job payments.read_subsidy_list.
    """

    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    office = models.ForeignKey(SupervisingOffice, models.PROTECT, related_name="subsidy_lists")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=10, default=ListStatus.READING)
    lines = models.PositiveIntegerField(default=0)
    pupils = models.PositiveIntegerField(default=0)
    schools = models.PositiveIntegerField(default=0)
    unusual = models.PositiveIntegerField(default=0)
    amount_satang = models.BigIntegerField(default=0)
    refusal = models.JSONField(default=dict, help_text="code and facts of a file that is no list")
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")

    objects = SubsidyListQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="subsidy_list_status_is_known",
                condition=Q(status__in=[status.value for status in ListStatus]),
            ),
            models.CheckConstraint(
                name="subsidy_list_recorded_by_somebody_at_a_time",
                condition=Q(
                    status__in=[ListStatus.RECORDED.value, ListStatus.REPLACED.value],
                    recorded_by__isnull=False,
                    recorded_at__isnull=False,
                )
                | (
                    ~Q(status__in=[ListStatus.RECORDED.value, ListStatus.REPLACED.value])
                    & Q(recorded_by=None, recorded_at=None)
                ),
            ),
            models.UniqueConstraint(
                name="subsidy_list_one_waits_for_an_office",
                fields=["term", "office"],
                condition=Q(status__in=[status.value for status in WAITING]),
            ),
            models.UniqueConstraint(
                name="subsidy_list_one_counts_in_a_term",
                fields=["term", "office"],
                condition=Q(status=ListStatus.RECORDED.value),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.pk}"

    @property
    def path(self) -> str:
        return str(self.office.path)


class SubsidyPupilQuerySet(ScopedQuerySet):
    scope = "school__path"
    read_verb = NAMES

    def current(self) -> Self:
        """Rows of the lists that count."""
        return self.filter(is_current=True)


class SubsidyPupil(models.Model):
    """A pupil in a list: at which school, in which class, with how much. Once in a list, once a term in those that count.

    The row freezes school and class of the list's day; where the child goes later does not move it.
    """

    subsidy_list = models.ForeignKey(SubsidyList, models.PROTECT, related_name="rows")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="subsidies")
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    line = models.PositiveIntegerField()
    grade = models.CharField(max_length=2, blank=True)
    room = models.CharField(max_length=10, blank=True)
    amount_satang = models.BigIntegerField()
    years = models.PositiveSmallIntegerField(null=True, help_text="running, as the list says")
    is_unusual = models.BooleanField(default=False)
    is_current = models.BooleanField(default=False)

    objects = SubsidyPupilQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="subsidy_pupil_once_in_a_list", fields=["subsidy_list", "pupil"]
            ),
            models.UniqueConstraint(
                name="subsidy_pupil_once_a_term",
                fields=["term", "pupil"],
                condition=Q(is_current=True),
            ),
            models.CheckConstraint(
                name="subsidy_pupil_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
            models.CheckConstraint(
                name="subsidy_pupil_years_can_be",
                condition=Q(years=None) | Q(years__gte=1, years__lte=MOST_YEARS),
            ),
            models.CheckConstraint(
                name="subsidy_pupil_grade_is_known", condition=Q(grade__in=["", *GRADES])
            ),
        ]
        indexes = [
            models.Index(
                name="subsidy_pupil_of_a_school",
                fields=["school", "term"],
                condition=Q(is_current=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subsidy_list_id}:{self.line}"


class SubsidyFaultQuerySet(ScopedQuerySet):
    scope = "subsidy_list__office__path"
    read_verb = FIGURES


class SubsidyFault(models.Model):
    """One wrong cell of a list, by its row and column; what stood in it is sealed."""

    subsidy_list = models.ForeignKey(SubsidyList, models.CASCADE, related_name="faults")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=3)
    title = models.CharField(max_length=80)
    code = models.CharField(max_length=40)
    value = EncryptedTextField(purpose="registry_cell", blank=True)

    objects = SubsidyFaultQuerySet.as_manager()
    personal: ClassVar = {"value"}

    class Meta:
        indexes = [models.Index(name="subsidy_fault_in_order", fields=["subsidy_list", "line"])]

    def __str__(self) -> str:
        return f"{self.subsidy_list_id}:{self.column}{self.line}"
