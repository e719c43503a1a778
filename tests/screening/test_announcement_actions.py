"""Results are announced at the calendar's moment, to the bands that the policy names."""

from collections import Counter

import pytest
from django.db import IntegrityError, transaction

from eqfund.refusal import Refused
from screening.actions import announcement, pmt
from screening.form01.rules import Status
from screening.models import AnnouncedPupil, Announcement, Form01, ScreeningPolicy
from tests.conftest import moment

from .conftest import AFTER_CLOSE, ANNOUNCED, INSTITUTION, NOT_POOR, POOR, POOREST, TOO_RICH

pytestmark = pytest.mark.usefixtures("in_english")


def standings():
    """How many forms stand where."""
    return Counter(Form01.objects.with_standing().values_list("stands", flat=True))


@pytest.fixture
def scored(calendar, model, policy, fund_officer, make_form, make_pupils):
    for pupil, answers in zip(make_pupils(4), [POOREST, POOR, NOT_POOR, TOO_RICH], strict=True):
        make_form(pupil, answers)
    pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)
    return calendar


def test_the_poor_criterion_lists_the_poor_and_the_extremely_poor(scored, fund_officer):
    made = announcement.announce_results(scored, by=fund_officer, at=ANNOUNCED)

    assert (made.results, made.listed) == (4, 2)
    listed = AnnouncedPupil.objects.order_by("pk").values_list("band", flat=True)
    assert sorted(listed) == ["extremely_poor", "poor"]
    assert standings() == {Status.ANNOUNCED: 4}
    assert set(Form01.objects.values_list("status", flat=True)) == {Status.SIGNED}


def test_a_policy_may_name_the_extremely_poor_alone(scored, fund_officer, fund_approver):
    announcement.set_policy(
        scored, announced_bands=["extremely_poor"], by=fund_approver, at=AFTER_CLOSE
    )

    made = announcement.announce_results(scored, by=fund_officer, at=ANNOUNCED)

    assert made.listed == 1
    assert standings() == {Status.ANNOUNCED: 4}


@pytest.mark.parametrize(
    ("when", "may"),
    [("2569-08-17 23:59:59", False), ("2569-08-18 00:00:00", True), ("2569-08-24 10:00", True)],
)
def test_announced_from_the_calendars_moment_on(when, may, scored, fund_officer):
    if may:
        assert announcement.announce_results(scored, by=fund_officer, at=moment(when)).listed == 2
    else:
        with pytest.raises(Refused, match="is due"):
            announcement.announce_results(scored, by=fund_officer, at=moment(when))


def test_a_second_call_announces_what_came_since_and_refuses_nothing_new(
    scored, fund_officer, make_form, make_pupils
):
    announcement.announce_results(scored, by=fund_officer, at=ANNOUNCED)
    with pytest.raises(Refused, match="waiting to be announced"):
        announcement.announce_results(scored, by=fund_officer, at=ANNOUNCED)

    make_form(make_pupils(1)[0])
    pmt.score_term(scored, by=fund_officer, at=ANNOUNCED)
    assert standings() == {Status.ANNOUNCED: 4, Status.SCORED: 1}
    second = announcement.announce_results(scored, by=fund_officer, at=ANNOUNCED)

    assert (second.number, second.results, second.listed) == (2, 1, 1)
    assert standings() == {Status.ANNOUNCED: 5}


def test_an_institution_is_announced_by_its_decision(
    calendar, policy, make_form, make_pupils, fund_officer, fund_approver
):
    form = make_form(make_pupils(1)[0], INSTITUTION)
    decision = pmt.propose_institution(form, "poor", "อยู่วัด", by=fund_officer, at=AFTER_CLOSE)
    pmt.decide_institution(decision, by=fund_approver, at=AFTER_CLOSE)

    announcement.announce_results(calendar, by=fund_officer, at=ANNOUNCED)

    assert AnnouncedPupil.objects.get().band == "poor"


def test_without_a_policy_nothing_is_announced(
    calendar, model, make_form, make_pupils, fund_officer
):
    make_form(make_pupils(1)[0])
    pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)

    with pytest.raises(Refused, match="No policy"):
        announcement.announce_results(calendar, by=fund_officer, at=ANNOUNCED)


def test_without_a_line_of_the_calendar_nothing_is_announced(term, fund_officer):
    with pytest.raises(Refused, match="no day for the announcement"):
        announcement.announce_results(term, by=fund_officer, at=ANNOUNCED)


def test_a_school_announces_nothing_and_sets_no_policy(scored, admin):
    with pytest.raises(Refused):
        announcement.announce_results(scored, by=admin, at=ANNOUNCED)
    with pytest.raises(Refused):
        announcement.set_policy(scored, announced_bands=["poor"], by=admin, at=ANNOUNCED)


def test_a_policy_stands_once_it_has_been_used(scored, fund_officer, fund_approver):
    announcement.announce_results(scored, by=fund_officer, at=ANNOUNCED)

    with pytest.raises(Refused, match="its policy stands"):
        announcement.set_policy(scored, announced_bands=["poor"], by=fund_approver, at=ANNOUNCED)


@pytest.mark.parametrize(
    "values",
    [
        {"announced_bands": []},
        {"announced_bands": ["ineligible_income"]},
        {"announced_bands": ["poor"], "school_run_satang": -1},
        {"announced_bands": ["poor"], "school_years": 0},
    ],
)
def test_an_impossible_policy_is_refused(values, calendar, fund_approver):
    with pytest.raises(Refused, match="impossible"):
        announcement.set_policy(calendar, by=fund_approver, at=AFTER_CLOSE, **values)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"announced_bands": []}, "bands_are_known"),
        ({"announced_bands": ["rich"]}, "bands_are_known"),
        ({"school_run_satang": -1}, "below_nought"),
        ({"school_years": 0}, "covers_a_year"),
    ],
)
def test_what_the_database_refuses_of_a_policy(change, name, policy):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ScreeningPolicy.objects.update(**change)


def test_what_the_database_refuses_of_an_announcement(scored, fund_officer):
    made = announcement.announce_results(scored, by=fund_officer, at=ANNOUNCED)
    pupil = made.pupils.first()
    with pytest.raises(IntegrityError, match="announcement_number_once"), transaction.atomic():
        Announcement.objects.create(
            term=scored, number=1, bands=["poor"], published_by=fund_officer, published_at=ANNOUNCED
        )
    with pytest.raises(IntegrityError, match="announced_band"), transaction.atomic():
        AnnouncedPupil.objects.update(band="ineligible_income")
    with pytest.raises(IntegrityError, match="form_id"), transaction.atomic():
        AnnouncedPupil.objects.create(
            announcement=made, form=pupil.form, enrolment=pupil.enrolment, band="poor"
        )
