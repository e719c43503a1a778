"""Why one may not reveal, or ask for all that is held of a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext

from eqfund import access, clock
from eqfund.models import Event, User
from eqfund.privacy.reveal import Revealable

PER_HOUR = 20
PER_DAY = 60


def why_not_reveal(what: Revealable, row: Any, by: User) -> str | None:
    """None if this person may see this now; else a sentence."""
    if reason := access.why_not(by, what.verb, what.path(row)):
        return reason
    if not what.last(row):
        return gettext("Nothing is recorded here.")
    if _revealed(by, timedelta(hours=1)) >= PER_HOUR:
        return gettext(
            "You have revealed %(count)d things within an hour, which is the limit. Wait, or ask the fund if your work needs more."
        ) % {"count": PER_HOUR}
    if _revealed(by, timedelta(days=1)) >= PER_DAY:
        return gettext(
            "You have revealed %(count)d things within a day, which is the limit. Go on tomorrow, or ask the fund if your work needs more."
        ) % {"count": PER_DAY}
    return None


def _revealed(by: User, within: timedelta) -> int:
    """How much this person has revealed lately, in real time: the book itself is the count."""
    return Event.objects.filter(
        actor_id=by.pk, verb="privacy.reveal", wall_at__gt=clock.wall() - within
    ).count()
