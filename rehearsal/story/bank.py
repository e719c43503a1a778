"""A released round goes to the bank and comes back: files, the sandbox bank's answer, reconciliation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from eqfund import clock, jobs
from eqfund.models import Job
from eqfund.money import baht
from eqfund.refusal import Refused
from payments import sandbox_bank
from payments.actions import bank, reconcile
from payments.bankfiles import schemas, sealed
from payments.models import BankFile, BankLine, LedgerEntry, ResultFile, TransferRound
from payments.queries.ledger import book
from payments.rules.rounds import RoundStatus
from rehearsal.world import World

type Figures = Iterator[tuple[str, Any]]

ANSWERS_AFTER = timedelta(days=1, hours=6)


def play_1(world: World) -> Figures:
    return send_and_answer(world, _released(world, 1))


def play_2(world: World) -> Figures:
    return send_and_answer(world, _released(world, 2))


def play_3(world: World) -> Figures:
    return send_and_answer(world, _released(world, 3))


def _released(world: World, number: int) -> TransferRound:
    rounds = TransferRound.objects.select_related("term")
    return rounds.get(term=world.term, number=number, status=RoundStatus.RELEASED)


def send_and_answer(world: World, transfer_round: TransferRound) -> Figures:
    """Take a released round to the sandbox bank and back; whatever must be refused is tried."""
    finance = world.fund_finance
    _done(bank.write_bank_files(transfer_round, by=finance, at=clock.now()))
    files = list(transfer_round.bank_files.select_related("round__term").order_by("number"))
    texts = {file.pk: _take(world, file) for file in files}
    bank.record_sent(transfer_round, by=finance, at=clock.now())
    yield "files for the bank", len(files)
    yield "credits in them", sum(file.lines for file in files)
    yield "sent, in baht", baht(transfer_round.amount_satang)
    with clock.rehearse(clock.now() + ANSWERS_AFTER):
        answers = {
            pk: sandbox_bank.answer(text, at=clock.now(), rules=world.bank_rules)
            for pk, text in texts.items()
        }
        yield (
            "bad rows of another round's result, refused",
            _try_another_round(world, transfer_round),
        )
        for answer in answers.values():
            _settle(world, transfer_round, answer.report)
        yield (
            "the same result sent again changed",
            _try_again(world, transfer_round, answers[files[-1].pk].report),
        )
    transfer_round.refresh_from_db()
    _must(transfer_round.status == RoundStatus.RECONCILED, "the round is not reconciled")
    lines = BankLine.objects.filter(file__round=transfer_round)
    yield "credits that went through", lines.filter(status="success").count()
    yield "credits that failed", lines.filter(status="failed").count()
    _must(book(world.term).balanced, "the book does not agree with the transfers")
    yield "the book agrees with the transfers", "yes"


def _take(world: World, file: BankFile) -> bytes:
    """Take a file as finance does, once; what its zip holds, opened with the password."""
    finance = world.fund_finance
    stored = bank.download_bank_file(file, by=finance, at=clock.now())
    try:
        bank.download_bank_file(file, by=finance, at=clock.now())
    except Refused:
        pass
    else:
        raise AssertionError("a bank file was handed out twice")
    password = bank.show_bank_file_password(file, by=finance, at=clock.now())
    with default_storage.open(stored.name) as zipped:
        text = sealed.opened(BytesIO(zipped.read()), password).read()
    _must(not schemas.problems(BytesIO(text), bank.SCHEMA), f"{file} is not valid pain.001")
    return text


def _settle(world: World, transfer_round: TransferRound, report: bytes) -> None:
    """Take a report in, look at it, apply it."""
    result = _take_in(world, transfer_round, report)
    _must(result.bad_lines == 0, f"the bank's report has {result.bad_lines} bad rows")
    _done(reconcile.apply_result(result, by=world.fund_finance, at=clock.now()))


def _take_in(world: World, transfer_round: TransferRound, report: bytes) -> ResultFile:
    upload = SimpleUploadedFile("result.xml", report)
    taken = reconcile.upload_result(transfer_round, upload, by=world.fund_finance, at=clock.now())
    _done(taken.job)
    return ResultFile.objects.select_related("round").get(pk=taken.result.pk)


def _try_again(world: World, transfer_round: TransferRound, report: bytes) -> int:
    """Send an applied report once more: how many entries of the ledger it added."""
    before = LedgerEntry.objects.count()
    upload = SimpleUploadedFile("result.xml", report)
    again = reconcile.upload_result(transfer_round, upload, by=world.fund_finance, at=clock.now())
    _must(again.was_applied, "the same file was not known again")
    return LedgerEntry.objects.count() - before


def _try_another_round(world: World, transfer_round: TransferRound) -> int:
    """Give this round what the bank booked of an earlier one: how many of its rows are bad."""
    earlier = BankFile.objects.filter(
        round__term=world.term, round__number__lt=transfer_round.number
    )
    file = earlier.select_related("stored", "round").order_by("number").first()
    if file is None or file.stored is None:
        return 0
    with default_storage.open(file.stored.name) as zipped:
        text = sealed.opened(BytesIO(zipped.read()), str(file.password)).read()
    booked = sandbox_bank.answer(text, at=clock.now(), rules=world.bank_rules).booked
    result = _take_in(world, transfer_round, booked)
    try:
        reconcile.apply_result(result, by=world.fund_finance, at=clock.now())
    except Refused:
        reconcile.set_result_aside(result, by=world.fund_finance, at=clock.now())
    else:
        raise AssertionError("a result of another round was applied")
    return result.bad_lines


def _done(job: Job | None) -> None:
    assert job is not None
    ended = jobs.run_now(job)
    _must(ended.state == Job.State.DONE, ended.error or f"{ended.kind} is {ended.state}")


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)
