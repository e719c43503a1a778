"""People come and go: a teacher is invited and comes in, one is asked for, one list waits, posts are refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from eqfund import clock
from eqfund.access import Role
from eqfund.models import AccountRequest, Invitation, School
from eqfund.people.actions import invitations, postings, requests, teacher_list
from eqfund.refusal import Refused
from rehearsal import names
from rehearsal.world import World, at

RNG = Random("people who come")
COMES_IN = at("2569-07-13 13:30")


def play(world: World) -> Iterator[tuple[str, Any]]:
    """At the first school, at another of its office, and at one far away."""
    now = clock.now()
    for number, school in enumerate(_schools(world), 1):
        admin = world.admin_of(school)
        room = world.classrooms_of(school)[-1]
        invitations.invite(
            role=Role.SCREENING_TEACHER,
            path=school.path,
            full_name=_name(),
            email=f"new.{number}@demo.invalid",
            phone=f"08020000{number:02}",
            starts_on=now.date(),
            by=admin,
            at=now,
        )
        requests.ask_for_account(
            role=Role.HOMEROOM_TEACHER,
            path=room.path,
            full_name=_name(),
            email=f"asks.{number}@demo.invalid",
            phone=f"08030000{number:02}",
            note="เพิ่งย้ายมาบรรจุที่โรงเรียนนี้",
            at=now,
        )
        sheet = f"ชื่อ,อีเมล,หน้าที่\n{_name()},listed.{number}@demo.invalid,ครูคัดกรอง\n"
        teacher_list.read_teacher_list(sheet.encode(), school=school, by=admin, at=now)
    yield "teachers invited, asking, listed", len(_schools(world))

    admin = world.admin_of(world.main)
    one = invitations.invite(
        role=Role.HOMEROOM_TEACHER,
        path=world.classrooms_of(world.main)[0].path,
        full_name=_name(),
        email="second@demo.invalid",
        starts_on=now.date(),
        by=admin,
        at=now,
    )
    with clock.rehearse(COMES_IN):
        user = invitations.enter_by_invitation(
            one, username="second.teacher", password="ครูใหม่-ปีนี้-2569", at=COMES_IN
        )
        postings.end_post(
            user.postings.get(),
            on=COMES_IN.date() + timedelta(days=90),
            reason="replaced",
            by=admin,
            at=COMES_IN,
        )
    if Invitation.objects.get(pk=one.pk).accepted_by_id != user.pk:
        raise AssertionError("the invited teacher did not come in")
    yield "invited, came in, with a last day", 1
    yield (
        "a post of one's own giving",
        _refused(
            lambda: postings.give_post(
                admin,
                role=Role.REGISTRY_KEEPER,
                path=world.main.path,
                starts_on=now.date(),
                by=admin,
                at=now,
            )
        ),
    )
    yield (
        "a post that only the office gives",
        _refused(
            lambda: invitations.invite(
                role=Role.SCHOOL_DIRECTOR,
                path=world.main.path,
                full_name=_name(),
                email="head@demo.invalid",
                starts_on=now.date(),
                by=admin,
                at=now,
            )
        ),
    )
    yield "requests that wait", AccountRequest.objects.open().count()


def _schools(world: World) -> list[School]:
    """The first school, its neighbour under the same office, and the last one of another office."""
    office = world.main.office_id
    near = next(s for s in world.schools if s.office_id == office and s != world.main)
    far = [s for s in world.schools if s.office_id != office][-1]
    return [world.main, near, far]


def _name() -> str:
    sex = RNG.choice("mf")
    title = names.adult_title(RNG, sex)
    return f"{title}{names.adult_name(RNG, sex)} {names.family_name(RNG)}"


def _refused(act: Any) -> str:
    try:
        act()
    except Refused:
        return "refused"
    raise AssertionError("what must be refused was done")
