"""Children who move, return, or are claimed by two schools: what a file makes of them."""

import pytest

from eqfund import places
from eqfund.models import (
    Enrolment,
    Guardian,
    Identity,
    Pupil,
)

from .files import (
    csv_bytes,
    kinds,
    mine,
    national_id,
    pupil,
)

pytestmark = pytest.mark.django_db


def test_a_child_who_left_another_school_moves_here(
    record, make_pupils, other_classroom, term, school
):
    child = make_pupils(1, classroom=other_classroom)[0]
    number = child.identity.number
    Enrolment.objects.update(status="moved", ends_on=term.opens_on)

    it = record(mine(9, number=number))

    assert kinds(it) == {"moved_here": 1}
    child.refresh_from_db()
    assert child.path.startswith(school.path)
    assert child.enrolments.count() == 2
    assert child.enrolments.get(status="studying").path == child.path


def test_what_the_other_school_knows_of_the_child_is_not_shown(
    send, make_pupils, other_classroom, term
):
    child = make_pupils(1, classroom=other_classroom)[0]
    Enrolment.objects.update(status="moved", ends_on=term.opens_on)

    row = send(mine(9, number=child.identity.number)).rows.get()

    assert (row.was, row.changes) == ({}, [])


def test_a_child_who_still_studies_elsewhere_is_kept_without_identity(
    record, make_pupils, other_classroom
):
    child = make_pupils(1, classroom=other_classroom)[0]

    it = record(mine(9, number=child.identity.number))

    assert kinds(it) == {"elsewhere": 1}
    kept = Pupil.objects.exclude(pk=child.pk).get()
    assert kept.identity is None
    assert bytes(kept.registry_records.get().duplicate_index) == bytes(child.identity.id_index)
    assert child.enrolments.get().status == "studying"
    assert Identity.objects.count() == 1


def test_an_unsettled_duplicate_stays_one_child_on_later_imports(
    record, make_pupils, other_classroom
):
    child = make_pupils(1, classroom=other_classroom)[0]
    record(mine(9, number=child.identity.number))

    it = record(mine(9, number=child.identity.number, ชื่อ="ใหม่"))

    assert kinds(it) == {"elsewhere": 1}
    assert Pupil.objects.filter(identity=None).get().first_name == "ใหม่"
    assert Enrolment.objects.count() == 2


def test_a_duplicate_is_settled_once_the_other_school_lets_go(
    record, make_pupils, other_classroom, term
):
    child = make_pupils(1, classroom=other_classroom)[0]
    number = child.identity.number
    record(mine(9, number=number))
    here = Enrolment.objects.get(pupil__identity=None)
    child.enrolments.update(status="moved", ends_on=term.opens_on)

    it = record(mine(9, number=number, ห้อง="2"))

    assert kinds(it) == {"settled": 1}
    here.refresh_from_db()
    assert here.pupil == child
    assert here.classroom.room == "2"
    assert not Pupil.objects.filter(identity=None).exists()
    assert child.registry_records.get().duplicate_index is None
    assert child.guardians.filter(is_current=True).count() == 1


def test_the_guardian_of_a_settled_duplicate_is_known_of_the_child_from_then_on(
    record, make_pupils, other_classroom, term, at
):
    child = make_pupils(1, classroom=other_classroom)[0]
    number = child.identity.number
    record(mine(9, number=number))
    earlier = at("2569-05-17 09:00")
    Guardian.objects.filter(pupil__identity=None).update(since=earlier)
    child.enrolments.update(status="moved", ends_on=term.opens_on)

    record(mine(9, number=number, ห้อง="2"))

    assert child.guardians.get(is_current=True).since > earlier


def test_a_child_who_comes_back_takes_the_enrolment_up_again(record, at):
    record(mine(1))
    Enrolment.objects.update(status="withdrew", ends_on=at("2569-06-01").date())

    it = record(mine(1), make=csv_bytes)

    assert kinds(it) == {"enrolled": 1}
    enrolment = Enrolment.objects.get()
    assert (enrolment.status, enrolment.ends_on) == ("studying", None)


def test_a_g_code_that_becomes_a_national_id_keeps_the_child(record):
    record(mine(1, number="G123456789012"))
    child = Pupil.objects.get()

    it = record(mine(1, number=national_id(5)))

    assert kinds(it) == {"renumbered": 1}
    identity = Identity.objects.get()
    assert (identity.kind, identity.number) == ("national_id", national_id(5))
    assert Pupil.objects.get() == child
    assert Enrolment.objects.count() == 1


def test_inside_one_offices_file_a_child_moves_at_once(record, office_admin, office, school):
    second = places.add_school(
        office, name="โรงเรียนที่สอง", moe_code="1050000002", smis_code="50010002", province_code="50"
    )
    record(mine(1), mine(2), by=office_admin, path=office.path)

    it = record(mine(2), pupil(1, รหัสโรงเรียน="1050000002"), by=office_admin, path=office.path)

    assert kinds(it) == {"same": 1, "moved_here": 1}
    child = Pupil.objects.get(first_name="ใบเตย1")
    assert child.path.startswith(second.path)
    assert sorted(child.enrolments.values_list("status", flat=True)) == ["moved", "studying"]
