"""Reads of the bank's pages, and the text of a bank file as it flows from the rows."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Model, Sum

from eqfund.fields import unseal
from eqfund.models import Job
from payments.bankfiles import flat, pain001
from payments.bankfiles.lines import Block, Credit, Header, LineKind, Payer
from payments.models import BankFile, BankLine, ResultFile, TransferRound
from payments.words.rounds import FAIL_NAMES

ROWS_A_FETCH = 5_000


def file_text(file: BankFile, at: datetime) -> Iterator[bytes]:
    """The file's text in pieces: read, decrypted and written as it flows."""
    term = file.round.term
    header = Header(
        message_id=file.message_id,
        written_at=at,
        pays_on=at.date(),
        payer=Payer(
            name=settings.FUND_NAME,
            tax_id=settings.BILLER_ID[:13],
            account=settings.BANK_ACCOUNT,
            bank_code=settings.BANK_CODE,
        ),
        remark=f"ทุนเสมอภาค {term.label} รอบที่ {file.round.number}",
    )
    blocks = [_block(file, kind) for kind in (LineKind.PROMPTPAY, LineKind.SCHOOL_ACCOUNT)]
    if file.format == BankFile.Format.FLAT:
        yield from flat.pieces(header, blocks)
    else:
        for piece in pain001.pieces(header, blocks):
            yield piece.encode()


def _block(file: BankFile, kind: LineKind) -> Block:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(amount_satang), 0)::bigint"
            " FROM payments_bankline WHERE file_id = %s AND kind = %s",
            [file.pk, kind.value],
        )
        count, amount = cursor.fetchone()
    return Block(kind, count, amount, credits_of(file, kind))


def credits_of(file: BankFile, kind: LineKind) -> Iterator[Credit]:
    """The file's credits of one kind, in order, decrypted as they flow through a server-side cursor."""
    credit = _promptpay_credit if kind == LineKind.PROMPTPAY else _school_credit
    with connection.chunked_cursor() as cursor:
        cursor.execute(CREDITS[kind], [file.pk])
        while rows := cursor.fetchmany(ROWS_A_FETCH):
            for row in rows:
                yield credit(row)


CREDITS = {
    LineKind.PROMPTPAY: """
        SELECT line.end_to_end_id, line.amount_satang, transfer.destination, guardian.full_name,
            pupil.title || pupil.first_name || ' ' || pupil.last_name
        FROM payments_bankline AS line
        JOIN payments_transfer AS transfer ON transfer.bank_line_id = line.id
        JOIN eqfund_enrolment AS enrolment ON enrolment.id = transfer.enrolment_id
        JOIN eqfund_pupil AS pupil ON pupil.id = enrolment.pupil_id
        JOIN payments_receivingchannel AS channel ON channel.id = transfer.channel_id
        LEFT JOIN eqfund_guardian AS guardian ON guardian.id = channel.guardian_id
        WHERE line.file_id = %s AND line.kind = 'P' ORDER BY line.number
    """,
    LineKind.SCHOOL_ACCOUNT: """
        SELECT line.end_to_end_id, line.amount_satang, account.number, account.name, account.bank_code
        FROM payments_bankline AS line
        JOIN LATERAL (
            SELECT account_id FROM payments_transfer WHERE bank_line_id = line.id LIMIT 1
        ) AS transfer ON true
        JOIN payments_schoolbankaccount AS account ON account.id = transfer.account_id
        WHERE line.file_id = %s AND line.kind = 'S' ORDER BY line.number
    """,
}


def _promptpay_credit(row: tuple[str, int, bytes, bytes | None, str]) -> Credit:
    reference, amount, destination, guardian, pupil = row
    name = unseal(guardian, "guardian_name").decode() if guardian else pupil
    return Credit(
        reference, LineKind.PROMPTPAY, amount, name, unseal(destination, "national_id").decode()
    )


def _school_credit(row: tuple[str, int, bytes, str, str]) -> Credit:
    reference, amount, number, name, bank_code = row
    destination = unseal(number, "account_number").decode()
    return Credit(reference, LineKind.SCHOOL_ACCOUNT, amount, name, destination, bank_code)


# --- what the pages show -----------------------------------------------------


def job_of(obj: Model) -> Job | None:
    """The long work on a round's files or on a result: the one under way, else the one that ended last."""
    kinds = (
        ("payments.read_result", "payments.apply_result")
        if isinstance(obj, ResultFile)
        else ("payments.write_bank_files", "payments.record_sent", "payments.ask_sandbox_bank")
    )
    jobs = Job.objects.filter(object_label=obj._meta.label, object_id=str(obj.pk), kind__in=kinds)
    return jobs.order_by(F("ended_at").desc(nulls_first=True), "-pk").first()


def credits_by_status(transfer_round: TransferRound) -> dict[str, dict[str, int]]:
    """How many credits of the round wait, went through or failed, and their satang."""
    rows = BankLine.objects.filter(file__round=transfer_round).order_by().values("status")
    found = {
        row["status"]: {"lines": row["lines"], "satang": row["satang"]}
        for row in rows.annotate(lines=Count("pk"), satang=Sum("amount_satang"))
    }
    return {str(status): found.get(status, {"lines": 0, "satang": 0}) for status in BankLine.Status}


def outcomes_of(result: ResultFile) -> list[dict[str, Any]]:
    """What a file would do, by outcome and reason, the good first."""
    rows = result.rows.filter(problem="").order_by().values("outcome", "fail_code")
    found = rows.annotate(lines=Count("pk"), satang=Sum("amount_satang"))
    order = {"success": 0, "failed": 1, "open": 2}
    return [
        row | {"reason": FAIL_NAMES.get(row["fail_code"], "")}
        for row in sorted(found, key=lambda row: (order[row["outcome"]], -row["lines"]))
    ]
