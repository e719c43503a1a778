"""What an auditor should look at: people who did a thing far more often than others do, in the last days.

By real time, over the last DAYS days, a day at a time. These are hints for a person to judge, never a
verdict; who was looked at is nowhere marked. Thresholds are ours, above what the busiest real work
needs: an admin who pays a class reveals a dozen numbers, not forty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, IntegerField, Max, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from eqfund import access, clock
from eqfund.hooks import Todo
from eqfund.models import AuditCheck, AuditSeal, Event, User

from .words import word

DAYS = 7
MOST_REFUSED = 10  # of one page in an hour
MOST_REVEALED = 40
MOST_TAKEN_OUT = 60
MOST_LOCKED = 3
PROVED_EVERY = timedelta(days=7)
SEALED_WITHIN = timedelta(hours=1)
REMEMBERED = 300  # seconds that the home page's count is kept
REFUSALS = ("access.refused", "access.not_found", "access.too_often")


@dataclass(frozen=True, slots=True)
class Unusual:
    """One person (None: strangers, or the name of a locked account), one day, one kind of act, how often."""

    day: date
    person: int | None
    name: str
    what: str
    count: int
    verb: str
    kind: str

    @property
    def url(self) -> str:
        """The same in the book."""
        query = f"since={self.day.isoformat()}&until={self.day.isoformat()}"
        query += f"&verb={self.verb}" if self.verb else f"&kind={self.kind}"
        return f"{reverse('audit:events')}?{query}" + (f"&who={self.person}" if self.person else "")


def unusual(user: User, wall: datetime) -> list[Unusual]:
    """The latest first; five queries, each over its index."""
    rows = Event.objects.visible_to(user).filter(wall_at__gt=wall - timedelta(days=DAYS))
    found = [
        *_refused(rows),
        *_often(rows.filter(verb="privacy.reveal"), MOST_REVEALED, "privacy.reveal", ""),
        *_often(rows.filter(kind=Event.Kind.DOWNLOAD), MOST_TAKEN_OUT, "", Event.Kind.DOWNLOAD),
        *_locked(rows.filter(verb="accounts.locked_out")),
        *_often(rows.filter(verb="files.infected"), 1, "files.infected", ""),
    ]
    return sorted(found, key=lambda each: (each.day, each.count), reverse=True)


def home_tasks(user: User, at: datetime) -> list[Todo]:
    """For an auditor: the state of the seals when it is not well, and how much there is to look at."""
    if not access.paths_with(user, "read_audit"):
        return []
    wall = clock.wall()
    return [todo for todo in (_seals(wall), _look(user, wall)) if todo]


def _seals(wall: datetime) -> Todo | None:
    check = AuditCheck.objects.order_by("-pk").first()
    last = AuditSeal.objects.order_by("-number").defer("leaves").first()
    oldest = Event.objects.filter(position__gte=last.below_position if last else 0)
    waiting = oldest.order_by("position", "pk").values_list("wall_at", flat=True).first()
    if check and check.faults:
        what = ngettext(
            "The audit book has %(count)d fault",
            "The audit book has %(count)d faults",
            check.faults,
        ) % {"count": check.faults}
        hint, state = gettext("Say so at once; the runbook tells what to do."), "bad"
    elif waiting and waiting < wall - SEALED_WITHIN:
        what, state = gettext("The audit book is not being sealed"), "bad"
        hint = gettext(
            "Events of over an hour ago wait for their seal. Ask the system administrator."
        )
    elif check is None or check.checked_at < wall - PROVED_EVERY:
        what, state = gettext("Have the audit book proved"), "sun"
        hint = gettext("It was not proved within the last seven days.")
    else:
        return None
    url = reverse("audit:events")
    return Todo(what, hint, url=url, action_label=gettext("Open the book"), state=state)


def _look(user: User, wall: datetime) -> Todo | None:
    key = f"audit-unusual-{user.pk}"
    count = cache.get(key)
    if count is None:
        count = len(unusual(user, wall))
        cache.set(key, count, REMEMBERED)
    if not count:
        return None
    what = ngettext(
        "Look at %(count)d unusual use of the last days",
        "Look at %(count)d unusual uses of the last days",
        count,
    )
    return Todo(
        what % {"count": count},
        gettext("Refused pages, many revealed numbers or downloads, locked accounts, viruses."),
        url=reverse("audit:unusual"),
        action_label=gettext("Look"),
        state="sun",
        count=count,
    )


def _day() -> TruncDate:
    return TruncDate("wall_at", tzinfo=clock.BANGKOK)


def _refused(rows: QuerySet[Event]) -> list[Unusual]:
    """The highest count that a page's lines of the day reached."""
    reached = Cast(KeyTextTransform("count", "facts"), IntegerField())
    often = (
        rows.filter(verb__in=REFUSALS)
        .order_by()
        .values("verb", "actor_id", "actor_name", day=_day())
        .annotate(reached=Max(reached))
        .filter(reached__gte=MOST_REFUSED)
    )
    return [_one(row, row["reached"], row["verb"], "") for row in often]


def _often(rows: QuerySet[Event], least: int, verb: str, kind: str) -> list[Unusual]:
    often = rows.order_by().values("actor_id", "actor_name", day=_day()).annotate(n=Count("pk"))
    return [_one(row, row["n"], verb, kind) for row in often.filter(n__gte=least)]


def _locked(rows: QuerySet[Event]) -> list[Unusual]:
    """Accounts by their number, names of nobody by a digest: as the lock-out counts them."""
    often = (
        rows.order_by()
        .annotate(who=KeyTextTransform("who", "facts"))
        .values("who", day=_day())
        .annotate(n=Count("pk"))
        .filter(n__gte=MOST_LOCKED)
    )
    return [
        _one(
            {"day": row["day"], "actor_id": None, "actor_name": row["who"]},
            row["n"],
            "accounts.locked_out",
            "",
        )
        for row in often
    ]


def _one(row: Mapping[str, Any], count: int, verb: str, kind: str) -> Unusual:
    what = word(verb) if verb else str(Event.Kind(kind).label)
    name = row["actor_name"] or gettext("not signed in")
    return Unusual(row["day"], row["actor_id"], name, what, count, verb, kind)
