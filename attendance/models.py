"""A school's term days and one system, and each pupil's months."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from attendance.rules import Operator, System
from eqfund.models import Classroom, Enrolment, School, ScopedQuerySet, Term, User

SYSTEM_NAMES = {System.HERE: _("In this system"), System.QINFO: _("Q-Info")}
OPERATOR_NAMES = {Operator.AT_LEAST: _("at least"), Operator.MORE_THAN: _("more than")}


class ConditionPolicy(models.Model):
    """A term's attendance condition, as data: 2562 more than 80 %, 2568 at least 85 %."""

    open_because = "the condition is public"
    personal: ClassVar[set[str]] = set()

    term = models.OneToOneField(Term, models.PROTECT, related_name="attendance_policy")
    operator = models.CharField(max_length=10, choices=list(OPERATOR_NAMES.items()))
    rate_percent = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="condition_rate_is_a_percentage",
                condition=Q(rate_percent__gte=0, rate_percent__lte=100),
            ),
            models.CheckConstraint(
                name="condition_operator_is_known",
                condition=Q(operator__in=[str(o) for o in Operator]),
            ),
        ]


class TermDaysQuerySet(ScopedQuerySet):
    scope = "school__path"
    read_verb = "read_school"


class TermDays(models.Model):
    """A school's first and last day of a term, and the ONE system it records in.

    Set by the school admin; locked once a month is recorded.
    """

    personal: ClassVar[set[str]] = set()

    school = models.ForeignKey(School, models.PROTECT, related_name="term_days")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    opens_on = models.DateField()
    closes_on = models.DateField()
    system = models.CharField(max_length=5, choices=list(SYSTEM_NAMES.items()))
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)

    objects = TermDaysQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="term_days_once_per_school_and_term", fields=["school", "term"]
            ),
            models.CheckConstraint(
                name="term_days_close_after_they_open", condition=Q(closes_on__gt=F("opens_on"))
            ),
            models.CheckConstraint(
                name="term_days_system_is_known", condition=Q(system__in=[str(s) for s in System])
            ),
        ]


class ClassMonthQuerySet(ScopedQuerySet):
    scope = "classroom__path"
    read_verb = "read_school"


class ClassMonth(models.Model):
    """One class's record of one month: how many days school was held, by whom and when."""

    personal: ClassVar[set[str]] = set()

    classroom = models.ForeignKey(Classroom, models.PROTECT, related_name="months")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    month = models.DateField(help_text="the month's first day")
    school_days = models.PositiveSmallIntegerField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = ClassMonthQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="class_month_once", fields=["classroom", "term", "month"]),
            models.CheckConstraint(
                name="class_month_begins_on_the_first", condition=Q(month__day=1)
            ),
            models.CheckConstraint(
                name="class_month_has_at_most_31_days", condition=Q(school_days__lte=31)
            ),
        ]


class MonthRecordQuerySet(ScopedQuerySet):
    scope = "enrolment__path"

    def sums(self) -> dict[str, Any]:
        """Days present and school days over these rows."""
        return self.aggregate(
            present=Sum("present", default=0), school_days=Sum("school_days", default=0)
        )

    def of_pupil(self, pupil: Any, term: Term) -> Self:
        return self.filter(enrolment__pupil=pupil, enrolment__term=term)


class MonthRecord(models.Model):
    """One pupil's month: the school days divided among present and the kinds of away."""

    personal: ClassVar[set[str]] = {"sick"}

    class_month = models.ForeignKey(ClassMonth, models.CASCADE, related_name="records")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="months")
    school_days = models.PositiveSmallIntegerField()
    present = models.PositiveSmallIntegerField()
    sick = models.PositiveSmallIntegerField(default=0)
    personal_leave = models.PositiveSmallIntegerField(default=0)
    absent = models.PositiveSmallIntegerField(default=0)
    late = models.PositiveSmallIntegerField(default=0)

    objects = MonthRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="month_record_once_per_pupil", fields=["class_month", "enrolment"]
            ),
            models.CheckConstraint(
                name="month_record_days_add_up",
                condition=Q(
                    school_days=F("present") + F("sick") + F("personal_leave") + F("absent")
                ),
            ),
            models.CheckConstraint(
                name="month_record_late_was_present", condition=Q(late__lte=F("present"))
            ),
        ]
