from datetime import date

import geothai
import pytest
from hypothesis import given, strategies as st

from screening.form01 import geography
from screening.form01.reading import Fault, Wrong, read_section, unfit
from screening.form01.v2569 import V2569

TODAY = date(2026, 7, 10)


def read(number, **posted):
    texts = {
        name.replace("__", "-"): value if isinstance(value, list) else [value]
        for name, value in posted.items()
    }
    return read_section(V2569, V2569.section(number), texts, on=TODAY)


@pytest.mark.parametrize(
    ("number", "code", "typed", "value"),
    [
        pytest.param(5, "travel_cost_month", "1,500", 1_500, id="thousands separator"),
        pytest.param(5, "travel_cost_month", "๑๕๐๐", 1_500, id="Thai digits"),
        pytest.param(5, "travel_cost_month", " 1 500.00 ", 1_500, id="spaces and nought satang"),
        pytest.param(5, "travel_km_day", "2.45", 2.4, id="one decimal, half to even"),
        pytest.param(5, "travel_method", "walk", "walk", id="a choice"),
        pytest.param(5, "travel_minutes_day", "0", 0, id="nought is an answer"),
        pytest.param(1, "guardian_national_id", "1-1017-00203-45-0", "1101700203450", id="dashes"),
        pytest.param(1, "guardian_phone", "081-234 5678", "0812345678", id="a telephone"),
        pytest.param(1, "guardian_phone", "+66812345678", "0812345678", id="from abroad"),
        pytest.param(1, "guardian_first_name", "  สม   ศรี ", "สม ศรี", id="blanks in a name"),
        pytest.param(1, "guardian_has_state_welfare", "yes", True, id="a tick"),
        pytest.param(3, "has_toilet", "no", False, id="no"),
        pytest.param(3, "has_toilet", "yes", True, id="yes"),
        pytest.param(6, "addr_subdistrict_code", "500101", "500101", id="a subdistrict"),
        pytest.param(6, "lat", "18.578612345", 18.578612, id="a point"),
        pytest.param(7, "visited_on", "15/6/2569", "2026-06-15", id="a Buddhist day"),
        pytest.param(7, "visited_on", "๑๕ มิ.ย. ๒๕๖๙", "2026-06-15", id="a day in Thai"),
        pytest.param(7, "visited_on", "10/7/2569", "2026-07-10", id="today"),
    ],
)
def test_what_can_be_read_becomes_a_value(number, code, typed, value):
    reading = read(number, **{code: typed})

    assert reading.faults == []
    assert (reading.plain | reading.private)[code] == value


@pytest.mark.parametrize(
    ("number", "code", "typed", "wrong"),
    [
        pytest.param(5, "travel_cost_month", "สิบ", Wrong.NOT_A_NUMBER, id="words"),
        pytest.param(5, "travel_cost_month", "NaN", Wrong.NOT_A_NUMBER, id="not a number"),
        pytest.param(5, "travel_cost_month", "1e999999999", Wrong.TOO_LARGE, id="huge exponent"),
        pytest.param(5, "travel_cost_month", "9" * 400, Wrong.NOT_A_NUMBER, id="400 digits"),
        pytest.param(5, "travel_cost_month", "10.50", Wrong.NOT_WHOLE, id="satang"),
        pytest.param(5, "travel_cost_month", "-1", Wrong.NEGATIVE, id="below nought"),
        pytest.param(5, "travel_cost_month", "50,001", Wrong.TOO_LARGE, id="just over"),
        pytest.param(3, "rent_per_month", "0", Wrong.TOO_SMALL, id="rent of nought"),
        pytest.param(1, "guardian_first_name", "ก" * 101, Wrong.TOO_LONG, id="101 letters"),
        pytest.param(5, "travel_method", "rocket", Wrong.NOT_A_CHOICE, id="no such choice"),
        pytest.param(3, "has_toilet", "maybe", Wrong.NOT_A_CHOICE, id="neither yes nor no"),
        pytest.param(
            1, "guardian_national_id", "1101700203451", Wrong.ID_CHECK_DIGIT, id="check digit"
        ),
        pytest.param(1, "guardian_national_id", "110170020345", Wrong.ID_LENGTH, id="12 digits"),
        pytest.param(1, "guardian_national_id", "1.10E+12", Wrong.ID_CHARACTERS, id="Excel"),
        pytest.param(1, "guardian_national_id", "G123456789012", Wrong.ID_IS_G_CODE, id="a G-code"),
        pytest.param(1, "guardian_phone", "12345", Wrong.PHONE, id="too short"),
        pytest.param(1, "guardian_phone", "1812345678", Wrong.PHONE, id="does not begin with 0"),
        pytest.param(6, "addr_province", "99", Wrong.PLACE, id="no such province"),
        pytest.param(6, "addr_subdistrict_code", "999999", Wrong.PLACE, id="no such subdistrict"),
        pytest.param(6, "lat", "91", Wrong.POINT, id="beyond the pole"),
        pytest.param(6, "lng", "east", Wrong.POINT, id="not degrees"),
        pytest.param(7, "visited_on", "31/2/2569", Wrong.DAY, id="no such day"),
        pytest.param(7, "visited_on", "11/7/2569", Wrong.DAY_AHEAD, id="tomorrow"),
        pytest.param(4, "inst_since_year", "2570", Wrong.TOO_LARGE, id="a year to come"),
    ],
)
def test_what_cannot_be_read_is_kept_as_typed_with_the_reason(number, code, typed, wrong):
    reading = read(number, **{code: typed})

    assert reading.faults == [Fault(code, wrong)]
    assert reading.unread == {code: typed}
    assert code not in reading.plain | reading.private
    assert unfit(V2569, reading.unread, on=TODAY) == reading.faults


