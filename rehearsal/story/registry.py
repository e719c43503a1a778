"""Registry files come in: read, previewed, confirmed; profiles are confirmed. August brings a move.

In May every school sends its own file, in one of the layouts. Two children stand in the files of
two schools: the first file keeps the child, the second school's is kept without identity. By
August one of the two is settled and one pupil has moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from eqfund import clock
from eqfund.calendar.actions import decide_extension, propose_extension
from eqfund.handover.actions import statuses
from eqfund.models import (
    CalendarLine,
    Classroom,
    Enrolment,
    ProfileConfirmation,
    Pupil,
    RegistryImport,
    School,
    User,
)
from eqfund.registry import actions, typed
from eqfund.registry.actions.typing import type_pupil
from eqfund.rolls.actions import correct_pupil
from eqfund.school_year import grade_label, level_of
from eqfund.schools import actions as profiles
from eqfund.schools.rules import LEVELS, phone_of
from eqfund.thai_text import BUDDHIST_ERA
from rehearsal.world import Child, World
from rehearsal.world.doubles import misspelt

from . import moves

MOVED_ON = date(2026, 8, 2)
WRITTEN = ("new", "enrolled", "changed", "moved_here", "elsewhere", "settled")

type Figures = Iterator[tuple[str, Any]]


def play(world: World) -> Figures:
    """Every school's file of May; then the profiles are confirmed."""
    yield from _wrong_files(world)
    yield "cells of a typed list that were wrong", _mistyped(world)
    counts: Counter[str] = Counter()
    layouts: Counter[str] = Counter()
    for school, keeper, path in world.registry_files:
        it = _bring(school, keeper, path)
        layouts[it.layout] += 1
        counts.update({kind: it.counts.get(kind, 0) for kind in (*WRITTEN, "left_out")})
    world.forget_look_ups()
    yield (
        "files of the student list, full exports, own lists",
        " + ".join(map(str, layouts.values())),
    )
    yield "pupils", Pupil.objects.count()
    yield "classes", Classroom.objects.count()
    yield "kept without identity: studying elsewhere", counts["elsewhere"]
    yield "rows left out", counts["left_out"]
    yield from _same_file_again(world)
    yield "typed in by hand, where there is no registry", _by_hand(world)
    yield from _profiles(world)


def play_august(world: World) -> Figures:
    """One pupil moves; the files of August follow, and one claim of two schools is given up."""
    mover = world.pupil_of(world.mover)
    enrolment = mover.enrolments.studying().get(term=world.term)
    origin = world.school_at(enrolment.path)
    statuses.set_pupil_status(
        enrolment,
        status=Enrolment.Status.MOVED,
        on=MOVED_ON,
        by=world.admin_of(origin),
        at=clock.now(),
    )
    yield "moved away", 1
    for school, keeper, path in world.later_registry_files:
        it = _bring(school, keeper, path, gone=Enrolment.Status.NOT_PRESENT)
        if gone := it.counts.get("gone"):
            yield "claimed, and not there after all", gone
    world.forget_look_ups()
    mover.refresh_from_db()
    _promise(mover.path.startswith(world.mover_to.path), "the pupil who moved is at the new school")
    alive = mover.enrolments.studying().filter(term=world.term).count()
    _promise(alive == 1, "the pupil who moved studies at one school")
    yield "studies at the new school now", alive
    yield from moves.answer_august(world, mover)
    yield "still claimed by two schools", _claimed().count()
    yield from _extensions(world)


def _extensions(world: World) -> Figures:
    """Two offices ask for more time for a school's account; the fund finds the time enough."""
    asked = 0
    for school in (world.main, world.schools[-1]):
        line = CalendarLine.objects.get(
            term=world.term,
            activity="school_bank_account",
            round_no=2,
            affiliation=school.office.affiliation_id,
        )
        extension = propose_extension(
            line,
            path=school.path,
            closes_at=datetime(2026, 8, 20, 17, tzinfo=clock.BANGKOK),
            reason="ธนาคารในอำเภอปิดปรับปรุง",
            by=world.office_admin_of(school),
            at=clock.now(),
        )
        decide_extension(
            extension, grant=False, answer="เวลาเพียงพอ", by=world.fund_officer, at=clock.now()
        )
        asked += 1
    yield "extensions asked for, refused with a reason", asked


def _wrong_files(world: World) -> Figures:
    """A file of another layout is refused; wrong cells are named, and their file set aside."""
    if world.predecessor_file is not None:
        it = _send(world.main, world.keeper_of(world.main), world.predecessor_file)
        _promise(it.status == RegistryImport.Status.REFUSED, "a file of another layout is refused")
        yield "a file of another layout", "refused"
    if world.broken_registry_file is not None:
        school, keeper, path = world.broken_registry_file
        it = _send(school, keeper, path)
        yield "cells named that could not be read", it.cell_errors.count()
        actions.discard_registry_import(it, by=keeper, at=clock.now())
    _promise(not Pupil.objects.exists(), "nothing is written before a file is confirmed")


def _mistyped(world: World) -> int:
    """The list of a school without a registry has wrong cells: it is set aside and sent anew, but for one row."""
    if world.mistyped_registry_file is None:
        return 0
    school, keeper, path = world.mistyped_registry_file
    it = _send(school, keeper, path)
    wrong = it.cell_errors.count()
    _promise(it.counts["left_out"] == wrong, "each wrong cell leaves its own row out alone")
    actions.discard_registry_import(it, by=keeper, at=clock.now())
    return wrong


