"""The steps of rounds as jobs. They hold no rules: each calls an action."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from eqfund import jobs
from payments.actions import round_acts
from payments.actions.rounds import Watch
from payments.models import TransferRound
from payments.round_sql import Seen


def comparing(run: jobs.JobRun, transfer_round: TransferRound) -> Seen:
    """Tell whoever watches how many of the round's rows were gone through."""

    def seen(rows: int) -> None:
        run.progress(
            rows, transfer_round.pupils, gettext("Comparing every row with what was built")
        )

    return seen


@jobs.register(round_acts.KIND)
def round_act(run: jobs.JobRun) -> dict[str, Any]:
    """Do one step as whoever pressed the button; safe to run twice, and to be killed."""
    transfer_round = TransferRound.objects.select_related("term").get(pk=run.job.object_id)
    code: str = run.params["act"]
    if code == "build":
        run.progress(0, 0, gettext("Going through every grant of the term"))

    assert run.by is not None
    with run.beating():
        round_acts.do_round_act(
            transfer_round,
            code,
            by=run.by,
            at=run.moment,
            reason=run.params["reason"],
            attempt=run.params["attempt"],
            watch=Watch(run.check_fence, comparing(run, transfer_round)),
        )
    return {"act": code, "pupils": transfer_round.pupils, "left_out": transfer_round.left_out}
