"""A round: planned, built, in turn after the one before, published and closed."""

from __future__ import annotations

from datetime import date

import pytest

from eqfund import jobs
from eqfund.models import CalendarLine, Event, Extension, Job
from eqfund.refusal import Refused
from payments.actions import rounds
from payments.actions.round_acts import ask_for_round_act
from payments.models import Entitlement, LeftOut, Transfer, TransferRound
from payments.rules.rounds import RoundStatus, RoundTakes
from tests.conftest import moment

BUILT = moment("2569-07-15 18:04")


APPROVED = moment("2569-07-16 09:12")


RELEASED = moment("2569-07-16 10:30")


PUBLISHED = moment("2569-07-31 09:00")


def bank_answers(transfer_round, failing=()):
    """What the bank's actions leave behind: sent, then reconciled."""
    rounds.move(transfer_round, RoundStatus.RELEASED, RoundStatus.SENT, sent_at=RELEASED)
    transfer_round.transfers.update(status="sent")
    rows = transfer_round.transfers.all()
    rows.filter(entitlement__grant__pupil__in=failing).update(
        status="failed", fail_code="no_promptpay"
    )
    rows.filter(status="sent").update(status="success")
    rounds.move(transfer_round, RoundStatus.SENT, RoundStatus.RECONCILED, reconciled_at=RELEASED)


def next_round(before, by):
    return rounds.plan_round(before.term, before.number + 1, by=by, at=BUILT)


# Planning.


def test_a_round_is_planned_once(calendar, fund_officer):
    first = rounds.plan_round(calendar, 1, by=fund_officer, at=BUILT)

    assert (first.status, first.takes) == (RoundStatus.PLANNED, RoundTakes.CONTINUING)
    with pytest.raises(Refused, match="planned already"):
        rounds.plan_round(calendar, 1, by=fund_officer, at=BUILT)


def test_a_school_plans_no_round(calendar, admin):
    with pytest.raises(Refused):
        rounds.plan_round(calendar, 1, by=admin, at=BUILT)


def test_a_cancelled_round_may_be_planned_again(planned, fund_officer):
    rounds.cancel_round(planned, reason="ปฏิทินเปลี่ยน", by=fund_officer, at=BUILT)

    assert rounds.plan_round(planned.term, 1, by=fund_officer, at=BUILT).pk != planned.pk


# Building.


def test_a_round_takes_all_whom_nothing_keeps_out(built, pupils, fund_officer):
    assert built.status == RoundStatus.BUILT
    assert (built.maker, built.pupils, built.amount_satang, built.schools) == (
        fund_officer,
        3,
        450_000,
        0,
    )
    assert built.left_out == 0
    assert len(built.digest) == 64
    assert set(built.transfers.values_list("status", "amount_satang")) == {("pending", 150_000)}
    assert Entitlement.objects.count() == 3


def test_a_transfer_keeps_its_destination_sealed_and_readable(built, pupils):
    numbers = {transfer.destination_text() for transfer in built.transfers.all()}

    assert numbers == {pupil.identity.number for pupil in pupils}
    assert {t.destination_last4 for t in built.transfers.all()} == {
        p.identity.last4 for p in pupils
    }


def test_each_channel_gives_its_own_destination(
    planned, make_pupils, make_grants, make_account, school, fund_officer
):
    by_guardian, by_school = make_pupils(2)
    make_grants([by_guardian], kind="promptpay_guardian")
    make_grants([by_school], kind="school_account")
    account = make_account(school)

    rounds.build_round(planned, by=fund_officer, at=BUILT)

    found = {t.kind: t for t in planned.transfers.all()}
    assert found["promptpay_guardian"].destination_text() == by_guardian.guardians.get().national_id
    assert found["school_account"].destination_text() == "9811234567"
    assert found["school_account"].account == account
    assert planned.schools == 1


def test_whoever_is_left_out_is_listed_with_the_first_reason(
    planned, make_pupils, make_grants, fund_officer
):
    fine, unconfirmed, nowhere = make_pupils(3)
    make_grants([fine])
    make_grants([unconfirmed], confirmed=False)
    make_grants([nowhere], kind=None, confirmed=False)

    rounds.build_round(planned, by=fund_officer, at=BUILT)

    assert (planned.pupils, planned.left_out) == (1, 2)
    reasons = dict(LeftOut.objects.values_list("grant__pupil", "hurdle"))
    assert reasons == {unconfirmed.pk: "not_confirmed", nowhere.pk: "not_confirmed"}


def test_a_left_out_without_enrolment_keeps_the_one_of_its_grant(
    planned, make_pupils, make_grants, fund_officer
):
    gone = make_pupils(1)[0]
    grant = make_grants([gone])[0]
    gone.enrolments.update(status="moved", ends_on=date(2026, 6, 1))

    rounds.build_round(planned, by=fund_officer, at=BUILT)

    left = LeftOut.objects.get()
    assert (left.hurdle, left.enrolment_id) == ("pupil_left", grant.enrolment_id)


