"""From a file to the roll: staging, the difference, recording."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from eqfund import jobs, places
from eqfund.fields import blind_index
from eqfund.models import (
    Classroom,
    Enrolment,
    Event,
    Guardian,
    Identity,
    Pupil,
    RegistryCellError,
    RegistryImport,
    RegistryRecord,
    StagingRow,
)
from eqfund.refusal import Refused
from eqfund.registry import actions

from .files import csv_bytes, full_export, full_pupil, national_id, pupil, student_list, xlsx

MINE, OTHERS = "50010001", "40010001"
pytestmark = pytest.mark.django_db


@pytest.fixture
def send(term, registry_keeper, school, at):
    """Send a file of `rows` and have it read."""

    def send(
        *rows, by=registry_keeper, path=school.path, make=xlsx, table=student_list, day="2569-05-20"
    ):
        content = rows[0] if isinstance(rows[0], bytes) else make(table(*rows))
        name = "students.csv" if make is csv_bytes else "students.xlsx"
        it = actions.upload_registry_file(
            SimpleUploadedFile(name, content), path=path, by=by, at=at(day)
        )
        jobs.run_now(it.job)
        it.refresh_from_db()
        return it

    return send


@pytest.fixture
def record(send, registry_keeper, at):
    """Send a file and record it."""

    def record(*rows, gone="", by=registry_keeper, day="2569-05-20", **options):
        it = send(*rows, by=by, day=day, **options)
        actions.confirm_registry_import(it, by=by, at=at(day), gone=gone)
        it.refresh_from_db()
        return it

    return record


def mine(serial, **cells):
    return pupil(serial, **{"รหัสโรงเรียน": MINE} | cells)


def kinds(it):
    return {kind: count for kind, count in it.counts.items() if kind not in ("digest", "errors")}


def test_nothing_is_written_before_it_is_confirmed(send):
    it = send(mine(1), mine(2))

    assert it.status == "previewed"
    assert kinds(it) == {"new": 2}
    assert not Pupil.objects.exists()
    assert not Classroom.objects.exists()


def test_recording_makes_pupils_identities_classes_enrolments_and_guardians(record, school, term):
    record(mine(1), mine(2, ห้อง="2"))

    child = Pupil.objects.get(identity__id_index=blind_index(national_id(1)))
    assert child.full_name == "เด็กหญิงใบเตย1 ตัวอย่างดี"
    assert child.identity.number == national_id(1)
    assert child.identity.last4 == national_id(1)[-4:]
    enrolment = child.enrolments.get()
    assert (enrolment.term, enrolment.status, enrolment.student_number) == (
        term,
        "studying",
        "3001",
    )
    assert enrolment.path == child.path == enrolment.classroom.path
    assert enrolment.path.startswith(school.path)
    assert set(Classroom.objects.values_list("grade", "room", "year_be")) == {
        ("P4", "1", 2569),
        ("P4", "2", 2569),
    }
    guardian = child.guardians.get()
    assert (guardian.full_name, guardian.relationship) == ("นายสมชาย ตัวอย่างดี", "father")
    record_ = child.registry_records.get()
    assert record_.disadvantage_poor
    assert record_.extras["weight_kg"] == "28.5"


def test_the_full_export_brings_the_guardians_number_and_phone(record):
    cells = {
        "รหัสโรงเรียน": MINE,
        "หมายเลขบัตรประชาชนผู้ปกครอง": national_id(77),
        "หมายเลขโทรศัพท์ของผู้ปกครอง": "081-234-5678",
    }
    record(full_pupil(1, **cells), table=full_export)

    guardian = Guardian.objects.get()
    assert (guardian.national_id, guardian.phone) == (national_id(77), "0812345678")
    assert bytes(guardian.id_index) == blind_index(national_id(77))


def test_ids_are_nowhere_in_plain_text(send):
    it = send(mine(1))

    row = StagingRow.objects.filter(pk=it.rows.get().pk).values().get()
    assert national_id(1) not in repr(row | {"number": b"", "extras": b""})
    raw = StagingRow.objects.raw(
        "SELECT id, encode(number, 'escape') AS plain FROM eqfund_stagingrow"
    )[0]
    assert national_id(1) not in raw.plain


def test_the_same_content_again_changes_nothing(record, send):
    record(mine(1), mine(2))
    before = set(Enrolment.objects.values_list("pk", "path"))

    it = send(mine(1), mine(2), make=csv_bytes)

    assert kinds(it) == {"same": 2}
    assert set(Enrolment.objects.values_list("pk", "path")) == before


def test_the_same_file_again_says_so_and_does_nothing(record, send):
    content = xlsx(student_list(mine(1)))
    first = record(content)

    with pytest.raises(actions.AlreadyRecorded) as again:
        send(content)

    assert again.value.previous == first
    assert "20 พ.ค. 2569" in str(again.value)
    assert RegistryImport.objects.count() == 1


def test_the_same_file_that_still_waits_is_the_same_import(send):
    content = xlsx(student_list(mine(1)))

    assert send(content) == send(content)


def test_another_file_sets_the_waiting_one_aside(send):
    first = send(mine(1))
    second = send(mine(1), mine(2))

    first.refresh_from_db()
    assert (first.status, second.status) == ("discarded", "previewed")
    assert not first.rows.exists()


def test_what_changed_is_named_with_what_it_was(record, send):
    record(mine(1))
    enrolment = Enrolment.objects.get()

    it = send(mine(1, ชื่อ="ใบตอง", ห้อง="3", ความด้อยโอกาส="-"))

    row = it.rows.get()
    assert row.kind == "changed"
    assert set(row.changes) == {"name", "classroom", "poor"}
    assert row.was == {"name": "เด็กหญิงใบเตย1 ตัวอย่างดี", "classroom": "P4/1", "poor": True}
    assert enrolment.classroom.room == "1"


def test_recording_a_change_of_class_keeps_the_enrolment(record):
    record(mine(1))
    before = Enrolment.objects.get()

    record(mine(1, ชื่อ="ใบตอง", ห้อง="3"))

    after = Enrolment.objects.get()
    assert after.pk == before.pk
    assert after.classroom.room == "3"
    assert after.path == after.classroom.path == after.pupil.path
    assert after.pupil.first_name == "ใบตอง"


def test_a_guardian_whom_the_school_entered_is_not_overwritten(record):
    record(mine(1))
    Guardian.objects.update(full_name="ยายมี ตัวอย่าง")

    record(mine(1, ชื่อผู้ปกครอง="คนอื่น", ห้อง="2"))

    assert Guardian.objects.get().full_name == "ยายมี ตัวอย่าง"
    assert RegistryRecord.objects.get().extras["guardian"]["first_name"] == "คนอื่น"


def test_who_is_not_in_the_file_is_named_and_stays_unless_asked(record, send, registry_keeper, at):
    record(mine(1), mine(2))

    it = send(mine(1))
    assert kinds(it) == {"same": 1, "gone": 1}
    assert it.rows.get(kind="gone").first_name == "ใบเตย2"
    actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"))

    assert Enrolment.objects.filter(status="studying").count() == 2


def test_who_is_not_in_the_file_can_be_recorded_as_gone(record, at):
    record(mine(1), mine(2))

    record(mine(1), gone="withdrew", day="2569-06-01")

    gone = Enrolment.objects.get(status="withdrew")
    assert gone.pupil.first_name == "ใบเตย2"
    assert gone.ends_on == at("2569-06-01").date()


def test_a_child_whose_row_is_left_out_is_not_gone(record, send):
    record(mine(1), mine(2))

    it = send(mine(1), mine(2, number="1.23E+12"))

    assert kinds(it) == {"same": 1, "left_out": 1}
    error = it.cell_errors.get()
    assert (error.line, error.column, error.code, error.value) == (
        4,
        "C",
        "id_exponent",
        "1.23E+12",
    )


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


def test_rows_of_another_school_are_left_out_by_row(send, other_school):
    it = send(mine(1), pupil(2, รหัสโรงเรียน=OTHERS), pupil(3, รหัสโรงเรียน="99999999"))

    assert kinds(it) == {"new": 1, "left_out": 2}
    found = list(it.cell_errors.order_by("line").values_list("line", "column", "code"))
    assert found == [(4, "A", "school_not_yours"), (5, "A", "school_unknown")]


def test_a_file_without_one_school_of_the_place_is_refused_as_a_whole(send, other_school):
    it = send(pupil(1, รหัสโรงเรียน=OTHERS))

    assert it.status == "refused"
    assert it.refusal["code"] == "no_school_of_yours"
    assert not it.rows.exists()


def test_a_file_of_another_layout_is_refused_with_what_was_found(send):
    it = send(xlsx([["ลำดับ", "รายการ"], [1, "ดินสอ"]]))

    assert (it.status, it.refusal["code"]) == ("refused", "header_not_found")
    assert "ดินสอ" in it.refusal["params"]["found"]


def test_an_office_sends_a_file_of_many_schools(record, office_admin, office, school):
    second = places.add_school(
        office, name="โรงเรียนที่สอง", moe_code="1050000002", smis_code="50010002", province_code="50"
    )

    it = record(mine(1), pupil(2, รหัสโรงเรียน="1050000002"), by=office_admin, path=office.path)

    assert (it.school_count, kinds(it)) == (2, {"new": 2})
    assert Pupil.objects.filter(path__startswith=second.path).count() == 1


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


def test_a_title_that_the_fund_added_is_read(send, fund_officer, at):
    actions.add_registry_title(
        registry="DMC", title="PID", key="number", by=fund_officer, at=at("2569-05-01")
    )
    rows = student_list(mine(1))
    rows[1] = [("PID" if at_ == 2 else title) for at_, title in enumerate(rows[1])]
    rows[1][5] = "รหัสนักเรียน"

    assert kinds(send(xlsx(rows))) == {"new": 1}


def test_recording_twice_is_refused(record, registry_keeper, at):
    it = record(mine(1))

    with pytest.raises(Refused, match="recorded already|บันทึก"):
        actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"))
    assert Pupil.objects.count() == 1


def test_a_roll_that_changed_since_the_preview_is_shown_again_first(send, registry_keeper, at):
    it = send(mine(1))
    other = RegistryImport.objects.get(pk=it.pk)
    Identity.objects.create(
        kind="national_id", id_index=blind_index(national_id(1)), number=national_id(1), last4="x"
    )
    Pupil.objects.create(
        identity=Identity.objects.get(),
        title="",
        first_name="x",
        last_name="y",
        sort_key="x",
        sex="f",
        path=it.path,
    )

    with pytest.raises(Refused):
        actions.confirm_registry_import(other, by=registry_keeper, at=at("2569-05-21"))

    it.refresh_from_db()
    assert (it.status, kinds(it)) == ("previewed", {"enrolled": 1})
    actions.confirm_registry_import(
        it, by=registry_keeper, at=at("2569-05-21"), seen=it.counts["digest"]
    )
    assert Enrolment.objects.count() == 1


def test_a_preview_that_somebody_else_renewed_is_not_confirmed_unseen(send, registry_keeper, at):
    it = send(mine(1))

    with pytest.raises(Refused):
        actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"), seen="another")
    assert not Pupil.objects.exists()


def test_a_discarded_file_cannot_be_recorded(send, registry_keeper, at):
    it = send(mine(1))
    actions.discard_registry_import(it, by=registry_keeper, at=at("2569-05-21"))

    with pytest.raises(Refused):
        actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"))
    assert not RegistryCellError.objects.exists()


def test_only_who_keeps_the_registry_there_sends_and_records(
    send, teacher, outsider, school, other_school, at
):
    it = send(mine(1))

    for person, path in ((teacher, school.path), (outsider, school.path)):
        with pytest.raises(Refused):
            send(mine(2), by=person, path=path)
        with pytest.raises(Refused):
            actions.confirm_registry_import(it, by=person, at=at("2569-05-21"))


def test_a_registry_file_belongs_to_a_school_or_an_office(send, fund_officer):
    with pytest.raises(Refused):
        send(mine(1), by=fund_officer, path="TH/")


def test_what_was_sealed_leaves_the_waiting_room_when_recorded(record):
    it = record(mine(1))

    row = it.rows.get()
    assert (row.number, row.extras, row.guardian_name) == ("", {}, "")
    assert row.first_name == "ใบเตย1"


def test_the_audit_book_says_what_was_sent_and_recorded(record, registry_keeper):
    it = record(mine(1))

    verbs = Event.objects.filter(object_label="eqfund.RegistryImport", object_id=it.pk)
    assert list(verbs.order_by("pk").values_list("verb", flat=True)) == [
        "registry.upload",
        "registry.confirm",
    ]
    assert verbs.last().facts["counts"]["new"] == 1


def test_one_import_waits_at_a_place(send):
    it = send(mine(1))

    with pytest.raises(IntegrityError), transaction.atomic():
        RegistryImport.objects.create(
            term=it.term,
            path=it.path,
            file=it.file,
            sha256="x",
            registry="DMC",
            uploaded_by=it.uploaded_by,
            uploaded_at=it.uploaded_at,
        )


def test_who_confirmed_and_when_go_together(record):
    it = record(mine(1))

    with pytest.raises(IntegrityError), transaction.atomic():
        RegistryImport.objects.filter(pk=it.pk).update(confirmed_by=None)


@pytest.mark.parametrize("rows", [1, 40])
def test_recording_takes_the_same_statements_for_any_number_of_rows(
    rows, send, registry_keeper, at, django_assert_max_num_queries
):
    it = send(*(mine(serial) for serial in range(1, rows + 1)))

    with django_assert_max_num_queries(42):
        actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"))
    assert Pupil.objects.count() == rows
