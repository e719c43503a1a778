"""Teachers visit the new group in June and draft form 01; in July it is sent, certified and signed.

A few forms are left for the last day, and in the demo for the visitor: one is not begun (two in
the demo), one is half filled, one awaits sending. On 24 July one arrives at 16:59:59, one at 17:00:00.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from eqfund import clock
from eqfund.models import Enrolment, School
from eqfund.refusal import Refused
from rehearsal import homes
from rehearsal.world import World, at
from screening.actions import form01 as drafting, form01_decisions as deciding
from screening.form01.reading import Reading
from screening.form01.rules import AT_HOME, Capacity, Means, Signer, Slot, Status
from screening.models import Form01
from screening.queries.form01 import in_list_order, new_group

FIRST_VISITS = "2569-06-15 10:00"
SENT, CERTIFIED, SIGNED = "2569-07-10 10:00", "2569-07-13 10:00", "2569-07-13 15:00"
LAST_SECOND, CLOSE = "2569-07-24 16:59:59", "2569-07-24 17:00:00"
TEMPLE = 5  # the child of this place in the list lives in a temple
SHEET_SCHOOLS = 3  # every third school's official signs the paper sheet


def play(world: World) -> Iterator[tuple[str, Any]]:
    """Homeroom and screening teachers draft at the homes: sections, two photos, three signatures."""
    world.forget_look_ups()
    rows = _new_group(world)
    unvisited, half, whole = _left_for_the_last_day(world)
    with clock.rehearse(at(FIRST_VISITS)):
        for number, row in enumerate(rows):
            left = world.by_hand and row.path == world.main_classroom.path and row.pk != whole
            if row.pk == half:
                _visit(world, row, number, sections=(1,), whole=False)
            elif row.pk != unvisited and not left:
                _visit(world, row, number)
    drafts = Form01.objects.in_term(world.term)
    yield "pupils of the new group", len(rows)
    yield "forms drafted at the homes", drafts.count()
    yield "answers filled in beforehand", sum(len(form.prefilled) for form in drafts)
    yield "sections saved", sum(form.revision - 1 for form in drafts)
    yield "sending before 7 July", _refused_before(world, drafts)


def submit(world: World) -> Iterator[tuple[str, Any]]:
    """Sent from 10 July; officials certify on the phone or the sheet; all directors but the main school's sign."""
    with clock.rehearse(at(SENT)):
        left = _left_for_the_last_day(world)
        drafts = _drafts(world).exclude(enrolment__in=left)
        sent = [_send(world, form) for form in drafts]
    yield "sent", len(sent)
    with clock.rehearse(at(CERTIFIED)):
        yield "not certified, returned, corrected, sent again", _refuse_and_correct(world, sent[0])
        yield from _certify(world, sent)
    with clock.rehearse(at(SIGNED)):
        yield "signed by directors", _sign(world, world.schools[1:])


def sign(world: World) -> Iterator[tuple[str, Any]]:
    """The main school's director signs a day later; in the demo the list still waits."""
    yield "signed by the director", _sign(world, [world.main])


def close(world: World) -> Iterator[tuple[str, Any]]:
    """The last afternoon: 16:59:59 is accepted, 17:00:00 is not; the grace takes what was begun before."""
    unvisited, half_pk, whole_pk = _left_for_the_last_day(world)
    drafts = Form01.objects.in_term(world.term).filter(status=Status.DRAFT).for_page()
    half, whole = drafts.get(enrolment=half_pk), drafts.get(enrolment=whole_pk)
    begun = _begin_without_saving(world, unvisited)
    with clock.rehearse(at(LAST_SECOND)):
        _send(world, whole)
    yield "16:59:59", "accepted"
    with clock.rehearse(at(CLOSE)):
        yield "17:00:00, not saved before", _refused(lambda: _send(world, begun))
    with clock.rehearse(at(CLOSE) + timedelta(hours=20)):
        _visit(world, half.enrolment, 0, form=half)
        late = _send(world, half)
    yield "begun before, finished in the grace", "late" if late.late else "not marked late"
    with clock.rehearse(at(CLOSE) + timedelta(days=3)):
        yield from _certify(world, [whole, late])
        yield "signed by directors", _sign(world, world.schools)
    forms = Form01.objects.in_term(world.term)
    yield "signed in all", forms.filter(status=Status.SIGNED).count()
    yield "left unsent", forms.filter(status__in=[Status.DRAFT, Status.RETURNED]).count()


def _new_group(world: World) -> list[Enrolment]:
    rows = in_list_order(new_group(world.term)).select_related(
        "pupil__identity", "classroom__school__office__affiliation", "term"
    )
    return list(rows)


def _drafts(world: World) -> Any:
    """Drafts in which every section has been saved."""
    forms = Form01.objects.in_term(world.term).filter(
        status=Status.DRAFT, sections_saved__contains=[1, 5, 6, 7, 8]
    )
    return forms.for_page().order_by("pk")


def _left_for_the_last_day(world: World) -> tuple[int, int, int]:
    """Enrolments of the main school, of the main class if it has them: nobody has been there,
    one section is saved, only the sending is left.
    """
    rows = [row for row in _new_group(world) if row.path.startswith(world.main.path)]
    rows.sort(key=lambda row: row.path != world.main_classroom.path)
    unvisited, half, whole = rows[:3]
    return unvisited.pk, half.pk, whole.pk