def test_a_wrong_list_is_kept_whole():
    reading = read(3, appliances=["fridge", "sauna"])

    assert reading.faults == [Fault("appliances", Wrong.NOT_A_CHOICE)]
    assert reading.unread == {"appliances": ["fridge", "sauna"]}


def test_a_list_is_kept_in_the_forms_order_and_an_empty_one_means_none():
    assert read(3, appliances=["fridge", "computer"]).plain["appliances"] == ["computer", "fridge"]
    assert read(3).plain["appliances"] == []


def test_an_empty_box_has_no_value_and_a_tick_left_off_is_no():
    reading = read(1, guardian_first_name="  ", guardian_phone="")

    assert "guardian_first_name" not in reading.private
    assert reading.plain["guardian_has_state_welfare"] is False
    assert reading.faults == []


def test_private_answers_are_kept_apart():
    reading = read(1, guardian_first_name="สมศรี", family_status="together")

    assert reading.private == {"guardian_first_name": "สมศรี"}
    assert "guardian_first_name" not in reading.plain


def test_the_subdistrict_decides_the_postcode_and_leaves_with_its_province():
    fits = read(6, addr_province="50", addr_subdistrict_code="500101", addr_postcode="10000")
    moved = read(6, addr_province="40", addr_subdistrict_code="500101")
    alone = read(6, addr_subdistrict_code="500101")

    assert fits.plain["addr_postcode"] == 50_200
    assert moved.plain == {"addr_province": "40"}
    assert alone.plain["addr_province"] == "50"


def test_a_subdistrict_with_several_postcodes_keeps_the_one_typed():
    several = next(
        place.code
        for district in geothai.districts("57")
        for place in geothai.subdistricts(district.code)
        if len(place.postal_codes) > 1
    )

    reading = read(6, addr_province="57", addr_subdistrict_code=several, addr_postcode="57150")

    assert reading.plain["addr_postcode"] == 57_150


# Members


def test_members_are_read_row_by_row():
    reading = read(
        2,
        household_size="2",
        members__0__full_name="เด็กหญิงสมมติ ตัวอย่าง",
        members__0__relationship="self",
        members__0__age="10",
        members__3__full_name="นางสมศรี ตัวอย่าง",
        members__3__national_id="G123456789012",
        members__3__age="๓๔",
        members__3__income_wage="4,500",
        members__3__has_disability="yes",
    )

    assert reading.faults == []
    assert reading.plain == {"household_size": 2}
    assert [row["full_name"] for row in reading.private["members"]] == [
        "เด็กหญิงสมมติ ตัวอย่าง",
        "นางสมศรี ตัวอย่าง",
    ]
    assert reading.private["members"][1] | {"full_name": ""} == {
        "full_name": "",
        "national_id": "G123456789012",
        "age": 34,
        "income_wage": 4_500,
        "has_disability": True,
        "has_chronic_disease": False,
    }


