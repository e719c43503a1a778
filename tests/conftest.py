"""People by role, places, a term with its real calendar: what most tests begin with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, TransactionTestCase

from eqfund import clock, places
from eqfund.access import Role
from eqfund.accounts import first_use, sessions
from eqfund.fields import blind_index
from eqfund.models import (
    Affiliation,
    CalendarLine,
    Classroom,
    Enrolment,
    Guardian,
    Identity,
    Posting,
    Pupil,
    School,
    Term,
    User,
)
from eqfund.national_id import last4
from eqfund.privacy import policies
from eqfund.thai_text import BUDDHIST_ERA, sort_key


def moment(text: str) -> datetime:
    """ "2569-07-24 16:59:59" as an instant in Bangkok."""
    day, _space, time = text.partition(" ")
    year, month, day_of_month = (int(part) for part in day.split("-"))
    parts = [int(part) for part in (time or "09:00").split(":")]
    return datetime(year - BUDDHIST_ERA, month, day_of_month, *parts, tzinfo=clock.BANGKOK)


@pytest.fixture
def at() -> Callable[[str], datetime]:
    return moment


@pytest.fixture(autouse=True)
def _uploads_stay_in_memory(settings: Any) -> None:
    settings.DEMO_MODE = True


@pytest.fixture(autouse=True)
def _policies_are_read_once_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a count of queries would depend on the half minute for which a process remembers them."""
    policies.forget()
    monkeypatch.setattr(policies, "SECONDS", float("inf"))


@pytest.fixture
def term(db: None) -> Term:
    return Term.objects.get_or_create(
        year_be=2569,
        number=1,
        defaults={"opens_on": date(2026, 5, 1), "closes_on": date(2026, 10, 31)},
    )[0]


@pytest.fixture
def affiliation(db: None) -> Affiliation:
    return places.add_affiliation(
        code="OBEC", name="สำนักงานคณะกรรมการการศึกษาขั้นพื้นฐาน", short_name="สพฐ.", registry="DMC"
    )


@pytest.fixture
def calendar(term: Term, affiliation: Affiliation) -> Term:
    """The real calendar of term 1/2569."""
    if not CalendarLine.objects.filter(term=term).exists():
        call_command("load_calendar", "2569-1", verbosity=0)
    return term


@pytest.fixture
def office(affiliation: Affiliation) -> Any:
    return places.add_office(
        affiliation,
        kind="education_area_primary",
        name="สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง เขต 1",
        short_name="สพป.ตัวอย่าง เขต 1",
        province_code="50",
    )


@pytest.fixture
def other_office(affiliation: Affiliation) -> Any:
    return places.add_office(
        affiliation,
        kind="education_area_primary",
        name="สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง เขต 2",
        short_name="สพป.ตัวอย่าง เขต 2",
        province_code="40",
    )


@pytest.fixture
def school(office: Any) -> School:
    return places.add_school(
        office,
        name="โรงเรียนบ้านดงสมมติ",
        moe_code="1050000001",
        smis_code="50010001",
        province_code="50",
    )


@pytest.fixture
def other_school(other_office: Any) -> School:
    return places.add_school(
        other_office,
        name="โรงเรียนบ้านห้วยสมมติ",
        moe_code="1040000001",
        smis_code="40010001",
        province_code="40",
    )


@pytest.fixture
def classroom(school: School) -> Classroom:
    return places.add_classroom(school, year_be=2569, grade="P4", room="1")


@pytest.fixture
def other_classroom(other_school: School) -> Classroom:
    return places.add_classroom(other_school, year_be=2569, grade="P4", room="1")


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(role: str, path: str, username: str = "", **fields: Any) -> User:
        name = username or f"{role}-{User.objects.count()}"
        user = User.objects.create(
            username=name, full_name=fields.pop("full_name", f"นายสมมติ {role}"), **fields
        )
        Posting.objects.create(user=user, role=role, path=path, starts_on=date(2026, 1, 1))
        return user

    return make


