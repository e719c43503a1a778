"""The invented staff: schools', offices', affiliations', the fund's. Each with a post.

User names say role and school: `teacher`, `admin`, `director`, `registry`, `screening`
serve school 1; `admin.2` serves school 2; `teacher.2.p3` has its class ป.3/1. Above the
schools stand `office`, `affiliation`, `fund`, `approver`, `finance`, `auditor`, `sysadmin`.
Nobody has a password: the demo's sign-in page opens them by one click, and only there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from random import Random

from eqfund import clock
from eqfund.access import Role
from eqfund.models import Affiliation, Classroom, Posting, School, SupervisingOffice, User
from rehearsal import names

from .children import MAIN_CLASS

POSTED_ON = date(2026, 5, 1)
SIGNED_IN = datetime(2026, 5, 8, 9, tzinfo=clock.BANGKOK)
SCHOOL_POSTS = (  # user name, role, sex of the first school's
    ("admin", Role.SCHOOL_ADMIN),
    ("director", Role.SCHOOL_DIRECTOR),
    ("registry", Role.REGISTRY_KEEPER),
    ("screening", Role.SCREENING_TEACHER),
)
FUND_POSTS = (
    ("fund", Role.FUND_OFFICER),
    ("approver", Role.FUND_APPROVER),
    ("finance", Role.FUND_FINANCE),
    ("auditor", Role.AUDITOR),
    ("sysadmin", Role.SYSTEM_ADMIN),
)
AFFILIATIONS = ("OBEC", "LAO", "OPEC", "BPP", "ONAB")
SHOWN_FIRST = 12


class Staff:
    """Gathers people and their posts, then writes them in two statements."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.phones = (f"080100{serial:04d}" for serial in range(1, 10_000))
        self.people: list[tuple[User, Role, str]] = []

    def add(self, username: str, role: Role, path: str) -> User:
        sex = self.rng.choice("mf")
        title = names.adult_title(self.rng, sex)
        user = User(
            username=username,
            email=f"{username}@demo.invalid",
            full_name=f"{title}{names.adult_name(self.rng, sex)} {names.family_name(self.rng)}",
            phone=next(self.phones),
            is_demo=True,
        )
        user.set_unusable_password()
        self.people.append((user, role, path))
        return user

    def save(self) -> None:
        """All but every ninth have signed in since their post began: some are always still to come."""
        for number, (user, _role, _path) in enumerate(self.people, 1):
            if number <= SHOWN_FIRST or number % 9:
                user.last_login = SIGNED_IN
        User.objects.bulk_create(user for user, _, _ in self.people)
        Posting.objects.bulk_create(
            Posting(user=user, role=role, path=path, starts_on=POSTED_ON)
            for user, role, path in self.people
        )


def make(
    rng: Random,
    schools: list[School],
    offices: list[SupervisingOffice],
    affiliations: list[Affiliation],
    classrooms: list[Classroom],
) -> dict[str, User]:
    """Make everybody; return them by user name, those of the sign-in page first."""
    staff = Staff(rng)
    main, rest = classrooms_by_school(schools, classrooms)
    main_class = next(room for room in main if room.grade == MAIN_CLASS)
    staff.add("teacher", Role.HOMEROOM_TEACHER, main_class.path)
    for name, role in SCHOOL_POSTS:
        staff.add(name, role, schools[0].path)
    staff.add("office", Role.OFFICE_ADMIN, offices[0].path)
    staff.add("affiliation", Role.AFFILIATION_OFFICER, affiliations[0].path)
    for name, role in FUND_POSTS:
        staff.add(name, role, "TH/")
    for number, school in enumerate(schools[1:], 2):
        for name, role in SCHOOL_POSTS:
            staff.add(f"{name}.{number}", role, school.path)
    for number, office in enumerate(offices[1:], 2):
        staff.add(f"office.{number}", Role.OFFICE_ADMIN, office.path)
    for affiliation in affiliations[1:]:
        code = affiliation.code.lower()
        staff.add(f"affiliation.{code}", Role.AFFILIATION_OFFICER, affiliation.path)
    for username, room in _teachers(main_class, [main, *rest]):
        staff.add(username, Role.HOMEROOM_TEACHER, room.path)
    staff.save()
    return {user.username: user for user, _, _ in staff.people}


def classrooms_by_school(
    schools: list[School], classrooms: list[Classroom]
) -> tuple[list[Classroom], list[list[Classroom]]]:
    """The first school's classes, and those of each other school."""
    rooms = [[room for room in classrooms if room.school_id == school.pk] for school in schools]
    return rooms[0], rooms[1:]


def _teachers(
    main_class: Classroom, rooms: list[list[Classroom]]
) -> Iterator[tuple[str, Classroom]]:
    """User names for the homeroom teachers that are left; the first class's is teacher.<school>."""
    for number, of_school in enumerate(rooms, 1):
        for place, room in enumerate(of_school):
            if room == main_class:
                continue
            suffix = f".{room.grade.lower()}" + (f"-{room.room}" if room.room != "1" else "")
            plain = number > 1 and place == 0
            yield f"teacher.{number}" + ("" if plain else suffix), room
