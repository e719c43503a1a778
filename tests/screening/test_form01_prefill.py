from datetime import date

import pytest

from screening.form01.prefill import Child, Prefill, age_on, from_registry, from_sibling
from screening.form01.v2569 import V2569
from tests.screening.form01_data import PLAIN, PRIVATE

TODAY = date(2026, 6, 15)
CHILD = Child("เด็กหญิงสมมติ ตัวอย่าง", "1101700203450", date(2016, 5, 13))
EXTRAS = {
    "parents_status": "หย่าร้าง",
    "father": {
        "title": "นาย",
        "first_name": "สมชาย",
        "last_name": "ตัวอย่าง",
        "income_satang": 450_000,
    },
    "guardian": {
        "title": "นาง",
        "first_name": "สมศรี",
        "last_name": "ตัวอย่าง",
        "relationship": "ยาย",
        "phone": "0812345678",
        "national_id": "3100600000005",
        "occupation": "รับจ้างทั่วไป",
    },
    "current": {
        "house_no": "12",
        "moo": "3",
        "subdistrict": "ศรีภูมิ",
        "district": "เมืองเชียงใหม่",
        "province": "จังหวัดเชียงใหม่",
        "postcode": "50200",
    },
    "distance_unpaved": 200,
    "distance_paved": 1_000,
    "travel_time": "20 นาที",
    "travel_mode": "เดินเท้า",
}


def test_the_registry_fills_what_it_knows():
    found = from_registry(EXTRAS, CHILD, TODAY)

    assert found == {
        "family_status": "divorced",
        "guardian_title": "นาง",
        "guardian_first_name": "สมศรี",
        "guardian_last_name": "ตัวอย่าง",
        "guardian_national_id": "3100600000005",
        "guardian_phone": "0812345678",
        "guardian_occupation": "labourer",
        "guardian_relationship": "maternal_grandmother",
        "travel_method": "walk",
        "travel_km_day": 2.4,
        "travel_minutes_day": 40,
        "addr_house_no": "12",
        "addr_moo": "3",
        "addr_subdistrict_code": "500101",
        "addr_province": "50",
        "addr_postcode": 50_200,
        "members": [
            {
                "full_name": CHILD.full_name,
                "relationship": "self",
                "national_id": CHILD.national_id,
                "age": 10,
            },
            {"full_name": "นายสมชาย ตัวอย่าง", "relationship": "father", "income_wage": 4_500},
            {
                "full_name": "นางสมศรี ตัวอย่าง",
                "relationship": "grandparent",
                "national_id": "3100600000005",
            },
        ],
    }


def test_what_the_registry_fills_are_answers_of_the_form():
    codes = V2569.codes(private=True) | V2569.codes(private=False)

    assert set(from_registry(EXTRAS, CHILD, TODAY)) <= codes


def test_an_empty_record_gives_the_pupils_own_row_alone():
    found = from_registry({}, Child("เด็กชายไร้เลข ตัวอย่าง", "", None), TODAY)

    assert found == {"members": [{"full_name": "เด็กชายไร้เลข ตัวอย่าง", "relationship": "self"}]}


