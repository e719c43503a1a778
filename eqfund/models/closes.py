"""What was done and what was not when a window closed: kept as it stood, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from eqfund.fields import PathField

from .base import ScopedQuerySet
from .calendar import Edge, Term, title_in_words
from .people import User
from .places import School


class CloseRecordQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "calendar.read_closes"


class CloseRecord(models.Model):
    """One close of one line, or of one extension of it, for an activity whose work can be counted.

    `path` is the affiliation's, or the extension's place; places that closed later stand in a
    record of their own. `drafts` counts what was begun and is frozen by the close: the calendar
    lets nobody go on with it but within the activity's grace. Only ever added to (a trigger).
    Written by eqfund.calendar.closes, once each edge.
    """

    personal: set[str] = set()

    edge = models.OneToOneField(Edge, models.PROTECT, related_name="close_record")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    activity = models.CharField(max_length=40)
    round_no = models.PositiveSmallIntegerField(default=0)
    title_th = models.CharField(max_length=200)
    path = PathField(db_index=True)
    closed_at = models.DateTimeField()
    schools = models.PositiveIntegerField()
    unfinished = models.PositiveIntegerField()
    drafts = models.PositiveIntegerField(default=0)

    objects = CloseRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="close_record_unfinished_is_of_its_schools",
                condition=Q(unfinished__lte=F("schools")),
            ),
        ]
        indexes = [
            models.Index(name="close_record_latest", fields=["term", "-closed_at", "-id"]),
        ]

    @property
    def title(self) -> str:
        """As it was called at the close; in another language as the line is called."""
        thai = (get_language() or "th").startswith("th")
        return self.title_th if thai else title_in_words(self.title_th, self.edge.line.title_en)


class SchoolAtCloseQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "calendar.read_closes"


class SchoolAtClose(models.Model):
    """Where one school stood at one close: what was done of how much, and how many drafts were frozen.

    `done` of `total` count what the activity counts: forms, pupils, classes, or 1 for the school
    itself; a school that had nothing to do has no row. Only ever added to.
    """

    personal: set[str] = set()

    record = models.ForeignKey(CloseRecord, models.PROTECT, related_name="rows")
    school = models.ForeignKey(School, models.PROTECT, related_name="+", db_index=False)
    path = PathField(help_text="the school's place at the close")
    is_finished = models.BooleanField()
    done = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    drafts = models.PositiveIntegerField(default=0)

    objects = SchoolAtCloseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="school_once_at_a_close", fields=["record", "school"]),
            models.CheckConstraint(
                name="school_at_close_done_is_of_total", condition=Q(done__lte=F("total"))
            ),
            models.CheckConstraint(
                name="school_at_close_finished_has_nothing_left",
                condition=Q(is_finished=True, done=F("total"))
                | Q(is_finished=False, done__lt=F("total")),
            ),
        ]
        indexes = [
            models.Index(name="school_at_close_by_place", fields=["record", "path"]),
            models.Index(
                name="school_at_close_unfinished",
                fields=["path", "record"],
                condition=Q(is_finished=False),
            ),
        ]


class Holiday(models.Model):
    """A day that differs from the published holidays: `is_closed` adds one, else the day is a working day.

    Written by eqfund.calendar.actions; what is not here is as eqfund.working_days has it.
    """

    open_because = "holidays are public"
    personal: set[str] = set()

    day = models.DateField(unique=True)
    is_closed = models.BooleanField()
    name = models.CharField(max_length=120)
    source = models.CharField(
        max_length=200, blank=True, help_text="the cabinet's decision, an announcement"
    )
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="holiday_has_a_name", condition=~Q(name="")),
        ]
