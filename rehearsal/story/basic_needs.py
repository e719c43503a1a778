"""The basic-needs subsidy beside the grant: last term's lists in May, this term's on 7 September.

OBEC's and the local authorities' offices keep their account, note the schedule that they are sent,
and send the list; one list has a wrong cell first and is refused whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from eqfund import clock
from eqfund.models import RegistryRecord, SupervisingOffice, Term
from eqfund.school_year import GRADES, grade_label, level_of
from payments.actions import basic_needs as actions
from payments.models import SubsidyList, SubsidyPupil
from payments.rules.basic_needs import PAYING, USUAL_SATANG
from rehearsal.world import World

HEAD = "รหัสโรงเรียน,เลขประจำตัวประชาชน,คำนำหน้าชื่อ,ชื่อ,นามสกุล,ชั้น,ห้อง,จำนวนเงิน (บาท),จำนวนปีที่ได้รับต่อเนื่อง"


def play_before(world: World) -> Iterator[tuple[str, Any]]:
    """The accounts, and the lists of the term before, by which three years running are known."""
    offices = _offices(world)
    for number, office in enumerate(offices, 1):
        facts = actions.AccountFacts(
            "006", f"98100000{number:02d}", f"เงินปัจจัยพื้นฐาน {office.short_name}", date(2025, 11, 3)
        )
        by = world.office_admin_of(office)
        actions.set_allocation_account(office, facts, by=by, at=clock.now())
    yield "offices with an account", len(offices)
    yield from _lists(world, offices, world.previous, before=True)


def play(world: World) -> Iterator[tuple[str, Any]]:
    """7 September: this term's schedule and list of each office; a wrong cell refuses a file whole."""
    offices = _offices(world)
    wrong = _send(
        world, offices[0], world.term, [*_rows(world, offices[0], before=False), "50,,,,,,,x,"]
    )
    yield "a file with a wrong cell", f"refused: {wrong.faults.count()} cells"
    yield from _lists(world, offices, world.term, before=False)


def _lists(
    world: World, offices: list[SupervisingOffice], term: Term, *, before: bool
) -> Iterator[tuple[str, Any]]:
    for office in offices:
        found = _send(world, office, term, _rows(world, office, before=before))
        by = world.office_admin_of(office)
        actions.record_subsidy_list(found, by=by, at=clock.now())
        actions.note_allocation(
            office,
            term,
            letter_number=f"ศธ 04006/ว {2000 + office.pk % 900}",
            letter_on=clock.today(),
            pupils=found.pupils,
            amount_satang=found.amount_satang,
            by=by,
            at=clock.now(),
        )
    rows = SubsidyPupil.objects.current().filter(term=term)
    yield f"pupils in the lists of {term.label}", rows.count()
    yield "baht", sum(rows.values_list("amount_satang", flat=True)) // 100


def _send(world: World, office: SupervisingOffice, term: Term, lines: list[str]) -> SubsidyList:
    content = "\n".join([HEAD, *lines]).encode("utf-8-sig")
    upload = SimpleUploadedFile("รายชื่อ.csv", content, "text/csv")
    by = world.office_admin_of(office)
    found = actions.upload_subsidy_list(upload, office=office, term=term, by=by, at=clock.now())
    found.refresh_from_db()
    return found


def _offices(world: World) -> list[SupervisingOffice]:
    """Offices of the paying affiliations that have a school of the story."""
    used = {school.office_id for school in world.schools}
    rows = SupervisingOffice.objects.filter(pk__in=used, affiliation__code__in=PAYING)
    return list(rows.order_by("pk"))


def _rows(world: World, office: SupervisingOffice, *, before: bool) -> list[str]:
    """Pupils whom the registry marks as poor, primary and lower secondary; the amounts by the class of the term."""
    records = RegistryRecord.objects.filter(
        term=world.term,
        disadvantage_poor=True,
        enrolment__status="studying",
        enrolment__classroom__school__office=office,
        pupil__identity__isnull=False,
    ).select_related("pupil__identity", "enrolment__classroom__school")
    lines = []
    for record in records.order_by("enrolment__path", "pupil__sort_key", "pk"):
        room, pupil = record.enrolment.classroom, record.pupil
        then = GRADES.index(room.grade) - before  # a class lower in the year before
        amount = USUAL_SATANG.get(level_of(GRADES[max(then, 0)]))
        years = then - GRADES.index("P1") + 1
        if amount is None or years < 1:
            continue
        school = room.school
        name = f"{pupil.title},{pupil.first_name},{pupil.last_name}"
        where = f"{grade_label(GRADES[then])},{room.room}"
        lines.append(f"{school.smis_code or school.moe_code},{pupil.identity.number},{name},{where},{amount // 100},{min(years, 3)}")  # fmt: skip
    return lines
