"""Import of an office's registry file of 60,000 pupils with 300 wrong cells, beside a bare COPY of the same bytes.

The bound copies the file's own text, one row a line, into a table of one column: what PostgreSQL
needs to take the bytes in at all. The import reads and checks 91 columns a row, seals ids, guardians
and extras, compares with the roll by set-based SQL, and on confirmation writes pupils, identities,
enrolments, guardians and records. Every planted cell must be named, and nothing of its row written.
What is recorded, and what follows it, stands beside a bare INSERT of the same rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterator
from datetime import datetime
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection

from eqfund import clock, jobs, places
from eqfund.access import Role
from eqfund.fields import blind_index
from eqfund.imports import dmc
from eqfund.imports.sheet import letter
from eqfund.imports.titles import FULL_EXPORT_TITLES
from eqfund.models import (
    Affiliation,
    Enrolment,
    Posting,
    RegistryImport,
    School,
    SupervisingOffice,
    Term,
    User,
)
from eqfund.registry import actions
from eqfund.school_year import TermKey
from rehearsal import names
from screening.actions import grants
from screening.actions.grants import ListRow

from . import _country, _followers

ROLE = "owner"
PUPILS, SCHOOLS, WRONG, CHANGED = 60_000, 130, 300, 6_000
GRADES = [f"ป.{n}" for n in range(1, 7)]
FIRST = TermKey(2568, 1)
_RNG = Random(60)
CHILDREN = sorted({names.child_name(_RNG, sex) for sex in "mf" for _ in range(2_000)})
FAMILIES = sorted({names.family_name(_RNG) for _ in range(20_000)})

type Row = dict[str, Any]


def rows() -> Iterator[Row]:
    """Send, compare and record an office's file; a second one with changes; one that takes pupils away."""
    office, admin, schools = _world()
    content, planted = _file(schools)
    bare = _timed(lambda: _bare_copy(content))
    at = clock.now()
    _await_grants(schools, at)
    seconds = _timed(lambda: dmc.read(content, on=at.date()))
    yield _row(f"read a registry file of {PUPILS:,} rows and 91 columns", seconds, bare, PUPILS)
    it: list[RegistryImport] = []
    seconds = _timed(lambda: it.append(_preview(content, office, admin, at)))
    yield _row(f"preview of {PUPILS:,} rows: read, seal, COPY, compare", seconds, bare, PUPILS)
    both = seconds
    assert not Enrolment.objects.under(office.path).exists()
    recorded = yield from _recorded(it[0], admin, at, f"{PUPILS - WRONG:,} new pupils")
    name = f"an office of {PUPILS:,} rows in all, {WRONG} wrong cells named"
    yield _row(name, both + recorded, bare, PUPILS)
    assert Enrolment.objects.under(office.path).count() == PUPILS - WRONG
    named = set(it[0].cell_errors.values_list("line", "column", "code"))
    assert named == planted, named ^ planted
    again, _planted = _file(schools, changed=CHANGED)
    seconds = _timed(lambda: it.append(_preview(again, office, admin, at)))
    yield _row(f"preview of the same pupils, {CHANGED:,} changed", seconds, bare, PUPILS)
    yield from _recorded(it[1], admin, at, f"{CHANGED:,} changes among them")
    away, taken = _move_away(office, at)
    admin = User.objects.get(pk=admin.pk)  # with the new post
    it.append(_preview(taken, away, admin, at))
    yield from _recorded(it[2], admin, at, f"{CHANGED:,} pupils of another office")


def _recorded(
    it: RegistryImport, admin: User, at: datetime, what: str
) -> Generator[Row, None, float]:
    """Record a file; a row for it, for each of its followers, and for the look for duplicates after it."""
    since = _followers.last_keys()
    with _followers.timed() as followers:
        seconds = _timed(lambda: _record(it, admin, at))
    bound = _followers.bare_of_recorded(since)
    rest = seconds - sum(followers.values())
    yield _country.row(f"record {what}, beside a bare INSERT of what is new", rest, bound)
    yield from _followers.rows(followers, since)
    yield from _followers.duplicates(it)
    return seconds


