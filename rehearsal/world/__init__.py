"""The invented world of the story and the demo: what exists before the programme's work begins.

`build(folder)` makes places, people, classes and terms in an empty database, and writes the
registry files and the predecessor's list of grants into `folder`. It makes no pupil: those come
into being through the real import, and their grants through `import_grants`.
`World.find(folder)` finds the same world again in a database that has it.

The children (`world.children`) are plain values: what the story needs to know of them beforehand
(how poor the home is, which channel they want, whose PromptPay fails).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from random import Random

from django.core.management import call_command
from django.db import transaction

from eqfund import audit, clock, places
from eqfund.fields import blind_index
from eqfund.models import (
    Affiliation,
    Classroom,
    Identity,
    Pupil,
    School,
    SupervisingOffice,
    Term,
    User,
)
from eqfund.thai_text import BUDDHIST_ERA
from payments.sandbox_bank import DEMO_RULES, Rules

from . import children as kids, files, people
from .children import Channel, Child, Group, Household, Means
from .doubles import doubles
from .plan import OFFICES, SCHOOLS, OfficePlan, SchoolPlan

__all__ = ["SCHOOLS", "Channel", "Child", "Group", "Household", "Means", "World", "at", "build"]

SEED = 2569
CALENDAR = "2569-1"
TERMS = (  # year, number, first and last day
    (2568, 2, date(2025, 11, 1), date(2026, 4, 30)),
    (2569, 1, date(2026, 5, 1), date(2026, 10, 31)),
)
MOVER_FROM, MOVER_TO = 2, 4
CLAIMED = ((2, 4), (5, 6))  # a child of the first school stands in the second's file as well
CLOSED_ACCOUNT_SCHOOL = 6
BY_HAND_SCHOOL = 13  # adds its pupils itself; one of them is not in its file


def at(text: str) -> datetime:
    """ "2569-07-24 16:59:59" as an instant in Bangkok."""
    day, _, time = text.partition(" ")
    year, month, day_of_month = (int(part) for part in day.split("-"))
    hour, minute, second, *_ = [int(part) for part in f"{time or '09:00'}:00".split(":")]
    return datetime(
        year - BUDDHIST_ERA, month, day_of_month, hour, minute, second, tzinfo=clock.BANGKOK
    )


@dataclass
class World:
    """Places and people of the story, and the look-ups its steps need.

    `registry_files` are those of May, `later_registry_files` those of August, when one pupil
    has moved and a claimed one is settled: (school, its registry keeper, file). That of July
    is left to a visitor.
    When a visitor is to go on `by_hand`, the stages leave the main class, and the main school's
    committee, undone.
    """

    folder: Path
    term: Term
    previous: Term
    affiliations: dict[str, Affiliation]
    offices: dict[str, SupervisingOffice]
    schools: list[School]
    classrooms: list[Classroom]
    people: dict[str, User]
    children: list[Child]
    rng: Random = field(default_factory=lambda: Random(SEED))
    registry_files: list[tuple[School, User, Path]] = field(default_factory=list)
    later_registry_files: list[tuple[School, User, Path]] = field(default_factory=list)
    broken_registry_file: tuple[School, User, Path] | None = None
    mistyped_registry_file: tuple[School, User, Path] | None = None
    july_registry_file: tuple[School, User, Path] | None = None
    predecessor_file: Path | None = None
    by_hand: bool = False

    # places

    @property
    def main(self) -> School:
        """The school of the people named without a number."""
        return self.schools[0]

    @property
    def main_classroom(self) -> Classroom:
        """The class of the person named `teacher`."""
        return next(
            room for room in self.classrooms_of(self.main) if room.grade == people.MAIN_CLASS
        )

    def number_of(self, school: School) -> int:
        """1 to 14, as in user names."""
        return next(n for n, one in enumerate(self.schools, 1) if one.pk == school.pk)

    def school_at(self, path: str) -> School:
        """The school in which a path lies."""
        return next(school for school in self.schools if path.startswith(school.path))

    def classrooms_of(self, school: School) -> list[Classroom]:
        return [room for room in self.classrooms if room.school_id == school.pk]

    # people

    def admin_of(self, school: School) -> User:
        return self._of_school("admin", school)

    def director_of(self, school: School) -> User:
        return self._of_school("director", school)

    def keeper_of(self, school: School) -> User:
        return self._of_school("registry", school)

    def screener_of(self, school: School) -> User:
        return self._of_school("screening", school)

    def teacher_of(self, place: Classroom | str) -> User:
        """The homeroom teacher of a class, given as itself or by any path in it."""
        path = place if isinstance(place, str) else place.path
        return self._teachers[next(p for p in self._teachers if path.startswith(p))]

    def teachers_of(self, classroom: Classroom) -> list[User]:
        return [self.teacher_of(classroom)]

    def office_admin_of(self, place: School | SupervisingOffice | str) -> User:
        """The admin of the office over a school or path."""
        path = place if isinstance(place, str) else place.path
        number = next(
            n for n, office in enumerate(self.offices.values(), 1) if path.startswith(office.path)
        )
        return self.people["office" if number == 1 else f"office.{number}"]

    def affiliation_officer_of(self, place: School | str) -> User:
        path = place if isinstance(place, str) else place.path
        code = next(a.code for a in self.affiliations.values() if path.startswith(a.path))
        return self.people["affiliation" if code == "OBEC" else f"affiliation.{code.lower()}"]

    @property
    def fund_officer(self) -> User:
        return self.people["fund"]

    @property
    def fund_approver(self) -> User:
        return self.people["approver"]

    @property
    def fund_finance(self) -> User:
        return self.people["finance"]

    @property
    def auditor(self) -> User:
        return self.people["auditor"]

    @property
    def system_admin(self) -> User:
        return self.people["sysadmin"]

    def _of_school(self, name: str, school: School) -> User:
        number = self.number_of(school)
        return self.people[name if number == 1 else f"{name}.{number}"]

    @cached_property
    def _teachers(self) -> dict[str, User]:
        """Homeroom teachers by the path of their class."""
        found = {}
        for user in self.people.values():
            for posting in user.postings.all():
                if posting.role == "homeroom_teacher":
                    found[posting.path] = user
        return found

    # children

    def children_of(self, school: School, group: Group | None = None) -> list[Child]:
        """The invented children of a school, of one group or all."""
        number = self.number_of(school)
        return [c for c in self.children if c.school_no == number and group in (None, c.group)]

    def continuing(self) -> list[Child]:
        return [child for child in self.children if child.group == Group.CONTINUING]

    def newcomers(self) -> list[Child]:
        return [child for child in self.children if child.group == Group.NEW]

    def child_of(self, pupil: Pupil) -> Child | None:
        """What the world knows of a pupil; None for one without identity."""
        return self._by_identity.get(pupil.identity_id) if pupil.identity_id else None

    def pupil_of(self, child: Child) -> Pupil:
        """The pupil that the import made of an invented child."""
        index = blind_index(child.number, purpose="national_id")
        return Pupil.objects.select_related("identity").get(identity__id_index=index)

    @cached_property
    def _by_identity(self) -> dict[int, Child]:
        """Children by the identity the import gave them; read once, when all are imported."""
        by_index: dict[bytes, Child] = {
            blind_index(c.number, purpose="national_id"): c for c in self.children
        }
        rows = Identity.objects.values_list("pk", "id_index")
        return {pk: by_index[bytes(i)] for pk, i in rows if bytes(i) in by_index}

    def forget_look_ups(self) -> None:
        """After an import: children are matched with identities anew."""
        self.__dict__.pop("_by_identity", None)

    @property
    def mover(self) -> Child:
        """A grantee paid through the school who moves to another school in August."""
        return next(_movers(self.children))

    @property
    def mover_to(self) -> School:
        return self.schools[MOVER_TO - 1]

    @property
    def added_by_hand(self) -> Child:
        """A child of the border patrol police's school whom its admin types in: the file has a wrong digit."""
        return next(
            child
            for child in self.children
            if child.school_no == BY_HAND_SCHOOL
            and child.group == Group.NEW
            and not child.is_g_code
        )

    @property
    def claimed_twice(self) -> list[Child]:
        """Children whose number stands in the files of two schools; the first of them is settled in August."""
        return [_claimed(self.children, home) for home, _ in CLAIMED]

    # money

    bank_rules: Rules = DEMO_RULES

    def account_for(self, school: School, *, corrected: bool = False) -> tuple[str, str, str]:
        """A school's bank account: bank code, number, name. One school's first account is closed."""
        number = self.number_of(school)
        closed = number == CLOSED_ACCOUNT_SCHOOL and not corrected
        ending = "999" if closed else f"{number:03d}"
        name = f"เงิน กสศ. เพื่อ{school.name}"
        return ("006", f"9800000{ending}", name)

    @classmethod
    def find(cls, folder: Path) -> World:
        """The world as it stands in the database; its files stand in `folder` or not at all."""
        terms = {(term.number, term.year_be): term for term in Term.objects.all()}
        schools = list(School.objects.filter(is_demo=True).order_by("pk"))
        users = User.objects.filter(is_demo=True).prefetch_related("postings").order_by("pk")
        world = cls(
            folder=folder,
            term=terms[1, 2569],
            previous=terms[2, 2568],
            affiliations={a.code: a for a in Affiliation.objects.order_by("pk")},
            offices={plan.key: _office(plan) for plan in OFFICES.values()},
            schools=schools,
            classrooms=list(Classroom.objects.filter(school__in=schools).order_by("pk")),
            people={user.username: user for user in users},
            children=kids.make(Random(SEED)),
        )
        return world


