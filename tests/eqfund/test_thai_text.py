from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from eqfund.thai_text import (
    arabic_digits,
    duration,
    letter_date,
    parse_thai_date,
    sort_key,
    thai_date,
    thai_date_long,
    thai_datetime,
    thai_digits,
    thai_range,
    thai_time,
)

CODES = {"not_a_date", "year", "no_such_day"}
BANGKOK = timezone(timedelta(hours=7))
days = st.dates(date(1900, 1, 1), date(2150, 12, 31))
thai_words = st.text("กขคงจดตนปมยรลวสหอะาิีุูเแโใไ่้๊๋์", max_size=30)


def test_digits_change_and_nothing_else_does():
    assert thai_digits("นร./กสศ.01 ก") == "นร./กสศ.๐๑ ก"
    assert arabic_digits("นร./กสศ.๐๑ ก") == "นร./กสศ.01 ก"


@given(st.text("0123456789 กขA/"))
def test_digits_come_back(text):
    assert arabic_digits(thai_digits(text)) == text


def test_a_day_is_written_three_ways():
    day = date(2026, 7, 24)

    assert thai_date(day) == "24 ก.ค. 2569"
    assert thai_date_long(day) == "24 กรกฎาคม 2569"
    assert letter_date(day) == "๒๔ กรกฎาคม ๒๕๖๙"


def test_an_instant_is_shown_in_bangkok_whatever_its_zone():
    assert thai_datetime(datetime(2026, 7, 24, 10, tzinfo=UTC)) == "24 ก.ค. 2569 17.00 น."
    assert thai_time(datetime(2026, 7, 24, 9, 5, tzinfo=BANGKOK)) == "09.05 น."
    assert thai_date(datetime(2026, 7, 24, 17, tzinfo=UTC)) == "25 ก.ค. 2569"


@pytest.mark.parametrize("write", [thai_date, letter_date, thai_time, thai_datetime])
def test_an_instant_without_a_zone_is_an_error(write):
    with pytest.raises(ValueError, match="time zone"):
        write(datetime(2026, 7, 24, 17))


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 7, 16), date(2026, 7, 16), "16 ก.ค. 2569"),
        (date(2026, 7, 16), date(2026, 7, 21), "16–21 ก.ค. 2569"),
        (date(2026, 7, 31), date(2026, 8, 28), "31 ก.ค. – 28 ส.ค. 2569"),
        (date(2026, 12, 28), date(2027, 1, 5), "28 ธ.ค. 2569 – 5 ม.ค. 2570"),
        (date(2026, 7, 16), date(2027, 7, 21), "16 ก.ค. 2569 – 21 ก.ค. 2570"),
    ],
)
def test_a_range_writes_what_its_days_share_once(first, last, text):
    assert thai_range(first, last) == text


def test_a_range_may_be_of_instants_of_one_day():
    opens, closes = (datetime(2026, 7, 7, hour, tzinfo=BANGKOK) for hour in (0, 17))

    assert thai_range(opens, closes) == "7 ก.ค. 2569"


def test_a_range_does_not_run_backwards():
    with pytest.raises(ValueError, match="before it starts"):
        thai_range(date(2026, 7, 21), date(2026, 7, 16))


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(days=3, hours=7), "3 วัน 7 ชั่วโมง"),
        (timedelta(days=3, minutes=59), "3 วัน"),
        (timedelta(days=2), "2 วัน"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 ชั่วโมง 59 นาที"),
        (timedelta(hours=1), "1 ชั่วโมง"),
        (timedelta(minutes=1), "1 นาที"),
        (timedelta(seconds=59), "น้อยกว่า 1 นาที"),
        (timedelta(0), "น้อยกว่า 1 นาที"),
        (-timedelta(days=3, hours=7), "3 วัน 7 ชั่วโมง"),
    ],
)
def test_a_duration_has_at_most_two_units(length, text):
    assert duration(length) == text


