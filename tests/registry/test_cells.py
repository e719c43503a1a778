from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given, strategies as st

from eqfund.imports import cells
from eqfund.imports.errors import LEAVES_ROW_OUT, BadCell

ON = date(2026, 5, 16)
ID = "1101700203450"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        pytest.param("1101700203450", ID, id="as it should be"),
        pytest.param("1-1017-00203-45-0", ID, id="with dashes"),
        pytest.param(" 1 1017 00203 45 0 ", ID, id="with spaces"),
        pytest.param("๑๑๐๑๗๐๐๒๐๓๔๕๐", ID, id="Thai digits"),
        pytest.param(1101700203450.0, ID, id="a number cell"),
        pytest.param(1101700203450, ID, id="a whole number cell"),
        pytest.param("'1101700203450", ID, id="with Excel's quote"),
        pytest.param("G123456789012", "G123456789012", id="a G-code"),
        pytest.param("g123456789012", "G123456789012", id="a small g"),
    ],
)
def test_an_id_is_read_however_it_is_typed(written, number):
    assert cells.pupil_number(written) == number


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        pytest.param("น\u0e4d\u0e49\u0e32ฝน", "น้ำฝน", id="the ring typed before the tone mark"),
        pytest.param("น\u0e49\u0e4d\u0e32ฝน", "น้ำฝน", id="the ring typed after it"),
        pytest.param("\u0e40\u0e40ก้ว", "แก้ว", id="เ typed twice"),
        pytest.param("สม\u200bชาย", "สมชาย", id="a break that shows nothing"),
        pytest.param("\ufeffสม\u00a0 ชาย\u200d", "สม ชาย", id="a mark, hard blanks, a joiner"),
    ],
)
def test_names_that_look_the_same_are_the_same(written, stored):
    assert cells.text(written) == stored


@pytest.mark.parametrize("room", ["9" * 5_000, "0" * 5_000 + "1", "²"])
def test_a_room_of_thousands_of_digits_is_a_wrong_cell_like_any_other(room):
    with pytest.raises(BadCell, match="room_unreadable"):
        cells.grade_and_room("ป.4", room)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        pytest.param("", "id_missing", id="empty"),
        pytest.param("-", "id_missing", id="a dash for none"),
        pytest.param("\xad", "id_missing", id="a sign that does not print"),
        pytest.param("1.23E+12", "id_exponent", id="turned into an exponent"),
        pytest.param("1.1017e12", "id_exponent", id="without a plus"),
        pytest.param(1230000000000.0, "id_exponent", id="saved again after the loss"),
        pytest.param("1101700203451", "id_check_digit", id="check digit"),
        pytest.param("110170020345", "id_length", id="twelve digits"),
        pytest.param("G12345678901", "id_length", id="a short G-code"),
        pytest.param("AB1234567", "id_not_digits", id="a passport"),
        pytest.param("9101700203450", "id_not_digits", id="no id begins with 9"),
    ],
)
def test_an_id_that_cannot_be_right_is_never_guessed(written, code):
    with pytest.raises(BadCell) as bad:
        cells.pupil_number(written)
    assert bad.value.code == code
    assert LEAVES_ROW_OUT[code]


@pytest.mark.parametrize(
    ("grade", "room", "expected"),
    [
        pytest.param("ป.4", "1", ("P4", "1"), id="plain"),
        pytest.param("ม.1", 2.0, ("M1", "2"), id="room as a number cell"),
        pytest.param("ม.1/2", "", ("M1", "2"), id="class and room in one cell"),
        pytest.param("ม.1/2", "2", ("M1", "2"), id="room told twice"),
        pytest.param("ม.1 / 2", "-", ("M1", "2"), id="spaces round the stroke"),
        pytest.param("มัธยมศึกษาปีที่ 1", "๓", ("M1", "3"), id="in full, Thai digits"),
        pytest.param("มัธยมศึกษาปีที่ 1 ห้อง 4", "", ("M1", "4"), id="room in words"),
        pytest.param("ป.4", "ป.4/2", ("P4", "2"), id="the room column repeats the class"),
        pytest.param("อ.2", "", ("K2", "1"), id="no room is room 1"),
        pytest.param("ป.4", "01", ("P4", "1"), id="zero before the room"),
    ],
)
def test_grade_and_room(grade, room, expected):
    assert cells.grade_and_room(grade, room) == expected


@pytest.mark.parametrize(
    ("grade", "room", "code"),
    [
        ("", "1", "grade_missing"),
        ("ป.7", "1", "grade_unreadable"),
        ("ห้องพิเศษ", "1", "grade_unreadable"),
        ("ป.4", "ทานตะวัน", "room_unreadable"),
        ("ป.4", "0", "room_unreadable"),
        ("ป.4", "¹", "room_unreadable"),
    ],
)
def test_a_class_that_cannot_be_read(grade, room, code):
    with pytest.raises(BadCell) as bad:
        cells.grade_and_room(grade, room)
    assert bad.value.code == code


