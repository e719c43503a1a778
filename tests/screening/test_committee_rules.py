"""The committee's rules: quorum, abstention, what keeps a meeting from being signed; verification's steps; spans of grants."""

import pytest
from hypothesis import given, strategies as st

from eqfund.school_year import TermKey
from screening.rules import committee, grants, verification
from screening.rules.committee import Fault, Line, Member, Plan, faults


@pytest.mark.parametrize(
    ("members", "present", "counts"),
    [
        pytest.param(9, 5, True, id="5 of 9"),
        pytest.param(9, 4, False, id="4 of 9"),
        pytest.param(15, 8, True, id="8 of 15"),
        pytest.param(15, 7, False, id="7 of 15"),
        pytest.param(10, 5, True, id="exactly half"),
        pytest.param(1, 0, False, id="nobody"),
        pytest.param(0, 0, False, id="no committee"),
    ],
)
def test_quorum_is_at_least_half_of_the_members(members, present, counts):
    assert committee.has_quorum(members, present) is counts


@pytest.mark.parametrize(("members", "present"), [(9, 10), (9, -1)])
def test_a_presence_that_cannot_be_is_an_error(members, present):
    with pytest.raises(ValueError):
        committee.has_quorum(members, present)


def test_no_committee_has_no_quorum_number():
    with pytest.raises(ValueError):
        committee.quorum_of(0)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_one_more_present_never_loses_the_quorum(meeting):
    members, present = meeting
    if committee.has_quorum(members, present):
        assert committee.has_quorum(members, present + 1)


@pytest.mark.parametrize(
    ("present", "abstaining", "may"),
    [(5, 0, True), (5, 3, True), (5, 4, False), (2, 0, True), (2, 1, False)],
)
def test_two_must_be_left_to_decide(present, abstaining, may):
    assert committee.may_decide(present, abstaining) is may


@pytest.mark.parametrize(("present", "abstaining"), [(2, 3), (2, -1)])
def test_an_abstention_that_cannot_be_is_an_error(present, abstaining):
    with pytest.raises(ValueError):
        committee.may_decide(present, abstaining)


MEMBERS = [
    Member("chair", True),
    Member("secretary", True),
    Member("parents", True),
    Member("teachers", False),
    Member("community", False),
]
LINES = [Line("certify"), Line("refuse", abstaining=1)]
NIL = Plan(0, 0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, [], id="complete"),
        pytest.param({"members": []}, [Fault.NO_MEMBERS, Fault.TOO_FEW_DECIDING], id="no members"),
        pytest.param(
            {"members": [Member("chair", False), *MEMBERS[1:]]},
            [Fault.NO_CHAIR, Fault.NO_QUORUM, Fault.TOO_FEW_DECIDING],
            id="chair",
        ),
        pytest.param(
            {
                "members": [
                    MEMBERS[0],
                    Member("secretary", False),
                    MEMBERS[2],
                    Member("alumni", True),
                ]
            },
            [Fault.NO_SECRETARY],
            id="secretary away",
        ),
        pytest.param(
            {"members": [*MEMBERS, Member("alumni", False), Member("expert", False)]},
            [Fault.NO_QUORUM],
            id="3 of 7",
        ),
        pytest.param({"lines": []}, [Fault.NO_LINES], id="nobody to certify"),
        pytest.param(
            {"lines": [Line("certify"), Line("")]}, [Fault.UNDECIDED], id="one not decided"
        ),
        pytest.param(
            {"lines": [Line("certify", abstaining=2)]},
            [Fault.TOO_FEW_DECIDING],
            id="one left to decide",
        ),
        pytest.param({"plan": None}, [Fault.NO_PLAN], id="no plan, not even a nil one"),
        pytest.param({"plan": Plan(100, 99)}, [Fault.PLAN_DIFFERS], id="a satang short"),
        pytest.param({"plan": Plan(0, 100)}, [Fault.PLAN_DIFFERS], id="items on nothing"),
        pytest.param({"plan": Plan(100, 100)}, [], id="the whole share planned"),
        pytest.param({"has_minutes": False}, [Fault.NO_MINUTES], id="no minutes"),
    ],
)
def test_what_keeps_a_meeting_from_being_signed(changes, expected):
    whole = {"members": MEMBERS, "lines": LINES, "plan": NIL, "has_minutes": True}

    assert faults(**{**whole, **changes}) == expected


def test_a_plan_of_nothing_is_nil():
    assert NIL.is_nil
    assert not Plan(100, 100).is_nil


def test_the_share_is_per_certified_pupil():
    assert committee.share_of(12, 80_000) == 960_000
    assert committee.share_of(12, 0) == 0
    with pytest.raises(ValueError):
        committee.share_of(-1, 0)


def test_every_status_says_what_may_follow_and_can_be_reached():
    for module, first in (
        (committee, committee.MeetingStatus.DRAFT),
        (grants, grants.GrantStatus.ACTIVE),
    ):
        reached, todo = set(), {first}
        while todo:
            status = todo.pop()
            reached.add(status)
            todo |= module.TRANSITIONS[status] - reached
        assert reached == set(module.TRANSITIONS) == set(type(first))


@pytest.mark.parametrize(
    ("done", "step"),
    [
        ([], "list"),
        ([("list", "passed")], "account"),
        ([("list", "passed"), ("account", "passed")], "grant"),
        ([("list", "passed"), ("account", "passed"), ("grant", "passed")], None),
        ([("list", "sent_back")], None),
        ([("list", "passed"), ("account", "sent_back")], None),
    ],
)
def test_verification_goes_step_by_step(done, step):
    assert verification.next_step(done) == step


@pytest.mark.parametrize(
    ("first", "years", "last"),
    [
        ("1/2569", 3, "2/2571"),
        ("2/2569", 3, "1/2572"),
        ("1/2569", 1, "2/2569"),
        ("2/2568", 1, "1/2569"),
    ],
)
def test_a_grant_covers_whole_years_from_its_first_term(first, years, last):
    assert grants.last_term(TermKey.parse(first), years).label == last


def test_a_grant_of_no_year_is_an_error():
    with pytest.raises(ValueError):
        grants.last_term(TermKey(2569, 1), 0)


@pytest.mark.parametrize(
    ("term", "inside"),
    [("2/2568", False), ("1/2569", True), ("2/2570", True), ("2/2571", True), ("1/2572", False)],
)
def test_the_ends_of_a_span_belong_to_it(term, inside):
    first = TermKey(2569, 1)

    assert grants.covers(first, grants.last_term(first), TermKey.parse(term)) is inside


@given(st.integers(2500, 2600), st.sampled_from([1, 2]), st.integers(1, 6))
def test_a_span_has_two_terms_a_year(year, number, years):
    first = TermKey(year, number)
    term, count = first, 1
    while term != grants.last_term(first, years):
        term, count = term.next(), count + 1

    assert count == 2 * years
