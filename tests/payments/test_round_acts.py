"""The steps of a round as jobs: asked for at once, done by a worker, each under the name of who pressed."""

from __future__ import annotations

import pytest
from django.db import connection

from eqfund import jobs
from eqfund.models import Event, Job
from eqfund.refusal import Refused
from payments import round_sql
from payments.actions import rounds
from payments.actions.round_acts import ACTS, ask_for_round_act
from payments.models import TransferRound
from payments.pages.rounds import NEXT_ACT, STEPS
from payments.rules.rounds import RoundStatus
from tests.conftest import moment

APPROVED = moment("2569-07-16 09:12")


def test_every_act_has_its_words():
    assert set(ACTS) == set(STEPS) >= set(NEXT_ACT.values())


def test_a_step_is_done_by_the_job_under_the_name_of_who_pressed(built, fund_approver):
    job = ask_for_round_act(built, "approve", by=fund_approver, at=APPROVED)
    built.refresh_from_db()
    assert built.status == RoundStatus.BUILT

    assert jobs.run_now(job).state == Job.State.DONE

    built.refresh_from_db()
    assert (built.status, built.approver) == (RoundStatus.APPROVED, fund_approver)
    assert [e.facts["act"] for e in Event.objects.filter(verb="ask_for_round_act")] == ["approve"]


def test_two_presses_are_one_job_and_a_third_after_it_is_refused(built, fund_approver):
    first = ask_for_round_act(built, "approve", by=fund_approver, at=APPROVED)
    assert ask_for_round_act(built, "approve", by=fund_approver, at=APPROVED).pk == first.pk
    jobs.run_now(first)
    built.refresh_from_db()

    with pytest.raises(Refused, match="The round is: Approved"):
        ask_for_round_act(built, "approve", by=fund_approver, at=APPROVED)


def test_of_two_opposite_steps_asked_at_once_the_first_done_wins(built, fund_approver):
    approve = ask_for_round_act(built, "approve", by=fund_approver, at=APPROVED)
    cancel = ask_for_round_act(built, "send-back", by=fund_approver, at=APPROVED, reason="ยอดไม่ตรง")
    jobs.run_now(cancel)

    late = jobs.run_now(approve)

    built.refresh_from_db()
    assert built.status == RoundStatus.PLANNED
    assert late.state == Job.State.FAILED
    assert "sent back or built anew meanwhile" in late.error


def test_an_approval_asked_for_of_one_build_is_not_given_to_the_next(
    built, fund_approver, fund_officer
):
    late = ask_for_round_act(built, "approve", by=fund_approver, at=APPROVED)
    rounds.send_back_round(built, reason="ยอดไม่ตรง", by=fund_approver, at=APPROVED)
    rounds.build_round(built, by=fund_officer, at=APPROVED)

    assert "built anew meanwhile" in jobs.run_now(late).error
    built.refresh_from_db()
    assert (built.status, built.attempt) == (RoundStatus.BUILT, 2)


def test_a_press_on_an_old_page_moves_no_later_build(built, fund_approver, fund_officer):
    stale = TransferRound.objects.get(pk=built.pk)
    rounds.send_back_round(built, reason="ยอดไม่ตรง", by=fund_approver, at=APPROVED)
    rounds.build_round(built, by=fund_officer, at=APPROVED)

    with pytest.raises(Refused, match="Someone else has just changed this round"):
        rounds.approve_round(stale, by=fund_approver, at=APPROVED)


@pytest.mark.parametrize("act", ["send-back", "cancel"])
def test_a_reason_is_asked_for_before_the_work_begins(act, built, fund_approver, fund_officer):
    by = fund_approver if act == "send-back" else fund_officer

    with pytest.raises(Refused, match="Say why"):
        ask_for_round_act(built, act, by=by, at=APPROVED, reason="  ")
    assert not Job.objects.exists()


def test_a_step_that_failed_is_asked_for_again_with_the_new_reason(built, fund_approver):
    first = ask_for_round_act(built, "send-back", by=fund_approver, at=APPROVED, reason="ก")
    Job.objects.filter(pk=first.pk).update(state=Job.State.FAILED, ended_at=APPROVED)

    again = ask_for_round_act(built, "send-back", by=fund_approver, at=APPROVED, reason="ข")
    jobs.run_now(again)

    built.refresh_from_db()
    assert (again.pk, built.reason) == (first.pk, "ข")


def test_rows_that_differ_stop_the_step_and_stand_in_the_audit_book(built, fund_approver):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments_transfer SET destination_last4 = '0000'")
    job = ask_for_round_act(built, "approve", by=fund_approver, at=APPROVED)

    ended = jobs.run_now(job)

    built.refresh_from_db()
    assert built.status == RoundStatus.BUILT
    assert (ended.state, "Tell the auditor" in ended.error) == (Job.State.FAILED, True)
    event = Event.objects.get(verb="round_totals_differ")
    assert (event.actor_id, event.facts["act"]) == (fund_approver.pk, "approve")


@pytest.mark.parametrize(
    ("act", "person"),
    [
        ("build", "fund_approver"),
        ("approve", "fund_officer"),
        ("release", "fund_approver"),
        ("publish", "fund_finance"),
        ("close", "auditor"),
        ("cancel", "fund_finance"),
    ],
)
def test_others_do_not_even_ask(act, person, built, request):
    with pytest.raises(Refused):
        ask_for_round_act(built, act, by=request.getfixturevalue(person), at=APPROVED, reason="…")
    assert not Job.objects.exists()


def test_a_digest_does_not_depend_on_how_the_rows_were_sliced(built, monkeypatch):
    whole = round_sql.totals(built)
    monkeypatch.setattr(
        round_sql, "DIGESTS", round_sql.DIGESTS.replace(f"t.id / {round_sql.SLICE}", "t.id / 1")
    )
    seen: list[int] = []

    assert round_sql.totals(built, seen.append) == whole
    assert seen == [1, 2, 3]


def test_a_worker_that_lost_the_step_leaves_the_round_as_it_was(built, fund_approver):
    def taken_over():
        raise jobs.LostLease

    with pytest.raises(jobs.LostLease):
        rounds.approve_round(
            built, by=fund_approver, at=APPROVED, watch=rounds.Watch(fence=taken_over)
        )
    built.refresh_from_db()
    assert (built.status, built.approver) == (RoundStatus.BUILT, None)
