"""Two pupils who may be one child: the pair, each school's side of it, and the keys by which pairs are found."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, IntegerField, Q
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext_lazy as _

from eqfund.fields import EncryptedTextField, PathField

from .base import ScopedQuerySet
from .calendar import Term
from .files import StoredFile
from .people import User
from .pupils import Pupil


def _written(field: str) -> Q:
    """That an encrypted text is not empty: "" is kept as no bytes."""
    length = Func(F(field), function="octet_length", output_field=IntegerField())
    return Q(GreaterThan(length, 0))


class NameKey(models.Model):
    """A pupil's names as they are compared, and the birth date beside them.

    Written by eqfund.duplicates.finding alone, in the background: a save of a pupil never waits for
    it, and no key is enforced; the finding forgets the keys of pupils that are gone.
    """

    open_because = "read by the finding of duplicates alone; no page shows it"
    personal = {"first", "last", "born"}

    pupil = models.OneToOneField(
        Pupil, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    first = models.CharField(max_length=120, db_collation="C")
    last = models.CharField(max_length=120, db_collation="C")
    born = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(name="name_key_born_and_last", fields=["born", "last"]),
            models.Index(name="name_key_born_and_first", fields=["born", "first"]),
            models.Index(name="name_key_last_and_first", fields=["last", "first"]),
        ]


class DuplicatePairQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "duplicates.compare"


class DuplicatePair(models.Model):
    """Two pupils of one term who may be one child: a ticket for their schools to settle.

    `first_key` and `second_key` are the pupils as they were found, the smaller first; one of
    them may be joined to the other later. `path` is the place that holds both: their school,
    their office, else the country. Found by eqfund.duplicates.finding, answered and settled by
    eqfund.duplicates.actions. What a school may know of the other child stands here: how far
    apart the places are, and which fields agree.
    """

    class Band(models.TextChoices):
        CERTAIN = "certain", _("the same number")
        LIKELY = "likely", _("very much alike")
        POSSIBLE = "possible", _("alike")

    class Apart(models.TextChoices):
        SCHOOL = "school", _("twice at one school")
        OFFICE = "office", _("two schools of one office")
        AFFILIATION = "affiliation", _("two offices of one affiliation")
        COUNTRY = "country", _("two affiliations")

    class State(models.TextChoices):
        OPEN = "open", _("waits for answers")
        ANSWERED = "answered", _("one school has answered")
        DISPUTED = "disputed", _("waits for a decision")
        SETTLED = "settled", _("settled")

    class Outcome(models.TextChoices):
        ONE_FIRST = "one_first", _("one child, at the first school")
        ONE_SECOND = "one_second", _("one child, at the second school")
        DIFFERENT = "different", _("two children")
        WRONG_FIRST = "wrong_first", _("two children; the first school's number was mistyped")
        WRONG_SECOND = "wrong_second", _("two children; the second school's number was mistyped")
        NEITHER = "neither", _("at neither school")
        ENDED = "ended", _("one of the two has left")
        MERGED = "merged", _("one child, recorded twice; joined")

    class Ground(models.TextChoices):
        ANSWERS = "answers", _("by the schools' answers")
        DECISION = "decision", _("by a decision")
        SCHOOL = "school", _("by the school itself")
        LEFT = "left", _("as one of the two left")

    personal = {"reason"}

    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    band = models.CharField(max_length=8, choices=Band)
    agree = ArrayField(models.CharField(max_length=20), help_text="codes of the fields that agree")
    first_key = models.BigIntegerField()
    second_key = models.BigIntegerField()
    apart = models.CharField(max_length=11, choices=Apart)
    path = PathField()
    digest = models.CharField(
        max_length=64, help_text="of what was compared: a settled pair comes back when it changes"
    )
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    found_at = models.DateTimeField()
    due_at = models.DateTimeField()
    first_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    second_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    ground = models.CharField(max_length=8, choices=Ground, blank=True)
    reason = EncryptedTextField(purpose="duplicate_reason", blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="duplicate_pair_is_ordered", condition=Q(first_key__lt=F("second_key"))
            ),
            models.UniqueConstraint(name="duplicate_pair_once", fields=["first_key", "second_key"]),
            models.CheckConstraint(
                name="duplicate_band_is_known",
                condition=Q(band__in=["certain", "likely", "possible"]),
            ),
            models.CheckConstraint(
                name="duplicate_settled_has_its_ground",
                condition=Q(state="settled", settled_at__isnull=False)
                & ~Q(outcome="")
                & ~Q(ground="")
                | Q(
                    state__in=["open", "answered", "disputed"],
                    outcome="",
                    ground="",
                    settled_at=None,
                    decided_by=None,
                ),
            ),
            models.CheckConstraint(
                name="duplicate_decision_has_its_reason",
                condition=~Q(ground__in=["decision", "school"])
                | Q(decided_by__isnull=False) & _written("reason"),
            ),
            models.CheckConstraint(
                name="duplicate_decider_did_not_answer",
                condition=Q(decided_by=None)
                | (Q(first_by=None) | ~Q(first_by=F("decided_by")))
                & (Q(second_by=None) | ~Q(second_by=F("decided_by"))),
            ),
            models.CheckConstraint(
                name="duplicate_two_people_answer",
                condition=Q(first_by=None) | Q(second_by=None) | ~Q(first_by=F("second_by")),
            ),
        ]
        indexes = [
            models.Index(name="duplicate_path_and_state", fields=["path", "state"]),
            models.Index(name="duplicate_alive", fields=["state"], condition=~Q(state="settled")),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to do something."""
        return self.state != self.State.SETTLED

    def is_late(self, at: datetime) -> bool:
        """Whether it is open after the day by which both schools should have answered."""
        return self.is_open and at > self.due_at


class DuplicateSideQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "duplicates.read"


class DuplicateSide(models.Model):
    """One school's part of a pair: its own child, and what it says of it. Nothing of the other.

    `pupil` is the child's row; when two rows were joined, both sides name the one that stays.
    """

    class Answer(models.TextChoices):
        STUDYING = "studying", _("The child studies here")
        LEFT = "left", _("The child has left")
        NEVER = "never", _("There was never such a child here")
        WRONG = "wrong", _("Another child: our registry has it wrong")

    personal = {"note"}

    pair = models.ForeignKey(DuplicatePair, models.CASCADE, related_name="sides")
    position = models.PositiveSmallIntegerField()
    path = PathField()
    pupil = models.ForeignKey(
        Pupil, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    answered_on = models.DateField(null=True, help_text="studying since, or left on")
    note = EncryptedTextField(purpose="duplicate_note", blank=True)
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = DuplicateSideQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="duplicate_one_answer_a_side", fields=["pair", "position"]
            ),
            models.CheckConstraint(
                name="duplicate_side_is_one_of_two", condition=Q(position__in=[1, 2])
            ),
            models.CheckConstraint(
                name="duplicate_answer_is_known",
                condition=Q(
                    answer__in=["studying", "left", "never", "wrong"], answered_at__isnull=False
                )
                | Q(answer="", answered_at=None, answered_on=None),
            ),
            models.CheckConstraint(
                name="duplicate_answer_says_since_when",
                condition=~Q(answer__in=["studying", "left"]) | Q(answered_on__isnull=False),
            ),
        ]
        indexes = [models.Index(name="duplicate_side_by_path", fields=["path", "pair"])]
