"""From a preview to the roll: what is written, what stays, and that it is whole."""

import pytest
from django.db import IntegrityError, transaction

from eqfund import clock, jobs, places
from eqfund.fields import blind_index
from eqfund.models import (
    Classroom,
    Enrolment,
    Event,
    Guardian,
    Identity,
    Job,
    Pupil,
    RegistryImport,
    RegistryRecord,
)
from eqfund.refusal import Refused
from eqfund.registry import actions, recording

from .files import (
    MINE,
    csv_bytes,
    full_export,
    full_pupil,
    kinds,
    mine,
    national_id,
    pupil,
)

pytestmark = pytest.mark.django_db


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


def test_the_same_content_again_changes_nothing(record, send):
    record(mine(1), mine(2))
    before = set(Enrolment.objects.values_list("pk", "path"))

    it = send(mine(1), mine(2), make=csv_bytes)

    assert kinds(it) == {"same": 2}
    assert set(Enrolment.objects.values_list("pk", "path")) == before


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


def test_who_is_not_in_the_file_is_named_and_stays_unless_asked(record, send, confirm):
    record(mine(1), mine(2))

    it = send(mine(1))
    assert kinds(it) == {"same": 1, "gone": 1}
    assert it.rows.get(kind="gone").first_name == "ใบเตย2"
    confirm(it)

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


def test_an_office_sends_a_file_of_many_schools(record, office_admin, office, school):
    second = places.add_school(
        office, name="โรงเรียนที่สอง", moe_code="1050000002", smis_code="50010002", province_code="50"
    )

    it = record(mine(1), pupil(2, รหัสโรงเรียน="1050000002"), by=office_admin, path=office.path)

    assert (it.school_count, kinds(it)) == (2, {"new": 2})
    assert Pupil.objects.filter(path__startswith=second.path).count() == 1


def test_recording_twice_is_refused(record, registry_keeper, at):
    it = record(mine(1))

    with pytest.raises(Refused, match="recorded already|บันทึก"):
        actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"))
    assert Pupil.objects.count() == 1


def test_a_roll_that_changed_since_the_preview_is_shown_again_first(send, confirm):
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

    assert confirm(other).result == {"stale": True}

    it.refresh_from_db()
    assert (it.status, it.refusal, kinds(it)) == (
        "previewed",
        {"code": "roll_changed"},
        {"enrolled": 1},
    )
    confirm(it, seen=it.counts["digest"])
    assert (it.status, it.refusal) == ("confirmed", {})
    assert Enrolment.objects.count() == 1


def test_a_preview_that_somebody_else_renewed_is_not_confirmed_unseen(send, registry_keeper, at):
    it = send(mine(1))

    with pytest.raises(Refused):
        actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"), seen="another")
    assert not Pupil.objects.exists()


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


def test_who_confirmed_and_when_go_together(record):
    it = record(mine(1))

    with pytest.raises(IntegrityError), transaction.atomic():
        RegistryImport.objects.filter(pk=it.pk).update(confirmed_by=None)


@pytest.mark.parametrize("rows", [1, 40])
def test_recording_takes_the_same_statements_for_any_number_of_rows(
    rows, send, confirm, django_assert_max_num_queries
):
    it = send(*(mine(serial) for serial in range(1, rows + 1)))

    # asking, the job's own rows, comparing, recording; then grants, hand-overs, duplicates, visits
    with django_assert_max_num_queries(106):
        confirm(it)
    assert Pupil.objects.count() == rows


# --- the work itself: once, whole, resumed


def test_a_second_click_is_the_same_work(send, registry_keeper, at):
    it = send(mine(1))
    first = actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"))

    again = actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"))

    assert again.pk == first.pk
    it.refresh_from_db()
    assert it.status == "recording"


@pytest.mark.parametrize("step", range(len(recording.STEPS)), ids=lambda n: f"before step {n}")
def test_a_worker_that_dies_leaves_nothing_and_the_next_one_records_all(
    step, send, registry_keeper, at, monkeypatch
):
    it = send(mine(1), mine(2))
    job = actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"))

    class Killed(BaseException):
        pass

    def die(run, done, *rest):
        if done == step and rest[0]:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(jobs.JobRun, "progress", die)
        with pytest.raises(Killed):
            jobs.run_now(job)
    assert not Pupil.objects.exists()
    assert not Classroom.objects.exists()
    long_ago = clock.wall() - 2 * jobs.LEASE
    Job.objects.filter(pk=job.pk).update(state="running", fence=7, heartbeat_at=long_ago)

    assert jobs.run_now(job).state == "done"
    it.refresh_from_db()
    assert (it.status, Pupil.objects.count()) == ("confirmed", 2)


def test_a_worker_that_lost_the_job_writes_nothing(send, registry_keeper, at, monkeypatch):
    it = send(mine(1))
    job = actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"))
    record_rows = recording.record_rows

    def slow(*args, **options):
        record_rows(*args, **options)
        Job.objects.filter(pk=job.pk).update(fence=99)  # another worker has taken it

    monkeypatch.setattr(recording, "record_rows", slow)
    jobs.run_now(job)

    it.refresh_from_db()
    assert it.status == "recording"
    assert not Pupil.objects.exists()


def test_work_that_failed_can_be_asked_for_again(send, confirm, monkeypatch):
    it = send(mine(1))

    def break_down(*args, **options):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(recording, "record_rows", break_down)
        assert confirm(it).state == "failed"
    assert it.status == "recording"
    assert not Pupil.objects.exists()

    assert confirm(it).state == "done"
    assert it.status == "confirmed"


def test_who_lost_the_post_meanwhile_records_nothing(send, registry_keeper, at):
    it = send(mine(1))
    job = actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"))
    registry_keeper.postings.all().delete()

    assert jobs.run_now(job).state == "failed"

    it.refresh_from_db()
    assert (it.status, it.refusal) == ("previewed", {"code": "not_yours_any_more"})
    assert not Pupil.objects.exists()


def test_another_file_waits_until_the_one_before_is_recorded(send, registry_keeper, at):
    it = send(mine(1))
    actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"))

    with pytest.raises(Refused):
        send(mine(2))


def test_progress_is_told_by_steps(send, registry_keeper, at, monkeypatch):
    it = send(mine(1))
    job = actions.confirm_registry_import(it, by=registry_keeper, at=at("2569-05-21"))
    told = []
    monkeypatch.setattr(jobs.JobRun, "progress", lambda run, *said: told.append(said))

    jobs.run_now(job)

    steps = [said[0] for said in told if len(said) == 3 and said[1]]
    assert steps == list(range(len(recording.STEPS) + 1))
