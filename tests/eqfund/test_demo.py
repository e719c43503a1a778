"""The demo's clock: edge by edge along the calendar, and what happened on the way."""

import pytest

from eqfund import demo
from eqfund.refusal import Refused

pytestmark = pytest.mark.django_db


def test_the_next_event_is_an_edge_and_each_edge_comes_once(calendar, term, at):
    now, edges = at("2569-05-01 00:00"), []
    while len(edges) < 200:
        try:
            now = demo.next_event(now)
        except Refused:
            break
        edges.append(now)

    assert edges == sorted(set(edges))
    assert edges[-1] == at("2569-10-31 00:00")
    assert at("2569-07-24 17:00") in edges
    assert demo.moments(term, edges[-1]) == []


def test_after_the_last_event_there_is_none_and_it_says_so(calendar, at):
    with pytest.raises(Refused):
        demo.next_event(at("2569-10-31 00:00"))
    with pytest.raises(Refused):
        demo.next_event(at("2569-12-31 09:00"))


def test_what_happened_is_what_lies_between_two_moments(calendar, term, at):
    before, after = at("2569-07-24 16:59"), at("2569-07-24 17:00")

    passed = demo.passed(term, before.isoformat(), after)

    assert {moment.at for moment in passed} == {after}
    assert any("นร./กสศ.01" in moment.title for moment in passed)


@pytest.mark.parametrize(
    "since", ["", "soon", "2026-07-24", "2027-01-01T00:00:00+07:00", "1970-01-01T00:00:00+07:00"]
)
def test_an_address_that_names_no_moment_tells_nothing(since, calendar, term, at):
    assert demo.passed(term, since, at("2569-07-24 17:00")) == []
