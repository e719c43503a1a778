"""The long work of payouts as jobs: letters by the thousand, a look at a picture. They call actions."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any

import pikepdf
from django.db import transaction
from django.utils.translation import gettext

from eqfund import audit, files, jobs
from eqfund.models import User
from payments.actions import letters, payout_reports
from payments.letters import papers
from payments.letters.press import Press
from payments.models import PayoutEvidence, Transfer, TransferRound
from payments.rules.rounds import TransferStatus

LETTERS_AT_ONCE = 50
PURPOSE = "letters08"


@jobs.register(payout_reports.CHECK)
def check_evidence(run: jobs.JobRun) -> dict[str, Any]:
    """Flag a picture that looks reused or older than the money."""
    evidence = PayoutEvidence.objects.select_related(
        "stored", "report__round", "receipt__round"
    ).get(pk=run.job.object_id)
    return {"flags": payout_reports.check_evidence(evidence, at=run.moment)}


@jobs.register(letters.PRINT)
def print_letters(run: jobs.JobRun) -> dict[str, Any]:
    """Print every letter of a place and round as one PDF, in pieces of fifty on all cores.

    Letters are issued as their piece comes; a second run finds them and prints the same.
    """
    transfer_round = TransferRound.objects.select_related("term").get(pk=run.job.object_id)
    path: str = run.params["path"]
    assert run.by is not None
    arrived = (
        Transfer.objects.under(path)
        .filter(round=transfer_round, status=TransferStatus.SUCCESS)
        .order_by("enrolment__path", "enrolment__pupil__sort_key", "pk")
    )
    pks = list(arrived.values_list("pk", flat=True))
    pages = _pages(transfer_round, path, pks, run.by, run)
    merged = pikepdf.new()
    done = 0
    with Press() as press:
        for pdf in press.print_all(pages):
            with pikepdf.open(io.BytesIO(pdf)) as piece:
                merged.pages.extend(piece.pages)
            done = min(done + LETTERS_AT_ONCE, len(pks))
            run.progress(done, len(pks), gettext("Printing letters"))
    out = io.BytesIO()
    merged.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    with transaction.atomic():
        run.check_fence()
        stored = files.store_bytes(
            out.getvalue(), purpose=PURPOSE, kind="pdf", path=path, by=run.by, at=run.moment
        )
        audit.record(
            "print_letters",
            transfer_round,
            by=run.by,
            at=run.moment,
            path=path,
            facts={"letters": len(pks), "file": stored.pk},
        )
    return {"file": stored.pk, "letters": len(pks), "bytes": stored.size}


def _pages(
    transfer_round: TransferRound, path: str, pks: Sequence[int], by: User, run: jobs.JobRun
) -> Iterator[str]:
    for piece in batched(pks, LETTERS_AT_ONCE):
        transfers = list(Transfer.objects.filter(pk__in=piece))
        letters.issue_letters(transfer_round, path, transfers, by=by, at=run.moment)
        yield papers.letters_html(papers.letter_rows(piece))
