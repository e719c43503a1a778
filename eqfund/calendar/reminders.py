"""Reminders before a close: one mail for each person and moment, whatever the number of lines.

Sent to those who do the work: by the roles of the line, at their places under it, without the
places whose extension lasts longer and, where an app can say it, without schools that are done.
Mails go out in slices; the last person of a slice is kept, so that a crash repeats one slice at most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.db import transaction
from django.utils import translation

from eqfund import access, clock, edges, hooks, jobs
from eqfund.accounts.mail import render
from eqfund.models import Edge, Posting, School, User
from eqfund.thai_text import duration, thai_datetime
from eqfund.windows import Window

from .by_class import counts_classes, left_by_class

SLICE = 300


@dataclass(frozen=True, slots=True)
class Call:
    """A moment, whom it concerns by role, and at which schools and classes; None means all."""

    moment: edges.EdgeMoment
    closes_at: datetime
    schools: frozenset[str] | None
    classes: frozenset[str] | None = None

    @property
    def roles(self) -> list[str]:
        return [role for role in self.moment.line.roles.split(";") if role]

    def concerns(self, path: str) -> bool:
        """Whether somebody posted at `path` has the work of this moment still to do."""
        if not self.moment.holds_at(path):
            return False
        if self.schools is None or access.level_of_path(path) not in ("school", "classroom"):
            return True
        if self.classes is not None and access.level_of_path(path) == "classroom":
            return path in self.classes
        return "/".join(path.split("/")[:4]) + "/" in self.schools


def unfinished_paths(moment: edges.EdgeMoment) -> frozenset[str] | None:
    """The paths of schools that have the moment's work still to do; None when no app can say."""
    asked = [it for it in hooks.unfinished if it.activity == moment.line.activity]
    if not asked or not moment.path:
        return None
    line = moment.line
    keys = {
        key for it in asked for key in it.schools(line.term, line.round_no, moment.path, moment.at)
    }
    paths = School.objects.filter(pk__in=keys).values_list("path", flat=True)
    return frozenset(path for path in paths if moment.holds_at(path))


def unfinished_classes(moment: edges.EdgeMoment) -> frozenset[str] | None:
    """The paths of classes that have the moment's work still to do; None when no app can say."""
    line = moment.line
    if not moment.path or not counts_classes(line.activity):
        return None
    return frozenset(left_by_class(line.activity, line.term, line.round_no, moment.path, moment.at))


def send_reminders(moment: edges.EdgeMoment) -> dict[str, Any]:
    """Have the people reminded; lines that close at the same moment share one mail."""
    key = f"remind-{moment.event}-{moment.at.isoformat()}"
    params = {"event": moment.event, "at": moment.at.isoformat()}
    return {"job": jobs.start("calendar.remind", by=None, key=key, params=params).pk}


@jobs.register("calendar.remind")
def remind(run: jobs.JobRun) -> dict[str, Any]:
    """Mail everybody who has something closing, in slices; a second time goes on where the first stopped."""
    at = datetime.fromisoformat(run.params["at"])
    found = list(Edge.objects.filter(event=run.params["event"], at=at).order_by("pk"))
    calls = [call for edge in found if (call := _call(edge))]
    people = _people(calls, after=mailed_through(found), at=at)
    sent = send_slices(run, found, ((user, _message(user, mine)) for user, mine in people))
    return {"mails": sent, "lines": len(calls)}


def mailed_through(found: list[Edge]) -> int:
    """The last person, by key, who has the mails of all these moments."""
    return min((edge.mailed_through for edge in found), default=0)


def send_slices(
    run: jobs.JobRun, found: list[Edge], messages: Iterator[tuple[User, EmailMessage]]
) -> int:
    """Send in slices, noting after each how far it went; returns how many mails were sent."""
    sent = 0
    while slice_ := list(islice(messages, SLICE)):
        run.progress(sent, 0)
        mails = [message for user, message in slice_ if user.email]
        if mails:
            mailers["default"].send_messages(mails)
        sent += len(mails)
        with transaction.atomic():
            Edge.objects.filter(pk__in=[edge.pk for edge in found]).update(
                mailed_through=slice_[-1][0].pk
            )
            run.check_fence()
    return sent


def _call(edge: Edge) -> Call | None:
    moment = edges.moment_of(edge)
    if not moment.path:
        return None
    closes_at = edges.closes_at(moment)
    if closes_at is None:
        return None
    return Call(moment, closes_at, unfinished_paths(moment), unfinished_classes(moment))


def _people(calls: list[Call], *, after: int, at: datetime) -> Iterator[tuple[User, list[Call]]]:
    """Each person with the moments that concern them, by key."""
    roles = {role for call in calls for role in call.roles}
    places = access.within({call.moment.path for call in calls}, "path")
    day = at.astimezone(clock.BANGKOK).date()
    posts = Posting.objects.filter(places, role__in=roles, starts_on__lte=day, user__gt=after)
    posts = posts.exclude(ends_on__lt=day).filter(user__is_active=True)
    mine: dict[int, list[Call]] = defaultdict(list)
    for user_id, role, path in posts.order_by("user").values_list("user", "role", "path"):
        for call in calls:
            if role in call.roles and call.concerns(path) and call not in mine[user_id]:
                mine[user_id].append(call)
    keys = [user_id for user_id, found in mine.items() if found]
    yield from by_key(keys, mine)


def by_key[T](keys: list[int], mine: dict[int, T]) -> Iterator[tuple[User, T]]:
    """Each person with what is theirs, in the order of keys; people are loaded by slices."""
    for start in range(0, len(keys), SLICE):
        users = User.objects.in_bulk(keys[start : start + SLICE])
        yield from ((users[key], mine[key]) for key in sorted(users))


def _message(user: User, calls: list[Call]) -> EmailMessage:
    """The mail to one person: what closes, and when."""
    lines = [
        {
            "title": call.moment.line.title_th,
            "closes": thai_datetime(_last_moment(call)),
            "left": duration(call.closes_at - call.moment.at),
        }
        for call in calls
    ]
    with translation.override("th"):
        subject, text = render("calendar/mail_reminder", {"user": user, "lines": lines})
    return EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [user.email])


def _last_moment(call: Call) -> datetime:
    window = Window(call.moment.line, None, call.closes_at)
    assert window.last_moment is not None
    return window.last_moment
