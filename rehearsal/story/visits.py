"""May and June: the data name the homes to visit, teachers tick, untick, add and plan.

One class's teacher adds a pupil whom no registry names and unticks one with a reason; days are set
for each class. The visits themselves are told with form 01.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from eqfund import clock
from rehearsal.world import World
from screening.actions import visits as actions
from screening.models import HomeVisit
from screening.queries.visits import others_of
from screening.rules.visits import Evidence, Reason, SkipReason, reasons

FIRST_DAY = date(2026, 6, 1)


def play(world: World) -> Iterator[tuple[str, Any]]:
    """Every school looks at the data once more; the main class's teacher decides; days are set."""
    moment = clock.now()
    for school in world.schools:
        actions.propose_visits(school.path, world.term, by=world.admin_of(school), at=moment)
    lines = HomeVisit.objects.in_term(world.term).to_visit_in(world.term)
    said = Counter(str(reason) for line in lines for reason in reasons(line.evidence))
    yield "homes to visit", lines.count()
    for reason in Reason:
        yield f"named for {reason}", said[reason]
    yield "named by last lists of the subsidy", sum(Evidence.SUBSIDY_LIST in line.evidence for line in lines)  # fmt: skip
    yield "added by a teacher, unticked by a teacher", _decide(world, moment)
    yield "days set", _plan(world, moment)


def _decide(world: World, moment: Any) -> str:
    """In a class that no visitor of the demo works in: two are added, one of them is unticked again."""
    room = next(
        room
        for room in world.classrooms_of(world.main)
        if room.pk != world.main_classroom.pk and others_of(room, world.term).count() > 1
    )
    by = world.teacher_of(room)
    note = "บิดาเพิ่งตกงาน รายได้ของครอบครัวลดลงมาก"
    _kept, unticked = (
        actions.add_visit(pupil, reason=Reason.LOW_INCOME, note=note, by=by, at=moment)
        for pupil in list(others_of(room, world.term)[:2])
    )
    actions.skip_visit(unticked, reason=SkipReason.DECLINED, by=by, at=moment)
    return "2, 1"


def _plan(world: World, moment: Any) -> int:
    """Each class of the main school on a day of its own in June."""
    planned = 0
    for number, room in enumerate(world.classrooms_of(world.main)):
        rows = HomeVisit.objects.in_term(world.term).to_visit_in(world.term)
        lines = list(rows.filter(enrolment__classroom=room, is_ticked=True))
        day = FIRST_DAY.replace(day=1 + number % 12)
        planned += actions.plan_visits(lines, planned_on=day, by=world.teacher_of(room), at=moment)
    return planned
