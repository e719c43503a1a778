from datetime import date, datetime

import pytest

from eqfund.imports import dmc
from eqfund.imports.errors import WrongFile
from eqfund.imports.mapping import how_read
from eqfund.imports.titles import FULL_EXPORT_TITLES, STUDENT_LIST_TITLES, match

from .files import (
    SCHOOL,
    csv_bytes,
    full_export,
    full_pupil,
    national_id,
    pupil,
    student_list,
    table,
    xlsx,
)

ON = date(2026, 5, 16)


def read(rows, make=xlsx, **options):
    return dmc.read(make(rows), on=ON, **options)


def codes(reading):
    return [(error.row, error.column, error.code) for error in reading.errors]


def test_the_layouts_have_as_many_columns_as_the_real_ones():
    assert (len(STUDENT_LIST_TITLES), len(FULL_EXPORT_TITLES)) == (36, 91)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(xlsx, id="xlsx"),
        pytest.param(csv_bytes, id="csv with a mark"),
        pytest.param(lambda rows: csv_bytes(rows, "utf-8"), id="csv without a mark"),
        pytest.param(lambda rows: csv_bytes(rows, "cp874"), id="csv of older Excel"),
        pytest.param(lambda rows: csv_bytes(rows, "cp874", ";"), id="semicolons"),
        pytest.param(lambda rows: csv_bytes(rows, "utf-8-sig", "\t"), id="tabs"),
    ],
)
def test_the_student_list_is_read_from_any_container(make):
    reading = read(student_list(pupil(1), pupil(2)), make)

    assert reading.layout == "student_list"
    assert reading.report_at == datetime(2026, 5, 2, 4, 10)
    assert reading.errors == []
    first = reading.rows[0]
    assert first.line == 3
    assert (first.school_code, first.number, first.student_number) == (
        SCHOOL,
        national_id(1),
        "3001",
    )
    assert (first.grade, first.room, first.sex) == ("P4", "1", "f")
    assert (first.title, first.first_name, first.last_name) == ("เด็กหญิง", "ใบเตย1", "ตัวอย่างดี")
    assert first.birth_date == date(2016, 5, 13)
    assert first.disadvantage_poor
    assert first.extras["guardian"] == {
        "title": "นาย",
        "first_name": "สมชาย",
        "last_name": "ตัวอย่างดี",
        "relationship": "บิดา",
    }
    assert first.extras["weight_kg"] == "28.5"


def test_the_full_export_brings_what_prefills_a_form():
    row = full_pupil(
        1,
        **{
            "หมายเลขบัตรประชาชนบิดา": national_id(9),
            "คำนำหน้าชื่อบิดา": "นาย",
            "ชื่อบิดา": "สมชาย",
            "นามสกุลบิดา": "ตัวอย่างดี",
            "รายได้ต่อเดือนของบิดา": "3,500",
            "หมายเลขโทรศัพท์ของบิดา": "081-234-5678",
            "อาชีพของบิดา": "รับจ้าง",
            "เลขที่บ้าน(ทะเบียนบ้าน)": "12/3",
            "ตำบล(ที่อยู่ปัจจุบัน)": "ท่าแซะ",
            "จำนวนพี่ชาย": "2",
            "จำนวนพี่ชาย#2": "7",
            "ขาดแคลนเครื่องแบบ": "ขาดแคลน",
            "ระยะเวลาจากบ้านถึงโรงเรียน": "45",
        },
    )

    reading = read(full_export(row))

    assert reading.layout == "full_export"
    assert reading.errors == []
    extras = reading.rows[0].extras
    assert extras["father"] == {
        "title": "นาย",
        "first_name": "สมชาย",
        "last_name": "ตัวอย่างดี",
        "occupation": "รับจ้าง",
        "national_id": national_id(9),
        "phone": "0812345678",
        "income_satang": 350_000,
    }
    assert extras["registered"] == {"house_no": "12/3"}
    assert extras["current"] == {"subdistrict": "ท่าแซะ"}
    assert extras["elder_brothers"] == "2"
    assert extras["lacks"] == ["uniform"]
    assert extras["travel_time"] == "45"
    assert "mother" not in extras


def test_columns_are_found_in_any_order_with_suffixes_and_spaces():
    renamed = {
        "รหัสโรงเรียน": "รหัสโรงเรียน ต้องกรอก",
        "ชั้น": "ชั้นต้องกรอก",
        "ชื่อ": "ชื่อ *",
        "วันเกิด": "วัน เกิด (ว/ด/ป)",
        "เพศ": "เพศ ",
    }
    row = {renamed.get(title, title): cell for title, cell in pupil(1).items()}
    titles = [
        "ชื่อเล่น",
        *(renamed.get(title, title) for title in reversed(STUDENT_LIST_TITLES)),
        "หมายเหตุ",
    ]
    numbers = row["เลขประจำตัวนักเรียน"], row["เลขประจำตัวนักเรียน#2"]

    reading = read(table([row], titles))

    assert reading.errors == []
    assert (reading.rows[0].number, reading.rows[0].student_number) == numbers
    assert reading.rows[0].first_name == "ใบเตย1"


def test_titles_of_another_registry_are_added_as_data():
    titles = ["รหัส อปท.", "PID", "ชั้น", "ชื่อ", "นามสกุล", "เพศ", "วันเกิด"]
    row = [SCHOOL, national_id(1), "ป.1", "ก้อง", "สมมติ", "ช", "01/01/2562"]

    reading = read([titles, row], how=how_read("", {"รหัส อปท.": "school_code", "PID": "number"}))

    assert reading.layout == "other"
    assert reading.rows[0].title == "เด็กชาย"


