"""Pupils move between schools: sent, asked for, taken over, refused; one rests, one leaves by mistake.

A grantee comes to the main class and is new group there; the others hold no grant and are not to be
screened, so that the other chapters keep their children. Another grantee moves in August, by the
registry files (registry.play_august).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from eqfund import clock
from eqfund.handover.actions import moves, statuses
from eqfund.models import Enrolment, Handover, Pupil, School
from eqfund.refusal import Refused
from rehearsal.world import Group, World

MOVED_ON = date(2026, 7, 6)


def play(world: World) -> Iterator[tuple[str, Any]]:
    """Around the first school, under its office and beyond; and between two affiliations."""
    now = clock.now()
    main, near, far, next_door, municipal, centre, private = (
        world.schools[number - 1] for number in (1, 3, 7, 6, 10, 11, 12)
    )
    came = _send(world, far, main, "P4", Group.CONTINUING, "ย้ายตามผู้ปกครองซึ่งเปลี่ยนที่ทำงาน")
    moves.accept_handover(came, classroom=world.main_classroom, by=world.director_of(main), at=now)
    yield "sent and taken over; the grant", _grant_of(came.pupil)
    waiting = [
        _send(world, near, main, "P4"),
        _send(world, main, next_door, "P5"),
        _send(world, next_door, private, "P6"),
        _send(world, world.schools[4], next_door, "P4"),
        _send(world, centre, municipal, "K3"),
    ]
    yield "sent, waiting for an answer", len(waiting)
    asked = _pupil(world, far, "P5")
    assert asked.identity is not None and asked.birth_date is not None
    found = moves.ask_for_handover(
        asked.identity.number,
        asked.birth_date,
        next(room for room in world.classrooms_of(main) if room.grade == "P5"),
        moved_on=MOVED_ON,
        by=world.admin_of(main),
        at=now,
    )
    assert found is not None
    yield "asked for by the new school", 1
    stranger = moves.ask_for_handover(
        asked.identity.number,
        date(2015, 1, 1),
        world.main_classroom,
        moved_on=MOVED_ON,
        by=world.admin_of(main),
        at=now,
    )
    yield "asked for with a wrong birth date", "no such child" if stranger is None else "found"
    refused = _send(world, main, far, "P6")
    moves.refuse_handover(refused, reason="not_here", by=world.admin_of(far), at=now)
    yield "refused: the pupil has not come", 1
    yield "answered by who began it", _own_answer(world, waiting[1])
    yield from _states(world, main)


def answer_august(world: World, pupil: Pupil) -> Iterator[tuple[str, Any]]:
    """The former school hands over the history of the grantee whom the registry files have moved."""
    handover = Handover.objects.waiting().get(pupil=pupil)
    receiver = world.admin_of(world.mover_to)
    before = Handover.objects.with_history_for(receiver).filter(pk=handover.pk).exists()
    origin = world.school_at(handover.from_path)
    moves.accept_handovers([handover], by=world.director_of(origin), at=clock.now())
    after = Handover.objects.with_history_for(receiver).filter(pk=handover.pk).exists()
    if before or not after:
        raise AssertionError("the history opens with the former school's answer, not before")
    yield "history handed over; the grant", _grant_of(pupil)


def _grant_of(pupil: Pupil) -> str:
    grant = pupil.grants.order_by("-first_term", "-pk")[0]
    return f"{grant.status}: {grant.end_reason}"


def _send(
    world: World,
    origin: School,
    to: School,
    grade: str,
    group: Group = Group.NONE,
    message: str = "",
) -> Handover:
    pupil = _pupil(world, origin, grade, group)
    return moves.propose_handover(
        pupil.enrolments.studying().get(term=world.term),
        to,
        moved_on=MOVED_ON,
        message=message,
        by=world.admin_of(origin),
        at=clock.now(),
    )


def _pupil(world: World, school: School, grade: str, group: Group = Group.NONE) -> Pupil:
    """A pupil of the class and group who is not on the way: the last by name, whom no other chapter begins with."""
    claimed = {child.key for child in world.claimed_twice}
    index = {
        world.pupil_of(child)
        for child in world.children_of(school, group)
        if child.grade == grade
        and child.key not in claimed
        and not child.is_g_code
        and not child.promptpay_fails
    }
    for pupil in sorted(index, key=lambda one: one.sort_key, reverse=True):
        on_the_way = Handover.objects.filter(pupil=pupil).exists()
        studies = pupil.enrolments.studying().filter(term=world.term).exists()
        if studies and not on_the_way and pupil.path.startswith(school.path):
            return pupil
    raise AssertionError(f"no pupil of {grade} is free to move from {school}")


def _own_answer(world: World, handover: Handover) -> str:
    origin = world.school_at(handover.from_path)
    try:
        moves.accept_handover(handover, by=world.admin_of(origin), at=clock.now())
    except Refused:
        return "refused"
    return "taken"


def _states(world: World, school: School) -> Iterator[tuple[str, Any]]:
    """One pupil rests; another is recorded as gone by mistake, and it is undone."""
    admin, now = world.admin_of(school), clock.now()
    rests = _enrolment(world, school, "P2")
    statuses.set_pupil_status(
        rests, status="suspended", on=now.date(), reason="พักรักษาตัว", by=admin, at=now
    )
    gone = _enrolment(world, school, "P4")
    mistake = statuses.set_pupil_status(gone, status="withdrew", on=now.date(), by=admin, at=now)
    statuses.undo_pupil_status(mistake, reason="บันทึกผิดคน", by=admin, at=now)
    yield "rests; left by mistake, undone", "1 + 1"


def _enrolment(world: World, school: School, grade: str) -> Enrolment:
    return _pupil(world, school, grade).enrolments.studying().get(term=world.term)
