"""Pupils handed over from one school to another, and every change of a pupil's state."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eqfund import access
from eqfund.fields import EncryptedTextField, PathField
from eqfund.handover.rules import Lapse, Refusal, Status, Way
from eqfund.handover.rules_status import Source

from .base import ScopedQuerySet
from .calendar import Term
from .people import User
from .places import Classroom, School
from .pupils import Enrolment, Pupil

WAY_NAMES = {
    Way.SENT: _("sent by the former school"),
    Way.ASKED: _("asked for by the new school"),
    Way.REGISTRY: _("moved by the registry file"),
    Way.AGREED: _("settled by the two schools"),
}
STATUS_NAMES = {
    Status.PROPOSED: _("waits for the other school"),
    Status.ACCEPTED: _("handed over"),
    Status.REFUSED: _("not taken over"),
    Status.WITHDRAWN: _("hand-over withdrawn"),
    Status.LAPSED: _("lapsed unanswered"),
}
LAPSE_NAMES = {
    Lapse.TERM_OVER: _("nobody answered by the end of the term"),
    Lapse.CAME_BACK: _("the registry file of the former school has the pupil again"),
    Lapse.WENT_ELSEWHERE: _("the registry file of another school has the pupil"),
}
REFUSAL_NAMES = {
    Refusal.NOT_HERE: _("the pupil has not come to this school"),
    Refusal.NOT_OURS: _("this is another child"),
    Refusal.STILL_HERE: _("the pupil studies at this school"),
    Refusal.OTHER_SCHOOL: _("the pupil goes to another school"),
    Refusal.OTHER: _("another reason"),
}
SOURCE_NAMES = {
    Source.PERSON: _("by the school"),
    Source.HANDOVER: _("by a hand-over"),
    Source.REGISTRY: _("by a registry file"),
}
OPEN = Q(status=Status.PROPOSED.value)


def _among(names: Any) -> list[str]:
    return [each.value for each in names]


class HandoverQuerySet(models.QuerySet["Handover"]):
    """Both sides of a hand-over, and all above them, see that it is there; who reads what is rules.shown_to."""

    def visible_to(self, user: Any, verb: str = "handover.read") -> Self:
        """Hand-overs from or to a place where the user holds the verb."""
        return self.filter(
            access.path_filter(user, verb, "from_path") | access.path_filter(user, verb, "to_path")
        )

    def under(self, path: str) -> Self:
        """Hand-overs from or to one place."""
        return self.filter(access.within([path], "from_path") | access.within([path], "to_path"))

    def leaving(self, user: Any, verb: str = "handover.read") -> Self:
        """Hand-overs whose former school is one of the user's."""
        return self.filter(access.path_filter(user, verb, "from_path"))

    def arriving(self, user: Any, verb: str = "handover.read") -> Self:
        """Hand-overs whose new school is one of the user's."""
        return self.filter(access.path_filter(user, verb, "to_path"))

    def waiting(self) -> Self:
        """Those that nobody has answered."""
        return self.filter(OPEN)

    def with_history_for(self, user: Any) -> Self:
        """Accepted hand-overs to a place where the user reads children: their history is open."""
        return self.filter(
            access.path_filter(user, "read_child", "to_path"), status=Status.ACCEPTED
        )

    def for_table(self) -> Self:
        """In the order of a list; a row needs no other table."""
        return self.order_by("-pk").fetch_mode(models.FETCH_RAISE)


