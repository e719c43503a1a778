"""Reads that join classes, months and pupils."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from attendance.models import ClassMonth, ConditionPolicy, MonthRecord, TermDays
from attendance.rules import (
    Exceptions,
    Operator,
    Outcome,
    Policy,
    System,
    months_between,
    outcome,
    span_in_month,
)
from eqfund.calendar import holidays
from eqfund.models import Classroom, Enrolment, Pupil, Term, User
from eqfund.working_days import working_days_between

DEFAULT_POLICY = Policy(85, Operator.AT_LEAST)  # DOMAIN section 5: 2568


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class and, for each month of its school's term, whether it is recorded; none under Q-Info."""

    classroom: Classroom
    days: TermDays | None
    months: list[tuple[date, ClassMonth | None]]


def policy_of(term: Term) -> Policy:
    """The term's condition; that of 2568 until the fund sets another."""
    row = ConditionPolicy.objects.filter(term=term).first()
    return Policy(row.rate_percent, Operator(row.operator)) if row else DEFAULT_POLICY


def classes_of(user: User, term: Term) -> Any:
    """Query for the classes a person may record, in the order of grades."""
    rooms = Classroom.objects.visible_to(user, "attendance.record_month").filter(
        year_be=term.year_be
    )
    return rooms.select_related("school").in_order()


def class_rows(rooms: list[Classroom], term: Term, until: date) -> list[ClassRow]:
    """The state of each class's months up to `until`; two queries for any number of classes."""
    days = {
        d.school_id: d
        for d in TermDays.objects.filter(term=term, school__in={r.school_id for r in rooms})
    }
    done: dict[tuple[int, date], ClassMonth] = {
        (m.classroom_id, m.month): m
        for m in ClassMonth.objects.filter(term=term, classroom__in=rooms)
    }
    rows = []
    for room in rooms:
        mine = days.get(room.school_id)
        here = mine is not None and mine.system == System.HERE
        months = months_between(mine.opens_on, mine.closes_on) if mine and here else []
        months = [month for month in months if month <= until]
        rows.append(ClassRow(room, mine, [(month, done.get((room.pk, month))) for month in months]))
    return rows


def school_days_of(month: date, days: TermDays) -> int:
    """The working days of a month that lie in the school's term: what the grid begins with."""
    span = span_in_month(month, days.opens_on, days.closes_on)
    return working_days_between(*span, holidays.in_force()) if span else 0


def grid(
    classroom: Classroom, term: Term, record: ClassMonth | None
) -> list[tuple[Enrolment, Exceptions]]:
    """The pupils of a class with what is recorded of them; two queries."""
    pupils = Enrolment.objects.studying().filter(classroom=classroom, term=term)
    pupils = pupils.select_related("pupil").order_by("pupil__sort_key", "pk")
    known = {r.enrolment_id: r for r in record.records.all()} if record else {}
    return [(e, _exceptions(known.get(e.pk))) for e in pupils]


def _exceptions(row: MonthRecord | None) -> Exceptions:
    return Exceptions(row.sick, row.personal_leave, row.absent, row.late) if row else Exceptions()


def condition_of(pupil: Pupil, term: Term, user: User) -> dict[str, Any]:
    """Days present and school days of a pupil so far, where the person may read, and what they come to."""
    sums = MonthRecord.objects.visible_to(user).of_pupil(pupil, term).sums()
    policy = policy_of(term)
    result = outcome(sums["present"], sums["school_days"], policy)
    return {**sums, "outcome": result, "policy": policy, "is_met": result is Outcome.MET}
