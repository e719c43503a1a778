"""From answers to facts: every code of form 01 is understood, institutions are left out, provinces have regions."""

import geothai
import pytest

from screening.form01.v2569 import choices
from screening.pmt.facts import APPLIANCES, DEPENDENCY, SINGLE, facts_from_answers
from screening.pmt.layout import LAYOUT_2569, Fact
from screening.pmt.regions import REGION_OF_PROVINCE, REGIONS, region_of

ANSWERS = {
    "lives_with": "parents",
    "household_size": 4,
    "household_income_total_satang": 560_000,
    "has_dependency": True,
    "dependency": ["elderly60", "chronic"],
    "housing_tenure": "own",
    "floor_material": "plank",
    "wall_material": "zinc",
    "roof_material": "metal",
    "has_toilet": True,
    "farm_land": "lt1",
    "drinking_water": "well",
    "electricity": "meter",
    "has_vehicle": True,
    "veh_car": "none",
    "veh_pickup": "over15",
    "veh_tractor": "none",
    "veh_motorcycle_boat": True,
    "appliances": ["fridge", "flat_tv"],
}


def named(answers, province="40"):
    return LAYOUT_2569.named(facts_from_answers(answers, province).facts)


def test_a_household_becomes_its_facts():
    found = facts_from_answers(ANSWERS, "40")

    assert found.layout == "2569"
    assert (found.income_satang, found.household_size) == (560_000, 4)
    assert LAYOUT_2569.named(found.facts) == {
        "region": "northeast",
        "dependency": "2",
        "tenure": "own",
        "floor": "plank",
        "wall": "zinc",
        "roof": "metal",
        "toilet": "yes",
        "farm_land": "lt1",
        "water": "well",
        "electricity": "meter",
        "car": "none",
        "pickup": "over15",
        "tractor": "none",
        "motorcycle_boat": "yes",
        "no_vehicle": "no",
        "computer": "no",
        "aircon": "no",
        "flat_tv": "yes",
        "washer": "no",
        "fridge": "yes",
        "no_appliance": "no",
    }


@pytest.mark.parametrize(
    ("changes", "fact", "value"),
    [
        pytest.param(
            {"has_dependency": False},
            "dependency",
            "0",
            id="no dependants, though some stand ticked",
        ),
        pytest.param({"dependency": list(DEPENDENCY)}, "dependency", "5", id="all five kinds"),
        pytest.param(
            {"dependency": ["chronic", "chronic"]}, "dependency", "1", id="the same twice"
        ),
        pytest.param({"has_toilet": False}, "toilet", "none", id="no toilet"),
        pytest.param({"has_vehicle": False}, "no_vehicle", "yes", id="no vehicle"),
        pytest.param(
            {"has_vehicle": False}, "pickup", "none", id="no vehicle, though one stands typed"
        ),
        pytest.param(
            {"veh_pickup": "none", "veh_motorcycle_boat": False},
            "no_vehicle",
            "yes",
            id="has one, but none of these",
        ),
        pytest.param({"appliances": []}, "no_appliance", "yes", id="none of the five"),
        pytest.param({"appliances": None}, "no_appliance", "yes", id="none ticked"),
        pytest.param(
            {"floor_material": ["soil", "plank"]}, "floor", "soil", id="the main material counts"
        ),
    ],
)
def test_a_fact(changes, fact, value):
    assert named({**ANSWERS, **changes})[fact] == value


def test_an_institutional_household_has_no_facts():
    assert facts_from_answers({"lives_with": "institution"}, "40") is None


@pytest.mark.parametrize(
    "missing", [code for code in ANSWERS if code not in {"lives_with", "dependency", "appliances"}]
)
def test_an_answer_that_is_missing_is_a_fault(missing):
    answers = {code: answer for code, answer in ANSWERS.items() if code != missing}

    with pytest.raises(ValueError):
        facts_from_answers(answers, "40")


@pytest.mark.parametrize(
    ("code", "answer"),
    [("floor_material", "gold"), ("floor_material", []), ("household_size", True)],
)
def test_an_answer_that_is_unknown_is_a_fault(code, answer):
    with pytest.raises(ValueError):
        facts_from_answers({**ANSWERS, code: answer}, "40")


@pytest.mark.parametrize(
    ("fact", "offered"),
    [
        ("tenure", choices.HOUSING_TENURE),
        ("floor", choices.FLOOR),
        ("wall", choices.WALL),
        ("roof", choices.ROOF),
        ("farm_land", choices.FARM_LAND),
        ("water", choices.DRINKING_WATER),
        ("electricity", choices.ELECTRICITY),
        ("car", choices.VEHICLE),
    ],
)
def test_every_choice_of_the_form_is_a_value_of_the_layout(fact, offered):
    known: Fact = next(f for f in LAYOUT_2569.facts if f.code == fact)

    assert {choice.code for choice in offered} == set(known.values)


def test_what_the_form_offers_of_dependency_and_appliances_is_counted():
    assert {choice.code for choice in choices.DEPENDENCY} == set(DEPENDENCY)
    assert {choice.code for choice in choices.APPLIANCES} == set(APPLIANCES)
    assert set(SINGLE) < {fact.code for fact in LAYOUT_2569.facts}


def test_all_77_provinces_have_a_region():
    provinces = {province.code for province in geothai.provinces()}

    assert len(provinces) == 77
    assert provinces == set(REGION_OF_PROVINCE)
    assert set(REGION_OF_PROVINCE.values()) == set(REGIONS)


@pytest.mark.parametrize(
    ("province", "region"),
    [
        ("10", "central"),
        ("20", "central"),
        ("30", "northeast"),
        ("58", "north"),
        ("60", "north"),
        ("76", "central"),
        ("90", "south"),
    ],
)
def test_a_province_lies_in_its_region(province, region):
    assert region_of(province) == region


@pytest.mark.parametrize("code", ["", "99", "1", "๑๐"])
def test_no_province_is_an_error(code):
    with pytest.raises(ValueError):
        region_of(code)
