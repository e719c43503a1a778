"""Records of the machinery (sessions, failed sign-ins, codes, offers): kept a while, then deleted, each day.

Nobody decides this person by person: a record is deleted when its time is over, by real time. Apps
register what they keep with hooks.technical_records; docs/runbooks/retention.md lists the same with
the reasons, and a test compares the two. People's own data are another matter: scrubbing them is a
deliberate act (eqfund.privacy.scrub). Here it is only counted how many are due, for the home page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from eqfund import audit, hooks
from eqfund.models import (
    CalendarFeed,
    ContactCode,
    FactorRecovery,
    Posting,
    RetentionRule,
    SentMessage,
)
from eqfund.privacy import scrub


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of technical record.

    code   as the audit book counts it
    what   what it is, in words
    days   how long it is kept after its end
    over   (instant) -> the rows that ended before it; deleted by one statement
    forget (instant) -> rows deleted, where one statement does not do
    """

    code: str
    what: Any
    days: int
    over: Callable[[datetime], QuerySet[Any]] | None = None
    forget: Callable[[datetime], int] | None = None

    def delete(self, wall: datetime) -> int:
        ended = wall - timedelta(days=self.days)
        if self.over is None:
            return self.forget(ended) if self.forget else 0
        rows = self.over(ended)
        return int(rows._raw_delete(rows.db))


def forget_technical(wall: datetime, *, at: datetime) -> dict[str, int]:
    """Delete every technical record whose time is over; returns the counts, which the audit book keeps too."""
    counts: dict[str, int] = {}
    for kept in hooks.technical_records:
        with transaction.atomic():
            if count := kept.delete(wall):
                counts[kept.code] = count
    if counts:
        audit.record(
            "privacy.forget_technical", "eqfund.RetentionRule", by=None, at=at, facts=dict(counts)
        )
    return counts


def count_due(wall: datetime) -> dict[str, int]:
    """Count the people whose time is over, and keep the count with its rule: nobody is scrubbed by it."""
    found: dict[str, int] = {}
    for rule in RetentionRule.objects.filter(kind__in=list(scrub.LABELS)):
        found[rule.kind] = sum(len(keys) for keys in scrub.due(rule.kind, wall.date()))
        RetentionRule.objects.filter(pk=rule.pk).update(due=found[rule.kind], counted_at=wall)
    return found


# --- what the kernel keeps ----------------------------------------------------------------------


def _sessions(ended: datetime) -> QuerySet[Any]:
    return Session.objects.filter(expire_date__lt=ended)


def _devices(ended: datetime) -> QuerySet[Any]:
    """The line of a device on "my sessions", when its session is no more."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=ended)
    return UserSession.objects.filter(~Exists(alive), last_seen_at__lt=ended)


def _failures(ended: datetime) -> QuerySet[Any]:
    return AccessAttempt.objects.filter(attempt_time__lt=ended)


def _codes(ended: datetime) -> QuerySet[Any]:
    return ContactCode.objects.filter(sent_at__lt=ended)


def _recoveries(ended: datetime) -> QuerySet[Any]:
    return FactorRecovery.objects.filter(decided_at__lt=ended)


def _feeds(ended: datetime) -> QuerySet[Any]:
    """A calendar's secret address, when its person holds no post any more."""
    day = ended.date()
    posts = Posting.objects.filter(user=OuterRef("user"))
    return CalendarFeed.objects.filter(
        ~Exists(posts.filter(ends_on=None)), ~Exists(posts.filter(ends_on__gte=day))
    )


def _demo_messages(ended: datetime) -> QuerySet[Any]:
    return SentMessage.objects.filter(sent_at__lt=ended)


for kept in (
    Kept("sessions", _("Signed-in sessions, after their end"), 0, _sessions),
    Kept("devices", _("Devices of a session (address, browser), after its end"), 1, _devices),
    Kept("failed_sign_ins", _("Failed sign-ins (address, account)"), 30, _failures),
    Kept("codes", _("Codes by SMS and e-mail, as digests"), 30, _codes),
    Kept("recoveries", _("Decided requests about a lost second factor"), 365, _recoveries),
    Kept("calendar_feeds", _("Calendar addresses of people without a post"), 30, _feeds),
    Kept("demo_messages", _("Messages in the demo's inbox"), 30, _demo_messages),
):
    hooks.technical_records.register(kept)
