"""The way down and the way up: invitations, requests for an account, and a school's list of teachers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from eqfund.access import Role
from eqfund.fields import EncryptedJSONField, EncryptedTextField, PathField
from eqfund.people import rules

from .base import ScopedQuerySet
from .people import Posting, User, posts_within

ROLES = [role.value for role in Role]


def given_by(role: str) -> tuple[str, ...]:
    """The roles that holders of `role` give; an auditor reads what all give."""
    return rules.ROLES if role == Role.AUDITOR else rules.gives(role)


class GivenQuerySet(ScopedQuerySet):
    """Rows that ask for or offer a post: those who give such a post there see them."""

    scope = "path"
    read_verb = "people.read"

    def visible_to(self, user: Any, verb: str | None = None) -> Self:
        return self.filter(posts_within(user, given_by))


class InvitationQuerySet(GivenQuerySet):
    def waiting(self) -> Self:
        """Neither accepted nor cancelled; the time may have run out."""
        return self.filter(accepted_at=None, cancelled_at=None)

    def for_table(self) -> Self:
        rows = self.select_related("invited_by").order_by("full_name", "pk")
        return rows.fetch_mode(models.FETCH_RAISE)


class Invitation(models.Model):
    """An offer of a post to somebody who is told of it by mail. Written by eqfund.people.invitations.

    The link's secret is never kept, only its digest; each sending makes a new one, so the
    latest mail alone is good. Accepting makes the posting, and the account where there is none.
    """

    personal = {"email", "full_name", "phone"}

    role = models.CharField(max_length=20)
    path = PathField(db_index=True)
    capacity = models.CharField(max_length=10, default="in_post")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    email = models.EmailField()
    full_name = models.CharField(max_length=200)
    phone = EncryptedTextField(purpose="user_phone", blank=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    token_hash = models.BinaryField(null=True, max_length=32)
    sent_at = models.DateTimeField(null=True)
    times_sent = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    posting = models.ForeignKey(Posting, models.SET_NULL, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="invitation_role_is_known", condition=Q(role__in=ROLES)),
            models.CheckConstraint(
                name="invitation_path_ends_in_slash", condition=Q(path__endswith="/")
            ),
            models.CheckConstraint(
                name="invitation_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="invitation_expires_after_it_is_made",
                condition=Q(expires_at__gt=F("made_at")),
            ),
            models.CheckConstraint(
                name="invitation_accepted_at_and_by_go_together",
                condition=Q(accepted_at=None, accepted_by=None, posting=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_cancelled_at_and_by_go_together",
                condition=Q(cancelled_at=None, cancelled_by=None)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_is_not_accepted_and_cancelled",
                condition=Q(accepted_at=None) | Q(cancelled_at=None),
            ),
            models.CheckConstraint(
                name="invitation_is_not_accepted_by_its_inviter",
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("invited_by")),
            ),
            models.UniqueConstraint(
                name="invitation_secret_is_one_invitations",
                fields=["token_hash"],
            ),
            models.UniqueConstraint(
                Lower("email"),
                "role",
                "path",
                name="invitation_one_waiting_per_person_and_post",
                condition=Q(accepted_at=None, cancelled_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.path}"

    def state(self, at: datetime) -> str:
        """accepted, cancelled, expired, waiting, or unsent while the mail is still on its way out."""
        if self.accepted_at:
            return "accepted"
        if self.cancelled_at:
            return "cancelled"
        if at >= self.expires_at:
            return "expired"
        return "waiting" if self.sent_at else "unsent"


class AccountRequestQuerySet(GivenQuerySet):
    def open(self) -> Self:
        return self.filter(status=AccountRequest.Status.OPEN)

    def for_table(self) -> Self:
        rows = self.select_related("decided_by").order_by("made_at", "pk")
        return rows.fetch_mode(models.FETCH_RAISE)


class AccountRequest(models.Model):
    """Somebody without an account asks for one; whoever gives such a post there decides.

    Written by eqfund.people.requests; the sender is nobody we know.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("waits for an answer")
        ACCEPTED = "accepted", _("accepted: invited")
        REFUSED = "refused", _("request refused")

    personal = {"full_name", "email", "phone", "note", "answer"}

    role = models.CharField(max_length=20)
    path = PathField(db_index=True)
    full_name = models.CharField(max_length=200)
    email = models.EmailField()
    phone = EncryptedTextField(purpose="user_phone", blank=True)
    note = EncryptedTextField(purpose="account_request_note", blank=True)
    made_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = EncryptedTextField(purpose="account_request_note", blank=True)
    invitation = models.ForeignKey(Invitation, models.PROTECT, null=True, related_name="+")

    objects = AccountRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="request_role_is_known", condition=Q(role__in=ROLES)),
            models.CheckConstraint(
                name="request_path_ends_in_slash", condition=Q(path__endswith="/")
            ),
            models.CheckConstraint(
                name="request_open_or_decided_by_somebody",
                condition=Q(status="open", decided_at=None, decided_by=None)
                | Q(
                    status__in=["accepted", "refused"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="request_accepted_has_its_invitation",
                condition=Q(status="accepted", invitation__isnull=False)
                | (~Q(status="accepted") & Q(invitation=None)),
            ),
            models.UniqueConstraint(
                Lower("email"),
                "role",
                "path",
                name="request_one_open_per_person_and_post",
                condition=Q(status="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.path}"


class TeacherListQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "people.import_teachers"


class TeacherList(models.Model):
    """A school's spreadsheet of teachers, read but not yet invited. Nothing else is written before
    it is confirmed; then its rows are forgotten. Written by eqfund.people.teacher_list."""

    class Status(models.TextChoices):
        READ = "read", _("waits to be confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        DISCARDED = "discarded", _("set aside")

    personal = {"rows"}

    path = PathField(db_index=True)
    rows = EncryptedJSONField(purpose="teacher_list")
    counts = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status, default=Status.READ)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    objects = TeacherListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="teacher_list_confirmed_has_its_moment",
                condition=Q(status="confirmed", confirmed_at__isnull=False)
                | (~Q(status="confirmed") & Q(confirmed_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.made_at}"
