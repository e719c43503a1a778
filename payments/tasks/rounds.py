"""The long work of rounds as jobs. They hold no rules: each calls an action."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from eqfund import jobs
from payments.actions import rounds
from payments.models import TransferRound


@jobs.register("payments.build_round")
def build_round(run: jobs.JobRun) -> dict[str, Any]:
    """Build a round as whoever pressed the button; safe to run twice, and to be killed."""
    transfer_round = TransferRound.objects.select_related("term").get(pk=run.job.object_id)
    run.progress(0, 0, gettext("Going through every grant of the term"))
    assert run.by is not None
    with run.beating():
        rounds.build_round(transfer_round, by=run.by, at=run.moment, fence=run.check_fence)
    return {"pupils": transfer_round.pupils, "left_out": transfer_round.left_out}