class Handover(models.Model):
    """One pupil's way from one school to another: begun by one side, answered by the other.

    Names, grade and year of birth are those of the day it began: neither side reads the other's
    rows for them. `to_enrolment` is set when the child studies at the new school, which a registry
    file may do before anybody answered; the history opens with the acceptance alone. At most one
    open per pupil. Written by eqfund.handover.actions.moves and, for a registry file, .registry.
    """

    personal = {"child_name", "birth_year_be", "last4", "message", "note"}

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="handovers")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    way = models.CharField(max_length=10, choices=list(WAY_NAMES.items()))
    status = models.CharField(
        max_length=10, choices=list(STATUS_NAMES.items()), default=Status.PROPOSED
    )
    from_enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="handovers_out")
    from_school = models.ForeignKey(School, models.PROTECT, related_name="handovers_out")
    from_path = PathField(db_index=True)
    from_name = models.CharField(max_length=200)
    from_office = models.CharField(max_length=200)
    to_school = models.ForeignKey(School, models.PROTECT, related_name="handovers_in")
    to_classroom = models.ForeignKey(Classroom, models.PROTECT, null=True, related_name="+")
    to_enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, null=True, related_name="handovers_in"
    )
    to_path = PathField(db_index=True)
    to_name = models.CharField(max_length=200)
    to_office = models.CharField(max_length=200)
    child_name = models.CharField(max_length=225)
    birth_year_be = models.PositiveSmallIntegerField(null=True)
    grade = models.CharField(max_length=2)
    last4 = models.CharField(max_length=4, blank=True)
    moved_on = models.DateField()
    message = EncryptedTextField(purpose="handover", blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    due_on = models.DateField(help_text="an answer is expected by this day")
    lapses_on = models.DateField(help_text="the last day on which it can be answered")
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=12, blank=True, choices=list(REFUSAL_NAMES.items()))
    lapse = models.CharField(max_length=14, blank=True, choices=list(LAPSE_NAMES.items()))
    note = EncryptedTextField(purpose="handover", blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="handover_one_open_per_pupil", fields=["pupil"], condition=OPEN
            ),
            models.CheckConstraint(
                name="handover_is_between_two_schools",
                condition=~Q(from_school=F("to_school")),
            ),
            models.CheckConstraint(name="handover_way_is_known", condition=Q(way__in=_among(Way))),
            models.CheckConstraint(
                name="handover_closed_by_its_state",
                condition=Q(status=Status.PROPOSED.value, closed_by=None, closed_at=None)
                | Q(
                    status__in=_among((Status.ACCEPTED, Status.REFUSED, Status.WITHDRAWN)),
                    closed_by__isnull=False,
                    closed_at__isnull=False,
                )
                | Q(status=Status.LAPSED.value, closed_by=None, closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="handover_answered_by_another_person",
                condition=~Q(status__in=_among((Status.ACCEPTED, Status.REFUSED)))
                | ~Q(closed_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="handover_accepted_has_its_enrolment",
                condition=~Q(status=Status.ACCEPTED.value)
                | Q(to_enrolment__isnull=False, to_classroom__isnull=False),
            ),
            models.CheckConstraint(
                name="handover_refused_says_why",
                condition=Q(status=Status.REFUSED.value, refusal__in=_among(Refusal))
                | ~Q(status=Status.REFUSED.value) & Q(refusal=""),
            ),
            models.CheckConstraint(
                name="handover_lapsed_says_why",
                condition=Q(status=Status.LAPSED.value, lapse__in=_among(Lapse))
                | ~Q(status=Status.LAPSED.value) & Q(lapse=""),
            ),
            models.CheckConstraint(
                name="handover_lives_until_it_is_due", condition=Q(lapses_on__gte=F("due_on"))
            ),
        ]
        indexes = [
            models.Index(name="handover_waiting", fields=["lapses_on"], condition=OPEN),
        ]

    def __str__(self) -> str:
        return f"{self.from_school_id} → {self.to_school_id}"

    @property
    def path(self) -> str:
        """Where the audit book notes what was read and done: at the school that held the child."""
        return self.from_path

    @property
    def is_open(self) -> bool:
        return self.status == Status.PROPOSED

    @property
    def has_arrived(self) -> bool:
        """Whether the child studies at the new school, answered or not."""
        return self.to_enrolment_id is not None

    def former_enrolments(self) -> models.QuerySet[Enrolment]:
        """Where the child studied until this move: what comes after it is another school's again."""
        rows = Enrolment.objects.filter(pupil=self.pupil_id, starts_on__lte=self.moved_on)
        return rows.exclude(classroom__school=self.to_school_id)


class EnrolmentStatusChangeQuerySet(ScopedQuerySet):
    scope = "enrolment__path"


class EnrolmentStatusChange(models.Model):
    """One change of a pupil's state at a school; only ever added to, except that a reason may be forgotten.

    `undoes` names the change that this one takes back. Written by eqfund.handover.actions.
    """

    personal = {"reason"}

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="status_changes")
    was = models.CharField(max_length=12, choices=Enrolment.Status)
    became = models.CharField(max_length=12, choices=Enrolment.Status)
    on = models.DateField()
    source = models.CharField(max_length=10, choices=list(SOURCE_NAMES.items()))
    reason = EncryptedTextField(purpose="status_change", blank=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects = EnrolmentStatusChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="status_change_changes_something", condition=~Q(was=F("became"))
            ),
            models.CheckConstraint(
                name="status_change_is_to_a_known_state",
                condition=Q(became__in=Enrolment.Status.values),
            ),
            models.CheckConstraint(
                name="status_change_says_where_it_came_from",
                condition=Q(source__in=_among(Source)),
            ),
            models.CheckConstraint(
                name="status_change_by_a_person_names_them",
                condition=~Q(source=Source.PERSON.value) | Q(by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.was} → {self.became}"