def _visit(
    world: World,
    row: Enrolment,
    number: int,
    *,
    form: Form01 | None = None,
    sections: tuple[int, ...] = (),
    whole: bool = True,
) -> Form01:
    """One home: the form begun, its sections saved, photos taken, signed by three."""
    moment = clock.now()
    by = world.teacher_of(row.path)
    if number % 9 == 8 and form is None:
        by = world.screener_of(world.school_at(row.path))
    form = form or drafting.start_form01(row, by=by, at=moment)
    child = homes.child_at(world, row.pupil, number)
    plain, private = homes.answers_for(row.pupil, child, moment.date())
    if number == TEMPLE:
        plain, private = homes.in_a_temple(plain, private)
    asked = [section.number for section in form.spec.sections_asked(plain)]
    revision = form.revision
    for section in sections or asked[:-2]:
        codes = {field.code for field in form.spec.section(section).fields}
        reading = Reading(
            plain={code: value for code, value in plain.items() if code in codes},
            private={code: value for code, value in private.items() if code in codes},
        )
        saved = drafting.save_form01(form, section, reading, based_on=revision, by=by, at=moment)
        form, revision = saved.form, saved.form.revision
    if whole:
        _photograph_and_sign(form, by, moment)
    return form


def _photograph_and_sign(form: Form01, by: Any, moment: Any) -> None:
    for slot in (Slot.EXTERIOR, Slot.INTERIOR):
        picture = homes.photo(f"{form.pk} {slot}")
        upload = SimpleUploadedFile(f"{slot}.jpg", picture, "image/jpeg")
        drafting.add_photo(form, slot, upload, by=by, at=moment)
    for who in AT_HOME:
        by_account = who is Signer.TEACHER
        drafting.sign_form01(
            form,
            who,
            means=Means.ACCOUNT if by_account else Means.SCREEN,
            image="" if by_account else homes.signature(f"{form.pk} {who}"),
            by=by,
            at=moment,
        )


def _send(world: World, form: Form01) -> Form01:
    by = world.teacher_of(form.enrolment.path)
    return deciding.submit_form01(form, by=by, at=clock.now())


def _certify(world: World, forms: list[Form01]) -> Iterator[tuple[str, Any]]:
    """One official for a school, whose card is copied once."""
    moment, phone, sheet = clock.now(), 0, 0
    by_school: dict[str, list[Form01]] = defaultdict(list)
    for form in forms:
        by_school[world.school_at(form.enrolment.path).path].append(form)
    for path, own in by_school.items():
        school = world.school_at(path)
        on_paper = world.number_of(school) % SHEET_SCHOOLS == 0
        for form in own:
            by = world.admin_of(school) if on_paper else world.teacher_of(form.enrolment.path)
            deciding.certify_form01(
                form, _officer(path), by=by, at=moment, **_how(form, on_paper=on_paper)
            )
            phone, sheet = phone + (not on_paper), sheet + on_paper
    yield "certified on the phone", phone
    yield "certified on the paper sheet", sheet


def _officer(path: str) -> deciding.Officer:
    return deciding.Officer(*homes.official(Random(f"official {path}")))


def _how(form: Form01, *, on_paper: bool) -> dict[str, Any]:
    """How an official signs: with a finger, or by the scan of the sheet; with the card's copy."""
    known = Form01.objects.under("/".join(form.path.split("/")[:4]) + "/")
    first = not known.filter(officer_id_card__isnull=False).exists()
    how: dict[str, Any] = {
        "means": Means.SHEET if on_paper else Means.SCREEN,
        "id_card": _scan("card", form) if first else None,
    }
    if on_paper:
        return {**how, "sheet": _scan("sheet", form)}
    return {**how, "image": homes.signature(f"official {form.pk}")}


def _scan(what: str, form: Form01) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{what}.jpg", homes.photo(f"{what} {form.pk}"), "image/jpeg")


def _refuse_and_correct(world: World, form: Form01) -> int:
    """An official does not certify; the school returns the form; the teacher corrects and sends it."""
    school, moment = world.school_at(form.enrolment.path), clock.now()
    teacher = world.teacher_of(form.enrolment.path)
    deciding.refuse_form01(
        form,
        _officer(school.path),
        reason="อายุของสมาชิกในครัวเรือนไม่ตรงกับทะเบียนบ้าน",
        by=teacher,
        at=moment,
        **_how(form, on_paper=False),
    )
    back = deciding.return_form01(
        form, reason="ตรวจอายุสมาชิกกับทะเบียนบ้าน", by=world.admin_of(school), at=moment
    )
    reading = Reading(
        plain={"household_size": back.answers["household_size"]},
        private={"members": [{**row, "age": row["age"] + 1} for row in back.private["members"]]},
    )
    drafting.save_form01(back, 2, reading, based_on=back.revision, by=teacher, at=moment)
    deciding.submit_form01(back, by=teacher, at=moment)
    return 1


def _sign(world: World, schools: list[School]) -> int:
    """Each director signs the whole list at once; one is acting."""
    signed = 0
    for school in schools:
        forms = Form01.objects.under(school.path).filter(status=Status.CERTIFIED)
        capacity = Capacity.ACTING if world.number_of(school) == 4 else Capacity.IN_POST
        if found := list(forms.select_related("enrolment")):
            director = world.director_of(school)
            signed += deciding.sign_as_director(
                found, capacity=capacity, by=director, at=clock.now()
            )
    return signed


def _begin_without_saving(world: World, enrolment_pk: int) -> Form01:
    """A form begun on the last day, of which nothing was saved."""
    row = next(row for row in _new_group(world) if row.pk == enrolment_pk)
    with clock.rehearse(at(LAST_SECOND)):
        return drafting.start_form01(row, by=world.teacher_of(row.path), at=clock.now())


def _refused_before(world: World, drafts: Any) -> str:
    return _refused(lambda: _send(world, drafts.for_page().first()))


def _refused(deed: Any) -> str:
    """That a deed is refused; a story in which it is not is wrong."""
    try:
        deed()
    except Refused:
        return "refused"
    raise AssertionError("what the calendar forbids was done")
