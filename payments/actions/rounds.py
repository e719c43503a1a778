"""All that moves a transfer round, from planned to closed. Each action is one transaction.

Three people: one builds, another approves, a third releases. The control totals and
the digest fixed at the build are counted anew at every later step; a row that differs
stops the round. `move` and `check_totals` serve the bank's actions as well.

Each step goes through every row, so pages ask for it as a job (payments.actions.round_acts),
which lends its fence and is told how many rows were `seen`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit, clock
from eqfund.calendar import holidays
from eqfund.models import Term, User
from eqfund.refusal import Refused
from payments import round_sql
from payments.models import LeftOut, TransferRound
from payments.permissions import rounds as permissions
from payments.round_sql import Seen, Totals, unseen
from payments.rules.payout import due_day
from payments.rules.rounds import RoundStatus, TransferStatus, round_takes

type Fence = Callable[[], None]


class TotalsDiffer(Refused):
    """The round's rows are not those that were built."""


def no_fence() -> None:
    """Nobody else can be at the same work."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches a step that goes through a million rows: `fence` stops a worker whose work another
    has taken over, `seen` is told how far it is."""

    fence: Fence = no_fence
    seen: Seen = unseen


UNWATCHED = Watch()


def plan_round(term: Term, number: int, *, by: User, at: datetime) -> TransferRound:
    """Plan the n-th round of a term, for the group that is usual for it."""
    if reason := permissions.why_not_plan_round(by):
        raise Refused(reason)
    if number < 1:
        raise Refused(gettext("Rounds count from one."))
    try:
        with transaction.atomic():
            planned = TransferRound.objects.create(
                term=term, number=number, takes=round_takes(number), planned_by=by, planned_at=at
            )
            audit.record(
                "plan_round", planned, by=by, at=at, facts={"term": term.label, "number": number}
            )
    except IntegrityError:
        raise Refused(
            gettext("Round %(number)d of this term is planned already.") % {"number": number}
        ) from None
    return planned


@transaction.atomic
def build_round(
    transfer_round: TransferRound,
    *,
    by: User,
    at: datetime,
    watch: Watch = UNWATCHED,
) -> bool:
    """Fill a planned round, fix its totals, make `by` its maker; False if it is built already.

    All or nothing: killed at any moment it leaves a planned round, and runs again.
    """
    # One round of a term is built at a time; the lock is on the term, beside foreign keys' own.
    Term.objects.select_for_update(no_key=True).get(pk=transfer_round.term_id)
    transfer_round.refresh_from_db()
    if transfer_round.status == RoundStatus.BUILT:
        return False
    if reason := permissions.why_not_build(transfer_round, by):
        raise Refused(reason)
    round_sql.entitle(transfer_round.term)
    round_sql.build(transfer_round)
    fixed = round_sql.totals(transfer_round, watch.seen)
    watch.fence()
    _move(
        transfer_round,
        RoundStatus.BUILT,
        maker=by,
        built_at=at,
        reason="",
        left_out=transfer_round.left_outs.count(),
        **_columns(fixed),
    )
    _record("build_round", transfer_round, by, at)
    return True


@transaction.atomic
def approve_round(
    transfer_round: TransferRound,
    *,
    by: User,
    at: datetime,
    watch: Watch = UNWATCHED,
) -> None:
    """Approve a built round whose rows are those that were built."""
    if reason := permissions.why_not_approve(transfer_round, by):
        raise Refused(reason)
    _move(transfer_round, RoundStatus.APPROVED, approver=by, approved_at=at)
    check_totals(transfer_round, watch.seen)
    watch.fence()
    _record("approve_round", transfer_round, by, at)


@transaction.atomic
def release_round(
    transfer_round: TransferRound,
    *,
    by: User,
    at: datetime,
    watch: Watch = UNWATCHED,
) -> None:
    """Release an approved round to the bank."""
    if reason := permissions.why_not_release(transfer_round, by):
        raise Refused(reason)
    _move(transfer_round, RoundStatus.RELEASED, releaser=by, released_at=at)
    check_totals(transfer_round, watch.seen)
    watch.fence()
    _record("release_round", transfer_round, by, at)


@transaction.atomic
def send_back_round(
    transfer_round: TransferRound,
    *,
    reason: str,
    by: User,
    at: datetime,
    watch: Watch = UNWATCHED,
) -> None:
    """Send a round back to be built again; its rows go, the audit book keeps their totals."""
    if refusal := permissions.why_not_send_back(transfer_round, by):
        raise Refused(refusal)
    reason = _wanted(reason)
    _record("send_back_round", transfer_round, by, at, reason=reason)
    _move(
        transfer_round,
        RoundStatus.PLANNED,
        attempt=transfer_round.attempt + 1,
        reason=reason,
        maker=None,
        built_at=None,
        approver=None,
        approved_at=None,
        left_out=0,
        **_columns(Totals(0, 0, 0, "")),
    )
    LeftOut.objects.filter(round=transfer_round)._raw_delete("default")
    transfer_round.transfers.all()._raw_delete("default")
    watch.fence()  # last: it holds the job's row, and a heartbeat could not be written meanwhile


