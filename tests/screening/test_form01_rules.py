import pytest
from hypothesis import given, strategies as st

from screening.form01.rules import (
    EDITABLE,
    PAST_OFFICER,
    SENT,
    STORED,
    TRANSITIONS,
    Hint,
    Problem,
    Status,
    Why,
    grid_of,
    hints,
    household_income,
    ids_of_household,
    income_per_head_satang,
    member_income,
    officer_is_of_household,
    only_asked,
    problems,
    rows_expected,
    sections_with,
    worked_out,
)
from screening.form01.v2569 import V2569
from screening.pmt.scoring import passes_gate
from tests.screening.form01_data import INSTITUTION, PLAIN, PRIVATE, SIGNED, household

GATE_SATANG = 300_000

# States


def test_every_status_says_what_may_follow_it():
    assert set(TRANSITIONS) == set(Status)


def test_every_status_can_be_reached():
    reached, todo = set(), {Status.DRAFT}
    while todo:
        status = todo.pop()
        reached.add(status)
        todo |= TRANSITIONS[status] - reached
    assert reached == set(Status)


def test_nothing_leads_out_of_the_announcement_or_a_withdrawal():
    assert TRANSITIONS[Status.ANNOUNCED] == TRANSITIONS[Status.WITHDRAWN] == set()


def test_groups_of_states_say_what_they_name():
    assert {
        status for status, after in TRANSITIONS.items() if Status.SUBMITTED in after
    } == EDITABLE
    assert Status.REFUSED not in PAST_OFFICER
    assert Status.SIGNED in PAST_OFFICER < SENT < STORED
    assert set(Status) - STORED == {Status.SCORED, Status.ANNOUNCED}


# Income


@pytest.mark.parametrize(
    ("total", "size", "satang"),
    [
        pytest.param(5_600, 3, 186_667, id="1,866.67 is shown as 1,867"),
        pytest.param(9_000, 3, 300_000, id="exactly the criterion"),
        pytest.param(9_001, 3, 300_033, id="a third of a baht over"),
        pytest.param(0, 4, 0, id="no income"),
        pytest.param(1, 8, 13, id="12.5 satang round up"),
        pytest.param(1, 3, 33, id="33.3 satang round down"),
        pytest.param(10_000_000, 1, 1_000_000_000, id="alone and rich"),
    ],
)
def test_income_per_head(total, size, satang):
    assert income_per_head_satang(total, size) == satang


@pytest.mark.parametrize(
    ("total", "size", "within"),
    [
        pytest.param(5_600, 3, True, id="well within"),
        pytest.param(9_000, 3, True, id="not more than 3,000 passes"),
        pytest.param(9_001, 3, False, id="3,000.33 does not"),
        pytest.param(90_001, 30, False, id="a thirtieth of a baht over"),
    ],
)
def test_the_income_criterion(total, size, within):
    assert passes_gate(total * 100, size, GATE_SATANG) is within


@pytest.mark.parametrize(("total", "size"), [(-1, 3), (100, 0)])
def test_a_household_that_cannot_be_is_an_error(total, size):
    with pytest.raises(ValueError):
        income_per_head_satang(total, size)


@given(st.integers(0, 10_000_000), st.integers(1, 30))
def test_rounding_to_the_satang_never_changes_the_decision(total, size):
    shown = income_per_head_satang(total, size)

    assert passes_gate(total * 100, size, GATE_SATANG) is (shown <= GATE_SATANG)


def test_incomes_are_summed_over_five_columns_and_all_members():
    member = {
        "income_wage": 1,
        "income_farm_net": 20,
        "income_business_net": 300,
        "income_welfare": 4_000,
        "income_other": 50_000,
        "age": 34,
    }

    assert member_income(member) == 54_321
    assert household_income([member, {}, {"income_wage": None}]) == 54_321


def test_what_is_worked_out_of_a_household():
    found = worked_out(PLAIN, {**PRIVATE, "lat": 18.5786, "lng": 99.0087})

    assert found == {
        "household_income_total_satang": 560_000,
        "income_per_capita_satang": 186_667,
        "home_grid": "18.57,99.00",
    }


def test_nothing_is_worked_out_of_an_institution_or_a_half_answer():
    assert worked_out(INSTITUTION, {"members": PRIVATE["members"]}) == {}
    assert worked_out({}, PRIVATE) == {}
    assert worked_out(PLAIN, {"lat": 18.5}) == {}


