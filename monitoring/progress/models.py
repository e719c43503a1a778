"""How far offices were when they were last counted; what pages of many offices show."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from eqfund.models import School, SupervisingOffice, Term, User
from eqfund.models.base import ScopedQuerySet
from monitoring.progress.rules import Stage
from monitoring.progress.words import STAGE_NAMES


class OfficeSnapshotQuerySet(ScopedQuerySet):
    scope = "office__path"
    read_verb = "progress.read"


class OfficeSnapshot(models.Model):
    """An office's schools at the last count of a term, in figures; one row for each office and term.

    `is_stale` says that something happened there since. Written by progress.actions alone:
    a minute's tick marks what the audit book or the calendar touched, and counts it anew.
    """

    personal: set[str] = set()

    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    office = models.ForeignKey(SupervisingOffice, models.PROTECT, related_name="progress")
    schools = models.PositiveIntegerField(default=0)
    late_schools = models.PositiveIntegerField(default=0)
    complete_schools = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)
    is_stale = models.BooleanField(default=True)

    objects = OfficeSnapshotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="office_snapshot_once_a_term", fields=["term", "office"]),
            models.CheckConstraint(
                name="office_snapshot_counts_its_schools",
                condition=Q(late_schools__lte=F("schools"), complete_schools__lte=F("schools")),
            ),
        ]
        indexes = [
            models.Index(
                name="office_snapshot_stale", fields=["counted_at"], condition=Q(is_stale=True)
            )
        ]


class StageSnapshotQuerySet(ScopedQuerySet):
    scope = "snapshot__office__path"
    read_verb = "progress.read"


class StageSnapshot(models.Model):
    """One stage of an office's snapshot: done and total over its schools, and the schools late at it."""

    personal: set[str] = set()

    snapshot = models.ForeignKey(OfficeSnapshot, models.CASCADE, related_name="stages")
    stage = models.CharField(max_length=12, choices=list(STAGE_NAMES.items()))
    done = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    late = models.PositiveIntegerField()

    objects = StageSnapshotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="stage_snapshot_once", fields=["snapshot", "stage"]),
            models.CheckConstraint(
                name="stage_snapshot_stage_is_known",
                condition=Q(stage__in=[s.value for s in Stage]),
            ),
            models.CheckConstraint(
                name="stage_snapshot_done_is_of_total", condition=Q(done__lte=F("total"))
            ),
        ]


class OfficeFiguresQuerySet(ScopedQuerySet):
    scope = "snapshot__office__path"
    read_verb = "progress.read"


class OfficeFigures(models.Model):
    """What a lower app counts of an office (hooks.counted_subjects), beside its snapshot and as old as it."""

    personal: set[str] = set()

    snapshot = models.ForeignKey(OfficeSnapshot, models.CASCADE, related_name="figures")
    subject = models.CharField(max_length=30)
    figures = models.JSONField()

    objects = OfficeFiguresQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="office_figures_once", fields=["snapshot", "subject"]),
        ]


class ProgressMark(models.Model):
    """How far the audit book has been gone through for a term's snapshots."""

    open_because = "a position in the audit book"
    personal: set[str] = set()

    term = models.OneToOneField(Term, models.PROTECT, related_name="+")
    position = models.BigIntegerField()


class ReminderQuerySet(ScopedQuerySet):
    scope = "school__path"
    read_verb = "progress.read"


class Reminder(models.Model):
    """An office's word to a school to finish what is left: at which stages, who sent it, when.

    One a day for a school. Written by progress.actions.remind_schools; `mailed_at` by its job.
    """

    personal: set[str] = set()

    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    school = models.ForeignKey(School, models.PROTECT, related_name="reminders")
    stages = ArrayField(models.CharField(max_length=12))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    day = models.DateField()
    mailed_at = models.DateTimeField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="reminder_once_a_day_for_a_school", fields=["school", "day"]
            ),
            models.CheckConstraint(
                name="reminder_names_what_is_left",
                condition=Q(stages__len__gt=0, stages__contained_by=[s.value for s in Stage]),
            ),
        ]
