"""What the start of a school year would change, and whom a class may be given. Reads only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from eqfund import access
from eqfund.access import Role
from eqfund.models import Classroom, Posting, School, User
from eqfund.refusal import Refused

from .permissions import day_of
from .places import classes_of
from .rules_year import Held, Plan, plan

FURTHEST = timedelta(days=120)
SEATS = 2  # homeroom teachers of a class, as a rule; more are shown where there are more


def plan_for(
    school: School, chosen: Mapping[str, list[int]], *, on: date, by: User, at: datetime
) -> Plan:
    """What the choice means now; Refused for what may not be chosen."""
    if reason := access.why_not(by, "people.import_teachers", school.path):
        raise Refused(reason)
    if not day_of(at) <= on <= day_of(at) + FURTHEST:
        raise Refused(gettext("The first day is today at the earliest, and within 120 days."))
    if set(chosen) - {room.path for room in classes_of(school.path, at)}:
        raise Refused(gettext("There is no such class this year."))
    people = {user for users in chosen.values() for user in users}
    unknown = people - set(candidates(school, at))
    if unknown:
        raise Refused(gettext("Choose among the people of the school; invite others first."))
    made = plan(chosen, held_from(school, on))
    if any(user == by.pk for user, _path in made.begin):
        raise Refused(
            gettext(
                "You cannot give yourself a class: another admin of the school, or of the office, helps."
            )
        )
    if any(held.user == by.pk for held in made.end):
        raise Refused(gettext("Nobody ends their own post: another admin of the school does."))
    return made


def held_from(school: School, on: date) -> list[Held]:
    """The school's homeroom posts that hold on the day or later, of whatever year's classes."""
    posts = Posting.objects.under(school.path).filter(role=Role.HOMEROOM_TEACHER)
    rows = posts.not_over_on(on).order_by("starts_on", "pk").values_list("pk", "user", "path")
    return [Held(pk, user, path) for pk, user, path in rows]


def candidates(school: School, at: datetime) -> dict[int, str]:
    """Whom a class may be given: people with an account and a post at the school now, or till a year ago."""
    posts = Posting.objects.under(school.path).not_over_on(day_of(at) - timedelta(days=366))
    rows = posts.filter(user__is_active=True).order_by("user__full_name")
    return dict(rows.values_list("user", "user__full_name"))


def digest_of(made: Plan, on: date) -> str:
    """A short name for a plan."""
    parts = [on.isoformat(), made.stay, made.begin, sorted(held.pk for held in made.end)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


@dataclass(slots=True)
class ClassRow:
    """A class of the year: who has it, whom last year's class of the same name had, who is chosen."""

    classroom: Classroom
    held: tuple[int, ...]
    last_year: tuple[int, ...]
    chosen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The screen: the classes in order, and the people to choose from."""

    rows: list[ClassRow]
    people: dict[int, str]
    year_be: int

    @property
    def proposed(self) -> int:
        """Classes for which nobody is posted and last year's teacher is proposed."""
        return sum(bool(not row.held and row.last_year) for row in self.rows)


def table(school: School, at: datetime) -> Table:
    """The classes of the year with their teachers; where a class has none, last year's are proposed."""
    people = candidates(school, at)
    rooms = classes_of(school.path, at)
    year_be = rooms[0].year_be if rooms else 0
    of_path: dict[str, list[int]] = {}
    for held in held_from(school, day_of(at)):
        of_path.setdefault(held.path, []).append(held.user)
    last: dict[tuple[str, str], list[int]] = {}
    posts = Posting.objects.under(school.path).filter(role=Role.HOMEROOM_TEACHER)
    posts = posts.not_over_on(day_of(at) - timedelta(days=366))
    previous = Classroom.objects.filter(school=school, year_be=year_be - 1)
    names = {room.path: (room.grade, room.room) for room in previous}
    for path, user in posts.filter(path__in=names).values_list("path", "user"):
        last.setdefault(names[path], []).append(user)
    rows = []
    for room in rooms:
        held_now = tuple(user for user in of_path.get(room.path, []) if user in people)
        before = tuple(user for user in last.get((room.grade, room.room), []) if user in people)
        proposed = held_now or before
        chosen = proposed + (0,) * max(0, SEATS - len(proposed))
        rows.append(ClassRow(room, held_now, before, chosen))
    return Table(rows, people, year_be)


def shown(made: Plan, table: Table) -> dict[str, Any]:
    """A plan in names: what stays, begins and ends, and who has no class any more."""
    labels = {row.classroom.path: row.classroom.label for row in table.rows}
    other = {held.path for held in made.end} - set(labels)
    labels |= {
        room.path: f"{room.label} ({room.year_be})"
        for room in Classroom.objects.filter(path__in=other)
    }
    names = table.people | dict(
        User.objects.filter(pk__in=[held.user for held in made.end]).values_list("pk", "full_name")
    )
    return {
        "stay": [(labels[path], names[user]) for user, path in made.stay],
        "begin": [(labels[path], names[user]) for user, path in made.begin],
        "end": [(labels.get(held.path, ""), names[held.user]) for held in made.end],
        "leaving": sorted(names[user] for user in made.leaving),
        "empty": [row.classroom.label for row in table.rows if not any(row.chosen)],
        "is_empty": made.is_empty,
    }
