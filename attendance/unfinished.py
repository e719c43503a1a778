"""Which schools have not recorded attendance: the months of each class, counted by school."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count
from django.urls import reverse

from attendance.models import ClassMonth, TermDays
from attendance.rules import System, months_between
from eqfund import access, hooks
from eqfund.hooks import Work
from eqfund.models import Classroom, Enrolment, Term


def attendance_work(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """Class months recorded, of those that have begun; a school without term days owes these first.

    Under Q-Info nothing is recorded here, and a class without pupils has no months.
    """
    found: dict[int, Work] = {}
    for _room, school, work, _is_set in _by_class(term, path, at):
        before = found.get(school, Work(0, 0))
        found[school] = Work(before.done + work.done, before.total + work.total)
    return found


def class_work(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """The same class by class; where the school has set no term days yet nobody of a class can begin."""
    return {room: work for room, _school, work, is_set in _by_class(term, path, at) if is_set}


def _by_class(term: Term, path: str, at: datetime) -> Iterator[tuple[int, int, Work, bool]]:
    """Class, school, months, and whether term days are set, of every class with pupils; without schools under Q-Info."""
    studying = Enrolment.objects.studying().filter(access.within([path], "path"), term=term)
    rooms = Classroom.objects.filter(
        access.within([path], "path"), year_be=term.year_be, pk__in=studying.values("classroom")
    )
    months = ClassMonth.objects.filter(
        access.within([path], "classroom__path"), term=term, month__lte=at.date()
    )
    done = dict(months.order_by().values_list("classroom").annotate(n=Count("pk")))
    of_rooms = list(rooms.order_by("pk").values_list("pk", "school"))
    days = {
        each.school_id: each
        for each in TermDays.objects.filter(
            school__in={school for _, school in of_rooms}, term=term
        )
    }
    for room, school in of_rooms:
        own = days.get(school)
        if own is None:
            yield room, school, Work(0, 1), False
        elif own.system == System.HERE:
            begun = [m for m in months_between(own.opens_on, own.closes_on) if m <= at.date()]
            yield room, school, Work(min(done.get(room, 0), len(begun)), len(begun)), True


def _page(place: int, term: Term, round_no: int) -> str:
    return reverse("attendance:classes")


hooks.unfinished.register(
    hooks.unfinished_by_work(
        "attendance", attendance_work, classes=hooks.OfClasses(class_work, _page), page=_page
    )
)