def build(folder: Path) -> World:
    """Make the world in an empty database, at the programme time that holds, and its files."""
    rng = Random(SEED)
    invented = kids.make(Random(SEED))
    with transaction.atomic():
        terms = [_term(*row) for row in TERMS]
        call_command("load_offices", verbosity=0)
        call_command("load_calendar", CALENDAR, verbosity=0)
        call_command("load_policies", verbosity=0)
        offices = {plan.key: _office(plan) for plan in OFFICES.values()}
        schools = [_school(plan, offices[plan.office]) for plan in SCHOOLS]
        classrooms = [
            places.add_classroom(school, year_be=2569, grade=grade, room=room)
            for plan, school in zip(SCHOOLS, schools, strict=True)
            for grade, room in plan.classes
        ]
        used = [Affiliation.objects.get(code=code) for code in people.AFFILIATIONS]
        people.make(rng, schools, list(offices.values()), used, classrooms)
        audit.record(
            "make_invented_world",
            "rehearsal.World",
            by=None,
            path="TH/",
            facts={"schools": len(schools), "classrooms": len(classrooms)},
        )
    assert terms[-1] == Term.objects.current(clock.now())
    world = World.find(folder)
    assert len(world.children) == len(invented)
    write_files(world)
    return world


def write_files(world: World) -> None:
    """Write the registry files of May, July and August, those with wrong cells, and the predecessor's list."""
    folder = world.folder
    folder.mkdir(parents=True, exist_ok=True)
    may, august = at("2569-05-02 04:10:12"), at("2569-08-03 04:10:12")
    claimed = {plan: child for child, (_, plan) in zip(world.claimed_twice, CLAIMED, strict=True)}
    twice = doubles(world.children)
    for plan, school in zip(SCHOOLS, world.schools, strict=True):
        own = [child for child in world.children_of(school) if child is not world.added_by_hand]
        also = [claimed[plan.number]] if plan.number in claimed else []
        also += twice.get(plan.number, [])
        file = files.write(folder, plan, [*own, *also], may, Random(SEED + plan.number))
        world.registry_files.append((school, world.keeper_of(school), file))
        if plan.number in (MOVER_FROM, MOVER_TO):
            later = _in_august(world, plan, own)
            file = files.write(folder, plan, later, august, Random(SEED + plan.number))
            world.later_registry_files.append((school, world.keeper_of(school), file))
    main = world.children_of(world.main)
    broken = files.write_broken(folder, SCHOOLS[0], main, at("2569-05-01 04:10:12"))
    world.broken_registry_file = (world.main, world.keeper_of(world.main), broken)
    plan, school = SCHOOLS[BY_HAND_SCHOOL - 1], world.schools[BY_HAND_SCHOOL - 1]
    mistyped = files.write_mistyped(
        folder, plan, world.children_of(school), at("2569-05-07 10:30:00"), world.added_by_hand
    )
    world.mistyped_registry_file = (school, world.keeper_of(school), mistyped)
    july = [*kids.in_july(world.children), *twice[SCHOOLS[0].number]]
    file = files.write(folder, SCHOOLS[0], july, at("2569-07-13 04:10:12"), Random(SEED + 1))
    world.july_registry_file = (world.main, world.keeper_of(world.main), file)
    world.predecessor_file = files.write_predecessor(folder / "predecessor.csv", world.continuing())