@pytest.mark.parametrize(
    ("grade", "outside"),
    [
        ("ม.4", True),
        ("ม.6/1", True),
        ("มัธยมศึกษาปีที่ ๕", True),
        ("ปวช.1", True),
        ("ม.3", False),
        ("ป.4", False),
    ],
)
def test_grades_above_the_programme_are_known_not_wrong(grade, outside):
    assert cells.is_grade_outside(grade) is outside


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("13/05/2555", id="Buddhist year"),
        pytest.param("13/5/2555", id="no zeros"),
        pytest.param("๑๓/๐๕/๒๕๕๕", id="Thai digits"),
        pytest.param("13/05/2012", id="Gregorian year"),
        pytest.param("2012-05-13", id="ISO"),
        pytest.param("2012-05-13 00:00:00", id="ISO with midnight"),
        pytest.param(date(2012, 5, 13), id="date cell"),
        pytest.param(datetime(2012, 5, 13), id="date and time cell"),
        pytest.param(date(2555, 5, 13), id="Buddhist year in a date cell"),
        pytest.param(41042.0, id="a spreadsheet's day number"),
        pytest.param("41042", id="day number as text"),
        pytest.param("13 พ.ค. 2555", id="month by name"),
    ],
)
def test_a_birth_date_however_it_is_written(written):
    assert cells.birth_date(written, ON) == date(2012, 5, 13)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("-", "birth_date_missing"),
        ("31/02/2555", "birth_date_unreadable"),
        ("13/05/55", "birth_date_unreadable"),
        ("เกิดวันจันทร์", "birth_date_unreadable"),
        ("13/05/2569", "birth_date_impossible"),
        ("13/05/2500", "birth_date_impossible"),
    ],
)
def test_a_birth_date_that_cannot_be_right(written, code):
    with pytest.raises(BadCell) as bad:
        cells.birth_date(written, ON)
    assert bad.value.code == code


@pytest.mark.parametrize(
    ("title", "name", "expected"),
    [
        ("ด.ช.", "ก้อง", ("เด็กชาย", "ก้อง")),
        ("ดช.", "ก้อง", ("เด็กชาย", "ก้อง")),
        ("ด. ญ.", "แก้ว", ("เด็กหญิง", "แก้ว")),
        ("น.ส.", "แก้ว", ("นางสาว", "แก้ว")),
        ("", "นายสมชาย", ("นาย", "สมชาย")),
        ("-", "นาย สมชาย", ("นาย", "สมชาย")),
        ("นาย", "นายสมชาย", ("นาย", "สมชาย")),
        ("", "นางสาวใจดี", ("นางสาว", "ใจดี")),
        ("", "นายิกา", ("", "นายิกา")),
        ("นาง", "นางนวล", ("นาง", "นวล")),
        ("", "พระพาย", ("", "พระพาย")),
        ("", "-", ("", "")),
    ],
)
def test_a_title_inside_a_name_is_taken_off(title, name, expected):
    assert cells.title_and_name(title, name) == expected


@pytest.mark.parametrize(
    ("cell", "title", "expected"),
    [("ช", "", "m"), ("ญ", "", "f"), ("ชาย", "", "m"), ("-", "เด็กหญิง", "f"), ("", "เด็กชาย", "m")],
)
def test_sex_from_its_cell_or_from_the_title(cell, title, expected):
    assert cells.sex(cell, title) == expected


@pytest.mark.parametrize(("cell", "code"), [("", "sex_missing"), ("?", "sex_unreadable")])
def test_sex_that_cannot_be_read(cell, code):
    with pytest.raises(BadCell) as bad:
        cells.sex(cell, "")
    assert bad.value.code == code


@pytest.mark.parametrize(
    ("cell", "satang"),
    [
        ("3,500", 350_000),
        ("3500.50", 350_050),
        (3500.0, 350_000),
        ("๓๕๐๐ บาท", 350_000),
        ("-", None),
        ("ไม่มี", None),
    ],
)
def test_amounts_come_as_satang(cell, satang):
    assert cells.amount_satang(cell) == satang


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("32.5", "32.5"),
        (135.0, "135"),
        ("๓๒", "32"),
        ("1,200", "1200"),
        ("-", ""),
        ("120.00", "120"),
    ],
)
def test_numbers_stay_text(cell, value):
    assert cells.number(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("081-234-5678", "0812345678"),
        (812345678.0, "0812345678"),
        ("+66812345678", "0812345678"),
        ("-", ""),
        ("0", ""),
    ],
)
def test_phones(cell, value):
    assert cells.phone(cell) == value


@pytest.mark.parametrize(
    ("reader", "cell", "code"),
    [
        (cells.amount_satang, "มาก", "amount_unreadable"),
        (cells.amount_satang, "-300", "amount_unreadable"),
        (cells.number, "หนัก", "number_unreadable"),
        (cells.number, "-3", "number_unreadable"),
        (cells.phone, "12", "phone_unreadable"),
        (cells.relative_id, "1101700203451", "relative_id_unreadable"),
    ],
)
def test_extras_that_cannot_be_read_never_cost_the_row(reader, cell, code):
    with pytest.raises(BadCell) as bad:
        reader(cell)
    assert bad.value.code == code
    assert not LEAVES_ROW_OUT[code]


@given(st.text(max_size=40))
@pytest.mark.parametrize(
    "read",
    [cells.pupil_number, cells.number, cells.amount_satang, cells.phone, cells.school_code],
)
def test_no_text_breaks_a_reader(read, written):
    with suppress(BadCell):
        read(written)
