"""Who signs, when a confirmation holds, what a phone number and a point are."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from eqfund import addresses
from eqfund.schools import geography, rules
from eqfund.schools.rules import Head, ProfileState

DAY = date(2026, 6, 1)
IN_POST = Head("ก", "in_post", date(2025, 10, 1))
ACTING = Head("ข", "acting", date(2026, 5, 1), date(2026, 6, 30), "other")
ON_BEHALF = Head("ค", "on_behalf", date(2026, 6, 1), date(2026, 6, 1), "other")
LEFT = Head("ง", "in_post", date(2020, 1, 1), date(2025, 9, 30), "retired")


@pytest.mark.parametrize(
    ("heads", "day", "who"),
    [
        pytest.param([], DAY, None, id="nobody"),
        pytest.param([IN_POST], DAY, "ก", id="who is in post"),
        pytest.param([LEFT, IN_POST], DAY, "ก", id="not who retired"),
        pytest.param([LEFT], date(2025, 9, 30), "ง", id="the last day counts"),
        pytest.param([LEFT], date(2025, 10, 1), None, id="the day after does not"),
        pytest.param([IN_POST, ACTING], DAY, "ข", id="who stands in signs"),
        pytest.param([ACTING, IN_POST], DAY, "ข", id="in either order"),
        pytest.param([ON_BEHALF], DAY, "ค", id="on behalf, of one day"),
        pytest.param([ACTING], date(2026, 7, 1), None, id="the post is empty again"),
        pytest.param([IN_POST], date(2025, 9, 30), None, id="not before the first day"),
    ],
)
def test_who_signs(heads, day, who):
    signs = rules.signer(heads, day)

    assert (signs.full_name if signs else None) == who


@pytest.mark.parametrize(
    ("confirmed", "now", "state"),
    [
        (None, "", ProfileState.NOT_CONFIRMED),
        (None, "a", ProfileState.NOT_CONFIRMED),
        ("a", "a", ProfileState.CONFIRMED),
        ("a", "b", ProfileState.CHANGED),
        pytest.param("", "", ProfileState.CONFIRMED, id="carried over, untouched since"),
        pytest.param("", "a", ProfileState.CHANGED, id="carried over, edited since"),
    ],
)
def test_a_confirmation_holds_while_nothing_changed(confirmed, now, state):
    assert rules.profile_state(confirmed, now) is state


@given(st.permutations([IN_POST, ACTING, ON_BEHALF, LEFT]))
def test_the_digest_does_not_depend_on_the_order_of_lines(heads):
    profile = {"phone": "1", "moo": "2"}
    turned = dict(reversed(profile.items()))

    assert rules.digest_of(profile, heads) == rules.digest_of(
        turned, [IN_POST, ACTING, ON_BEHALF, LEFT]
    )


@pytest.mark.parametrize(
    "other",
    [
        ({"phone": "2"}, [IN_POST]),
        ({"phone": "1", "moo": "1"}, [IN_POST]),
        ({"phone": "1"}, []),
        ({"phone": "1"}, [IN_POST, LEFT]),
        ({"phone": "1"}, [Head("ก", "acting", IN_POST.starts_on)]),
        ({"phone": "1"}, [Head("ก", "in_post", IN_POST.starts_on + timedelta(1))]),
    ],
)
def test_the_digest_tells_every_change(other):
    assert rules.digest_of({"phone": "1"}, [IN_POST]) != rules.digest_of(*other)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0 2079 5475", "0 2079 5475"),
        ("02-079-5475", "0 2079 5475"),
        ("(๐๕๓) ๑๒๓๔๕๖ ต่อ ๑๒", "0 5312 3456 ต่อ 12"),
        ("081 234 5678", "08 1234 5678"),
        ("+66 81 234 5678", "08 1234 5678"),
        ("6653123456", "0 5312 3456"),
        ("053123456 #9", "0 5312 3456 ต่อ 9"),
        pytest.param("1", None, id="one digit"),
        pytest.param("0812345", None, id="too short"),
        pytest.param("05312345678", None, id="too long"),
        pytest.param("153123456", None, id="without the nought"),
        pytest.param("ไม่มี", None, id="no digit"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_phone_number_is_read_as_people_write_it(text, shown):
    assert rules.phone_of(text) == shown


def test_every_province_has_its_town():
    assert set(geography.TOWNS) == set(addresses.provinces()) - {"78"}
    assert all(
        geography.why_not_there(*town, code) is None for code, town in geography.TOWNS.items()
    )


@pytest.mark.parametrize(
    ("point", "province", "fault"),
    [
        pytest.param((15.15, 98.45), "71", None, id="Sangkhla Buri, the furthest of Kanchanaburi"),
        pytest.param((17.65, 97.90), "58", None, id="the south of Mae Hong Son"),
        pytest.param((5.65, 101.14), "95", None, id="Betong, the south of the country"),
        pytest.param((18.79, 98.99), "", None, id="no province known"),
        pytest.param((98.99, 18.79), "50", "turned", id="changed over"),
        pytest.param((16.05, 108.2), "34", "outside", id="Da Nang"),
        pytest.param((0, 0), "50", "outside", id="nowhere"),
        pytest.param((7.88, 98.39), "50", "far", id="Phuket for Chiang Mai"),
    ],
)
def test_a_point_lies_where_the_address_says(point, province, fault):
    assert geography.why_not_there(*point, province) == fault


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (("99", "3", "", "", "ต.ก"), "99 หมู่ที่ 3 ต.ก"),
        (("1", "", "ถนนสุขุมวิท", "ซอย 5", "แขวงก"), "1 ซอย 5 ถนนสุขุมวิท แขวงก"),
        (("", "", "", "", ""), ""),
    ],
)
def test_an_address_is_written_as_in_letters(parts, line):
    house_no, moo, road, rest, place = parts
    assert rules.address_line(house_no, moo, road, rest, place) == line