@pytest.mark.parametrize(
    ("point", "cell"),
    [
        ((18.5786, 99.0087), "18.57,99.00"),
        ((5.0, 100.019), "5.00,100.01"),
        ((-0.005, 102.5), "-0.01,102.50"),
    ],
)
def test_grid_of(point, cell):
    assert grid_of(*point) == cell


@given(st.floats(-89, 89), st.floats(-179, 179))
def test_a_cell_never_tells_more_than_a_hundredth_of_a_degree(latitude, longitude):
    north, east = grid_of(latitude, longitude).split(",")

    assert abs(float(north) - latitude) <= 0.0101
    assert abs(float(east) - longitude) <= 0.0101


# What is missing


def found(plain=PLAIN, private=PRIVATE, *, unread=None, photos=None, signed_by=SIGNED):
    return problems(
        V2569,
        plain,
        private,
        unread=unread or {},
        photos={"exterior", "interior"} if photos is None else photos,
        signed_by=signed_by,
    )


def without(values, *codes):
    return {code: value for code, value in values.items() if code not in codes}


def test_a_whole_household_has_nothing_missing():
    assert found() == []


def test_a_whole_institution_has_nothing_missing():
    private = {**without(PRIVATE, "members"), **household.institution_private}

    assert found(INSTITUTION, private) == []


REQUIRED = [
    field.code
    for section in V2569.sections[:8]
    for field in section.fields
    if field.required and field.code in {**PLAIN, **PRIVATE}
]


@pytest.mark.parametrize("code", REQUIRED)
def test_each_required_answer_is_missed(code):
    section = V2569.section_of(code)

    missing = found(without(PLAIN, code), without(PRIVATE, code))

    assert Problem(section.number, code, Why.MISSING) in missing


MEMBERS = PRIVATE["members"]


def members(*rows):
    return {**PRIVATE, "members": list(rows)}


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        pytest.param(
            {"plain": {**PLAIN, "household_size": 4}},
            Problem(2, "members", Why.ROWS_AND_SIZE_DIFFER),
            id="fewer cards than members",
        ),
        pytest.param(
            {"private": members(*MEMBERS[1:], {**MEMBERS[0], "relationship": "sibling"})},
            Problem(2, "members", Why.NO_ROW_OF_THE_PUPIL),
            id="nobody is the pupil",
        ),
        pytest.param(
            {"private": members(*MEMBERS[:2], {**MEMBERS[2], "relationship": "self"})},
            Problem(2, "members", Why.SEVERAL_ROWS_OF_THE_PUPIL),
            id="two are the pupil",
        ),
        pytest.param(
            {"private": members(*MEMBERS[:2], {**MEMBERS[2], "national_id": "1101700203450"})},
            Problem(2, "national_id", Why.SAME_ID_TWICE, 2),
            id="one id, two members",
        ),
        pytest.param(
            {"private": members(*MEMBERS[:2], without(MEMBERS[2], "age"))},
            Problem(2, "age", Why.MISSING, 2),
            id="a member without age",
        ),
        pytest.param(
            {"unread": {"members": {"1": {"income_wage": "-300"}}}},
            Problem(2, "income_wage", Why.UNREADABLE, 1),
            id="a member's income that could not be read",
        ),
        pytest.param(
            {"unread": {"pocket_money_day": "สิบบาท"}},
            Problem(5, "pocket_money_day", Why.UNREADABLE),
            id="an answer that could not be read",
        ),
        pytest.param(
            {"plain": {**PLAIN, "has_dependency": True, "dependency": []}},
            Problem(3, "dependency", Why.MISSING),
            id="dependants, but which",
        ),
        pytest.param(
            {"plain": {**PLAIN, "housing_tenure": "rent"}},
            Problem(3, "rent_per_month", Why.MISSING),
            id="rented, but for how much",
        ),
        pytest.param(
            {
                "plain": {
                    **PLAIN,
                    "has_vehicle": True,
                    "veh_car": "none",
                    "veh_pickup": "none",
                    "veh_tractor": "none",
                    "veh_motorcycle_boat": False,
                }
            },
            Problem(3, "has_vehicle", Why.NO_VEHICLE_NAMED),
            id="a vehicle, but none named",
        ),
        pytest.param(
            {"plain": {**PLAIN, "pdpa_ack": False}},
            Problem(8, "pdpa_ack", Why.MISSING),
            id="policy not acknowledged",
        ),
        pytest.param(
            {"photos": {"exterior"}},
            Problem(7, "photo_interior", Why.PHOTO_MISSING),
            id="no photo of the inside",
        ),
        pytest.param(
            {"plain": {**PLAIN, "photo_exception": "not_permitted"}},
            Problem(7, "photo_exterior", Why.PHOTO_MISSING),
            id="exception without its photo",
        ),
        pytest.param(
            {"signed_by": {"pupil", "teacher"}},
            Problem(9, "sig_guardian", Why.SIGNATURE_MISSING),
            id="guardian has not signed",
        ),
        pytest.param(
            {"plain": {**PLAIN, "guardian_relationship": "other"}},
            Problem(1, "guardian_relationship_other", Why.MISSING),
            id="another relationship, but which",
        ),
        pytest.param(
            {"private": without(PRIVATE, "members")},
            Problem(2, "members", Why.MISSING),
            id="no member at all",
        ),
    ],
)
def test_a_problem_is_named_where_it_is(case, expected):
    assert expected in found(**case)


