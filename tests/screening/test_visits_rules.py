"""Who is to be visited, in what order one goes, and the map."""

import itertools

import pytest
from hypothesis import given, strategies as st

from screening.rules import visit_map
from screening.rules.visits import (
    REASON_OF,
    Evidence,
    Facts,
    FormerGrant,
    Home,
    Reason,
    Stage,
    evidence,
    going_order,
    reasons,
    registry_income,
    stage,
)

SCHOOL = (18.0, 99.0)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        pytest.param(Facts(), [], id="nothing known"),
        pytest.param(Facts(marked_poor=False), [], id="the registry says not poor"),
        pytest.param(Facts(marked_poor=True), ["marked_poor"], id="marked poor"),
        pytest.param(Facts(marked_before=True), ["marked_before"], id="marked before the move"),
        pytest.param(
            Facts(marked_poor=False, marked_before=True), [], id="the new registry's word holds"
        ),
        pytest.param(Facts(subsidy_years=2), [], id="two years of subsidy are not three"),
        pytest.param(Facts(subsidy_years=3), ["subsidy_list"], id="three years running"),
        pytest.param(
            Facts(former_grant=FormerGrant.ELSEWHERE), ["grant_elsewhere"], id="moved here"
        ),
        pytest.param(Facts(former_grant=FormerGrant.HERE), ["grant_over"], id="grant over here"),
        pytest.param(Facts(scored_poor=True), ["scored_poor"], id="found poor before"),
        pytest.param(
            Facts(income_per_head_satang=300_000), ["registry_income"], id="exactly the criterion"
        ),
        pytest.param(Facts(income_per_head_satang=300_001), [], id="a satang above it"),
        pytest.param(
            Facts(has_grant=True, marked_poor=True, subsidy_years=3, scored_poor=True),
            [],
            id="who holds a grant is not visited",
        ),
        pytest.param(
            Facts(marked_poor=True, subsidy_years=4, former_grant=FormerGrant.ELSEWHERE),
            ["subsidy_list", "grant_elsewhere", "marked_poor"],
            id="all that speaks, in order",
        ),
    ],
)
def test_evidence(facts, said):
    assert [str(one) for one in evidence(facts)] == said


def test_years_below_nought_are_an_error():
    with pytest.raises(ValueError):
        Facts(subsidy_years=-1)


def test_every_evidence_stands_for_a_reason_of_the_letter():
    assert set(REASON_OF) == set(Evidence)
    assert reasons(["marked_poor", "subsidy_list", "grant_over"]) == (
        Reason.SUBSIDY_THREE_YEARS,
        Reason.LOW_INCOME,
    )


@pytest.mark.parametrize(
    ("extras", "per_head"),
    [
        pytest.param({}, None, id="nobody named"),
        pytest.param({"father": {"first_name": "ก"}}, None, id="a dash is no nought"),
        pytest.param(
            {"father": {"first_name": "ก", "income_satang": 600_000}}, 300_000, id="one and one"
        ),
        pytest.param(
            {
                "father": {"first_name": "ก", "income_satang": 600_000},
                "guardian": {"first_name": "ก", "income_satang": 600_000},
            },
            300_000,
            id="the guardian who is the father counts once",
        ),
        pytest.param(
            {
                "father": {"first_name": "ก", "income_satang": 600_000},
                "mother": {"first_name": "ข"},
            },
            None,
            id="one of two not written",
        ),
        pytest.param(
            {
                "mother": {"first_name": "ข", "income_satang": 0},
                "younger_sisters": "2",
                "elder_brothers": "หลายคน",
            },
            0,
            id="words among the numbers are passed over",
        ),
    ],
)
def test_the_registrys_income(extras, per_head):
    assert registry_income(extras) == per_head


@pytest.mark.parametrize(
    ("ticked", "visited", "form", "stands"),
    [
        (True, False, False, Stage.TO_VISIT),
        (True, True, False, Stage.VISITED),
        (False, True, False, Stage.SKIPPED),
        (False, False, True, Stage.FORM),
    ],
)
def test_a_form_outweighs_what_the_list_says(ticked, visited, form, stands):
    assert stage(is_ticked=ticked, is_visited=visited, has_form=form) is stands


def keys(homes):
    return [home.key for home in homes]


