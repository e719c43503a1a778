"""The continuing group: what became known of a family's PromptPay, and what the close found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from eqfund.models import CalendarLine, Enrolment, Guardian, Pupil, School, Term, User
from eqfund.models.base import ScopedQuerySet
from payments.rules.promptpay import LEFT_REASONS, CannotReason, Step


class PromptPayNoteQuerySet(ScopedQuerySet):
    scope = "pupil__path"


class PromptPayNote(models.Model):
    """One thing that became known, on one day, about PromptPay on a national ID. Only ever added to.

    The school tells the family, sees it opened (on a day), or learns why it cannot be; the bank
    says that it could not pay (`by` None). The ID is the pupil's, or that of `guardian`. Written
    by payments.actions with the channel it changes.
    """

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="promptpay_notes")
    guardian = models.ForeignKey(Guardian, models.PROTECT, null=True, related_name="+")
    step = models.CharField(max_length=10)
    opened_on = models.DateField(null=True)
    reason = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = PromptPayNoteQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        indexes = [models.Index(fields=["pupil", "-at"], name="promptpay_note_of_pupil")]
        constraints = [
            models.CheckConstraint(
                name="promptpay_note_step_is_known",
                condition=Q(step__in=[str(step) for step in Step]),
            ),
            models.CheckConstraint(
                name="promptpay_note_opened_has_its_day",
                condition=Q(step=Step.OPENED, opened_on__isnull=False)
                | (~Q(step=Step.OPENED) & Q(opened_on=None)),
            ),
            models.CheckConstraint(
                name="promptpay_note_cannot_says_why",
                condition=Q(step=Step.CANNOT, reason__in=[str(r) for r in CannotReason])
                | (~Q(step=Step.CANNOT) & Q(reason="")),
            ),
            models.CheckConstraint(
                name="promptpay_note_failure_is_the_banks",
                condition=Q(step=Step.FAILED, by=None)
                | (~Q(step=Step.FAILED) & Q(by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.step


class ContinuingCloseQuerySet(ScopedQuerySet):
    scope = "school__path"
    read_verb = "read_school"


class ContinuingClose(models.Model):
    """How the continuing group of one school stood when its time closed. Only ever added to.

    Written at the close, by the calendar's moment; an extension's close is a row of its own. Only
    schools that have a continuing grantee studying there have one.
    """

    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    line = models.ForeignKey(CalendarLine, models.PROTECT, related_name="+")
    school = models.ForeignKey(School, models.PROTECT, related_name="continuing_closes")
    closed_at = models.DateTimeField()
    pupils = models.PositiveIntegerField()
    confirmed = models.PositiveIntegerField()
    corrected = models.PositiveIntegerField()
    promptpay_open = models.PositiveIntegerField()

    objects = ContinuingCloseQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="continuing_close_once_per_school_and_moment",
                fields=["line", "school", "closed_at"],
            ),
            models.CheckConstraint(
                name="continuing_close_counts_agree",
                condition=Q(
                    pupils__gte=1, confirmed__lte=F("pupils"), corrected__lte=F("confirmed")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_id} {self.confirmed}/{self.pupils}"

    @property
    def left(self) -> int:
        return self.pupils - self.confirmed


class ContinuingLeftQuerySet(ScopedQuerySet):
    scope = "enrolment__path"


class ContinuingLeft(models.Model):
    """A continuing grantee whom nobody had confirmed at a close, and what the data lacked then.

    `reason` is a fault of the data, or "not_asked" where nothing was wrong but nobody confirmed.
    """

    close = models.ForeignKey(ContinuingClose, models.PROTECT, related_name="left_over")
    grant = models.ForeignKey("screening.Grant", models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)

    objects = ContinuingLeftQuerySet.as_manager()
    personal: ClassVar = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="continuing_left_once_per_close", fields=["close", "grant"]
            ),
            models.CheckConstraint(
                name="continuing_left_reason_is_known", condition=Q(reason__in=LEFT_REASONS)
            ),
        ]

    def __str__(self) -> str:
        return self.reason
