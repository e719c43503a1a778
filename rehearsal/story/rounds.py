"""The term's three rounds, each built, approved and released by three people, and published after the bank.

What must be refused is tried on the way: the maker approving, a second approval, publishing early.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from eqfund import clock, jobs
from eqfund.models import Job
from eqfund.money import baht
from eqfund.refusal import Refused
from payments.actions import rounds
from payments.actions.round_acts import ask_for_round_act
from payments.hurdles import BY_CODE
from payments.models import TransferRound
from rehearsal.world import World, at

type Figures = Iterator[tuple[str, Any]]

# number -> when it is built, approved, released
MOMENTS = {
    1: ("2569-07-15 18:04", "2569-07-16 08:12", "2569-07-16 08:40"),
    2: ("2569-08-31 09:30", "2569-08-31 14:05", "2569-08-31 16:20"),
    3: ("2569-09-17 09:30", "2569-09-17 14:05", "2569-09-17 16:20"),
}
SENT_BACK = {2: "2569-08-31 11:00"}  # the approver wants it built again
DUE = {1: date(2026, 8, 28), 2: date(2026, 10, 7), 3: date(2026, 10, 27)}


def play_1(world: World) -> Figures:
    return _play(world, 1)


def play_2(world: World) -> Figures:
    return _play(world, 2)


def play_3(world: World) -> Figures:
    return _play(world, 3)


def publish_1(world: World) -> Figures:
    return _publish(world, 1)


def publish_2(world: World) -> Figures:
    return _publish(world, 2)


def publish_3(world: World) -> Figures:
    return _publish(world, 3)


def _play(world: World, number: int) -> Figures:
    planned = rounds.plan_round(world.term, number, by=world.fund_officer, at=clock.now())
    built, approved, released = (at(moment) for moment in MOMENTS[number])
    with clock.rehearse(built):
        yield from _build(world, planned)
    if number in SENT_BACK:
        with clock.rehearse(at(SENT_BACK[number])):
            yield "sent back with a reason and built again", _build_again(world, planned)
    with clock.rehearse(approved):
        _refused(rounds.approve_round, planned, by=world.fund_officer)
        rounds.approve_round(planned, by=world.fund_approver, at=clock.now())
        yield (
            "approving it a second time",
            _refused(rounds.approve_round, planned, by=world.fund_approver),
        )
    with clock.rehearse(released):
        _refused(rounds.release_round, planned, by=world.fund_approver)
        rounds.release_round(planned, by=world.fund_finance, at=clock.now())
        yield (
            "publishing it before the bank has answered",
            _refused(rounds.publish_round, planned, by=world.fund_officer),
        )


def _build(world: World, planned: TransferRound) -> Figures:
    """Press twice: one job, one set of transfers."""
    first = ask_for_round_act(planned, "build", by=world.fund_officer, at=clock.now())
    _done(first)
    planned.refresh_from_db()
    _refused(ask_for_round_act, planned, "build", by=world.fund_officer)
    counted = rounds.check_totals(planned)
    yield "pupils", counted.pupils
    yield "baht", baht(counted.amount_satang)
    yield "schools that receive by their account", counted.schools
    yield "left out", planned.left_out
    codes = planned.left_outs.values_list("hurdle", flat=True)
    for code in BY_CODE:
        if number := sum(code == each for each in codes):
            yield f"  {code}", number


def _build_again(world: World, planned: TransferRound) -> str:
    """The approver sends it back; the second build takes the same pupils, and nobody twice."""
    before = (planned.pupils, planned.amount_satang, planned.left_out)
    rounds.send_back_round(
        planned, reason="ขอให้ตรวจยอดอีกครั้ง", by=world.fund_approver, at=clock.now()
    )
    _done(ask_for_round_act(planned, "build", by=world.fund_officer, at=clock.now()))
    planned.refresh_from_db()
    if (planned.pupils, planned.amount_satang, planned.left_out) != before:
        raise AssertionError("the second build is not the first")
    return f"{planned.pupils} pupils"


def _publish(world: World, number: int) -> Figures:
    found = TransferRound.objects.select_related("term").get(
        term=world.term, number=number, status="reconciled"
    )
    rounds.publish_round(found, by=world.fund_officer, at=clock.now())
    transfers = found.transfers.all()
    yield "transferred", transfers.filter(status="success").count()
    yield "not transferred", transfers.filter(status="failed").count()
    if found.payout_due_on != DUE[number]:
        raise AssertionError(f"due on {found.payout_due_on}, not {DUE[number]}")
    yield "schools pay by", found.payout_due_on.isoformat()


def _done(job: Job) -> None:
    ended = jobs.run_now(job)
    if ended.state != Job.State.DONE:
        raise AssertionError(ended.error or f"{ended.kind} is {ended.state}")


def _refused(action: Callable[..., Any], *arguments: Any, **keywords: Any) -> str:
    """Try what must be refused, as of now."""
    try:
        action(*arguments, **keywords, at=clock.now())
    except Refused:
        return "refused"
    raise AssertionError(f"{action.__name__} was not refused")
