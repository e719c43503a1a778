"""What the office sees: the board of its schools, and the same as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eqfund import clock, sheets
from eqfund.models import School
from eqfund.refusal import Refused
from monitoring.progress import exports, queries
from monitoring.progress.actions import remind_schools
from monitoring.progress.rules import Stage
from monitoring.progress.words import STAGE_NAMES
from rehearsal.world import World


def play(world: World) -> Iterator[tuple[str, Any]]:
    """The board of the main school's office, read as its admin."""
    office = world.main.office
    schools = School.objects.visible_to(world.people["office"])
    rows = queries.board(schools, office, world.term, clock.now())
    if not rows:
        raise AssertionError("an office admin sees no school of their own office")
    yield "schools on the board", len(rows)
    totals = queries.sums(rows)
    for stage in Stage:
        yield str(STAGE_NAMES[stage]), f"{totals[stage].done} / {totals[stage].total}"
    lines = list(sheets.csv_lines(exports.titles(), map(exports.cells, rows)))
    if len(lines) != len(rows) + 1:
        raise AssertionError("the file does not hold what the board holds")
    yield "lines of its CSV", len(lines)


def remind(world: World) -> Iterator[tuple[str, Any]]:
    """The office reminds its schools of what they left; a second time on the day is refused."""
    office, by = world.main.office, world.people["office"]
    yield "schools reminded by their office", remind_schools(office, None, by=by, at=clock.now())
    try:
        remind_schools(office, None, by=by, at=clock.now())
    except Refused:
        yield "again on the same day", "refused"