def test_a_longer_title_is_never_taken_for_the_shorter_one_it_begins_with():
    columns = match(["รหัสโรงเรียนห้องสาขา", "ชื่อโรงเรียนห้องสาขา", "รหัสโรงเรียน", "ชื่อบิดา", "ชื่อ"])

    assert columns.index["school_code"] == 2
    assert columns.index["first_name"] == 4


def test_blank_rows_and_repeated_headers_are_passed_over():
    rows = student_list(pupil(1), ["", "  ", None or ""], pupil(2))
    rows += [list(STUDENT_LIST_TITLES)]
    rows += table([pupil(3)], STUDENT_LIST_TITLES)[1:]

    reading = read(rows)

    assert [row.line for row in reading.rows] == [3, 5, 7]
    assert reading.lines == 3


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        pytest.param(
            {"เลขประจำตัวนักเรียน": "1.23E+12"}, "C", "id_exponent", id="an id as an exponent"
        ),
        pytest.param({"เลขประจำตัวนักเรียน": "-"}, "C", "id_missing", id="no id"),
        pytest.param(
            {"เลขประจำตัวนักเรียน": "1101700203451"}, "C", "id_check_digit", id="check digit"
        ),
        pytest.param({"รหัสโรงเรียน": "8602"}, "A", "school_code_unreadable", id="school code"),
        pytest.param({"ชั้น": "ป.9"}, "D", "grade_unreadable", id="grade"),
        pytest.param({"ห้อง": "ก"}, "E", "room_unreadable", id="room"),
        pytest.param({"เพศ": "x"}, "G", "sex_unreadable", id="sex"),
        pytest.param({"ชื่อ": "-"}, "I", "first_name_missing", id="first name"),
        pytest.param({"นามสกุล": ""}, "J", "last_name_missing", id="last name"),
        pytest.param({"วันเกิด": "31/02/2559"}, "K", "birth_date_unreadable", id="birth date"),
    ],
)
def test_a_wrong_cell_keeps_its_row_out_and_is_named(cells, column, code):
    reading = read(student_list(pupil(1), pupil(2, **cells), pupil(3)))

    assert codes(reading) == [(4, column, code)]
    assert [row.line for row in reading.rows] == [3, 5]
    assert reading.left_out == {4}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"น้ำหนัก": "หนัก"}, "number_unreadable"),
        ({"เพศ": "ช"}, "sex_and_title_differ"),
    ],
)
def test_a_wrong_extra_is_named_and_the_row_stays(cells, code):
    reading = read(student_list(pupil(1, **cells)))

    assert [error.code for error in reading.errors] == [code]
    assert len(reading.rows) == 1


def test_all_wrong_cells_of_a_row_are_named_at_once():
    reading = read(student_list(pupil(1, ชั้น="", เพศ="x", วันเกิด="?")))

    assert {code for _row, _column, code in codes(reading)} == {
        "grade_missing",
        "sex_unreadable",
        "birth_date_unreadable",
    }


def test_the_same_child_twice_counts_once():
    reading = read(student_list(pupil(1), pupil(1)))

    assert codes(reading) == [(4, "C", "id_repeated")]
    assert reading.errors[0].value == "3"
    assert [row.line for row in reading.rows] == [3]


def test_two_children_of_one_id_are_both_left_out():
    reading = read(student_list(pupil(1), pupil(1, ชื่อ="คนอื่น")))

    assert {(row, code) for row, _column, code in codes(reading)} == {
        (3, "id_in_two_rows_that_differ"),
        (4, "id_in_two_rows_that_differ"),
    }
    assert reading.rows == []


def test_pupils_above_the_programme_are_counted_not_wrong():
    reading = read(student_list(pupil(1), pupil(2, ชั้น="ม.5")))

    assert (len(reading.rows), reading.outside, reading.errors) == (1, 1, [])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "file_empty", id="empty"),
        pytest.param(b"PK\x03\x04 broken", "file_unreadable", id="a broken workbook"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", "file_unreadable", id="a picture"),
        pytest.param("สวัสดีครับ".encode(), "file_unreadable", id="a text"),
        pytest.param(
            xlsx([["ลำดับ", "รายการ", "จำนวนเงิน"], [1, "ดินสอ", 5]]),
            "header_not_found",
            id="another table",
        ),
        pytest.param(xlsx(student_list()), "file_without_rows", id="a header alone"),
    ],
)
def test_a_file_that_is_no_registry_file_is_refused(content, code):
    with pytest.raises(WrongFile) as wrong:
        dmc.read(content, on=ON)
    assert wrong.value.wrong.code == code


def test_another_table_is_refused_with_what_was_found_and_what_was_expected():
    with pytest.raises(WrongFile) as wrong:
        read([["ลำดับ", "รายการ"], ["1", "ดินสอ"]])

    assert wrong.value.wrong.params["found"][:2] == ["ลำดับ", "รายการ"]
    assert "วันเกิด" in wrong.value.wrong.params["expected"]


def test_a_file_without_a_needed_column_names_it():
    titles = [title for title in STUDENT_LIST_TITLES if title != "วันเกิด"]

    with pytest.raises(WrongFile) as wrong:
        read(student_list(pupil(1), titles=titles))

    assert wrong.value.wrong.code == "titles_missing"
    assert wrong.value.wrong.params["missing"] == ["วันเกิด"]


@pytest.mark.parametrize(
    ("written", "report_at"),
    [
        ("วันและเวลา 2569-05-02 04:10:12", datetime(2026, 5, 2, 4, 10)),
        ("เลขที่ 1234-99-99 77:88", None),
    ],
)
def test_the_time_of_a_report_is_read_or_passed_over(written, report_at):
    _time, *rest = student_list(pupil(1))

    assert read([[written], *rest], csv_bytes).report_at == report_at