@pytest.fixture
def posts_unguarded(db: None) -> None:
    """Let one person hold posts that check each other, to show that the deeds compare persons too."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE eqfund_posting DISABLE TRIGGER posting_goes_with_the_others")


def _person(role: Role, place: str) -> Any:
    """A fixture for one person of `role` at the place named by another fixture."""

    @pytest.fixture(name=str(role))
    def person(request: pytest.FixtureRequest, make_user: Callable[..., User]) -> User:
        return make_user(
            role, request.getfixturevalue(place).path if place else "TH/", username=str(role)
        )

    return person


teacher_fixture = pytest.fixture(name="teacher")(
    lambda make_user, classroom: make_user(
        Role.HOMEROOM_TEACHER, classroom.path, "teacher", full_name="ครูสมใจ ตัวอย่างดี"
    )
)
admin_fixture = pytest.fixture(name="admin")(
    lambda make_user, school: make_user(
        Role.SCHOOL_ADMIN, school.path, "admin", full_name="ครูสมศรี ตัวอย่างดี"
    )
)
director_fixture = pytest.fixture(name="director")(
    lambda make_user, school: make_user(
        Role.SCHOOL_DIRECTOR, school.path, "director", full_name="นายสมชาย ตัวอย่างดี"
    )
)
outsider_fixture = pytest.fixture(name="outsider")(
    lambda make_user, other_classroom: make_user(
        Role.HOMEROOM_TEACHER, other_classroom.path, "outsider"
    )
)
registry_keeper_fixture = _person(Role.REGISTRY_KEEPER, "school")
screening_teacher_fixture = _person(Role.SCREENING_TEACHER, "school")
office_admin_fixture = _person(Role.OFFICE_ADMIN, "office")
affiliation_officer_fixture = _person(Role.AFFILIATION_OFFICER, "affiliation")
fund_officer_fixture = _person(Role.FUND_OFFICER, "")
fund_approver_fixture = _person(Role.FUND_APPROVER, "")
fund_finance_fixture = _person(Role.FUND_FINANCE, "")
auditor_fixture = _person(Role.AUDITOR, "")
system_admin_fixture = _person(Role.SYSTEM_ADMIN, "")


def _national_id(number: int) -> str:
    """An invented national id with the right check digit."""
    body = f"1{number:011d}"
    total = sum(int(digit) * (13 - position) for position, digit in enumerate(body))
    return body + str((11 - total % 11) % 10)


@pytest.fixture
def make_pupils(term: Term, classroom: Classroom) -> Callable[..., list[Pupil]]:
    def make(
        count: int = 1,
        *,
        classroom: Classroom = classroom,
        g_code: bool = False,
        guardian: bool = True,
    ) -> list[Pupil]:
        made = []
        for _each in range(count):
            number = Pupil.objects.count() + 1
            text = f"G{number:012d}" if g_code else _national_id(number)
            identity = Identity.objects.create(
                kind="g_code" if g_code else "national_id",
                id_index=blind_index(text),
                number=text,
                last4=last4(text),
            )
            first, last = f"สมมติ{number}", "ตัวอย่าง"
            pupil = Pupil.objects.create(
                identity=identity,
                title="เด็กหญิง",
                first_name=first,
                last_name=last,
                sort_key=sort_key(f"{first} {last}"),
                sex="f",
                birth_date=date(2016, 5, 13),
                path=classroom.path,
            )
            Enrolment.objects.create(
                pupil=pupil,
                term=term,
                classroom=classroom,
                path=classroom.path,
                starts_on=date(2026, 5, 16),
            )
            if guardian:
                adult = _national_id(900_000 + number)
                Guardian.objects.create(
                    pupil=pupil,
                    full_name=f"นางผู้ปกครอง{number} ตัวอย่าง",
                    relationship="mother",
                    national_id=adult,
                    id_index=blind_index(adult),
                    last4=last4(adult),
                    phone="0800000000",
                    since=moment("2569-05-16 09:00"),
                )
            made.append(pupil)
        return made

    return make


# client.force_login stands for somebody who has just signed in and has proved everything: contacts,
# second factor, and who they are. Tests of the way in (tests/accounts) sign in by the pages, or take
# the marks away again.

_force_login = Client.force_login


def _force_login_of_one_who_proved_everything(
    client: Client, user: Any, backend: str | None = None
) -> None:
    _force_login(client, user, backend or sessions.BACKEND)
    session = client.session
    sessions.prove_in(session, user, "test")
    first_use.mark(session, user, factor=True)
    session.save()


Client.force_login = _force_login_of_one_who_proved_everything  # type: ignore[method-assign]


# A test of two at once commits, and its tables are emptied after it. The books refuse to be
# emptied, and say so by trigger: those triggers, and no others, rest meanwhile.

_empty = TransactionTestCase._fixture_teardown


def _empty_without_guards(case: TransactionTestCase) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 32 <> 0"
        )
        guards = cursor.fetchall()
        for table, name in guards:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        _empty(case)
        for table, name in guards:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


TransactionTestCase._fixture_teardown = _empty_without_guards  # type: ignore[method-assign]
