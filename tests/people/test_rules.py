"""Who gives which post where, and which posts are not one person's: tables of cases."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given, strategies as st

from eqfund.access import LEVELS, SEGMENTS, VERBS, Role
from eqfund.people import rules
from eqfund.people.rules import Clash, Post

OFFICE, OTHER_OFFICE = "TH/1/2/", "TH/1/20/"
SCHOOL, OTHER_SCHOOL = "TH/1/2/3/", "TH/1/20/4/"
CLASS = "TH/1/2/3/5/"
places = {
    "homeroom_teacher": CLASS,
    "office_admin": OFFICE,
    "affiliation_officer": "TH/1/",
    **dict.fromkeys(
        ("screening_teacher", "registry_keeper", "school_admin", "school_director"), SCHOOL
    ),
    **dict.fromkeys((*rules.FUND_ROLES, "auditor", "system_admin"), "TH/"),
}


def test_every_role_has_a_granter_a_level_and_a_place_in_the_chain():
    assert set(rules.ROLES) == set(Role) == set(rules.GRANTERS) == set(rules.SEGMENTS)
    assert {role: SEGMENTS[LEVELS[role]] for role in Role} == rules.SEGMENTS


def test_the_chain_leads_from_everyone_up_to_a_system_administrator():
    for role in rules.ROLES:
        reached, seen = {role}, set()
        while reached - seen:
            seen |= reached
            reached = {giver for one in reached for giver in rules.granters_of(one)}
        assert "system_admin" in seen


@pytest.mark.parametrize(
    ("giver", "giver_path", "role", "path", "may"),
    [
        ("school_admin", SCHOOL, "homeroom_teacher", CLASS, True),
        ("school_admin", SCHOOL, "screening_teacher", SCHOOL, True),
        ("school_admin", SCHOOL, "registry_keeper", SCHOOL, True),
        ("school_admin", SCHOOL, "school_admin", SCHOOL, False),
        ("school_admin", SCHOOL, "school_director", SCHOOL, False),
        ("school_admin", SCHOOL, "registry_keeper", OTHER_SCHOOL, False),
        ("school_admin", SCHOOL, "homeroom_teacher", SCHOOL, False),  # a class is meant
        ("school_director", SCHOOL, "homeroom_teacher", CLASS, False),
        ("office_admin", OFFICE, "school_admin", SCHOOL, True),
        ("office_admin", OFFICE, "school_director", SCHOOL, True),
        ("office_admin", OTHER_OFFICE, "school_admin", SCHOOL, False),
        ("office_admin", OFFICE, "homeroom_teacher", CLASS, False),
        ("office_admin", OFFICE, "office_admin", OFFICE, False),
        ("affiliation_officer", "TH/1/", "office_admin", OFFICE, True),
        ("affiliation_officer", "TH/2/", "office_admin", OFFICE, False),
        ("fund_officer", "TH/", "office_admin", OFFICE, True),
        ("fund_approver", "TH/", "office_admin", OFFICE, False),
        ("fund_officer", "TH/", "fund_officer", "TH/", False),
        ("system_admin", "TH/", "affiliation_officer", "TH/1/", True),
        ("system_admin", "TH/", "auditor", "TH/", True),
        ("system_admin", "TH/", "fund_finance", "TH/", True),
        ("system_admin", "TH/", "system_admin", "TH/", True),
        ("system_admin", "TH/", "school_admin", SCHOOL, False),  # the chain is kept
        ("auditor", "TH/", "school_admin", SCHOOL, False),
    ],
)
def test_a_post_is_given_by_the_level_above_at_its_own_places(giver, giver_path, role, path, may):
    assert rules.grants(giver, giver_path, role, path) is may


@pytest.mark.parametrize(
    ("a", "a_path", "b", "b_path", "reason"),
    [
        ("fund_officer", "TH/", "fund_approver", "TH/", Clash.MONEY_NEEDS_THREE),
        ("fund_officer", "TH/", "fund_finance", "TH/", Clash.MONEY_NEEDS_THREE),
        ("fund_approver", "TH/", "fund_finance", "TH/", Clash.MONEY_NEEDS_THREE),
        ("fund_officer", "TH/", "school_admin", SCHOOL, Clash.FUND_AND_FIELD),
        ("fund_finance", "TH/", "homeroom_teacher", CLASS, Clash.FUND_AND_FIELD),
        ("fund_approver", "TH/", "office_admin", OFFICE, Clash.FUND_AND_FIELD),
        ("fund_officer", "TH/", "affiliation_officer", "TH/1/", None),
        ("system_admin", "TH/", "affiliation_officer", "TH/1/", None),
        ("office_admin", OFFICE, "school_director", SCHOOL, Clash.OFFICE_OVER_OWN_SCHOOL),
        ("office_admin", OFFICE, "school_admin", SCHOOL, Clash.OFFICE_OVER_OWN_SCHOOL),
        ("office_admin", OTHER_OFFICE, "school_director", SCHOOL, None),
        ("office_admin", OFFICE, "homeroom_teacher", CLASS, None),
        ("school_director", SCHOOL, "school_admin", SCHOOL, None),  # deeds compare persons
        ("school_director", SCHOOL, "homeroom_teacher", CLASS, None),
        ("school_admin", SCHOOL, "registry_keeper", SCHOOL, None),
        ("school_admin", SCHOOL, "school_admin", OTHER_SCHOOL, None),
        ("homeroom_teacher", CLASS, "homeroom_teacher", CLASS, None),
    ],
)
def test_posts_that_check_each_other_are_not_one_persons(a, a_path, b, b_path, reason):
    assert rules.clash(a, a_path, b, b_path) == reason
    assert rules.clash(b, b_path, a, a_path) == reason


def test_an_auditor_holds_no_other_post():
    for role in set(rules.ROLES) - {"auditor"}:
        assert rules.clash("auditor", "TH/", role, places[role]) is Clash.AUDITOR_ALONE


def test_a_system_administrator_holds_no_post_that_sees_a_child():
    for role in set(VERBS["read_child"]) - {"system_admin"}:
        assert rules.clash("system_admin", "TH/", role, places[role])


@pytest.mark.parametrize(
    ("a", "b", "shared"),
    [
        (("2026-05-01", None), ("2026-06-01", None), True),
        (("2026-05-01", "2026-05-31"), ("2026-06-01", None), False),
        (("2026-05-01", "2026-06-01"), ("2026-06-01", None), True),  # the last day counts
        (("2026-05-01", "2026-05-01"), ("2026-05-01", "2026-05-01"), True),
        (("2026-07-01", None), ("2026-05-01", "2026-06-30"), False),
    ],
)
def test_two_posts_share_a_day_or_not(a, b, shared):
    first, second = (Post("auditor", "TH/", *map(_day, days)) for days in (a, b))

    assert rules.overlap(first, second) is rules.overlap(second, first) is shared


def test_a_clash_of_other_days_is_none_and_the_same_post_again_is_found():
    old = Post("fund_officer", "TH/", _day("2025-05-01"), _day("2026-04-30"))
    new = Post("fund_approver", "TH/", _day("2026-05-01"))
    early = Post("fund_approver", "TH/", _day("2026-04-30"))

    assert rules.first_clash(new, [old]) is None
    assert rules.first_clash(early, [old]) == (old, Clash.MONEY_NEEDS_THREE)
    assert rules.same_again(new, [old, early]) == early
    assert rules.same_again(old, [early]) is None


@given(st.sampled_from(sorted(product(rules.ROLES, rules.ROLES))))
def test_nobody_who_gives_a_post_clashes_less_in_one_order_than_the_other(pair):
    a, b = pair
    assert rules.clash(a, places[a], b, places[b]) == rules.clash(b, places[b], a, places[a])


@pytest.mark.parametrize("role", rules.ROLES)
def test_a_granter_sees_the_posts_they_give(role):
    for giver in rules.granters_of(role):
        path = places[role]
        giver_path = places[giver]
        assert rules.sees(giver, giver_path, role, path)
        assert not rules.sees("homeroom_teacher", CLASS, role, path)


def _day(text):
    return date.fromisoformat(text) if text else None