@transaction.atomic
def cancel_round(
    transfer_round: TransferRound,
    *,
    reason: str,
    by: User,
    at: datetime,
    watch: Watch = UNWATCHED,
) -> None:
    """Cancel a round that is not released; its pupils enter the next one."""
    if refusal := permissions.why_not_cancel(transfer_round, by):
        raise Refused(refusal)
    reason = _wanted(reason)
    _move(transfer_round, RoundStatus.CANCELLED, reason=reason, ended_by=by, closed_at=at)
    transfer_round.transfers.filter(status=TransferStatus.PENDING).update(
        status=TransferStatus.CANCELLED
    )
    watch.fence()
    _record("cancel_round", transfer_round, by, at, reason=reason)


@transaction.atomic
def publish_round(
    transfer_round: TransferRound,
    *,
    by: User,
    at: datetime,
    watch: Watch = UNWATCHED,
) -> None:
    """Publish what was transferred: schools see it, and their 20 working days begin."""
    if reason := permissions.why_not_publish(transfer_round, by):
        raise Refused(reason)
    due = due_day(at.astimezone(clock.BANGKOK).date(), holidays.in_force())
    _move(
        transfer_round, RoundStatus.PUBLISHED, published_by=by, published_at=at, payout_due_on=due
    )
    check_totals(transfer_round, watch.seen)
    watch.fence()
    _record("publish_round", transfer_round, by, at)


@transaction.atomic
def close_round(
    transfer_round: TransferRound,
    *,
    by: User,
    at: datetime,
    watch: Watch = UNWATCHED,
) -> None:
    """Close a published round when reports and refunds are over."""
    if reason := permissions.why_not_close(transfer_round, by, at=at):
        raise Refused(reason)
    _move(transfer_round, RoundStatus.CLOSED, ended_by=by, closed_at=at)
    check_totals(transfer_round, watch.seen)
    watch.fence()
    _record("close_round", transfer_round, by, at)


def check_totals(transfer_round: TransferRound, seen: Seen = unseen) -> Totals:
    """Count the round's rows anew; TotalsDiffer if they are not those that were built."""
    now = round_sql.totals(transfer_round, seen)
    fixed = Totals(
        transfer_round.pupils,
        transfer_round.amount_satang,
        transfer_round.schools,
        transfer_round.digest,
    )
    if now != fixed:
        raise TotalsDiffer(
            gettext(
                "The rows of this round are not those that were built: the control totals or the digest differ. "
                "Nothing was changed. Tell the auditor."
            )
        )
    return now


def move(transfer_round: TransferRound, old: RoundStatus, new: RoundStatus, **fields: Any) -> bool:
    """Compare and set the status; False if another transaction came first."""
    same = TransferRound.objects.filter(
        pk=transfer_round.pk, status=old, attempt=transfer_round.attempt
    )
    moved = same.update(status=new, **fields)
    if moved:
        transfer_round.refresh_from_db()
    return moved == 1


def _move(transfer_round: TransferRound, new: RoundStatus, **fields: Any) -> None:
    if not move(transfer_round, RoundStatus(transfer_round.status), new, **fields):
        raise Refused(gettext("Someone else has just changed this round. Look again."))


def _columns(fixed: Totals) -> dict[str, Any]:
    return {
        "pupils": fixed.pupils,
        "amount_satang": fixed.amount_satang,
        "schools": fixed.schools,
        "digest": fixed.digest,
    }


def _wanted(reason: str) -> str:
    if not reason.strip():
        raise Refused(gettext("Say why, for those who built the round."))
    return reason.strip()


def _record(
    verb: str, transfer_round: TransferRound, by: User, at: datetime, reason: str = ""
) -> None:
    facts = {
        "term": transfer_round.term.label,
        "number": transfer_round.number,
        "status": str(transfer_round.status),
        "pupils": transfer_round.pupils,
        "satang": transfer_round.amount_satang,
        "left_out": transfer_round.left_out,
        "digest": transfer_round.digest,
    }
    audit.record(
        verb,
        transfer_round,
        by=by,
        at=at,
        path="TH/",
        facts=facts,
        after={"reason": reason} if reason else None,
    )
