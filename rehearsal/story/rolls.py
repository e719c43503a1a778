"""Names and ids are looked over and confirmed, class by class; a teacher finds one that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eqfund import clock
from eqfund.models import Classroom, Enrolment, RollConfirmation
from eqfund.rolls import actions, queries
from rehearsal.world import World

type Figures = Iterator[tuple[str, Any]]


def play(world: World) -> Figures:
    """Keepers confirm every class. When a visitor goes on by hand, the first school's are left, with a mark."""
    marks = _mark(world)
    left = {world.main.pk} if world.by_hand else set()
    confirmed = 0
    for school in world.schools:
        if school.pk in left:
            continue
        keeper = world.keeper_of(school)
        rooms = Classroom.objects.filter(school=school, year_be=world.term.year_be)
        figures = queries.figures_of(rooms.values_list("pk", flat=True), world.term)
        for room in rooms.filter(pk__in=[pk for pk, roll in figures.items() if roll.pupils]):
            made = actions.confirm_roll(
                room, by=keeper, at=clock.now(), seen=figures[room.pk].digest
            )
            confirmed += made.voided_at is None
    yield "marks of what differs from a document", marks
    yield "classes whose names and ids are confirmed", confirmed


def play_after(world: World) -> Figures:
    """What the files of August changed is confirmed anew, by most schools."""
    rooms = Classroom.objects.filter(year_be=world.term.year_be)
    figures = queries.figures_of(rooms.values_list("pk", flat=True), world.term)
    changed = [pk for pk, roll in figures.items() if roll.state == "changed"]
    yield "classes whose list changed since", len(changed)
    again = 0
    for room in rooms.filter(pk__in=changed[:-1]).select_related("school"):
        if not figures[room.pk].marks:
            actions.confirm_roll(room, by=world.keeper_of(room.school), at=clock.now())
            again += 1
    yield "confirmed anew", again
    voided = RollConfirmation.objects.exclude(voided_at=None).count()
    if voided != again:
        raise AssertionError("not so: what is confirmed anew voids what was confirmed before")


def _mark(world: World) -> int:
    """A name of the first class differs from its birth certificate; by story's end it is settled."""
    room = world.main_classroom
    first = Enrolment.objects.filter(classroom=room, term=world.term).order_by("pk").first()
    assert first is not None
    teacher = world.people["teacher"]
    made = actions.mark_roll(
        room,
        kind="name",
        enrolment=first,
        note="สูติบัตรสะกดชื่อต่างจากในทะเบียนหนึ่งตัวอักษร",
        by=teacher,
        at=clock.now(),
    )
    if world.by_hand:
        return 1
    keeper = world.keeper_of(world.main)
    actions.settle_mark(made, outcome="mistaken", by=keeper, at=clock.now())
    return 1
