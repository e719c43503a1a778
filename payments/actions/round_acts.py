"""The steps of a round as jobs: asked for by a press, done by a worker that goes through every row.

Asking refuses at once what may not be done. The job asks again, under the name of
whoever pressed, and does it whole or not at all; when the rows are not those that were
built, the audit book says so although the step itself leaves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from eqfund import audit, jobs
from eqfund.models import Job, User
from eqfund.refusal import Refused
from payments.models import TransferRound
from payments.permissions import rounds as permissions

from . import rounds
from .rounds import Watch

KIND = "payments.round_act"


def _built_anew() -> str:
    return gettext("The round was sent back or built anew meanwhile. Look at it again.")


type WhyNot = Callable[[TransferRound, User, datetime], str | None]


@dataclass(frozen=True, slots=True)
class Act:
    """A step that goes through every row of a round."""

    do: Callable[..., Any]
    why_not: WhyNot
    asks_reason: bool = False


def _timeless(why_not: Callable[[TransferRound, User], str | None]) -> WhyNot:
    return lambda transfer_round, user, at: why_not(transfer_round, user)


ACTS = {
    "build": Act(rounds.build_round, _timeless(permissions.why_not_build)),
    "approve": Act(rounds.approve_round, _timeless(permissions.why_not_approve)),
    "release": Act(rounds.release_round, _timeless(permissions.why_not_release)),
    "publish": Act(rounds.publish_round, _timeless(permissions.why_not_publish)),
    "close": Act(
        rounds.close_round,
        lambda transfer_round, user, at: permissions.why_not_close(transfer_round, user, at=at),
    ),
    "send-back": Act(rounds.send_back_round, _timeless(permissions.why_not_send_back), True),
    "cancel": Act(rounds.cancel_round, _timeless(permissions.why_not_cancel), True),
}


@transaction.atomic
def ask_for_round_act(
    transfer_round: TransferRound,
    code: str,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    attempt: int | None = None,
) -> Job:
    """Ask for a step; a second request while it waits or runs gives the same job.

    `attempt` is the build that the person had before their eyes: nobody puts their name to
    other totals than those they saw.
    """
    act = ACTS[code]
    if attempt is not None and attempt != transfer_round.attempt:
        raise Refused(_built_anew())
    if refusal := act.why_not(transfer_round, by, at):
        raise Refused(refusal)
    if act.asks_reason and not reason.strip():
        raise Refused(gettext("Say why, for those who built the round."))
    facts = {"act": code, "attempt": transfer_round.attempt}
    audit.record("ask_for_round_act", transfer_round, by=by, at=at, path="TH/", facts=facts)
    params = {"act": code, "reason": reason.strip(), "attempt": transfer_round.attempt}
    return jobs.start(
        KIND, by=by, obj=transfer_round, key=_key(transfer_round, code), params=params
    )


def _key(transfer_round: TransferRound, code: str) -> str:
    """A round that was sent back goes its way again under new keys."""
    return f"round-{code}-{transfer_round.pk}-{transfer_round.attempt}"


def do_round_act(
    transfer_round: TransferRound,
    code: str,
    *,
    by: User,
    at: datetime,
    reason: str,
    attempt: int,
    watch: Watch,
) -> None:
    """Do a step that was asked for, to the build that it was asked for."""
    act = ACTS[code]
    if attempt != transfer_round.attempt:
        raise Refused(_built_anew())
    more = {"reason": reason} if act.asks_reason else {}
    try:
        act.do(transfer_round, by=by, at=at, watch=watch, **more)
    except rounds.TotalsDiffer:
        facts = {"act": code, "digest": transfer_round.digest}
        audit.record("round_totals_differ", transfer_round, by=by, at=at, path="TH/", facts=facts)
        raise
