"""Cash that stays at a school whose pupil moved: the school is told of the guardian it knew, of no later one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from eqfund.models import Enrolment, Guardian, Pupil
from payments.actions import letters
from payments.letters import papers
from payments.queries import payout as queries
from tests.conftest import moment

from .payout_world import PAID, url

OLD, NEW = "นางผู้ปกครอง1 ตัวอย่าง", "นายผู้ปกครองใหม่ ที่โรงเรียนใหม่"
JUNE = date(2026, 6, 20)


def _record(pupil: Pupil, name: str, since: str) -> Guardian:
    """A guardian stated from a moment on, as a correction of the channel writes it."""
    Guardian.objects.filter(pupil=pupil).update(is_current=False)
    return Guardian.objects.create(
        pupil=pupil, full_name=name, relationship="father", since=moment(since)
    )


@pytest.fixture
def moved(world: Any, make_pupils: Any, other_classroom: Any) -> Any:
    """A pupil who left on 20 June; the cash came to the old school, the new one recorded its guardian."""
    (pupil,) = make_pupils(1)
    (transfer,) = world.cash([pupil])
    pupil.enrolments.update(status="moved", ends_on=JUNE)
    Enrolment.objects.create(
        pupil=pupil,
        term=world.round.term,
        classroom=other_classroom,
        path=other_classroom.path,
        starts_on=JUNE,
    )
    Pupil.objects.filter(pk=pupil.pk).update(path=other_classroom.path)
    _record(pupil, NEW, "2569-06-24 09:00")
    return transfer


def shown(transfer: Any) -> tuple[str, str]:
    (row,) = queries.pupil_rows(type(transfer).objects.filter(pk=transfer.pk))
    return row.guardian


def test_the_old_school_is_told_of_the_guardian_it_knew(moved):
    assert shown(moved) == (OLD, "mother")


@pytest.mark.parametrize("name", ["payout-class", "class-sheet", "class-receipts"])
def test_no_page_of_the_old_school_names_the_guardian_of_the_new(
    world, moved, classroom, browse, name
):
    page = browse("teacher").get(url(name, world.round.pk, classroom.pk))

    assert page.status_code == 200
    assert NEW.encode() not in page.content


def test_the_form_of_the_old_school_is_filled_with_the_guardian_it_knew(
    world, moved, classroom, browse
):
    page = browse("teacher").get(url("payout-class", world.round.pk, classroom.pk))

    assert page.context["form"][f"name-{moved.pk}"].value() == OLD


def test_a_letter_of_the_old_school_is_addressed_to_the_guardian_it_knew(world, moved, school):
    letters.issue_letters(world.round, school.path, [moved], by=world.people["admin"], at=PAID)

    html = papers.letters_html(papers.letter_rows([moved.pk]))

    assert OLD in html
    assert NEW not in html


def test_what_was_recorded_on_the_last_day_may_be_the_new_schools_and_is_not_told(moved):
    _record(moved.enrolment.pupil, "ผู้ปกครองวันสุดท้าย", "2569-06-20 08:00")

    assert shown(moved) == (OLD, "mother")


def test_without_a_day_of_leaving_nobody_is_named(moved):
    Enrolment.objects.filter(pk=moved.enrolment_id).update(status="suspended", ends_on=None)

    assert shown(moved) == ("", "")


def test_nobody_is_named_when_the_old_school_knew_nobody(moved):
    Guardian.objects.filter(full_name=OLD).delete()
    Guardian.objects.filter(since__lt=moment("2569-06-20")).delete()

    assert shown(moved) == ("", "")


def test_a_pupil_who_only_changed_class_keeps_the_present_guardian(moved, classroom):
    Pupil.objects.filter(pk=moved.enrolment.pupil_id).update(path=f"{classroom.school.path}999/")

    assert shown(moved) == (NEW, "father")


def test_a_pupil_who_came_back_keeps_the_present_guardian(moved, classroom):
    Pupil.objects.filter(pk=moved.enrolment.pupil_id).update(path=classroom.path)

    assert shown(moved) == (NEW, "father")


def test_each_of_a_pupils_transfers_names_the_guardian(world, cash, make_pupils):
    from .payout_world import PayoutWorld

    second = PayoutWorld(world.round.term, world.people, 2)
    type(cash[0]).objects.filter(pk=cash[0].pk).update(status="failed", fail_code="other")
    (again,) = second.cash([cash[0].enrolment.pupil])

    rows = queries.pupil_rows(type(again).objects.filter(pk__in=[cash[0].pk, again.pk]))

    assert [row.guardian[0] for row in rows] == [OLD, OLD]