def _in_august(world: World, plan: SchoolPlan, own: Iterable[Child]) -> list[Child]:
    """The roll without and with the one who moved; the claimed child stands at home alone."""
    if plan.number == MOVER_FROM:
        return [child for child in own if child is not world.mover]
    return [*own, world.mover]


def _movers(children: list[Child]) -> Iterator[Child]:
    """Grantees with a national id who are paid through the school and whom nobody else claims."""
    claimed = {_claimed(children, home).key for home, _ in CLAIMED}
    return (
        child
        for child in children
        if child.school_no == MOVER_FROM
        and child.group == Group.CONTINUING
        and child.channel == Channel.SCHOOL
        and not child.is_g_code
        and child.key not in claimed
        and len(child.household.children) == 1
    )


def _claimed(children: list[Child], home: int) -> Child:
    """The first grantee of a school, by PromptPay, whose grade both schools have."""
    return next(
        child
        for child in children
        if child.school_no == home
        and child.group == Group.CONTINUING
        and child.channel == Channel.PUPIL
        and child.grade in ("P1", "P2")
        and not child.promptpay_fails
    )


def _term(year_be: int, number: int, opens_on: date, closes_on: date) -> Term:
    days = {"opens_on": opens_on, "closes_on": closes_on}
    return Term.objects.get_or_create(year_be=year_be, number=number, defaults=days)[0]


def _office(plan: OfficePlan) -> SupervisingOffice:
    """The real office of the list, or one made in its place."""
    affiliation = Affiliation.objects.get(code=plan.affiliation)
    found = SupervisingOffice.objects.filter(affiliation=affiliation, short_name=plan.short_name)
    return found.first() or places.add_office(
        affiliation,
        kind=plan.kind,
        name=plan.name,
        short_name=plan.short_name,
        province_code=plan.province_code,
    )


def _school(plan: SchoolPlan, office: SupervisingOffice) -> School:
    place = plan.place
    return places.add_school(
        office,
        name=plan.name,
        moe_code=plan.moe_code,
        smis_code=plan.smis_code,
        province_code=plan.province_code,
        subdistrict_code=plan.subdistrict_code,
        house_no=str(90 + plan.number),
        moo=str(plan.number),
        postcode=place.postcode,
        phone=f"080200{plan.number:04d}",
        email=f"school{plan.number}@demo.invalid",
        latitude=f"{plan.latitude:.5f}",
        longitude=f"{plan.longitude:.5f}",
        is_demo=True,
    )
