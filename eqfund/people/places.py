"""Places as the pages of people need them: a school's classes of this year, and what one may choose."""

from __future__ import annotations

from datetime import date, datetime

from eqfund import access
from eqfund.models import Affiliation, Classroom, School, SupervisingOffice, Term

from . import rules


def year_of(at: datetime) -> int:
    """The school year of a moment: the current term's, else the latest one's."""
    term = Term.objects.current(at) or Term.objects.order_by("-year_be", "-number").first()
    return term.year_be if term else 0


def classes_of(path: str, at: datetime) -> list[Classroom]:
    """The classes of one school in the year of `at`, in order."""
    rows = Classroom.objects.under(path).filter(year_be=year_of(at))  # type: ignore[attr-defined]
    return list(rows.in_order())


def choices_for(user: object, role: str, at: datetime) -> list[tuple[str, str]]:
    """(path, name) of the places where the user may give this role; at most a thousand.

    An office of 200 schools is one list; nobody who gives a post has more under one place.
    """
    mine = [
        post.path
        for post in access.postings_of(user)  # type: ignore[arg-type]
        if role in rules.gives(post.role)
    ]
    if not mine:
        return []
    level = rules.SEGMENTS[role]
    inside = access.within(mine, "path")
    if level == 1:
        return [("TH/", "")]
    if level == 2:
        rows = Affiliation.objects.filter(inside).order_by("pk")
        return [(row.path, row.name) for row in rows]
    if level == 3:
        offices = SupervisingOffice.objects.filter(inside).order_by("name")
        return [(row.path, row.name) for row in offices[:1000]]
    if level == 4:
        schools = School.objects.filter(inside).only("path", "name").order_by("name")
        return [(row.path, row.name) for row in schools[:1000]]
    rooms = Classroom.objects.filter(inside, year_be=year_of(at)).select_related("school")
    several = len(mine) > 1
    return [
        (room.path, f"{room.label} {room.school.name}" if several else room.label)
        for room in rooms.in_order()[:1000]
    ]


def school_under(path: str) -> str:
    """The path of the school in which a path lies."""
    return "/".join(path.split("/")[: rules.SEGMENTS["school_admin"]]) + "/"


def is_over(ends_on: date | None, day: date) -> bool:
    return ends_on is not None and ends_on < day
