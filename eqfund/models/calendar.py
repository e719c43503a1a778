"""Terms and their calendars: when each piece of work may be done."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext_lazy as _

from eqfund.fields import PathField

from .base import ScopedQuerySet
from .people import User
from .places import Affiliation


class TermQuerySet(models.QuerySet["Term"]):
    def current(self, at: datetime) -> Term | None:
        """The term that `at` falls in: the last one that has opened."""
        return (
            self.filter(opens_on__lte=at.date()).order_by("opens_on").last()
            or self.order_by("opens_on").first()
        )


class Term(models.Model):
    """A school term, named by its Buddhist year: 1/2569."""

    open_because = "terms are public"
    personal: set[str] = set()

    year_be = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    opens_on = models.DateField(help_text="the programme's first day of the term")
    closes_on = models.DateField()

    objects = TermQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="term_once", fields=["year_be", "number"]),
            models.CheckConstraint(
                name="term_number_is_one_or_two", condition=Q(number__in=[1, 2])
            ),
            models.CheckConstraint(name="term_year_is_buddhist", condition=Q(year_be__gte=2500)),
            models.CheckConstraint(
                name="term_closes_after_it_opens", condition=Q(closes_on__gt=F("opens_on"))
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"{self.number}/{self.year_be}"


class CalendarLine(models.Model):
    """One line of a term's calendar for one affiliation.

    A window gates work and never overlaps another of its activity and round;
    a deadline is a due day; an event is an act of the fund or a publication;
    outside is shown and gates nothing. `during` is half-open; an unbounded end
    means "until further notice".
    """

    class Kind(models.TextChoices):
        WINDOW = "window", _("window")
        DEADLINE = "deadline", _("due day")
        EVENT = "event", _("event")
        OUTSIDE = "outside", _("outside the system")

    open_because = "the calendar is public"
    personal: set[str] = set()

    programme = models.CharField(max_length=20, default="grant")
    term = models.ForeignKey(Term, models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=10, choices=Kind)
    activity = models.CharField(max_length=40)
    round_no = models.PositiveSmallIntegerField(
        default=0, help_text="0 when the line is of no round"
    )
    affiliation = models.ForeignKey(Affiliation, models.PROTECT, related_name="+")
    during = DateTimeRangeField()
    roles = models.CharField(max_length=200, blank=True)
    title_th = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    is_assumed = models.BooleanField(default=False)
    source = models.CharField(max_length=80, blank=True)
    source_line = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="calendar_windows_do_not_overlap",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("term", RangeOperators.EQUAL),
                    ("activity", RangeOperators.EQUAL),
                    ("round_no", RangeOperators.EQUAL),
                    ("affiliation", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(kind="window"),
            ),
            models.CheckConstraint(
                name="calendar_line_kind_is_known",
                condition=Q(kind__in=["window", "deadline", "event", "outside"]),
            ),
        ]
        indexes = [
            models.Index(name="calendar_line_look_up", fields=["term", "activity", "affiliation"])
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.round_no or ''} {self.affiliation_id}"

    @property
    def title(self) -> str:
        """What the line is called in the reader's language."""
        return title_in_words(self.title_th, self.title_en)


def title_in_words(thai: str, english: str) -> str:
    """A line's title in the reader's language; in Thai where it has no other."""
    return thai if not english or (get_language() or "th").startswith("th") else english


class ExtensionPolicy(models.Model):
    """By how many days an office may itself extend an activity for its schools; 0, or no row: only the fund may."""

    open_because = "what offices may do is public"
    personal: set[str] = set()

    activity = models.CharField(max_length=40, unique=True)
    most_days = models.PositiveSmallIntegerField()
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="extension_policy_allows_a_month_at_most",
                condition=Q(most_days__lte=31),
            ),
        ]


class ExtensionQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "read_school"


class Extension(models.Model):
    """A later close of one window for one place: proposed by an office, decided by the fund.

    An office decides its own proposal alone only under a policy, which the row names.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    personal: set[str] = set()

    line = models.ForeignKey(CalendarLine, models.PROTECT, related_name="extensions")
    path = PathField(db_index=True)
    closes_at = models.DateTimeField()
    reason = models.TextField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, help_text="why it was decided so")
    policy = models.ForeignKey(ExtensionPolicy, models.PROTECT, null=True, related_name="+")

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="extension_decided_by_another_person",
                condition=Q(status__in=["proposed", "withdrawn"], decided_by=None)
                | Q(status="granted", policy__isnull=False, decided_by__isnull=False)
                | (
                    Q(status__in=["granted", "refused"], decided_by__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
            ),
            models.UniqueConstraint(
                name="extension_one_proposal_at_a_time",
                fields=["line", "path"],
                condition=Q(status="proposed"),
            ),
        ]


class Edge(models.Model):
    """A moment of the calendar that has come: a window opened, is about to close, closed. Once each, whatever happens.

    `extension_ref` is the key of the extension whose moment it is, 0 for the line's own.
    `results` has what each handler did, by its name; one that is in it is not asked again.
    Written by eqfund.edges.
    """

    class Event(models.TextChoices):
        OPENS = "opens", _("opens")
        REMIND_7D = "remind_7d", _("7 days before the close")
        REMIND_3D = "remind_3d", _("3 days before the close")
        REMIND_1D = "remind_1d", _("1 day before the close")
        REMIND_2H = "remind_2h", _("2 hours before the close")
        CLOSES = "closes", _("closes")

    open_because = "moments of the calendar are public"
    personal: set[str] = set()

    line = models.ForeignKey(CalendarLine, models.CASCADE, related_name="edges")
    extension_ref = models.PositiveBigIntegerField(default=0)
    event = models.CharField(max_length=10, choices=Event)
    at = models.DateTimeField()
    results = models.JSONField(default=dict)
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, help_text="real time")
    mailed_through = models.BigIntegerField(
        default=0, help_text="the last person, by key, to whom the reminder went"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="edge_comes_once", fields=["line", "extension_ref", "event"]
            ),
        ]
        indexes = [
            models.Index(name="edge_to_be_done", fields=["at"], condition=Q(done_at=None)),
        ]


class EdgeClock(models.Model):
    """Up to which instant of programme time the calendar's moments have been noted: one row."""

    open_because = "one instant"
    personal: set[str] = set()

    until = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="edge_clock_is_one_row", condition=Q(pk=1))]


class CalendarFeed(models.Model):
    """A person's calendar for their own calendar program, at an address that is a secret; only its digest is kept."""

    open_because = "a person's own; found by the secret alone"
    personal: set[str] = set()

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_feed")
    secret = models.BinaryField(max_length=32, unique=True, help_text="SHA-256 of the address")
    made_at = models.DateTimeField()

    objects: models.Manager[CalendarFeed] = models.Manager()


class RehearsalClock(models.Model):
    """The demo's shift of programme time: at most one row, moving forward only."""

    open_because = "one row of the demo"
    personal: set[str] = set()

    offset_seconds = models.BigIntegerField(default=0)
    moved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(name="rehearsal_clock_is_one_row", condition=Q(pk=1))]