@pytest.mark.parametrize(
    ("column", "typed", "wrong"),
    [
        pytest.param("age", "121", Wrong.TOO_LARGE, id="121 years"),
        pytest.param("age", "-1", Wrong.NEGATIVE, id="not born yet"),
        pytest.param("age", "สามสิบ", Wrong.NOT_A_NUMBER, id="an age in words"),
        pytest.param("income_farm_net", "-300", Wrong.NEGATIVE_INCOME, id="a loss"),
        pytest.param("income_wage", "1,000,001", Wrong.TOO_LARGE, id="over a million"),
        pytest.param("national_id", "1101700203451", Wrong.ID_CHECK_DIGIT, id="wrong id"),
        pytest.param("relationship", "boss", Wrong.NOT_A_CHOICE, id="no such relation"),
    ],
)
def test_a_members_wrong_cell_is_kept_beside_the_rest_of_the_row(column, typed, wrong):
    reading = read(2, **{"members__4__full_name": "นายสมชาย", f"members__4__{column}": typed})

    assert reading.faults == [Fault(column, wrong, 0)]
    assert reading.unread == {"members": {"0": {column: typed}}}
    assert reading.private["members"][0]["full_name"] == "นายสมชาย"
    assert unfit(V2569, reading.unread, on=TODAY) == reading.faults


@pytest.mark.parametrize("age", ["0", "120"])
def test_ages_at_both_ends_are_read(age):
    reading = read(2, members__0__age=age)

    assert reading.private["members"][0]["age"] == int(age)


def test_a_row_left_empty_or_taken_out_is_no_member():
    reading = read(
        2,
        members__0__full_name=" ",
        members__0__relationship="",
        members__1__full_name="นายสมชาย",
        members__1__remove="yes",
    )

    assert "members" not in reading.private


def test_an_eleventh_row_is_not_of_this_form():
    reading = read(2, members__10__full_name="นายเกิน", members__x__full_name="นายเอ็กซ์")

    assert "members" not in reading.private


TEXTS = st.text(max_size=40)


@given(
    st.sampled_from([section.number for section in V2569.sections]),
    st.dictionaries(
        st.sampled_from(
            [field.code for field in V2569.fields()]
            + [
                f"members-{row}-{column.code}"
                for row in (0, 9)
                for column in V2569.field("members").columns
            ]
        ),
        st.lists(TEXTS, min_size=1, max_size=3),
        max_size=20,
    ),
)
def test_nothing_that_can_be_typed_is_lost_or_breaks_the_reading(number, posted):
    section = V2569.section(number)

    reading = read_section(V2569, section, posted, on=TODAY)

    assert unfit(V2569, reading.unread, on=TODAY) == sorted(
        reading.faults,
        key=lambda fault: list(reading.unread).index(
            "members" if fault.row is not None else fault.code
        ),
    )
    for field in section.fields:
        typed = [text for text in posted.get(field.code, []) if text.strip()]
        if typed and field.code in V2569.codes(private=True) | V2569.codes(private=False):
            kept = reading.plain | reading.private | reading.unread
            assert field.code in kept or field.code in ("addr_subdistrict_code", "members")


# Places


def test_provinces_stand_in_thai_order_and_subdistricts_under_their_district():
    names = [name for _code, name in geography.provinces()]

    assert len(names) == 77
    assert names.index("กระบี่") < names.index("เชียงใหม่") < names.index("ตรัง")
    assert geography.subdistricts("50")[0][0] == "เมืองเชียงใหม่"
    assert geography.subdistricts("99") == ()


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("500101", "ต.ศรีภูมิ อ.เมืองเชียงใหม่ จ.เชียงใหม่"),
        ("100101", "แขวงพระบรมมหาราชวัง เขตพระนคร กรุงเทพมหานคร"),
        ("000000", ""),
    ],
)
def test_a_subdistrict_is_named_as_addresses_end(code, name):
    assert geography.name_of(code) == name


def test_a_place_that_is_not_there_has_no_name_and_no_postcode():
    assert geography.province_name("99") == ""
    assert geography.province_name("50") == "เชียงใหม่"
    assert geography.postcode_of("999999") is None