def test_the_nearest_home_comes_next_from_the_school_on():
    far, near, middle = Home(1, point=(18.03, 99.0)), Home(2, point=(18.01, 99.0)), Home(3, point=(18.02, 99.0))  # fmt: skip

    assert keys(going_order([far, near, middle], SCHOOL)) == [2, 3, 1]


def test_the_schools_own_subdistrict_comes_first_and_the_unknown_last():
    homes = [Home(1, ""), Home(2, "500201"), Home(3, "500101"), Home(4, "500202")]

    assert keys(going_order(homes, SCHOOL, "500202")) == [4, 3, 2, 1]


def test_a_home_without_a_place_follows_its_village():
    homes = [
        Home(1, "500101", "2", point=(18.01, 99.0)),
        Home(2, "500101", "5", point=(18.05, 99.0)),
        Home(3, "500101", "2", "ก"),
        Home(4, "500101", "10", "ข"),
        Home(5, "500101", "9", "ค"),
    ]

    assert keys(going_order(homes, SCHOOL)) == [1, 3, 2, 5, 4]


def test_without_any_place_the_order_is_village_then_name():
    homes = [Home(1, "5", "10", "ก"), Home(2, "5", "2", "ข"), Home(3, "5", "2", "ก"), Home(4, "5")]

    assert keys(going_order(homes, None)) == [3, 2, 1, 4]


def test_the_teachers_own_turns_come_first_inside_a_subdistrict():
    homes = [
        Home(1, "5", point=(18.001, 99.0)),
        Home(2, "5", turn=2, point=(18.09, 99.0)),
        Home(3, "5", turn=1),
        Home(4, "5", point=(18.08, 99.0)),
    ]

    assert keys(going_order(homes, SCHOOL)) == [3, 2, 4, 1]


places = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(
    lambda steps: (17.9 + steps[0] / 100, 98.9 + steps[1] / 100)
)
some_homes = st.lists(
    st.tuples(
        st.sampled_from(["", "500101", "500102"]),
        st.sampled_from(["", "1", "2"]),
        st.none() | st.integers(1, 5),
        st.none() | places,
    ),
    max_size=12,
)


@given(some_homes, st.none() | places)
def test_every_home_is_gone_to_once_and_subdistricts_are_not_parted(rows, school):
    homes = [Home(n, code, moo, "", turn, point) for n, (code, moo, turn, point) in enumerate(rows)]

    ordered = going_order(homes, school, "500101")

    assert sorted(keys(ordered)) == keys(homes)
    codes = [home.subdistrict for home in ordered]
    changes = sum(one != other for one, other in itertools.pairwise(codes))
    assert changes == max(len(set(codes)) - 1, 0)


def test_there_is_no_map_without_a_home():
    assert visit_map.draw([], SCHOOL) is None


def test_north_is_up_and_both_directions_have_one_scale():
    spots = [
        visit_map.Spot(1, (18.02, 99.0), "ต.เหนือ"),
        visit_map.Spot(2, (18.0, 99.02), "ต.ตะวันออก"),
    ]

    sheet = visit_map.draw(spots, SCHOOL)

    (first, second) = sheet.marks
    assert first.y < sheet.school[1] and second.x > sheet.school[0]
    north, east = sheet.school[1] - first.y, second.x - sheet.school[0]
    assert east / north == pytest.approx(0.951, abs=0.01)  # cos 18°
    assert [label.text for label in sheet.labels] == ["ต.เหนือ", "ต.ตะวันออก"]


def test_homes_at_one_place_share_a_mark():
    spots = [visit_map.Spot(n, (18.0, 99.0)) for n in (1, 2, 3, 7)]

    sheet = visit_map.draw(spots, None)

    assert [mark.text for mark in sheet.marks] == ["1–3, 7"]
    assert sheet.school is None


@given(st.lists(places, min_size=1, max_size=20), st.none() | places)
def test_everything_lies_on_the_sheet_and_the_bar_fits(points, school):
    sheet = visit_map.draw([visit_map.Spot(n, p, "ต.ก") for n, p in enumerate(points, 1)], school)

    for mark in sheet.marks:
        assert 0 < mark.x < sheet.width and 0 < mark.y < sheet.height
    for label in sheet.labels:
        assert 0 < label.x < sheet.width and 0 < label.y < sheet.height
    assert 0 < sheet.bar <= sheet.width / 4
    assert sorted(n for mark in sheet.marks for n in mark.numbers) == list(
        range(1, len(points) + 1)
    )
