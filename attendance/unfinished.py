"""Which schools have not recorded attendance: the months of each class, counted by school."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count

from attendance.models import ClassMonth, TermDays
from attendance.rules import System, months_between
from eqfund import access, hooks
from eqfund.hooks import Work
from eqfund.models import Classroom, Enrolment, Term


def attendance_work(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """Class months recorded, of those that have begun; a school without term days owes these first.

    Under Q-Info nothing is recorded here, and a class without pupils has no months.
    """
    studying = Enrolment.objects.studying().filter(access.within([path], "path"), term=term)
    rooms = Classroom.objects.filter(
        access.within([path], "path"), year_be=term.year_be, pk__in=studying.values("classroom")
    )
    by_school = dict(rooms.order_by().values_list("school").annotate(n=Count("pk")))
    months = ClassMonth.objects.filter(
        access.within([path], "classroom__path"), term=term, month__lte=at.date()
    )
    done = dict(months.order_by().values_list("classroom__school").annotate(n=Count("pk")))
    days = {
        each.school_id: each
        for each in TermDays.objects.filter(access.within([path], "school__path"), term=term)
    }
    found = {}
    for school, classes in by_school.items():
        own = days.get(school)
        if own is None:
            found[school] = Work(0, classes)
        elif own.system == System.HERE:
            begun = [m for m in months_between(own.opens_on, own.closes_on) if m <= at.date()]
            total = len(begun) * classes
            found[school] = Work(min(done.get(school, 0), total), total)
    return found


hooks.unfinished.register(hooks.unfinished_by_work("attendance", attendance_work))
