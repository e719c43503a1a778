"""What goes along when two rows of one child become one, what keeps them apart; two answers at once."""

import threading

import pytest
from django.db import connection, transaction

from eqfund.duplicates import actions
from eqfund.duplicates.joining import links_to
from eqfund.models import DuplicatePair, Enrolment, Guardian, Handover, Pupil
from eqfund.refusal import Refused
from screening.models import Grant

SINCE = "2569-05-16"


def grant(pupil_pk, at):
    enrolment = Enrolment.objects.get(pupil=pupil_pk, status="studying")
    return Grant.objects.create(
        pupil_id=pupil_pk,
        enrolment=enrolment,
        group="continuing",
        first_term=25681,
        last_term=25702,
        source="predecessor",
        given_at=at("2569-05-15"),
    )


def own(pair, keep, by, at):
    return actions.settle_own_duplicate(pair, keep=keep, reason="พิมพ์ซ้ำ", by=by, at=at("2569-05-22"))


def guardian(pupil_pk, name, at):
    return Guardian.objects.create(
        pupil_id=pupil_pk, full_name=name, relationship="mother", since=at("2569-05-15")
    )


def test_grant_and_guardian_go_to_the_row_that_stays(twice_here, admin, at):
    given = grant(twice_here.second_key, at)
    guardian(twice_here.first_key, "นางหนึ่ง สมมติ", at)
    guardian(twice_here.second_key, "นางสอง สมมติ", at)

    own(twice_here, 1, admin, at)

    given.refresh_from_db()
    child = Pupil.objects.get()
    assert given.pupil_id == child.pk == twice_here.first_key
    assert given.enrolment_id == child.enrolments.get().pk
    assert child.guardians.count() == 2
    assert child.guardians.get(is_current=True).full_name == "นางหนึ่ง สมมติ"


def test_two_grants_keep_the_rows_apart_and_nothing_changes(twice_here, admin, at):
    grant(twice_here.first_key, at)
    grant(twice_here.second_key, at)

    with pytest.raises(Refused, match="a grant"):
        own(twice_here, 1, admin, at)

    assert Pupil.objects.count() == 2
    assert Enrolment.objects.count() == 2
    assert DuplicatePair.objects.get().state == "open"


def test_a_child_who_goes_to_the_other_school_is_handed_over(same_number, admin, near_admin, at):
    """The letter: a former grantee who changed school is new group, so the grant ends with the move."""
    given = grant(same_number.first_key, at)
    for position, what, person in ((2, "studying", near_admin), (1, "left", admin)):
        actions.answer_duplicate(
            same_number.sides.get(position=position),
            answer=what,
            on=at(SINCE).date(),
            by=person,
            at=at("2569-05-22"),
        )

    handover = Handover.objects.get()
    given.refresh_from_db()
    assert (handover.way, handover.status) == ("agreed", "accepted")
    assert handover.pupil_id == same_number.first_key
    assert {handover.proposed_by, handover.closed_by} == {admin, near_admin}
    assert given.status == "ended"


def test_every_table_that_points_at_a_pupil_is_turned():
    labels = {field.model._meta.label for field in links_to(Pupil)}

    assert {"eqfund.Enrolment", "eqfund.Guardian", "screening.Grant"} <= labels
    assert "eqfund.DuplicateSide" not in labels  # told apart: it is the ticket itself


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_compared_once(same_number, admin, near_admin, at):
    first, second = same_number.sides.order_by("position")
    answered, refused = threading.Event(), []

    def the_second():
        answered.wait(10)
        try:
            actions.answer_duplicate(second, answer="never", by=near_admin, at=at("2569-05-22"))
        except Refused as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    other = threading.Thread(target=the_second)
    other.start()
    with transaction.atomic():
        actions.answer_duplicate(
            first, answer="studying", on=at(SINCE).date(), by=admin, at=at("2569-05-22")
        )
        answered.set()
        other.join(0.5)
        assert other.is_alive()  # it waits at the ticket's row
    other.join(10)

    same_number.refresh_from_db()
    assert refused == []
    assert (same_number.state, same_number.outcome) == ("settled", "one_first")