def test_a_second_build_changes_nothing(built, fund_officer):
    before = list(built.transfers.values_list("pk", flat=True))

    assert rounds.build_round(built, by=fund_officer, at=BUILT) is False
    assert list(built.transfers.values_list("pk", flat=True)) == before


def test_a_double_click_is_one_job(planned, pupils, make_grants, fund_officer):
    make_grants(pupils)

    first = ask_for_round_act(planned, "build", by=fund_officer, at=BUILT)
    second = ask_for_round_act(planned, "build", by=fund_officer, at=BUILT)

    assert first.pk == second.pk
    assert jobs.run_now(first).state == Job.State.DONE
    planned.refresh_from_db()
    assert (planned.status, planned.maker, planned.pupils) == (RoundStatus.BUILT, fund_officer, 3)
    assert jobs.run_now(first).result == {"act": "build", "pupils": 3, "left_out": 0}


def test_a_worker_that_lost_the_job_commits_nothing(planned, pupils, make_grants, fund_officer):
    make_grants(pupils)

    def taken_over():
        raise jobs.LostLease

    with pytest.raises(jobs.LostLease):
        rounds.build_round(planned, by=fund_officer, at=BUILT, watch=rounds.Watch(fence=taken_over))
    assert not Transfer.objects.exists()
    assert not Entitlement.objects.exists()
    assert TransferRound.objects.get().status == RoundStatus.PLANNED


def test_without_amounts_for_every_level_nothing_is_built(planned, rates, fund_officer):
    rates[0].delete()

    with pytest.raises(Refused, match="No amount is approved yet for: Kindergarten"):
        rounds.build_round(planned, by=fund_officer, at=BUILT)


def test_a_round_waits_until_the_one_before_is_reconciled(built, fund_officer):
    second = next_round(built, fund_officer)

    with pytest.raises(Refused, match="Round 1 is not reconciled yet"):
        ask_for_round_act(second, "build", by=fund_officer, at=BUILT)


def test_the_build_is_in_the_audit_book_with_its_totals(built, fund_officer):
    event = Event.objects.get(verb="build_round")

    assert event.actor_id == fund_officer.pk
    assert (event.facts["pupils"], event.facts["satang"], event.facts["digest"]) == (
        3,
        450_000,
        built.digest,
    )


# Rounds after the first.


def test_nobody_paid_is_in_a_second_round(released, pupils, fund_officer):
    bank_answers(released)
    second = next_round(released, fund_officer)

    rounds.build_round(second, by=fund_officer, at=PUBLISHED)

    assert (second.pupils, second.left_out) == (0, 0)


def test_who_failed_comes_back_when_the_channel_is_recorded_anew(
    released, pupils, fund_officer, make_channel
):
    bank_answers(released, failing=pupils[:2])
    second = next_round(released, fund_officer)
    make_channel(pupils[0])

    rounds.build_round(second, by=fund_officer, at=PUBLISHED)

    assert [t.entitlement.grant.pupil for t in second.transfers.all()] == [pupils[0]]
    assert dict(second.left_outs.values_list("grant__pupil", "hurdle")) == {
        pupils[1].pk: "promptpay_failed"
    }


def test_an_amount_once_owed_stays_whatever_the_rate_says_later(
    released, pupils, rates, fund_officer, make_channel
):
    bank_answers(released, failing=pupils)
    type(rates[1]).objects.filter(pk=rates[1].pk).update(amount_satang=999_00)
    make_channel(pupils[0])
    second = next_round(released, fund_officer)

    rounds.build_round(second, by=fund_officer, at=PUBLISHED)

    assert second.amount_satang == 150_000


def test_new_pupils_wait_for_the_second_round(planned, make_pupils, make_grants, fund_officer):
    new = make_pupils(1)
    make_grants(new, group="new")

    rounds.build_round(planned, by=fund_officer, at=BUILT)
    assert planned.left_outs.get().hurdle == "not_in_this_round"

    rounds.cancel_round(planned, reason="…", by=fund_officer, at=BUILT)
    second = next_round(planned, fund_officer)
    rounds.build_round(second, by=fund_officer, at=BUILT)
    assert second.pupils == 1


