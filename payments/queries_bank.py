"""Reads of the bank's pages, and the text of a bank file as it flows from the rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Model, Sum
from django.utils.translation import gettext

from eqfund.fields import unseal
from eqfund.models import Job, User
from eqfund.money import baht
from payments.bankfiles import flat, pain001
from payments.bankfiles.lines import Block, Credit, Header, LineKind, Payer
from payments.models import BankFile, BankLine, ResultFile, TransferRound
from payments.permissions import bank as permissions
from payments.rules import RoundStatus
from payments.words import FAIL_NAMES

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
    """The last long work on a round's files or on a result."""
    kinds = (
        ("payments.read_result", "payments.apply_result")
        if isinstance(obj, ResultFile)
        else ("payments.write_bank_files", "payments.ask_sandbox_bank")
    )
    jobs = Job.objects.filter(object_label=obj._meta.label, object_id=str(obj.pk), kind__in=kinds)
    return jobs.order_by("-pk").first()


@dataclass(frozen=True, slots=True)
class FileRow:
    """A bank file as its table shows it, and why this user may not take it."""

    file: BankFile
    why_not: str | None

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the question before handing it out repeats."""
        return [
            (gettext("File"), self.file.message_id),
            (gettext("Credits"), f"{self.file.lines:,}"),
            (gettext("Baht"), baht(self.file.amount_satang)),
            (gettext("Afterwards"), gettext("The file is not handed out again, to anybody.")),
        ]


def files_of(transfer_round: TransferRound, user: User) -> list[FileRow]:
    """The round's files, by number."""
    files = transfer_round.bank_files.select_related("downloaded_by").order_by("number")
    return [FileRow(file, permissions.why_not_download_bank_file(file, user)) for file in files]


def next_act(transfer_round: TransferRound, files: list[FileRow]) -> str:
    """What finance does next on the page: write, take, send, result, or nothing."""
    if transfer_round.status == RoundStatus.SENT:
        return "result"
    if transfer_round.status != RoundStatus.RELEASED:
        return ""
    if not files:
        return "write"
    return "send" if all(row.file.downloaded_at for row in files) else "take"


def sent_facts(transfer_round: TransferRound, files: list[FileRow]) -> list[tuple[str, str]]:
    """What the question before recording the hand-over repeats."""
    return [
        (gettext("Files"), f"{len(files):,}"),
        (gettext("Credits"), f"{sum(row.file.lines for row in files):,}"),
        (gettext("Pupils"), f"{transfer_round.pupils:,}"),
        (gettext("Baht"), baht(transfer_round.amount_satang)),
        (gettext("Afterwards"), gettext("Every transfer of the round is at the bank.")),
    ]


def apply_facts(result: ResultFile) -> list[tuple[str, str]]:
    """What the question before applying a result repeats."""
    return [
        (gettext("Went through"), _lines_and_baht(result.success_lines, result.success_satang)),
        (gettext("Failed"), _lines_and_baht(result.failed_lines, result.failed_satang)),
        (gettext("Still at the bank"), f"{result.open_lines:,}"),
        (gettext("Afterwards"), gettext("The ledger is written, and is never changed again.")),
    ]


def _lines_and_baht(lines: int, satang: int) -> str:
    return gettext("%(lines)s credits, %(baht)s baht") % {
        "lines": f"{lines:,}",
        "baht": baht(satang),
    }


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


def steps(transfer_round: TransferRound) -> list[dict[str, str]]:
    """The round's way through the bank, for components/steps.html."""
    status = transfer_round.status
    files = list(transfer_round.bank_files.all())
    taken = bool(files) and all(file.downloaded_at for file in files)
    done = [
        status not in (RoundStatus.PLANNED, RoundStatus.BUILT, RoundStatus.APPROVED),
        bool(files) and all(file.stored_id for file in files),
        taken,
        transfer_round.sent_at is not None,
        transfer_round.reconciled_at is not None,
    ]
    labels = [
        gettext("Released"),
        gettext("Files written"),
        gettext("Files taken"),
        gettext("Sent to the bank"),
        gettext("Reconciled"),
    ]
    now = done.index(False) if False in done else len(done)
    return [
        {"label": label, "state": "done" if is_done else "now" if place == now else ""}
        for place, (label, is_done) in enumerate(zip(labels, done, strict=True))
    ]
