"""Long work as a row: seen by people, survived by a refresh and a crash."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .people import User


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> JobQuerySet:
        """A person's own jobs; those who keep the jobs see all."""
        from eqfund import access

        if access.paths_with(user, "manage_jobs"):
            return self
        return self.filter(by=user.pk)


class Job(models.Model):
    """One piece of long work, asked for by a person (or by the clock).

    The row is the truth, the broker's message a hint: a sweeper sends again what
    a crash left unsent. `fence` rises each time a worker takes the job; a worker
    whose fence is old may not commit.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("at work")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    personal: set[str] = set()

    kind = models.CharField(max_length=60)
    key = models.CharField(
        max_length=120, unique=True, help_text="the same key is the same job: a double click"
    )
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    object_label = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    params = models.JSONField(default=dict, help_text="ids, codes and ISO dates; nothing personal")
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    message = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    fence = models.BigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    moment = models.DateTimeField(
        help_text="programme time of the request: the job acts as of then"
    )
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="job_state_is_known",
                condition=Q(state__in=["queued", "running", "done", "failed"]),
            ),
            models.CheckConstraint(
                name="job_ends_when_it_ends",
                condition=Q(state__in=["queued", "running"], ended_at=None)
                | Q(state__in=["done", "failed"], ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="job_alive", fields=["state"], condition=Q(state__in=["queued", "running"])
            )
        ]

    @property
    def percent(self) -> int | None:
        """Whole percent done, None while the total is not known."""
        return min(100, 100 * self.done // self.total) if self.total else None

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)
