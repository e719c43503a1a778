"""What is told by class: every activity that homeroom teachers do can say it, and each page it names is there."""

import pytest
from django.urls import resolve

from eqfund import hooks
from eqfund.calendar import by_class
from eqfund.models import CalendarLine


@pytest.fixture
def told(calendar):
    """Activities of the term that homeroom teachers do and that a close counts."""
    lines = CalendarLine.objects.filter(roles__contains="homeroom_teacher")
    counted = {it.activity for it in hooks.unfinished}
    return sorted(counted & set(lines.values_list("activity", flat=True)))


def test_every_activity_of_homeroom_teachers_is_counted_by_class(told):
    assert told == [
        "attendance",
        "choose_channel",
        "confirm_continuing",
        "correct_channel",
        "form01",
        "form01_draft",
        "payout_report",
    ]
    assert all(by_class.counts_classes(activity) for activity in told)


def test_the_pages_that_notices_name_are_there(told, calendar, school, classroom):
    for it in hooks.unfinished:
        if it.page:
            assert resolve(by_class.page_of_school(it.activity, school.path, calendar, 1))
        if it.classes:
            assert resolve(by_class.page_of_class(it.activity, classroom.pk, calendar, 1))


def test_a_class_whose_list_is_not_confirmed_is_left_and_one_without_pupils_is_not(
    calendar, classroom, other_classroom, make_pupils, at
):
    make_pupils(3)

    left = by_class.left_by_class(
        "source_registry_check", calendar, 0, "TH/", at("2569-06-01 09:00")
    )

    assert {path: row.left for path, row in left.items()} == {classroom.path: 1}
    assert left[classroom.path].label == classroom.label