def test_the_exceptions_photo_stands_for_both():
    exception = {**PLAIN, "photo_exception": "other_district"}

    assert found(exception, photos={"exception"}) == []


def test_a_guardian_without_an_id_is_not_asked_for_one():
    plain = {**PLAIN, "guardian_no_national_id": True}

    assert found(plain, without(PRIVATE, "guardian_national_id")) == []


def test_a_household_of_twelve_fills_the_ten_rows_of_the_form():
    rows = [MEMBERS[0], *({**without(MEMBERS[1], "national_id")} for _each in range(9))]

    assert rows_expected(12, V2569) == 10
    assert found({**PLAIN, "household_size": 12}, members(*rows)) == []


def test_problems_come_in_the_forms_order():
    everything = found({}, {}, photos=set(), signed_by=set())

    assert [p.section for p in everything] == sorted(p.section for p in everything)
    assert sections_with(everything) == {1, 2, 3, 5, 6, 7, 8, 9}


# What looks odd


@pytest.mark.parametrize(
    ("plain", "private", "hint"),
    [
        pytest.param(PLAIN, {}, Hint.NO_POINT, id="no point"),
        pytest.param(
            PLAIN,
            members({**MEMBERS[0], "has_disability": True}),
            Hint.DISABLED_MEMBER,
            id="a disabled member, not in 3.1",
        ),
        pytest.param(
            PLAIN,
            members({**MEMBERS[0], "has_chronic_disease": True}),
            Hint.CHRONIC_MEMBER,
            id="a chronic disease, not in 3.1",
        ),
        pytest.param(PLAIN, members({"age": 60}), Hint.ELDERLY_MEMBER, id="sixty today"),
        pytest.param(
            {**PLAIN, "veh_car": "upto15"},
            members({"age": 30}),
            Hint.NO_INCOME_BUT_CAR,
            id="no income, a new car",
        ),
    ],
)
def test_hints(plain, private, hint):
    assert hint in hints(plain, private)


def test_no_hint_when_section_three_agrees():
    plain = {**PLAIN, "dependency": ["elderly60", "disabled", "chronic"]}
    private = members(
        {"age": 70, "has_disability": True, "has_chronic_disease": True, "income_wage": 1}
    )

    assert hints(plain, {**private, "lat": 1.0, "lng": 1.0}) == []


def test_an_institution_is_asked_for_its_point_alone():
    assert hints(INSTITUTION, members({"age": 80})) == [Hint.NO_POINT]


# Odds and ends


def test_answers_to_what_is_no_longer_asked_are_left_out():
    moved = {**PLAIN, "lives_with": "institution", "home_grid": "18.57,99.00"}

    kept = only_asked(V2569, moved)

    assert "farm_land" not in kept
    assert "household_size" not in kept
    assert kept["travel_method"] == PLAIN["travel_method"]
    assert kept["home_grid"] == "18.57,99.00"


def test_rent_is_left_out_when_the_house_is_their_own():
    assert "rent_per_month" not in only_asked(V2569, {**PLAIN, "rent_per_month": 900})


def test_the_official_is_not_of_the_household():
    assert ids_of_household(PRIVATE) == {
        PRIVATE["guardian_national_id"],
        *(member["national_id"] for member in MEMBERS if "national_id" in member),
    }
    assert officer_is_of_household("1-1017-00203-45-0", PRIVATE)
    assert not officer_is_of_household("3100600000005", PRIVATE)
