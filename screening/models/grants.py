"""Grants, and the predecessor's list from which the continuing ones come."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eqfund.fields import BlindIndexField, EncryptedTextField
from eqfund.models import Enrolment, Pupil, User
from eqfund.models.base import ScopedQuerySet
from screening.fields import TermKeyField, term_code
from screening.rules.grants import (
    EndReason,
    FormerChannel,
    GrantSource,
    GrantStatus,
    PupilGroup,
    RevivalStatus,
)

GROUP_NAMES = {
    PupilGroup.CONTINUING: _("Continuing group"),
    PupilGroup.NEW: _("New group"),
}
STATUS_NAMES = {
    GrantStatus.ACTIVE: _("holds the grant"),
    GrantStatus.SUSPENDED: _("suspended for now"),
    GrantStatus.ENDED: _("ended"),
}
END_NAMES = {
    EndReason.NO_LONGER_POOR: _("The household is no longer poor"),
    EndReason.LEFT: _("Left school"),
    EndReason.MOVED: _("Moved to another school"),
    EndReason.DIED: _("Died"),
    EndReason.GIVEN_IN_ERROR: _("Given in error"),
}


class GrantQuerySet(ScopedQuerySet):
    scope = "enrolment__path"

    def alive_in(self, term: Any) -> Self:
        """Grants that give a right to money in `term` (a Term or a TermKey)."""
        code = term_code(term)
        return self.filter(status=GrantStatus.ACTIVE, first_term__lte=code, last_term__gte=code)

    def for_table(self) -> Self:
        """With all a table row shows. Reading more raises instead of querying."""
        rows = self.select_related("pupil__identity", "enrolment__classroom", "enrolment__term")
        return rows.order_by("enrolment__path", "pupil__sort_key", "pk").fetch_mode(
            models.FETCH_RAISE
        )


class Grant(models.Model):
    """A pupil's award (ทุนเสมอภาค) from its first to its last term; one alive per pupil.

    `enrolment` is the one it was given on: who may see it follows that school.
    Continuing grants come from the predecessor by import_grants; new ones from a
    line of form 05 that the fund has verified, each line once.
    """

    personal = {"end_note"}

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="grants")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="grants")
    group = models.CharField(max_length=10, choices=list(GROUP_NAMES.items()))
    first_term = TermKeyField()
    last_term = TermKeyField()
    status = models.CharField(
        max_length=10, choices=list(STATUS_NAMES.items()), default=GrantStatus.ACTIVE
    )
    source = models.CharField(max_length=12)
    line = models.OneToOneField(
        "screening.Form05Line", models.PROTECT, null=True, related_name="grant"
    )
    former_channel = models.CharField(max_length=20, blank=True)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=20, blank=True, choices=list(END_NAMES.items()))
    end_note = EncryptedTextField(purpose="grant_end_note", blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="grant_one_active_per_pupil",
                fields=["pupil"],
                condition=~Q(status=GrantStatus.ENDED.value),
            ),
            models.CheckConstraint(
                name="grant_group_is_known", condition=Q(group__in=[v.value for v in PupilGroup])
            ),
            models.CheckConstraint(
                name="grant_status_is_known", condition=Q(status__in=[v.value for v in GrantStatus])
            ),
            models.CheckConstraint(
                name="grant_end_reason_is_known",
                condition=Q(end_reason__in=["", *(v.value for v in EndReason)]),
            ),
            models.CheckConstraint(
                name="grant_channel_is_known",
                condition=Q(former_channel__in=["", *(v.value for v in FormerChannel)]),
            ),
            models.CheckConstraint(
                name="grant_ends_after_it_begins", condition=Q(last_term__gte=F("first_term"))
            ),
            models.CheckConstraint(
                name="grant_ended_says_why_and_when",
                condition=Q(status="ended", ended_at__isnull=False) & ~Q(end_reason="")
                | ~Q(status="ended") & Q(end_reason="", ended_at=None),
            ),
            models.CheckConstraint(
                name="grant_comes_from_a_line_or_the_predecessor",
                condition=Q(source=GrantSource.FORM05.value, line__isnull=False)
                | Q(source=GrantSource.PREDECESSOR.value, line=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_term}–{self.last_term}"


class GrantSuspensionQuerySet(ScopedQuerySet):
    scope = "grant__enrolment__path"


class GrantSuspension(models.Model):
    """A time in which a grant gives no right to money: from the fund's decision until it lifts it.

    One open per grant, while its status is suspended; written by screening.actions.grants
    with the status. What was paid before stays paid; what a round built meanwhile leaves
    out is told with the hurdle "suspended".
    """

    personal = {"reason", "lifted_reason"}

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="suspensions")
    reason = EncryptedTextField(purpose="grant_suspension")
    suspended_at = models.DateTimeField()
    suspended_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    lifted_reason = EncryptedTextField(purpose="grant_suspension", blank=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = GrantSuspensionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="grant_suspended_once_at_a_time",
                fields=["grant"],
                condition=Q(lifted_at=None),
            ),
            models.CheckConstraint(
                name="grant_suspension_lifted_at_and_by_go_together",
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="grant_suspension_is_lifted_after_it_begins",
                condition=Q(lifted_at=None) | Q(lifted_at__gte=F("suspended_at")),
            ),
        ]


class GrantRevivalQuerySet(ScopedQuerySet):
    scope = "grant__enrolment__path"


class GrantRevival(models.Model):
    """An end of a grant that was a mistake: asked for by one person, decided by another of the fund.

    Keeps what the end said, since a grant that lives again says nothing of it. One open per grant;
    written by screening.actions.revivals.
    """

    personal = {"end_note", "asked_reason", "answer"}

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="revivals")
    end_reason = models.CharField(max_length=20, choices=list(END_NAMES.items()))
    end_note = EncryptedTextField(purpose="grant_end_note", blank=True)
    ended_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=10, default=RevivalStatus.ASKED)
    asked_reason = EncryptedTextField(purpose="grant_revival")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = EncryptedTextField(purpose="grant_revival", blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = GrantRevivalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="grant_revival_asked_once_at_a_time",
                fields=["grant"],
                condition=Q(status=RevivalStatus.ASKED.value),
            ),
            models.CheckConstraint(
                name="grant_revival_status_is_known",
                condition=Q(status__in=[v.value for v in RevivalStatus]),
            ),
            models.CheckConstraint(
                name="grant_revival_decided_says_who_and_when",
                condition=Q(
                    status=RevivalStatus.ASKED.value, decided_by__isnull=True, decided_at=None
                )
                | ~Q(status=RevivalStatus.ASKED.value)
                & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="grant_revival_is_decided_by_another",
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
            ),
        ]


class AwaitedGrant(models.Model):
    """A row of the predecessor's list that has not found its pupil yet.

    Kept until a registry import brings the pupil, so that the list may be loaded
    before or after it; `settle_awaited_grants` makes the grant. `outcome` says why
    a row has none: the pupil is not known, or studies at another school (then the
    pupil is new group and screened again, letter 004 line 66).
    """

    open_because = "read by the fund and the command alone; no page lists it by school"
    personal = {"id_index", "id_index_next", "number"}

    id_index = BlindIndexField()
    id_index_next = models.BinaryField(null=True)
    number = EncryptedTextField(purpose="national_id")
    school_code = models.CharField(max_length=10)
    first_term = TermKeyField()
    former_channel = models.CharField(max_length=20, blank=True)
    row_no = models.PositiveIntegerField()
    grant = models.OneToOneField(Grant, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=20, default="waiting")
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="awaited_grant_once_per_child", fields=["id_index"]),
            models.CheckConstraint(
                name="awaited_grant_outcome_is_known",
                condition=Q(outcome__in=["waiting", "granted", "moved", "already", "over"]),
            ),
        ]