def test_a_school_account_that_failed_waits_for_another_account(
    planned,
    make_pupils,
    make_grants,
    make_account,
    school,
    fund_officer,
    fund_approver,
    fund_finance,
):
    make_grants(make_pupils(2), kind="school_account")
    old = make_account(school)
    rounds.build_round(planned, by=fund_officer, at=BUILT)
    rounds.approve_round(planned, by=fund_approver, at=APPROVED)
    rounds.release_round(planned, by=fund_finance, at=RELEASED)
    rounds.move(planned, RoundStatus.RELEASED, RoundStatus.SENT, sent_at=RELEASED)
    planned.transfers.update(status="failed", fail_code="account_closed")
    rounds.move(planned, RoundStatus.SENT, RoundStatus.RECONCILED, reconciled_at=RELEASED)

    second = next_round(planned, fund_officer)
    rounds.build_round(second, by=fund_officer, at=PUBLISHED)
    assert set(second.left_outs.values_list("hurdle", flat=True)) == {"account_failed"}

    rounds.cancel_round(second, reason="…", by=fund_officer, at=PUBLISHED)
    type(old).objects.update(status="superseded")
    make_account(school, number="1112223334")
    third = rounds.plan_round(planned.term, 3, by=fund_officer, at=PUBLISHED)
    rounds.build_round(third, by=fund_officer, at=PUBLISHED)
    assert {t.destination_text() for t in third.transfers.all()} == {"1112223334"}
    assert planned.transfers.first().destination_text() == "9811234567", (
        "a built round keeps its account"
    )


# Publishing and closing.


@pytest.mark.parametrize(
    ("published", "due"),
    [
        ("2569-07-31 09:00", date(2026, 8, 28)),
        ("2569-09-10 09:00", date(2026, 10, 7)),
        ("2569-09-28 09:00", date(2026, 10, 27)),
    ],
)
def test_the_payout_is_due_twenty_working_days_from_the_real_publication(
    released, published, due, fund_officer
):
    bank_answers(released)

    rounds.publish_round(released, by=fund_officer, at=moment(published))

    assert released.is_published
    assert released.payout_due_on == due


def test_nothing_is_published_before_it_is_reconciled(released, fund_officer):
    with pytest.raises(Refused, match="The round is: Released"):
        rounds.publish_round(released, by=fund_officer, at=PUBLISHED)


def test_a_round_closes_when_schools_can_report_no_more(released, fund_officer):
    bank_answers(released)
    rounds.publish_round(released, by=fund_officer, at=PUBLISHED)

    with pytest.raises(Refused, match="Schools report and refund until"):
        rounds.close_round(released, by=fund_officer, at=moment("2569-10-30 16:59:59"))
    rounds.close_round(released, by=fund_officer, at=moment("2569-10-30 17:00"))
    assert released.status == RoundStatus.CLOSED


def test_an_extension_keeps_a_round_open(released, fund_officer, office_admin, school):
    bank_answers(released)
    rounds.publish_round(released, by=fund_officer, at=PUBLISHED)
    line = CalendarLine.objects.filter(
        term=released.term, activity="payout_report", round_no=1
    ).first()
    Extension.objects.create(
        line=line,
        path=school.path,
        closes_at=moment("2569-11-05 17:00"),
        reason="น้ำท่วม",
        status="granted",
        proposed_by=office_admin,
        decided_by=fund_officer,
    )

    with pytest.raises(Refused, match="5 "):
        rounds.close_round(released, by=fund_officer, at=moment("2569-10-30 17:00"))
    rounds.close_round(released, by=fund_officer, at=moment("2569-11-05 17:00"))


@pytest.mark.parametrize(
    ("act", "state", "person"),
    [
        (rounds.build_round, "planned", "auditor"),
        (rounds.release_round, "approved", "fund_officer"),
        (rounds.publish_round, "released", "fund_finance"),
        (rounds.close_round, "released", "fund_approver"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_each_act_is_one_roles(act, state, person, request):
    with pytest.raises(Refused, match="Your role does not do this here"):
        act(request.getfixturevalue(state), by=request.getfixturevalue(person), at=PUBLISHED)


def test_acts_out_of_their_turn_are_refused_in_words(
    planned, fund_officer, fund_approver, approved
):
    with pytest.raises(Refused, match="The round is: Approved"):
        ask_for_round_act(approved, "build", by=fund_officer, at=PUBLISHED)
    with pytest.raises(Refused, match="The round is: Approved"):
        rounds.close_round(approved, by=fund_officer, at=PUBLISHED)
    rounds.cancel_round(approved, reason="…", by=fund_officer, at=PUBLISHED)
    again = rounds.plan_round(planned.term, 1, by=fund_officer, at=PUBLISHED)
    with pytest.raises(Refused, match="not built yet"):
        rounds.send_back_round(again, reason="…", by=fund_approver, at=PUBLISHED)


def test_there_is_no_round_nought_to_plan(calendar, fund_officer):
    with pytest.raises(Refused, match="count from one"):
        rounds.plan_round(calendar, 0, by=fund_officer, at=BUILT)
