"""Two rows of one child that nobody but the fund may put together: asked for, proposed, decided."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eqfund.duplicates.rules_joins import OPEN, JoinStatus
from eqfund.fields import EncryptedTextField, PathField

from .base import ScopedQuerySet
from .duplicates import DuplicatePair, _written
from .people import User

STATUS_NAMES = {
    JoinStatus.ASKED: _("asked of the fund"),
    JoinStatus.PROPOSED: _("waits for the second person"),
    JoinStatus.JOINED: _("joined"),
    JoinStatus.REFUSED: _("not joined"),
}
IS_OPEN = Q(status__in=[str(status) for status in OPEN])


class PupilJoinQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "duplicates.read_joins"

    def waiting(self) -> Any:
        """Those on which somebody of the fund has still to do something."""
        return self.filter(IS_OPEN)


class PupilJoin(models.Model):
    """The joining of a pair's two rows where money, a grant or a form stands on both.

    `keeps` is the side whose row stays, with its number; `studies` the side whose school has the
    child. `digest` is of all that the proposer was shown would move and be claimed back: decided
    is exactly that. `told` keeps it, as counts, for who reads it afterwards. At most one open
    for a pair; whoever proposes does not decide. Written by eqfund.duplicates.actions.
    """

    personal = {"asked_reason", "reason", "answer"}

    pair = models.ForeignKey(DuplicatePair, models.PROTECT, related_name="joins")
    path = PathField(db_index=True)
    status = models.CharField(max_length=8, choices=list(STATUS_NAMES.items()))
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True)
    asked_reason = EncryptedTextField(purpose="pupil_join", blank=True)
    keeps = models.PositiveSmallIntegerField(null=True)
    studies = models.PositiveSmallIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    reason = EncryptedTextField(purpose="pupil_join", blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    answer = EncryptedTextField(purpose="pupil_join", blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    told = models.JSONField(default=dict)

    objects = PupilJoinQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="pupil_join_one_open_per_pair", fields=["pair"], condition=IS_OPEN
            ),
            models.CheckConstraint(
                name="pupil_join_status_is_known",
                condition=Q(status__in=[str(status) for status in JoinStatus]),
            ),
            models.CheckConstraint(
                name="pupil_join_asked_has_its_asker",
                condition=Q(asked_by=None, asked_at=None)
                | Q(asked_by__isnull=False, asked_at__isnull=False) & _written("asked_reason"),
            ),
            models.CheckConstraint(
                name="pupil_join_asked_or_proposed",
                condition=Q(asked_by__isnull=False) | Q(proposed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="pupil_join_proposed_says_what_and_why",
                condition=Q(proposed_by=None, proposed_at=None, keeps=None, studies=None, digest="")
                | Q(
                    proposed_by__isnull=False,
                    proposed_at__isnull=False,
                    keeps__in=[1, 2],
                    studies__in=[1, 2],
                    digest__gt="",
                )
                & _written("reason"),
            ),
            models.CheckConstraint(
                name="pupil_join_goes_by_its_steps",
                condition=Q(status="asked", proposed_by=None, decided_by=None, decided_at=None)
                | Q(
                    status="proposed",
                    proposed_by__isnull=False,
                    decided_by=None,
                    decided_at=None,
                )
                | Q(
                    status="joined",
                    proposed_by__isnull=False,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                | Q(status="refused", decided_by__isnull=False, decided_at__isnull=False)
                & _written("answer"),
            ),
            models.CheckConstraint(
                name="pupil_join_decider_did_not_propose",
                condition=Q(decided_by=None)
                | Q(proposed_by=None)
                | ~Q(decided_by=F("proposed_by"))
                | Q(status="refused"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pair_id} {self.status}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN
