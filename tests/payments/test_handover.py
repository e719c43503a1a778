"""Cash of pupils who left: noted for the refund with its reason, told by side, and nothing unpaid travels."""

import pytest

from eqfund.access import Role
from eqfund.handover.actions import moves, statuses
from eqfund.models import Enrolment
from payments.hooks import handover as hooked
from payments.models import CannotPay, ReceivingChannel
from screening.models import Grant
from tests.conftest import moment

from .payout_world import PAID, payout_cash, payout_world  # noqa: F401

pytestmark = pytest.mark.django_db
ON = moment("2569-08-02 09:00").date()


@pytest.fixture
def receiver(make_user, other_school):
    return make_user(Role.SCHOOL_ADMIN, other_school.path, "receiver")


@pytest.fixture
def sent(cash, admin, other_school):
    """The first pupil with cash at the school is sent to another one."""
    enrolment = cash[0].enrolment
    return moves.propose_handover(enrolment, other_school, moved_on=ON, by=admin, at=PAID)


def leave(transfer, status, admin, **given):
    return statuses.set_pupil_status(
        transfer.enrolment, status=status, on=ON, by=admin, at=PAID, **given
    )


@pytest.mark.parametrize("status", ["moved", "withdrew", "died", "not_present"])
def test_a_leaving_notes_the_cash_that_nobody_received_with_its_reason(status, cash, admin):
    leave(cash[0], status, admin)

    assert CannotPay.objects.get(transfer=cash[0]).reason == status
    assert not CannotPay.objects.filter(transfer__in=cash[1:]).exists()


def test_a_rest_notes_nothing(cash, admin):
    leave(cash[0], "suspended", admin, reason="พักรักษาตัว")

    assert not CannotPay.objects.exists()


def test_cash_with_a_receipt_is_the_pupils(world, cash, admin):
    world.pay(cash[:1])

    leave(cash[0], "moved", admin)

    assert not CannotPay.objects.exists()


def test_undoing_the_leaving_takes_the_note_back(cash, admin):
    change = leave(cash[0], "died", admin)

    statuses.undo_pupil_status(change, reason="คนละคน", by=admin, at=PAID)

    assert not CannotPay.objects.exists()


def test_a_move_says_before_and_after_what_goes_back_by_when(cash, sent, receiver, other_classroom):
    def refunds():
        sent.refresh_from_db()
        return [duty for duty in hooked.duties(sent, PAID) if duty.due]

    (before,) = refunds()
    moves.accept_handover(sent, classroom=other_classroom, starts_on=ON, by=receiver, at=PAID)
    (after,) = refunds()

    assert (before.side, before.done) == ("sender", None)
    assert (after.side, after.done) == ("sender", False)
    assert after.due == moment("2569-10-30").date()
    assert CannotPay.objects.get().transfer == cash[0]


def test_a_new_school_begins_with_no_channel_and_no_living_grant(
    cash, sent, receiver, other_classroom
):
    pupil = cash[0].enrolment.pupil
    assert ReceivingChannel.objects.filter(pupil=pupil, is_current=True).exists()

    moves.accept_handover(sent, classroom=other_classroom, starts_on=ON, by=receiver, at=PAID)

    assert not ReceivingChannel.objects.filter(pupil=pupil, is_current=True).exists()
    assert not Grant.objects.filter(pupil=pupil).exclude(status="ended").exists()
    others = ReceivingChannel.objects.filter(is_current=True).exclude(pupil=pupil)
    assert others.count() == len(cash) - 1


def test_a_round_that_is_not_published_is_not_told_of(world, cash, sent):
    type(world.round).objects.update(
        status="reconciled", published_at=None, published_by=None, payout_due_on=None
    )

    said = [f"{duty.what} {duty.hint}" for duty in hooked.duties(sent, PAID)]

    assert not any("1,500" in sentence or "round 1" in sentence for sentence in said)


def test_what_follows_is_said_beside_each_leaving(cash, admin):
    enrolment = Enrolment.objects.get(pk=cash[0].enrolment_id)

    meanings = hooked.meanings(enrolment, PAID)

    assert {meaning.status for meaning in meanings} == {"moved", "withdrew", "died", "not_present"}
    assert "1,500.00" in meanings[0].sentence
