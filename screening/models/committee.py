"""The committee's meeting (แบบ นร.05), its plan (ก.001), and the fund's verification of it."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eqfund.models import School, StoredFile, Term, User
from eqfund.models.base import ScopedQuerySet
from screening.rules.committee import Decision, MeetingStatus, MemberRole, PlanPurpose
from screening.rules.verification import Outcome, Step

from .announcement import AnnouncedPupil

STATUS_NAMES = {
    MeetingStatus.DRAFT: _("being recorded"),
    MeetingStatus.LOCKED: _("signed and locked"),
    MeetingStatus.REOPENED: _("reopened for correction"),
}
ROLE_NAMES = {
    MemberRole.CHAIR: _("Chair"),
    MemberRole.SECRETARY: _("Secretary"),
    MemberRole.PARENTS: _("For the parents"),
    MemberRole.TEACHERS: _("For the teachers"),
    MemberRole.COMMUNITY: _("For the community"),
    MemberRole.LOCAL_AUTHORITY: _("For the local authority"),
    MemberRole.ALUMNI: _("For the alumni"),
    MemberRole.RELIGION: _("For religion"),
    MemberRole.EXPERT: _("Expert"),
}
DECISION_NAMES = {
    Decision.CERTIFY: _("certified"),
    Decision.REFUSE: _("not certified"),
}
PURPOSE_NAMES = {
    PlanPurpose.FOOD: _("Food"),
    PlanPurpose.TRAVEL: _("Travel"),
    PlanPurpose.SUPPLIES: _("School supplies"),
    PlanPurpose.LIFE_SKILLS: _("Life and occupational skills"),
}
STEP_NAMES = {
    Step.LIST: _("List and meeting"),
    Step.ACCOUNT: _("Account and amount"),
    Step.GRANT: _("Grant"),
}
OUTCOME_NAMES = {
    Outcome.PASSED: _("verified"),
    Outcome.SENT_BACK: _("sent back"),
}
CAPACITY_NAMES = {
    "in_post": _("in post"),
    "acting": _("acting"),
    "on_behalf": _("on behalf"),
}


class CommitteeMeetingQuerySet(ScopedQuerySet):
    scope = "school__path"
    read_verb = "read_school"

    def for_table(self) -> Self:
        """With all a table row shows. Reading more raises instead of querying."""
        rows = self.select_related("school", "term").order_by("school__path", "number")
        return rows.fetch_mode(models.FETCH_RAISE)


class CommitteeMeeting(models.Model):
    """One meeting of a school's committee and what it certified: form 05 of a school and term.

    Recorded by the school admin, signed and locked by the director. The
    supervising office alone reopens it, with a reason; each signing is another
    `revision`, and the fund verifies a revision.
    """

    personal = {"reopen_reason"}

    school = models.ForeignKey(School, models.PROTECT, related_name="committee_meetings")
    term = models.ForeignKey(Term, models.PROTECT, related_name="committee_meetings")
    number = models.PositiveSmallIntegerField()
    met_on = models.DateField()
    place = models.CharField(max_length=200)
    status = models.CharField(
        max_length=10, choices=list(STATUS_NAMES.items()), default=MeetingStatus.DRAFT
    )
    revision = models.PositiveSmallIntegerField(default=0)
    minutes = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    capacity = models.CharField(max_length=10, blank=True, choices=list(CAPACITY_NAMES.items()))
    reopened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reopened_at = models.DateTimeField(null=True)
    reopen_reason = models.TextField(blank=True)

    objects = CommitteeMeetingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="meeting_number_once_a_term", fields=["school", "term", "number"]
            ),
            models.CheckConstraint(
                name="meeting_status_is_known",
                condition=Q(status__in=[v.value for v in MeetingStatus]),
            ),
            models.CheckConstraint(
                name="meeting_locked_is_signed_with_minutes",
                condition=~Q(status="locked")
                | Q(
                    signed_by__isnull=False,
                    signed_at__isnull=False,
                    minutes__isnull=False,
                    revision__gte=1,
                )
                & ~Q(capacity=""),
            ),
            models.CheckConstraint(
                name="meeting_reopened_says_why",
                condition=~Q(status="reopened")
                | Q(reopened_by__isnull=False) & ~Q(reopen_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.term_id}"


class MeetingPartQuerySet(ScopedQuerySet):
    """Rows of a meeting: members and plans name no pupil, but belong to the school."""

    scope = "meeting__school__path"
    read_verb = "read_school"


class MeetingMember(models.Model):
    """A member of the committee as of one meeting, present or not."""

    personal = {"name"}

    meeting = models.ForeignKey(CommitteeMeeting, models.CASCADE, related_name="members")
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=20, choices=list(ROLE_NAMES.items()))
    is_present = models.BooleanField(default=False)

    objects = MeetingPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="member_role_is_known", condition=Q(role__in=[v.value for v in MemberRole])
            ),
            models.UniqueConstraint(name="member_once_a_meeting", fields=["meeting", "name"]),
            models.UniqueConstraint(
                name="member_one_chair_and_secretary_a_meeting",
                fields=["meeting", "role"],
                condition=Q(role__in=["chair", "secretary"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Form05LineQuerySet(ScopedQuerySet):
    scope = "announced__enrolment__path"

    def for_table(self) -> Self:
        """With all a table row shows, abstentions by prefetch. Reading more raises instead of querying."""
        rows = self.select_related("announced__enrolment__pupil", "announced__enrolment__classroom")
        return rows.order_by(
            "announced__enrolment__path", "announced__enrolment__pupil__sort_key", "pk"
        ).fetch_mode(models.FETCH_RAISE)


class Form05Line(models.Model):
    """What the committee found of one announced pupil: really at the school, certified or not, why not.

    An announced pupil stands in one meeting only.
    """

    personal = {"reason"}

    meeting = models.ForeignKey(CommitteeMeeting, models.PROTECT, related_name="lines")
    announced = models.OneToOneField(AnnouncedPupil, models.PROTECT, related_name="form05_line")
    pupil_exists = models.BooleanField(null=True)
    decision = models.CharField(max_length=10, blank=True, choices=list(DECISION_NAMES.items()))
    reason = models.CharField(max_length=300, blank=True)

    objects = Form05LineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="form05_decision_is_known",
                condition=Q(decision__in=["", *(v.value for v in Decision)]),
            ),
            models.CheckConstraint(
                name="form05_certified_pupil_exists",
                condition=~Q(decision="certify") | Q(pupil_exists__isnull=False, pupil_exists=True),
            ),
            models.CheckConstraint(
                name="form05_refusal_says_why", condition=~Q(decision="refuse") | ~Q(reason="")
            ),
        ]


class AbstentionQuerySet(ScopedQuerySet):
    scope = "line__announced__enrolment__path"


class Abstention(models.Model):
    """A present member related to a pupil, who left the decision on that pupil to the others."""

    personal = {"relation"}

    line = models.ForeignKey(Form05Line, models.CASCADE, related_name="abstentions")
    member = models.ForeignKey(MeetingMember, models.CASCADE, related_name="abstentions")
    relation = models.CharField(max_length=100, blank=True)

    objects = AbstentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="abstention_once_per_line", fields=["line", "member"])
        ]


class SpendingPlan(models.Model):
    """The plan K001 (ก.001) that the committee certifies with form 05; a nil plan where nothing is school-run."""

    personal: set[str] = set()

    meeting = models.OneToOneField(CommitteeMeeting, models.CASCADE, related_name="plan")
    share_satang = models.BigIntegerField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = MeetingPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="plan_share_is_not_below_nought", condition=Q(share_satang__gte=0)
            ),
        ]


class SpendingItemQuerySet(ScopedQuerySet):
    scope = "plan__meeting__school__path"
    read_verb = "read_school"


class SpendingItem(models.Model):
    """One thing that a plan spends on."""

    personal: set[str] = set()

    plan = models.ForeignKey(SpendingPlan, models.CASCADE, related_name="items")
    purpose = models.CharField(max_length=20, choices=list(PURPOSE_NAMES.items()))
    what = models.CharField(max_length=200)
    amount_satang = models.BigIntegerField()

    objects = SpendingItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="plan_purpose_is_known",
                condition=Q(purpose__in=[v.value for v in PlanPurpose]),
            ),
            models.CheckConstraint(
                name="plan_item_amount_is_positive", condition=Q(amount_satang__gt=0)
            ),
        ]


class FundVerification(models.Model):
    """The fund's finding on one step of one signing of a meeting, once."""

    personal = {"reason"}

    meeting = models.ForeignKey(CommitteeMeeting, models.PROTECT, related_name="verifications")
    revision = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=10, choices=list(STEP_NAMES.items()))
    outcome = models.CharField(max_length=10, choices=list(OUTCOME_NAMES.items()))
    reason = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = MeetingPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="verification_step_once_a_signing", fields=["meeting", "revision", "step"]
            ),
            models.CheckConstraint(
                name="verification_step_is_known", condition=Q(step__in=[v.value for v in Step])
            ),
            models.CheckConstraint(
                name="verification_outcome_is_known",
                condition=Q(outcome__in=[v.value for v in Outcome]),
            ),
            models.CheckConstraint(
                name="verification_sent_back_says_why",
                condition=~Q(outcome="sent_back") | ~Q(reason=""),
            ),
        ]


def role_name(role: str) -> Any:
    """A member's role in words, lazily translated."""
    return ROLE_NAMES[MemberRole(role)]
