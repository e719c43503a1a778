"""Two at once: real transactions, real threads. One wins, the other is told so."""

from __future__ import annotations

import pytest

from eqfund.access import Role
from eqfund.handover.actions import moves, statuses
from eqfund.models import Enrolment, Handover
from eqfund.refusal import Refused
from tests.at_once import together

pytestmark = pytest.mark.django_db(transaction=True)


def refused(found):
    return sum(isinstance(one, Refused) for one in found)


def test_of_two_answers_one_holds_and_the_child_is_enrolled_once(
    sent, receiver, make_user, other_school, other_classroom, at
):
    director = make_user(Role.SCHOOL_DIRECTOR, other_school.path, "their-director")
    mine, theirs = (Handover.objects.get(pk=sent.pk) for _each in range(2))
    given = {"classroom": other_classroom, "at": at("2569-06-12")}

    found = together(
        lambda: moves.accept_handover(mine, by=receiver, **given),
        lambda: moves.accept_handover(theirs, by=director, **given),
    )

    assert refused(found) == 1
    assert Enrolment.objects.filter(status="studying").count() == 1
    assert Handover.objects.get().status == "accepted"


def test_of_an_answer_and_a_withdrawal_one_holds(sent, receiver, admin, other_classroom, at):
    mine, theirs = (Handover.objects.get(pk=sent.pk) for _each in range(2))

    found = together(
        lambda: moves.accept_handover(
            mine, classroom=other_classroom, by=receiver, at=at("2569-06-12")
        ),
        lambda: moves.withdraw_handover(theirs, by=admin, at=at("2569-06-12")),
    )

    assert refused(found) == 1
    moved = Handover.objects.get().status == "accepted"
    assert Enrolment.objects.filter(status="moved").exists() == moved


def test_of_two_that_send_one_child_one_begins(
    child, admin, registry_keeper, other_school, third_school, at
):
    enrolment = child.enrolments.get()
    given = {"moved_on": at("2569-06-10").date(), "at": at("2569-06-10")}

    found = together(
        lambda: moves.propose_handover(enrolment, other_school, by=admin, **given),
        lambda: moves.propose_handover(enrolment, third_school, by=registry_keeper, **given),
    )

    assert refused(found) == 1
    assert Handover.objects.count() == 1


def test_of_two_changes_of_one_state_one_is_written(child, admin, registry_keeper, at):
    enrolment = child.enrolments.get()
    given = {"on": at("2569-06-10").date(), "at": at("2569-06-12")}

    found = together(
        lambda: statuses.set_pupil_status(enrolment, status="withdrew", by=admin, **given),
        lambda: statuses.set_pupil_status(enrolment, status="died", by=registry_keeper, **given),
    )

    assert refused(found) == 1
    assert enrolment.status_changes.count() == 1
