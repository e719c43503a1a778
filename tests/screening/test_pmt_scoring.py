"""The PMT score: every weight of the demonstration model, the gate, the bands, one against many."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from screening.pmt import definition, scoring, wire
from screening.pmt.definition import BadDefinition, PovertyBand, digest, read
from screening.pmt.layout import LAYOUT_2569

DATA = json.loads((Path(definition.__file__).parent / "demonstration_2569.json").read_text())
MODEL = read(DATA)
# A household whose every fact weighs nought; the region alone and the income count.
PLAIN = {
    "region": "northeast",
    "dependency": "0",
    "tenure": "own",
    "floor": "cement",
    "wall": "brick",
    "roof": "metal",
    "toilet": "yes",
    "farm_land": "r1_5",
    "water": "tap",
    "electricity": "meter",
    "car": "none",
    "pickup": "none",
    "tractor": "none",
    "motorcycle_boat": "no",
    "no_vehicle": "no",
    "computer": "no",
    "aircon": "no",
    "flat_tv": "no",
    "washer": "no",
    "fridge": "no",
    "no_appliance": "no",
}
AT_THE_GATE = 300_000  # satang for one person: its logarithm is nought


def score_of(income_satang=AT_THE_GATE, household_size=1, **changes):
    facts = LAYOUT_2569.vector({**PLAIN, **changes})
    return scoring.score(MODEL, facts, income_satang, household_size)


def log_odds(score):
    return math.log(score.value / (1 - score.value))


@pytest.mark.parametrize(
    ("fact", "value", "weight"),
    [
        ("region", "north", -0.1),
        ("region", "northeast", 0),
        ("region", "central", -0.5),
        ("region", "south", -0.3),
        ("dependency", "1", 0.35),
        ("dependency", "2", 0.70),
        ("dependency", "3", 1.05),
        ("dependency", "4", 1.05),
        ("dependency", "5", 1.05),
        ("tenure", "rent", 0.25),
        ("tenure", "free", 0.35),
        ("tenure", "dorm", 0.20),
        ("floor", "soil", 0.70),
        ("floor", "bamboo", 0.70),
        ("floor", "plank", 0.25),
        ("floor", "vinyl", 0),
        ("floor", "tile", -0.50),
        ("floor", "parquet", -0.50),
        ("floor", "other", 0),
        ("wall", "bamboo_scrap", 0.70),
        ("wall", "soil", 0.70),
        ("wall", "vinyl", 0.70),
        ("wall", "zinc", 0.40),
        ("wall", "plywood", 0.10),
        ("wall", "plank", 0),
        ("wall", "board", 0),
        ("wall", "plastered", -0.40),
        ("wall", "other", 0),
        ("roof", "natural", 0.70),
        ("roof", "plastic", 0.60),
        ("roof", "plank", 0),
        ("roof", "tile", -0.30),
        ("roof", "other", 0),
        ("toilet", "none", 0.80),
        ("farm_land", "none", 0.20),
        ("farm_land", "lt1", 0.35),
        ("farm_land", "gt5", -0.35),
        ("water", "rain_stream", 0.30),
        ("water", "well", 0.15),
        ("water", "bottled", -0.10),
        ("electricity", "none", 0.90),
        ("electricity", "generator_solar", 0.50),
        ("electricity", "shared_battery", 0.40),
        ("car", "upto15", -1.60),
        ("car", "over15", -0.70),
        ("pickup", "upto15", -1.40),
        ("pickup", "over15", -0.60),
        ("tractor", "upto15", -0.70),
        ("tractor", "over15", -0.30),
        ("motorcycle_boat", "yes", -0.10),
        ("no_vehicle", "yes", 0.50),
        ("computer", "yes", -0.70),
        ("aircon", "yes", -1.00),
        ("flat_tv", "yes", -0.25),
        ("washer", "yes", -0.40),
        ("fridge", "yes", -0.25),
        ("no_appliance", "yes", 0.60),
    ],
)
def test_each_weight_moves_the_score_by_itself(fact, value, weight):
    difference = log_odds(score_of(**{fact: value})) - log_odds(score_of())

    assert difference == pytest.approx(weight, abs=1e-9)


def test_the_region_alone_is_the_intercept():
    assert log_odds(score_of()) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("income_baht", "size", "passes"),
    [
        pytest.param(5_600, 3, True, id="well below"),
        pytest.param(9_000, 3, True, id="exactly 3,000.00 a head"),
        pytest.param(9_001, 3, False, id="a third of a baht above, 3,000.33"),
        pytest.param(3_000, 1, True, id="one person, exactly"),
        pytest.param(3_001, 1, False, id="one person, one baht more"),
        pytest.param(0, 1, True, id="no income"),
    ],
)
def test_the_gate_is_exact(income_baht, size, passes):
    score = score_of(income_satang=100 * income_baht, household_size=size)

    assert (score.band is not PovertyBand.INELIGIBLE_INCOME) is passes
    assert (score.value is not None) is passes
    assert bool(score.contributions) is passes


def test_one_satang_above_the_gate_is_above_it():
    assert score_of(income_satang=900_001, household_size=3).band is PovertyBand.INELIGIBLE_INCOME


@pytest.mark.parametrize(
    ("value", "band"),
    [
        (1.0, PovertyBand.EXTREMELY_POOR),
        (0.91, PovertyBand.EXTREMELY_POOR),
        (0.9099999999, PovertyBand.POOR),
        (0.905, PovertyBand.POOR),
        (0.70, PovertyBand.POOR),
        (0.6999999999, PovertyBand.NOT_POOR),
        (0.0, PovertyBand.NOT_POOR),
    ],
)
def test_bands_are_half_open_on_the_unrounded_score(value, band):
    assert scoring.band_of(value, MODEL.bands) is band


def test_income_below_the_floor_counts_as_the_floor():
    at_floor = score_of(income_satang=20_000)

    assert score_of(income_satang=0).value == at_floor.value
    assert score_of(income_satang=19_999).value == at_floor.value
    assert score_of(income_satang=20_001).value < at_floor.value


@pytest.mark.parametrize("case", MODEL.cases, ids=lambda case: case.name)
def test_the_shipped_model_meets_its_worked_cases(case):
    assert scoring.case_passes(MODEL, case)


@pytest.mark.parametrize(
    ("income_satang", "household_size"),
    [pytest.param(0, 0, id="nobody"), pytest.param(-1, 1, id="income below nought")],
)
def test_a_household_that_cannot_be_is_an_error(income_satang, household_size):
    with pytest.raises(ValueError):
        score_of(income_satang=income_satang, household_size=household_size)


@pytest.mark.parametrize("facts", [(0,) * 20, (0,) * 22, (99, *(0,) * 20), (-1, *(0,) * 20)])
def test_a_vector_of_another_layout_is_an_error(facts):
    with pytest.raises(ValueError):
        scoring.score(MODEL, facts, 0, 1)


HOUSEHOLDS = st.tuples(
    st.tuples(*(st.integers(0, len(fact.values) - 1) for fact in LAYOUT_2569.facts)),
    st.integers(0, 5_000_000),
    st.integers(1, 15),
)


@given(HOUSEHOLDS, st.integers(1, 500_000))
def test_more_income_never_raises_the_score_nor_worsens_the_band(household, more):
    facts, income, size = household

    poorer = scoring.score(MODEL, facts, income, size)
    richer = scoring.score(MODEL, facts, income + more, size)

    order = list(scoring.BAND_CODES)
    assert order.index(richer.band) >= order.index(poorer.band)
    if richer.value is not None:
        assert richer.value <= poorer.value


@given(HOUSEHOLDS)
def test_one_more_member_never_takes_a_household_beyond_the_gate(household):
    facts, income, size = household
    if scoring.score(MODEL, facts, income, size).value is not None:
        assert scoring.score(MODEL, facts, income, size + 1).value is not None


@given(st.lists(HOUSEHOLDS, min_size=1, max_size=40))
def test_many_are_scored_as_each_one_is(households):
    facts = np.array([household[0] for household in households], np.int16)
    income = np.array([household[1] for household in households], np.int64)
    size = np.array([household[2] for household in households], np.int16)

    many = scoring.score_many(MODEL, facts, income, size)

    for row, household in enumerate(households):
        one = scoring.score(MODEL, *household)
        stored = None if np.isnan(many.value[row]) else float(many.value[row])
        assert scoring.agrees(stored, scoring.BAND_CODES[many.band[row]], one)
        expected = one.contributions or (0.0,) * 22
        assert many.contributions[row] == pytest.approx(expected, abs=1e-6)


def test_many_refuse_a_value_that_the_layout_does_not_know():
    facts = np.full((2, 21), 9, np.int16)
    with pytest.raises(ValueError):
        scoring.score_many(MODEL, facts, np.zeros(2, np.int64), np.ones(2, np.int16))


def test_many_refuse_another_width_and_an_empty_household():
    with pytest.raises(ValueError):
        scoring.score_many(
            MODEL, np.zeros((1, 20), np.int16), np.zeros(1, np.int64), np.ones(1, np.int16)
        )
    with pytest.raises(ValueError):
        scoring.score_many(
            MODEL, np.zeros((1, 21), np.int16), np.zeros(1, np.int64), np.zeros(1, np.int16)
        )


def test_a_score_computed_again_proves_the_stored_one():
    again = score_of()

    assert scoring.agrees(again.value, again.band, again)
    assert not scoring.agrees(again.value + 1e-6, again.band, again)
    assert not scoring.agrees(again.value, PovertyBand.NOT_POOR, again)
    assert not scoring.agrees(None, PovertyBand.INELIGIBLE_INCOME, again)


def test_the_digest_does_not_depend_on_order_but_on_every_number():
    shuffled = dict(reversed(DATA.items()))
    changed = {**DATA, "bands": [["extremely_poor", 0.91], ["poor", 0.71]]}

    assert digest(shuffled) == digest(DATA)
    assert digest(changed) != digest(DATA)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param({"layout": "2562"}, "layout", id="unknown layout"),
        pytest.param({"weights": {}}, "weights", id="no weights"),
        pytest.param(
            {"weights": {**DATA["weights"], "toilet": {"yes": 0}}},
            "weights.toilet",
            id="a value missing",
        ),
        pytest.param(
            {"weights": {**DATA["weights"], "toilet": {"yes": 0, "none": "1"}}},
            "not a number",
            id="text",
        ),
        pytest.param(
            {"weights": {**DATA["weights"], "roof": {**DATA["weights"]["roof"], "other": 0.1}}},
            "weights.roof.other",
            id="other material weighs",
        ),
        pytest.param(
            {"income": {"weight": 0.6, "floor_baht": 200, "gate_baht": 3000}},
            "above 0",
            id="income helps",
        ),
        pytest.param(
            {"income": {"weight": -0.6, "floor_baht": 0, "gate_baht": 3000}},
            "whole baht",
            id="no floor",
        ),
        pytest.param(
            {"income": {"weight": -0.6, "floor_baht": 4000, "gate_baht": 3000}},
            "whole baht",
            id="floor",
        ),
        pytest.param({"income": {"weight": -0.6}}, "income", id="no gate"),
        pytest.param({"bands": [["poor", 0.7]]}, "bands", id="one band"),
        pytest.param(
            {"bands": [["extremely_poor", 0.7], ["poor", 0.91]]}, "edges", id="edges rise"
        ),
        pytest.param({"cases": []}, "worked cases", id="no worked case"),
        pytest.param({"cases": [{"name": "x"}]}, "cases.1", id="half a case"),
        pytest.param({"more": 1}, "top level", id="something else"),
    ],
)
def test_a_definition_with_a_fault_says_which(change, problem):
    with pytest.raises(BadDefinition, match=problem):
        read({**DATA, **change})


def test_a_case_that_fails_is_found():
    case = {**DATA["cases"][0], "value": 0.5}
    wrong_band = {**DATA["cases"][1], "band": "not_poor"}
    beyond = {**DATA["cases"][3], "value": 0.5}

    model = read({**DATA, "cases": [case, wrong_band, beyond, DATA["cases"][2]]})

    assert [case.name for case in scoring.failing_cases(model)] == [
        c["name"] for c in (case, wrong_band, beyond)
    ]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"region": "north"}, id="facts missing"),
        pytest.param({**PLAIN, "pool": "yes"}, id="a fact too many"),
        pytest.param({**PLAIN, "roof": "gold"}, id="an unknown value"),
    ],
)
def test_named_facts_that_are_not_of_the_layout_are_an_error(values):
    with pytest.raises(ValueError):
        LAYOUT_2569.vector(values)


@given(st.tuples(*(st.integers(0, len(fact.values) - 1) for fact in LAYOUT_2569.facts)))
def test_a_vector_and_its_names_are_the_same(vector):
    assert LAYOUT_2569.vector(LAYOUT_2569.named(vector)) == vector


def test_what_is_no_copy_or_holds_other_rows_is_an_error():
    dtype = wire.facts_dtype(2)
    row = np.zeros(1, dtype)
    row["fields"], row["facts_length"] = 4, 3

    for data in (b"", b"PGCOPY", wire.HEADER + row.tobytes() + wire.TRAILER):
        with pytest.raises(ValueError, match="not vectors"):
            wire.read_facts([data], 2)
    assert len(wire.read_facts([wire.HEADER, wire.TRAILER], 2)) == 0