def _preview(
    content: bytes, office: SupervisingOffice, admin: User, at: datetime
) -> RegistryImport:
    upload = SimpleUploadedFile("studentInSchoolList.csv", content)
    it = actions.upload_registry_file(upload, path=office.path, by=admin, at=at)
    assert it.job is not None
    job = jobs.run_now(it.job)
    assert job.state == "done", job.error
    it.refresh_from_db()
    assert it.status == RegistryImport.Status.PREVIEWED, it.refusal
    return it


def _record(it: RegistryImport, admin: User, at: datetime) -> None:
    job = jobs.run_now(actions.confirm_registry_import(it, by=admin, at=at))
    assert job.state == "done", job.error
    it.refresh_from_db()
    assert it.status == RegistryImport.Status.CONFIRMED, it.refusal


def _world() -> tuple[SupervisingOffice, User, list[School]]:
    """An office of 130 schools, and its admin."""
    call_command("load_offices", verbosity=0)
    office = SupervisingOffice.objects.filter(
        affiliation=Affiliation.objects.get(code="OBEC")
    ).first()
    assert office is not None
    day = clock.today()
    if not Term.objects.filter(opens_on__lte=day).exists():
        Term.objects.create(
            year_be=2569,
            number=1,
            opens_on=day.replace(day=1),
            closes_on=day.replace(year=day.year + 1),
        )
    admin = User.objects.create(username="bench-office", full_name="นางสาวทดสอบ ความเร็ว")
    Posting.objects.create(user=admin, role=Role.OFFICE_ADMIN, path=office.path, starts_on=day)
    return office, admin, [_school(office, n) for n in range(SCHOOLS)]


def _school(office: SupervisingOffice, n: int) -> School:
    return places.add_school(
        office,
        name=f"โรงเรียนทดสอบ {n}",
        moe_code=f"19{n:08d}",
        smis_code=f"99{n:06d}",
        province_code="10",
    )


def _await_grants(schools: list[School], at: datetime) -> None:
    """A fifth of the pupils had the grant before; every tenth of these at another school."""
    awaited = [
        ListRow(
            n + 1, _id(n), "9999999999" if n % 50 == 0 else schools[n % SCHOOLS].moe_code, FIRST
        )
        for n in range(0, PUPILS, 5)
    ]
    grants.load_grants(awaited, by=None, at=at)


