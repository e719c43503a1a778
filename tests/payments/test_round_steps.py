"""From built to released, or back: three people, the same rows at every step, each refusal."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from eqfund import jobs
from eqfund.models import Event, Job
from eqfund.refusal import Refused
from payments.actions import rounds
from payments.actions.round_acts import ask_for_round_act
from payments.models import Transfer, TransferRound
from payments.rules.rounds import RoundStatus
from tests.conftest import moment

BUILT = moment("2569-07-15 18:04")


APPROVED = moment("2569-07-16 09:12")


RELEASED = moment("2569-07-16 10:30")


PUBLISHED = moment("2569-07-31 09:00")


def test_three_people_take_a_round_to_the_bank(released, fund_officer, fund_approver, fund_finance):
    assert released.status == RoundStatus.RELEASED
    people = (released.maker, released.approver, released.releaser)
    assert people == (fund_officer, fund_approver, fund_finance)
    assert (released.approved_at, released.released_at) == (APPROVED, RELEASED)


def test_one_person_with_every_post_still_takes_one_step(
    posts_unguarded, planned, pupils, make_grants, make_user, fund_approver
):
    from eqfund.models import Posting

    make_grants(pupils)
    one = make_user("fund_officer", "TH/")
    for role in ("fund_approver", "fund_finance"):
        Posting.objects.create(user=one, role=role, path="TH/", starts_on=date(2026, 1, 1))
    rounds.build_round(planned, by=one, at=BUILT)

    with pytest.raises(Refused, match="Whoever built the round does not approve it"):
        rounds.approve_round(planned, by=one, at=APPROVED)
    rounds.approve_round(planned, by=fund_approver, at=APPROVED)
    with pytest.raises(Refused, match="built or approved the round does not release"):
        rounds.release_round(planned, by=one, at=RELEASED)


@pytest.mark.parametrize(
    "person", ["fund_officer", "fund_finance", "admin", "auditor", "system_admin"]
)
def test_only_the_approver_approves(built, person, request):
    with pytest.raises(Refused):
        rounds.approve_round(built, by=request.getfixturevalue(person), at=APPROVED)


def test_a_second_click_on_approve_is_refused_in_words(approved, fund_approver, make_user):
    with pytest.raises(Refused, match="The round is: Approved"):
        rounds.approve_round(approved, by=fund_approver, at=APPROVED)


def test_two_who_read_the_same_page_do_not_both_approve(built, fund_approver, make_user):
    mine, theirs = TransferRound.objects.get(pk=built.pk), TransferRound.objects.get(pk=built.pk)
    rounds.approve_round(mine, by=fund_approver, at=APPROVED)

    with pytest.raises(Refused, match="Someone else has just changed this round"):
        rounds.approve_round(theirs, by=make_user("fund_approver", "TH/"), at=APPROVED)


def test_an_empty_round_is_not_approved(planned, fund_officer, fund_approver):
    rounds.build_round(planned, by=fund_officer, at=BUILT)

    with pytest.raises(Refused, match="Nobody is in this round"):
        rounds.approve_round(planned, by=fund_approver, at=APPROVED)


def test_a_round_is_not_released_before_it_is_approved(built, fund_finance):
    with pytest.raises(Refused, match="The round is: Built"):
        rounds.release_round(built, by=fund_finance, at=RELEASED)


TAMPERING = {
    "an amount": "UPDATE payments_transfer SET amount_satang = amount_satang + 100 WHERE id = %s",
    "the last four digits": "UPDATE payments_transfer SET destination_last4 = '9999' WHERE id = %s",
    "a row taken out": "DELETE FROM payments_transfer WHERE id = %s",
    "a row cancelled": "UPDATE payments_transfer SET status = 'cancelled' WHERE id = %s",
    "another child": "UPDATE payments_entitlement SET identity_id = (SELECT max(id) FROM eqfund_identity)"
    " WHERE id = (SELECT entitlement_id FROM payments_transfer WHERE id = %s)",
}


@pytest.mark.parametrize("sql", TAMPERING.values(), ids=TAMPERING)
def test_a_changed_row_stops_every_later_step(
    built, sql, make_pupils, fund_approver, rows_unguarded
):
    make_pupils(1)
    rows_unguarded()
    with connection.cursor() as cursor:
        cursor.execute(sql, [built.transfers.order_by("pk").first().pk])

    with pytest.raises(Refused, match="not those that were built"):
        rounds.approve_round(built, by=fund_approver, at=APPROVED)
    assert TransferRound.objects.get().status == RoundStatus.BUILT


def test_a_change_between_approval_and_release_is_found_too(approved, fund_finance, rows_unguarded):
    rows_unguarded()
    first, second, _third = approved.transfers.order_by("pk")
    Transfer.objects.filter(pk=first.pk).update(amount_satang=150_001)
    Transfer.objects.filter(pk=second.pk).update(amount_satang=149_999)

    with pytest.raises(Refused, match="not those that were built"):
        rounds.release_round(approved, by=fund_finance, at=RELEASED)


def test_new_keys_for_the_same_numbers_are_no_alarm(approved, fund_finance):
    from eqfund.fields import seal

    for transfer in approved.transfers.all():
        transfer.destination = seal(transfer.destination_text().encode(), "national_id")
        transfer.save()

    rounds.release_round(approved, by=fund_finance, at=RELEASED)


def test_a_round_sent_back_is_empty_and_can_be_built_again(built, fund_approver, fund_officer):
    rounds.send_back_round(built, reason="ยอดไม่ตรงกับงบประมาณ", by=fund_approver, at=APPROVED)

    assert (built.status, built.maker, built.pupils, built.digest) == (
        RoundStatus.PLANNED,
        None,
        0,
        "",
    )
    assert built.reason == "ยอดไม่ตรงกับงบประมาณ"
    assert not Transfer.objects.exists()
    assert Event.objects.get(verb="send_back_round").facts["pupils"] == 3

    job = ask_for_round_act(built, "build", by=fund_officer, at=APPROVED)
    assert jobs.run_now(job).state == Job.State.DONE
    built.refresh_from_db()
    assert (built.status, built.pupils, built.attempt) == (RoundStatus.BUILT, 3, 2)


def test_the_finance_officer_sends_back_what_was_approved(approved, fund_finance):
    rounds.send_back_round(approved, reason="เงินไม่พอ", by=fund_finance, at=RELEASED)

    assert (approved.status, approved.approver) == (RoundStatus.PLANNED, None)


@pytest.mark.parametrize("person", ["fund_officer", "fund_finance"])
def test_others_do_not_send_back_what_waits_for_approval(built, person, request):
    with pytest.raises(Refused):
        rounds.send_back_round(built, reason="…", by=request.getfixturevalue(person), at=APPROVED)


def test_sending_back_needs_a_reason(built, fund_approver):
    with pytest.raises(Refused, match="Say why"):
        rounds.send_back_round(built, reason="  ", by=fund_approver, at=APPROVED)


def test_a_cancelled_round_frees_its_pupils_for_another(built, fund_officer):
    rounds.cancel_round(built, reason="ยกเลิกตามมติ", by=fund_officer, at=APPROVED)
    assert set(built.transfers.values_list("status", flat=True)) == {"cancelled"}

    again = rounds.plan_round(built.term, 1, by=fund_officer, at=APPROVED)
    rounds.build_round(again, by=fund_officer, at=APPROVED)
    assert again.pupils == 3


def test_a_released_round_is_not_cancelled(released, fund_officer):
    with pytest.raises(Refused, match="The round is: Released"):
        rounds.cancel_round(released, reason="…", by=fund_officer, at=RELEASED)