def _by_hand(world: World) -> int:
    """The child of the row left out is typed in, mistyped once more, and its name then corrected with a document."""
    child = world.added_by_hand
    school = world.schools[child.school_no - 1]
    admin = world.admin_of(school)
    seen = _type_in(child, school, admin, first_name=misspelt(child.first_name))
    actions.confirm_registry_import(seen, by=admin, at=clock.now(), seen=seen.counts["digest"])
    world.forget_look_ups()
    pupil = world.pupil_of(child)
    correct_pupil(
        pupil.enrolments.get(term=world.term),
        title=pupil.title,
        first_name=child.first_name,
        last_name=pupil.last_name,
        sex=pupil.sex,
        birth_date=pupil.birth_date,
        number="",
        reason="สูติบัตร",
        by=world.keeper_of(school),
        at=clock.now(),
    )
    _promise(pupil.former_names.count() == 1, "a corrected name keeps the one before")
    return 1


def _type_in(child: Child, school: School, by: User, *, first_name: str) -> RegistryImport:
    guardian, born = child.guardian, child.birth_date
    row = {
        "school_code": school.moe_code,
        "number": child.number,
        "grade": grade_label(child.grade),
        "room": child.room,
        "student_number": child.student_number,
        "sex": "ช" if child.sex == "m" else "ญ",
        "title": child.title,
        "first_name": first_name,
        "last_name": child.last_name,
        "birth_date": f"{born.day}/{born.month}/{born.year + BUDDHIST_ERA}",
        "guardian_first_name": guardian.title + guardian.first_name,
        "guardian_last_name": guardian.last_name,
        "guardian_relationship": guardian.relation,
        "guardian_number": guardian.number,
        "guardian_phone": guardian.phone,
        "poor": typed.POOR if child.flagged_poor else "",
    }
    return type_pupil(school, typed.as_csv(row), by=by, at=clock.now())


def _same_file_again(world: World) -> Figures:
    before = Enrolment.objects.count()
    try:
        _send(*world.registry_files[0])
    except actions.AlreadyRecorded:
        yield "the same file again", "nothing changed"
    _promise(Enrolment.objects.count() == before, "the same file changes nothing")


def _profiles(world: World) -> Figures:
    """Contacts and directors are brought up to date and confirmed; a school that changes its phone confirms again.

    In the demo's world the fourth school has not begun, and the third changed its e-mail after it
    confirmed.
    """
    waiting = world.schools[3] if world.by_hand else None
    for school in world.schools:
        if school == waiting:
            continue
        admin, director = world.admin_of(school), world.director_of(school)
        _bring_up_to_date(world, school)
        profiles.record_director(
            school,
            full_name="",
            posting=director.postings.get(role="school_director", path=school.path),
            capacity="in_post",
            starts_on=date(2025, 10, 1),
            note=f"คำสั่งแต่งตั้งที่ {world.number_of(school)}/2568",
            by=admin,
            at=clock.now(),
        )
        profiles.confirm_school_profile(school, by=admin, at=clock.now())
    last = world.schools[-1]
    admin = world.admin_of(last)
    profiles.edit_school(last, by=admin, at=clock.now(), line_id="@demo-school")
    profiles.confirm_school_profile(last, by=admin, at=clock.now())
    if waiting is not None:
        changed = world.schools[2]
        profiles.edit_school(
            changed, by=world.admin_of(changed), at=clock.now(), email="new@demo.invalid"
        )
    alive = ProfileConfirmation.objects.alive()
    yield "school profiles confirmed", alive.count()
    yield "confirmed again after a change", ProfileConfirmation.objects.count() - alive.count()


def _bring_up_to_date(world: World, school: School) -> None:
    admin = world.admin_of(school)
    taught = {level_of(room.grade) for room in school.classrooms.all()}
    profiles.edit_school(
        school,
        by=admin,
        at=clock.now(),
        phone=phone_of(school.phone) or f"0 2000 {world.number_of(school):04d}",
        contact_name=admin.full_name,
        contact_post="แอดมินโรงเรียน",
        contact_mobile=admin.phone,
        levels=[level for level in LEVELS if level in taught],
    )


def _bring(school: School, keeper: User, path: Path, gone: str = "") -> RegistryImport:
    """Send a file, look at its preview, confirm what was seen."""
    it = _send(school, keeper, path)
    _promise(it.status == RegistryImport.Status.PREVIEWED, f"the file of {school} is read")
    seen = it.counts["digest"]
    actions.confirm_registry_import(it, by=keeper, at=clock.now(), gone=gone, seen=seen)
    it.refresh_from_db()
    _promise(it.status == RegistryImport.Status.CONFIRMED, f"the file of {school} is recorded")
    return it


def _send(school: School, keeper: User, path: Path) -> RegistryImport:
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    it = actions.upload_registry_file(upload, path=school.path, by=keeper, at=clock.now())
    it.refresh_from_db()
    return it


def _claimed() -> Any:
    return Enrolment.objects.studying().filter(pupil__identity=None)


def _promise(kept: bool, what: str) -> None:
    if not kept:
        raise AssertionError(f"not so: {what}")
