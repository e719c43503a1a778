"""Registry files that are sent: what is refused, what waits, what is kept of them meanwhile."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from eqfund.models import (
    Classroom,
    Pupil,
    RegistryCellError,
    RegistryImport,
    StagingRow,
    Term,
)
from eqfund.refusal import Refused
from eqfund.registry import actions
from eqfund.registry.actions import adjusting

from .files import (
    OTHERS,
    kinds,
    mine,
    national_id,
    pupil,
    student_list,
    xlsx,
)

pytestmark = pytest.mark.django_db


def test_nothing_is_written_before_it_is_confirmed(send):
    it = send(mine(1), mine(2))

    assert it.status == "previewed"
    assert kinds(it) == {"new": 2}
    assert not Pupil.objects.exists()
    assert not Classroom.objects.exists()


def test_a_file_of_a_term_that_is_over_is_not_recorded_any_more(send, confirm):
    it = send(mine(1))
    Term.objects.create(
        year_be=2569, number=2, opens_on=date(2026, 11, 1), closes_on=date(2027, 4, 30)
    )

    with pytest.raises(Refused, match="1/2569"):
        confirm(it, day="2569-11-01 00:00")
    assert not Pupil.objects.exists()


def test_ids_are_nowhere_in_plain_text(send):
    it = send(mine(1))

    row = StagingRow.objects.filter(pk=it.rows.get().pk).values().get()
    assert national_id(1) not in repr(row | {"number": b"", "extras": b""})
    raw = StagingRow.objects.raw(
        "SELECT id, encode(number, 'escape') AS plain FROM eqfund_stagingrow"
    )[0]
    assert national_id(1) not in raw.plain


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


def test_a_file_without_a_header_quotes_no_child(send):
    it = send(xlsx([["1101700203450", "เด็กหญิงสมมติ", "ตัวอย่าง"]]))

    assert it.refusal["params"]["found"] == ["…"]


def test_a_title_that_the_fund_added_is_read(send, fund_officer, at):
    adjusting.add_registry_title(
        registry="DMC", title="PID", key="number", by=fund_officer, at=at("2569-05-01")
    )
    rows = student_list(mine(1))
    rows[1] = [("PID" if at_ == 2 else title) for at_, title in enumerate(rows[1])]
    rows[1][5] = "รหัสนักเรียน"

    assert kinds(send(xlsx(rows))) == {"new": 1}


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
