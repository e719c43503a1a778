"""Places, people and pupils in any number, made set-based: what several benches stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection, transaction

from eqfund import clock, places
from eqfund.access import Role
from eqfund.models import Posting, SupervisingOffice, Term, User

type Row = dict[str, Any]


def row(name: str, seconds: float, bound: float | None = None, limit: float | None = None) -> Row:
    """A measured row, with its ratio to the bound where it has one."""
    ratio = seconds / bound if bound else None
    return {
        "name": name,
        "seconds": seconds,
        "lower_bound_seconds": bound,
        "ratio": ratio,
        "limit": limit,
    }


def person(role: Role, bench: str) -> User:
    """Somebody of the country who holds one role."""
    user = User.objects.create(username=f"bench-{bench}-{role}", full_name=f"bench {role}")
    Posting.objects.create(user=user, role=role, path="TH/", starts_on=date(2020, 1, 1))
    return user


def far_term(year_be: int) -> Term:
    """A first term that nothing else uses."""
    days = {"opens_on": date(year_be - 543, 5, 1), "closes_on": date(year_be - 543, 10, 31)}
    return Term.objects.get_or_create(year_be=year_be, number=1, defaults=days)[0]


def office(code: str) -> SupervisingOffice:
    """An affiliation with one office, under which all schools of a bench lie."""
    affiliation = places.add_affiliation(code=code, name=code, short_name=code, registry="")
    return places.add_office(affiliation, kind="education_area_primary", name=code, short_name=code)


def fill(statements: Sequence[str], values: dict[str, Any]) -> None:
    """Run the statements in one transaction, then vacuum."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
    vacuum()


def vacuum(*tables: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(tables)}")


@contextmanager
def undone(*tables: str) -> Iterator[None]:
    """Do something for its time alone; afterwards vacuum the tables it wrote, or all."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    vacuum(*tables)


def by_turns(
    ways: dict[str, Callable[[], Any]], runs: int, *written: str
) -> dict[str, tuple[float, float]]:
    """Each way's best of several runs, undone: alone, and with a commit's look at foreign keys.

    By turns, so that a busy neighbour counts for all of them. `written` are the tables vacuumed between.
    """
    alone: dict[str, list[float]] = {way: [] for way in ways}
    whole: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(runs):
        for way, work in ways.items():
            with undone(*written):
                begun = clock.stopwatch()
                work()
                alone[way].append(clock.stopwatch() - begun)
                connection.check_constraints()
                whole[way].append(clock.stopwatch() - begun)
    return {way: (min(alone[way]), min(whole[way])) for way in ways}


# Values: office, path, schools, year, pupils, term, id. Pupil n is of school 1 + n mod schools.
SCHOOLS = (
    """INSERT INTO eqfund_school (office_id, name, moe_code, smis_code, province_code, subdistrict_code, address,
        phone, email, is_demo, path)
        SELECT %(office)s, 'โรงเรียน ' || n, to_char(9800000000 + n, 'FM0000000000'), '', '50', '', '', '', '',
            false, %(path)s || 'r' || n || '/' FROM generate_series(1, %(schools)s) n""",
    """INSERT INTO eqfund_classroom (school_id, year_be, grade, room, path)
        SELECT id, %(year)s, (ARRAY['K2', 'P1', 'P4', 'M1'])[1 + id %% 4], '1', path || '1/'
        FROM eqfund_school WHERE office_id = %(office)s""",
)
PUPILS = (
    """INSERT INTO eqfund_identity (kind, id_index, number, last4)
        SELECT CASE WHEN n = 1 THEN 'g_code' ELSE 'national_id' END,
            sha256(convert_to('bench' || n, 'UTF8')), %(id)s, '3450' FROM generate_series(1, %(pupils)s) n""",
    """INSERT INTO eqfund_pupil (identity_id, title, first_name, last_name, sort_key, sex, is_demo, path)
        SELECT i.id, 'เด็กหญิง', 'สมมติ' || n, 'ตัวอย่าง', n::text, 'f', false, room.path
        FROM generate_series(1, %(pupils)s) n
        JOIN eqfund_identity i ON i.id_index = sha256(convert_to('bench' || n, 'UTF8'))
        JOIN eqfund_school s ON s.moe_code = to_char(9800000000 + 1 + n %% %(schools)s, 'FM0000000000')
        JOIN eqfund_classroom room ON room.school_id = s.id""",
)
ENROLMENTS = (
    """INSERT INTO eqfund_enrolment (pupil_id, term_id, classroom_id, path, student_number, status, starts_on)
        SELECT p.id, %(term)s, room.id, p.path, '', 'studying', current_date
        FROM eqfund_pupil p JOIN eqfund_classroom room ON room.path = p.path
        WHERE p.path LIKE %(path)s || '%%'""",
)
