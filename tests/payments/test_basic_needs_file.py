"""A list of the basic-needs subsidy: its rules and its file."""

import io

import pytest
from hypothesis import given, strategies as st
from python_calamine import load_workbook

from eqfund.imports.errors import WrongFile
from payments import subsidy_file
from payments.rules import basic_needs as rules
from payments.rules.basic_needs import TRANSITIONS, ListStatus
from payments.words.basic_needs import FAULTS

HEAD = "รหัสโรงเรียน,เลขประจำตัวประชาชน,คำนำหน้าชื่อ,ชื่อ,นามสกุล,ชั้น,ห้อง,จำนวนเงิน (บาท),จำนวนปีที่ได้รับต่อเนื่อง"
GOOD = "50010001,1101700203450,ด.ช.,สมชาย,ใจดี,ป.4,1,500.00,3"


def sheet(*lines, head=HEAD):
    return "\n".join(["รายชื่อนักเรียนที่ได้รับ,", head, *lines]).encode()


def faults(*lines):
    return [(f.line, f.column, f.code) for f in subsidy_file.read(sheet(*lines)).faults]


def test_a_row_is_read_by_its_titles():
    reading = subsidy_file.read(sheet(GOOD))

    (row,) = reading.rows
    assert (row.line, row.school_code, row.number) == (3, "50010001", "1101700203450")
    assert (row.first_name, row.last_name, row.grade, row.room) == ("สมชาย", "ใจดี", "P4", "1")
    assert (row.amount_satang, row.years) == (50_000, 3)


def test_thai_digits_dashes_and_a_line_of_sums_do_not_matter():
    thai = "๕๐๐๑๐๐๐๑,1-1017-00203-45-0,-,เด็กชายสมชาย,ใจดี,-,-,๑๕๐๐,-"

    reading = subsidy_file.read(sheet(thai, ',,,รวม,,,,"1,500",'.replace("รวม", "")))

    assert reading.faults == []
    assert [(row.amount_satang, row.years, row.grade) for row in reading.rows] == [
        (150_000, None, "")
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param(GOOD.replace("50010001", "5001"), (3, "A", "school_code_unreadable"), id="school"),
        pytest.param(GOOD.replace("203450", "203451"), (3, "B", "id_check_digit"), id="digit"),
        pytest.param(GOOD.replace("1101700203450", "1.10E+12"), (3, "B", "id_exponent"), id="excel"),
        pytest.param(GOOD.replace("1101700203450", ""), (3, "B", "id_missing"), id="no number"),
        pytest.param(GOOD.replace("สมชาย", ""), (3, "D", "first_name_missing"), id="no name"),
        pytest.param(GOOD.replace("ใจดี", "-"), (3, "E", "last_name_missing"), id="no surname"),
        pytest.param(GOOD.replace("ป.4", "ปีสี่"), (3, "F", "grade_unreadable"), id="class"),
        pytest.param(GOOD.replace("500.00", ""), (3, "H", "amount_missing"), id="no amount"),
        pytest.param(GOOD.replace("500.00", "ห้าร้อย"), (3, "H", "amount_unreadable"), id="words"),
        pytest.param(GOOD.replace("500.00", "0"), (3, "H", "amount_not_positive"), id="nought"),
        pytest.param(GOOD.replace("500.00", "100000.01"), (3, "H", "amount_too_high"), id="slip"),
        pytest.param(GOOD[:-1] + "0", (3, "I", "years_unreadable"), id="no years"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_by_its_place(line, found):
    assert faults(line) == [found]
    assert found[2] in FAULTS


def test_a_number_in_two_rows_is_named_in_the_second():
    assert faults(GOOD, GOOD) == [(4, "B", "repeated")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\x00\x01\x02", "file_unreadable"),
        (sheet(head="ชื่อ,นามสกุล,จำนวนเงิน"), "no_header"),
        (sheet(), "no_rows"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(content, code):
    with pytest.raises(WrongFile) as wrong:
        subsidy_file.read(content)
    assert wrong.value.wrong.code == code


def test_the_empty_sheet_can_be_read_by_its_own_titles():
    book = load_workbook(io.BytesIO(subsidy_file.blank_book([("1050000001", "โรงเรียนบ้านดงสมมติ")])))
    titles = book.get_sheet_by_index(0).to_python()[0]

    with pytest.raises(WrongFile) as wrong:
        subsidy_file.read(",".join(titles).encode())
    assert wrong.value.wrong.code == "no_rows"


@given(st.lists(st.lists(st.text(max_size=12), max_size=9), max_size=6))
def test_whatever_stands_in_the_cells_a_row_is_taken_or_named(table):
    text = "\n".join(",".join(f'"{cell.replace(chr(34), "")}"' for cell in row) for row in table)

    try:
        reading = subsidy_file.read(sheet(text))
    except WrongFile:
        return

    named = {fault.line for fault in reading.faults}
    assert len(reading.rows) + len(named) == reading.lines
    assert {fault.code for fault in reading.faults} <= set(FAULTS)


def test_every_status_says_what_may_follow_it_and_can_be_reached():
    assert set(TRANSITIONS) == set(ListStatus)
    assert set().union(*TRANSITIONS.values()) | {ListStatus.READING} == set(ListStatus)


@pytest.mark.parametrize(
    ("years", "count"),
    [(set(), 0), ({2568}, 1), ({2567}, 0), ({2566, 2567, 2568}, 3), ({2565, 2567, 2568}, 2)],
)
def test_years_running(years, count):
    assert rules.years_running(years, 2568) == count


def test_a_list_speaks_of_as_many_years_as_it_says():
    assert rules.years_said(2568, 3) == [2566, 2567, 2568]
    with pytest.raises(ValueError):
        rules.years_said(2568, 13)


@pytest.mark.parametrize(
    ("bank", "number", "wrong"),
    [
        ("999", "1234567890", ("bank_code", "bank_unknown")),
        ("006", "12345x7890", ("number", "account_not_digits")),
        ("006", "123", ("number", "account_length")),
        ("006", "1234567890", None),
    ],
)
def test_an_offices_account(bank, number, wrong):
    assert rules.account_fault(bank, number) == wrong
