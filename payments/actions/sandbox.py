"""The sandbox bank at work in demo mode: it takes a sent round's files and its answers come in as results.

Outside demo mode neither the page, nor the job, nor these actions exist to any effect.
"""

from datetime import datetime
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from eqfund import audit, files, jobs
from eqfund.models import Job, User
from eqfund.refusal import Refused
from payments import sandbox_bank
from payments.bankfiles import sealed
from payments.models import BankFile, TransferRound
from payments.permissions import bank as permissions

from .reconcile import Uploaded, upload_result


@transaction.atomic
def ask_sandbox_bank(transfer_round: TransferRound, *, by: User, at: datetime) -> Job:
    """Ask the sandbox bank to answer the round's files. A second request gives the same job."""
    if reason := permissions.why_not_ask_sandbox(transfer_round, by):
        raise Refused(reason)
    audit.record("ask_sandbox_bank", transfer_round, by=by, at=at)
    key = f"sandbox-bank-{transfer_round.pk}"
    return jobs.start("payments.ask_sandbox_bank", by=by, obj=transfer_round, key=key)


def take_sandbox_answer(
    file: BankFile, *, by: User, at: datetime, rules: sandbox_bank.Rules = sandbox_bank.DEMO_RULES
) -> Uploaded:
    """Let the sandbox bank answer one file and take its report in like any result."""
    if reason := permissions.why_not_ask_sandbox(file.round, by):
        raise Refused(reason)
    assert file.stored is not None
    text = sealed.opened(BytesIO(files.read_bytes(file.stored)), str(file.password)).read()
    answers = sandbox_bank.answer(text, at=at, rules=rules)
    ending = "xml" if file.format == BankFile.Format.PAIN001 else "txt"
    report = SimpleUploadedFile(f"sandbox-{file.message_id}.{ending}", answers.report)
    return upload_result(file.round, report, by=by, at=at)