@pytest.mark.parametrize(
    ("value", "day"),
    [
        pytest.param("13/05/2555", date(2012, 5, 13), id="Buddhist"),
        pytest.param("13/05/2012", date(2012, 5, 13), id="Gregorian"),
        pytest.param("๑๓/๐๕/๒๕๕๕", date(2012, 5, 13), id="Thai digits"),
        pytest.param("3/5/2555", date(2012, 5, 3), id="without zeros"),
        pytest.param(" 13 / 05 / 2555 ", date(2012, 5, 13), id="spaces"),
        pytest.param("13-05-2555", date(2012, 5, 13), id="dashes"),
        pytest.param("13.05.2555", date(2012, 5, 13), id="dots"),
        pytest.param("2012-05-13", date(2012, 5, 13), id="ISO"),
        pytest.param("2555-05-13", date(2012, 5, 13), id="ISO, Buddhist"),
        pytest.param("2012-05-13T00:00:00+07:00", date(2012, 5, 13), id="ISO with a time"),
        pytest.param("13/05/2555 00:00", date(2012, 5, 13), id="with a time"),
        pytest.param("24 ก.ค. 2569 17.00 น.", date(2026, 7, 24), id="with a Thai time"),
        pytest.param("24 ก.ค. 2569", date(2026, 7, 24), id="short month"),
        pytest.param("24ก.ค.2569", date(2026, 7, 24), id="short month, no spaces"),
        pytest.param("24 กค 2569", date(2026, 7, 24), id="short month, no dots"),
        pytest.param("๒๔ กรกฎาคม พ.ศ. ๒๕๖๙", date(2026, 7, 24), id="long month and era"),
        pytest.param("24 กรกฏาคม 2569", date(2026, 7, 24), id="July misspelt"),
        pytest.param("29/02/2555", date(2012, 2, 29), id="leap day"),
        pytest.param(date(2012, 5, 13), date(2012, 5, 13), id="date"),
        pytest.param(date(2555, 5, 13), date(2012, 5, 13), id="date, Buddhist"),
        pytest.param(datetime(2012, 5, 13, 8, tzinfo=BANGKOK), date(2012, 5, 13), id="datetime"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="none"),
        pytest.param(" - ", None, id="dash"),
        pytest.param("–", None, id="long dash"),
    ],
)
def test_a_date_is_read_as_registries_write_it(value, day):
    read = parse_thai_date(value)

    assert read == day
    assert type(read) is type(day)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("13/05/55", "year"),
        ("24 ก.ค. 69", "year"),
        ("13/05/255", "year"),
        ("13/05/9999", "year"),
        ("13/05/2300", "year"),
        ("29/02/2556", "no_such_day"),
        ("05/13/2555", "no_such_day"),
        ("00/00/2555", "no_such_day"),
        ("13/05-2555", "not_a_date"),
        ("24 กอ. 2569", "not_a_date"),
        ("ไม่ทราบ", "not_a_date"),
        (41_042.0, "not_a_date"),
    ],
)
def test_what_is_no_date_is_refused_with_a_code(value, code):
    with pytest.raises(ValueError, match=f"^{code}$"):
        parse_thai_date(value)


@given(days)
def test_a_day_reads_back_as_it_was_written(day):
    written = [thai_date(day), thai_date_long(day), letter_date(day), day.isoformat(), day]

    assert {parse_thai_date(text) for text in written} == {day}


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_an_error_with_a_code(text):
    try:
        read = parse_thai_date(text)
    except ValueError as error:
        read = str(error)

    assert read is None or isinstance(read, date) or read in CODES


IN_ORDER = [
    *("กนก", "กมล", "กร", "กรณ์", "กัญญา", "กา", "กา ข", "ก่า", "ก่า ก", "ก้า", "กาก", "กำไร"),
    *("เก", "เก่ง", "แก้ว", "ไก่", "ขวัญ", "จันทร์", "ฉัตร", "ณัฐ", "เพชร", "เพ็ญ", "แพร"),
    *("ไพลิน", "มะลิ", "เมฆ", "ฤทัย", "วันดี", "สมชาย", "สมหญิง", "เสาวนีย์", "แสง", "ใหม่"),
    *("อรุณ", "เอก", "แอน", "ไอริน"),
]


@pytest.mark.parametrize(("earlier", "later"), [*pairwise(IN_ORDER)])
def test_names_sort_as_in_the_dictionary(earlier, later):
    assert sort_key(earlier) < sort_key(later)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("เเก้ว", "แก้ว"), ("กําไร", "กำไร"), ("  สม   ชาย ", "สม ชาย"), ("ANNA", "Anna")],
)
def test_ways_of_typing_one_name_sort_alike(typed, meant):
    assert sort_key(typed) == sort_key(meant)


@given(thai_words)
def test_a_key_keeps_the_letters_and_is_at_most_one_longer(word):
    key = sort_key(word)
    same = word.replace("เเ", "แ")

    assert sorted(key.replace("!", "")) == sorted(same)
    assert len(key) <= len(word) + 1