def _move_away(office: SupervisingOffice, at: datetime) -> tuple[SupervisingOffice, bytes]:
    """Another office whose file holds some thousands of the pupils, whom their schools have let go."""
    away = SupervisingOffice.objects.exclude(pk=office.pk).order_by("pk")[0]
    posting = Posting.objects.get(user__username="bench-office")
    Posting.objects.create(
        user=posting.user, role=posting.role, path=away.path, starts_on=posting.starts_on
    )
    schools = [_school(away, SCHOOLS + n) for n in range(SCHOOLS // 10)]
    wanted = range(0, PUPILS, PUPILS // CHANGED)
    let_go = Enrolment.objects.filter(
        pupil__identity__id_index__in=[blind_index(_id(n)) for n in wanted]
    )
    let_go.update(status="moved", ends_on=at.date())
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(FULL_EXPORT_TITLES)
    for n in wanted:
        cells = _pupil(n, schools[n % len(schools)])
        writer.writerow([cells.get(title, "-") for title in FULL_EXPORT_TITLES])
    return away, out.getvalue().encode("utf-8-sig")


# title -> what is written there, and the code by which it must be named
DEFECTS = {
    "เลขประจำตัวประชาชน": ("1.23E+12", "id_exponent"),
    "ชั้น": ("ป.9", "grade_unreadable"),
    "ห้อง": ("ก", "room_unreadable"),
    "เพศ": ("?", "sex_unreadable"),
    "ชื่อ": ("-", "first_name_missing"),
    "นามสกุล": ("", "last_name_missing"),
    "วันเกิด": ("31/02/2559", "birth_date_unreadable"),
    "รหัสโรงเรียน": ("12", "school_code_unreadable"),
}

type Planted = set[tuple[int, str, str]]


def _file(schools: list[School], changed: int = 0) -> tuple[bytes, Planted]:
    """The full export as CSV: invented pupils with what usually stands in it, and wrong cells among them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(FULL_EXPORT_TITLES)
    planted: Planted = set()
    for n in range(PUPILS):
        cells = _pupil(n, schools[n % SCHOOLS])
        if n < changed:
            cells["นามสกุล"] += "ดี"
        if n % (PUPILS // WRONG) == 7:
            title, (written, code) = list(DEFECTS.items())[len(planted) % len(DEFECTS)]
            cells[title] = written
            planted.add((n + 2, letter(FULL_EXPORT_TITLES.index(title)), code))
        writer.writerow([cells.get(title, "-") for title in FULL_EXPORT_TITLES])
    return out.getvalue().encode("utf-8-sig"), planted


def _pupil(n: int, school: School) -> dict[str, str]:
    return {
        "รหัสโรงเรียน": school.smis_code,
        "ชื่อโรงเรียน": school.name,
        "เลขประจำตัวประชาชน": _id(n),
        "ชั้น": GRADES[n // SCHOOLS % 6],
        "ห้อง": "1",
        "รหัสนักเรียน": str(10_000 + n),
        "เพศ": "ช" if n % 2 else "ญ",
        "คำนำหน้าชื่อ": "เด็กชาย" if n % 2 else "เด็กหญิง",
        "ชื่อ": CHILDREN[n * 104_729 % len(CHILDREN)],
        "นามสกุล": FAMILIES[n * 7_919 % len(FAMILIES)],
        "วันเกิด": f"{n % 28 + 1:02}/{n // 28 % 12 + 1:02}/{2556 + n // 336 % 6}",
        "คำนำหน้าชื่อบิดา": "นาย",
        "ชื่อบิดา": f"พ่อสมมติ{n % 9973}",
        "นามสกุลบิดา": f"ตัวอย่าง{n % 7919}",
        "คำนำหน้าชื่อผู้ปกครอง": "นาง",
        "ชื่อผู้ปกครอง": f"แม่สมมติ{n % 9967}",
        "นามสกุลผู้ปกครอง": f"ตัวอย่าง{n % 7907}",
        "หมายเลขบัตรประชาชนผู้ปกครอง": _id(1_000_000 + n),
        "รายได้ต่อเดือนของผู้ปกครอง": "3,500",
        "หมายเลขโทรศัพท์ของผู้ปกครอง": f"081-{n // 10000:03}-{n % 10000:04}",
        "ความเกี่ยวข้องของผู้ปกครองกับนักเรียน": "มารดา",
        "เลขที่บ้าน(ที่อยู่ปัจจุบัน)": f"{n % 300}/1",
        "หมู่(ที่อยู่ปัจจุบัน)": "4",
        "ตำบล(ที่อยู่ปัจจุบัน)": "ท่าแซะ",
        "อำเภอ(ที่อยู่ปัจจุบัน)": "ท่าแซะ",
        "จังหวัด(ที่อยู่ปัจจุบัน)": "ชุมพร",
        "น้ำหนัก": f"{20 + n % 300 / 10:.1f}",
        "ส่วนสูง": str(100 + n % 70),
        "ความด้อยโอกาส": "เด็กยากจน" if n % 2 else "-",
    }


def _id(serial: int) -> str:
    """An invented national id with the right check digit."""
    body = f"1{serial:011d}"
    total = sum(int(digit) * (13 - place) for place, digit in enumerate(body))
    return body + str((11 - total % 11) % 10)


def _bare_copy(content: bytes) -> None:
    """COPY the file's lines as they are into a table of one column, then drop it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_bare_copy (line text)")
        with cursor.copy(
            "COPY bench_bare_copy FROM STDIN (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')"
        ) as copy:
            copy.write(content)
        cursor.execute("DROP TABLE bench_bare_copy")


def _timed(work: Any) -> float:
    begun = clock.stopwatch()
    work()
    return clock.stopwatch() - begun


def _row(name: str, seconds: float, bare: float, count: int) -> Row:
    """A row with its pace, and the bare COPY of the file's bytes beside it."""
    name = f"{name} ({count / seconds:,.0f} rows/s)"
    return {"name": name, "seconds": seconds, "lower_bound_seconds": bare, "ratio": seconds / bare}
