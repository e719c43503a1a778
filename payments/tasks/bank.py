"""The bank's long work as jobs. They hold no rules: each calls actions that are safe to run twice."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from eqfund import jobs
from payments.actions import bank, reconcile, sandbox
from payments.models import BankFile, ResultFile, TransferRound
from payments.tasks.rounds import comparing


@jobs.register("payments.write_bank_files")
def write_bank_files(run: jobs.JobRun) -> dict[str, Any]:
    """Allot the round's credits to files and write each; goes on where a crash left off."""
    transfer_round = TransferRound.objects.select_related("term").get(pk=run.job.object_id)
    with run.beating():
        total = bank.allot_bank_lines(
            transfer_round,
            file_format=run.params["format"],
            fence=run.check_fence,
            seen=comparing(run, transfer_round),
        )
    written = (
        BankFile.objects.select_related("round__term")
        .filter(round=transfer_round)
        .order_by("number")
    )
    for done, file in enumerate(written, 1):
        run.progress(done - 1, total, gettext("Writing file %(number)d") % {"number": file.number})
        bank.write_bank_file(file, by=run.by, at=run.moment, fence=run.check_fence)
    run.progress(total, total)
    return {"files": total}


@jobs.register(bank.SENDING)
def record_sent(run: jobs.JobRun) -> dict[str, Any]:
    """Move every transfer of a round to the bank, and book it."""
    transfer_round = TransferRound.objects.select_related("term").get(pk=run.job.object_id)
    assert run.by is not None
    with run.beating():
        bank.record_sent(
            transfer_round,
            by=run.by,
            at=run.moment,
            fence=run.check_fence,
            seen=comparing(run, transfer_round),
        )
    return {"pupils": transfer_round.pupils}


@jobs.register("payments.read_result")
def read_result(run: jobs.JobRun) -> dict[str, Any]:
    """Read and check a result file; its figures and bad rows are on its page after."""
    result = ResultFile.objects.select_related("stored").get(pk=run.job.object_id)
    run.progress(0, 0, gettext("Reading the bank's result"))
    with run.beating():
        reconcile.read_result(result, fence=run.check_fence)
    return {"result": result.pk}


@jobs.register("payments.apply_result")
def apply_result(run: jobs.JobRun) -> dict[str, Any]:
    """Apply a checked result file, whole or not at all."""
    result = ResultFile.objects.select_related("round").get(pk=run.job.object_id)
    assert run.by is not None
    run.progress(0, 0, gettext("Settling the credits"))
    with run.beating():
        return reconcile.settle_result(result, by=run.by, at=run.moment, fence=run.check_fence)


def ask_sandbox_bank(run: jobs.JobRun) -> dict[str, Any]:
    """Let the sandbox bank answer each file of the round, as the real one would in its own time."""
    files = (
        BankFile.objects.select_related("round", "stored")
        .filter(round_id=int(run.job.object_id))
        .order_by("number")
    )
    assert run.by is not None
    answered = [sandbox.take_sandbox_answer(file, by=run.by, at=run.moment) for file in files]
    return {"files": len(answered)}


if settings.DEMO_MODE:
    jobs.register("payments.ask_sandbox_bank")(ask_sandbox_bank)
