"""One month of attendance: every school sets its term days, one class records July."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from attendance import actions, queries
from attendance.rules import Exceptions, System
from eqfund import clock
from eqfund.models import Enrolment
from eqfund.refusal import Refused
from rehearsal.world import World

OPENS, CLOSES, JULY = date(2026, 5, 18), date(2026, 10, 9), date(2026, 7, 1)
QINFO_SCHOOL = 3  # this one records in Q-Info, so nothing here


def play(world: World) -> Iterator[tuple[str, Any]]:
    """Term days at every school; July for the main class; a class of a Q-Info school is refused."""
    moment = clock.now()
    for school in world.schools:
        system = System.QINFO if world.number_of(school) == QINFO_SCHOOL else System.HERE
        actions.set_term_days(
            school,
            world.term,
            opens_on=OPENS,
            closes_on=CLOSES,
            system=system,
            by=world.admin_of(school),
            at=moment,
        )
    yield "schools with term days", len(world.schools)

    room = world.main_classroom
    days = world.main.term_days.get(term=world.term)
    pupils = Enrolment.objects.studying().filter(classroom=room, term=world.term).order_by("pk")
    away = {
        enrolment.pk: Exceptions(sick=number % 3, absent=1, late=number % 2)
        for number, enrolment in enumerate(pupils[:4], 1)
    }
    record = actions.record_month(
        room,
        world.term,
        JULY,
        school_days=queries.school_days_of(JULY, days),
        exceptions=away,
        by=world.people["teacher"],
        at=moment,
    )
    yield "class", room.label
    yield "pupils recorded for July", record.records.count()
    yield "typed as exceptions", len(away)

    elsewhere = world.schools[QINFO_SCHOOL - 1]
    try:
        actions.record_month(
            world.classrooms_of(elsewhere)[0],
            world.term,
            JULY,
            school_days=20,
            exceptions={},
            by=world.admin_of(elsewhere),
            at=moment,
        )
    except Refused:
        yield "a month here of a Q-Info school", "refused"
    else:
        raise AssertionError("a school that records in Q-Info recorded here")
