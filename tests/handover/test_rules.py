"""Who answers, until when, who sees what: tables of cases."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from eqfund.handover import rules, rules_status
from eqfund.handover.rules import Fact, Side, Status, Way
from eqfund.handover.rules_status import PupilStatus

WHO = {Fact.NAME, Fact.GRADE, Fact.BIRTH_YEAR}
SCHOOLS = {Fact.FROM_SCHOOL, Fact.TO_SCHOOL, Fact.MESSAGE}


@pytest.mark.parametrize(
    ("way", "answers", "begins"),
    [
        (Way.SENT, Side.RECEIVER, Side.SENDER),
        (Way.ASKED, Side.SENDER, Side.RECEIVER),
        (Way.REGISTRY, Side.SENDER, Side.RECEIVER),
        (Way.AGREED, Side.SENDER, Side.RECEIVER),
    ],
)
def test_whoever_did_not_begin_it_answers(way, answers, begins):
    assert (rules.answers(way), rules.begins(way)) == (answers, begins)


@pytest.mark.parametrize(
    ("proposed", "lapses"),
    [
        pytest.param(date(2026, 8, 3), date(2026, 10, 31), id="with the term"),
        pytest.param(date(2026, 10, 17), date(2026, 10, 31), id="two weeks before its end"),
        pytest.param(date(2026, 10, 18), date(2026, 11, 1), id="a day later"),
        pytest.param(date(2026, 10, 31), date(2026, 11, 14), id="on its last day"),
    ],
)
def test_it_lapses_with_the_term_and_never_within_two_weeks(proposed, lapses):
    last = rules.lapses_on(proposed, date(2026, 10, 31))

    assert last == lapses
    assert not rules.has_lapsed(last, last)
    assert rules.has_lapsed(last, last + timedelta(days=1))


@given(st.dates(date(2026, 5, 1), date(2027, 4, 30)))
def test_there_are_always_two_weeks_to_answer(day):
    assert rules.lapses_on(day, date(2026, 10, 31)) >= day + timedelta(days=14)


@pytest.mark.parametrize(
    ("proposed", "due"),
    [
        pytest.param(date(2026, 6, 8), date(2026, 6, 12), id="Monday to Friday"),
        pytest.param(date(2026, 6, 6), date(2026, 6, 12), id="a Saturday counts from Monday"),
        pytest.param(date(2026, 8, 11), date(2026, 8, 18), id="the mother's day is not counted"),
    ],
)
def test_an_answer_is_expected_in_five_working_days(proposed, due):
    assert rules.answer_due_on(proposed) == due


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("status", Status)
def test_the_sender_keeps_what_it_knew_and_gets_no_history(way, status):
    assert rules.shown_to(Side.SENDER, way, status) == frozenset(Fact) - {Fact.HISTORY}


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("status", Status)
def test_the_history_opens_to_the_receiver_with_the_acceptance_alone(way, status):
    shown = rules.shown_to(Side.RECEIVER, way, status)

    assert (Fact.HISTORY in shown) == (status is Status.ACCEPTED)


@pytest.mark.parametrize(
    ("way", "status", "shown"),
    [
        pytest.param(Way.SENT, Status.PROPOSED, WHO | SCHOOLS, id="sent: enough to recognise"),
        pytest.param(Way.SENT, Status.REFUSED, SCHOOLS, id="sent, refused: nothing of the child"),
        pytest.param(Way.SENT, Status.WITHDRAWN, SCHOOLS, id="sent, withdrawn: nothing"),
        pytest.param(Way.SENT, Status.LAPSED, SCHOOLS, id="sent, lapsed: nothing"),
        pytest.param(
            Way.ASKED,
            Status.PROPOSED,
            {Fact.LAST4, Fact.TO_SCHOOL, Fact.MESSAGE},
            id="asked: what it typed",
        ),
        pytest.param(
            Way.ASKED,
            Status.REFUSED,
            {Fact.LAST4, Fact.TO_SCHOOL, Fact.MESSAGE},
            id="asked, refused: what it typed",
        ),
        pytest.param(Way.REGISTRY, Status.PROPOSED, WHO | SCHOOLS, id="its pupil already"),
        pytest.param(Way.REGISTRY, Status.REFUSED, WHO | SCHOOLS, id="its pupil all the same"),
    ],
)
def test_what_the_receiver_sees_before_and_without_an_acceptance(way, status, shown):
    assert rules.shown_to(Side.RECEIVER, way, status) == shown


@pytest.mark.parametrize(
    ("moved_on", "wrong"),
    [
        (date(2026, 5, 15), "before_first_day"),
        (date(2026, 5, 16), None),
        (date(2026, 6, 10), None),
        (date(2026, 6, 11), "future"),
    ],
)
def test_a_child_moves_between_its_first_day_and_today(moved_on, wrong):
    told = rules.why_wrong_day(moved_on, began_on=date(2026, 5, 16), today=date(2026, 6, 10))

    assert told == wrong


@pytest.mark.parametrize("status", PupilStatus)
def test_who_left_comes_back_by_undoing_alone(status):
    is_there = status in (PupilStatus.STUDYING, PupilStatus.SUSPENDED)

    assert any(rules_status.may_become(status, other) for other in PupilStatus) == is_there


@pytest.mark.parametrize("leaving", sorted(rules_status.LEAVING))
def test_who_studies_or_rests_may_leave_in_each_way(leaving):
    assert rules_status.may_become(PupilStatus.STUDYING, leaving)
    assert rules_status.may_become(PupilStatus.SUSPENDED, leaving)


def test_a_rest_begins_and_ends_and_wants_its_reason():
    assert rules_status.may_become(PupilStatus.STUDYING, PupilStatus.SUSPENDED)
    assert rules_status.may_become(PupilStatus.SUSPENDED, PupilStatus.STUDYING)
    assert not rules_status.may_become(PupilStatus.STUDYING, PupilStatus.STUDYING)
    assert rules_status.needs_reason(PupilStatus.SUSPENDED)
    assert not rules_status.needs_reason(PupilStatus.DIED)


def test_every_closed_state_is_final():
    for status, after in rules.HANDOVER_TRANSITIONS.items():
        assert bool(after) == (status is Status.PROPOSED)