@pytest.mark.parametrize(
    ("extras", "code", "value"),
    [
        pytest.param({"travel_time": "1 ชั่วโมง 30 นาที"}, "travel_minutes_day", 180, id="hours"),
        pytest.param({"travel_time": "๓๐"}, "travel_minutes_day", 60, id="a bare Thai number"),
        pytest.param({"travel_time": "นาน"}, "travel_minutes_day", None, id="no number"),
        pytest.param({"distance_paved": 3}, "travel_km_day", 6.0, id="three is kilometres"),
        pytest.param({"distance_paved": 3_000}, "travel_km_day", 6.0, id="3,000 is metres"),
        pytest.param({"distance_paved": 0}, "travel_km_day", None, id="no distance"),
        pytest.param(
            {"guardian": {"relationship": "เพื่อนบ้าน"}}, "guardian_relationship", None, id="unknown"
        ),
        pytest.param(
            {"guardian": {"relationship": "mother"}}, "guardian_relationship", "mother", id="a code"
        ),
        pytest.param(
            {"current": {"subdistrict": "ไม่มี"}}, "addr_subdistrict_code", None, id="no place"
        ),
        pytest.param(
            {"current": {"province": "เชียงใหม่", "district": "เมืองเชียงใหม่", "subdistrict": "ไม่มี"}},
            "addr_province",
            None,
            id="a subdistrict that is not there",
        ),
        pytest.param(
            {"registered": {"house_no": "7"}}, "addr_house_no", "7", id="registered address"
        ),
        pytest.param(
            {"current": {"postcode": "ห้า"}}, "addr_postcode", None, id="postcode in words"
        ),
    ],
)
def test_what_cannot_be_understood_is_left_for_the_teacher(extras, code, value):
    assert from_registry(extras, CHILD, TODAY).get(code) == value


def test_a_father_without_the_word_for_it_is_named_once():
    extras = {
        "father": {"title": "นาย", "first_name": "สมชาย", "last_name": "ตัวอย่าง"},
        "guardian": {"title": "นาย", "first_name": "สมชาย", "last_name": "ตัวอย่าง"},
    }

    assert len(from_registry(extras, CHILD, TODAY)["members"]) == 2


SIBLING_HOME = [
    {"full_name": "เด็กชายพี่ ตัวอย่าง", "relationship": "self", "age": 12},
    {"full_name": CHILD.full_name, "relationship": "sibling", "national_id": CHILD.national_id},
    {"full_name": "นางสมศรี ตัวอย่าง", "relationship": "mother", "income_wage": 3_000},
]


def test_a_siblings_household_is_seen_from_this_child():
    given = {**PLAIN, **PRIVATE, "members": SIBLING_HOME, "home_grid": "18.57,99.00"}

    found = from_sibling(given, CHILD)

    assert [row["relationship"] for row in found["members"]] == ["sibling", "self", "mother"]
    assert found["household_size"] == 3
    assert found["farm_land"] == "lt1"
    assert "home_grid" not in found


@pytest.mark.parametrize("code", ["travel_method", "pdpa_ack", "photo_source", "visited_on"])
def test_nothing_of_the_day_itself_comes_from_a_sibling(code):
    assert code not in from_sibling({**PLAIN, **PRIVATE}, CHILD)


def test_a_household_that_does_not_list_the_child_gives_no_members():
    found = from_sibling({**PLAIN, "members": SIBLING_HOME[:1]}, CHILD)

    assert "members" not in found
    assert "household_size" not in found


def test_a_child_without_a_number_is_known_by_name():
    found = from_sibling(
        {"members": [SIBLING_HOME[0], {"full_name": CHILD.full_name, "relationship": "sibling"}]},
        CHILD,
    )

    assert [row["relationship"] for row in found["members"]] == ["sibling", "self"]


def test_the_first_source_wins_and_every_answer_says_where_it_came_from():
    prefill = Prefill()
    private = V2569.codes(private=True)

    prefill.take(
        {"family_status": "together", "addr_house_no": "12", "addr_soi": ""}, private, "sibling"
    )
    prefill.take({"family_status": "divorced", "addr_moo": "3"}, private, "registry")

    assert prefill.plain == {"family_status": "together"}
    assert prefill.private == {"addr_house_no": "12", "addr_moo": "3"}
    assert prefill.sources == {
        "family_status": "sibling",
        "addr_house_no": "sibling",
        "addr_moo": "registry",
    }


@pytest.mark.parametrize(
    ("born", "age"),
    [
        pytest.param(date(2016, 6, 15), 10, id="birthday"),
        pytest.param(date(2016, 6, 16), 9, id="the day before"),
        pytest.param(date(2027, 1, 1), None, id="not born"),
        pytest.param(None, None, id="unknown"),
    ],
)
def test_age_on(born, age):
    assert age_on(born, TODAY) == age
