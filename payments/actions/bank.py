"""From a released round to files in the bank's hands. Each action is one transaction.

A round's credits are allotted to files once, by one statement; then each file is written by
itself, so that a worker killed half way goes on with the next file and writes none twice.
"""

import hashlib
from datetime import datetime
from io import BytesIO
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from eqfund import audit, files, jobs
from eqfund.models import Job, StoredFile, User
from eqfund.refusal import Refused
from payments.actions import ledger, rounds
from payments.actions.rounds import Fence, no_fence
from payments.bankfiles import lines, schemas, sealed
from payments.models import BankFile, BankFileCallBack, Transfer, TransferRound
from payments.permissions import bank as permissions
from payments.queries.bank import file_text
from payments.round_sql import Seen, unseen
from payments.rules.rounds import RoundStatus, TransferStatus

COUNTRY = "TH/"
SCHEMA = "pain.001.001.09"

SENDING = "payments.record_sent"


@transaction.atomic
def write_bank_files(
    transfer_round: TransferRound,
    *,
    by: User,
    at: datetime,
    file_format: str = BankFile.Format.PAIN001,
) -> Job:
    """Ask for the files of a released round. A second request gives the same job."""
    if reason := permissions.why_not_write_bank_files(transfer_round, by):
        raise Refused(reason)
    audit.record("write_bank_files", transfer_round, by=by, at=at, facts={"format": file_format})
    key = f"bank-files-{transfer_round.pk}"
    return jobs.start(
        "payments.write_bank_files",
        by=by,
        obj=transfer_round,
        key=key,
        params={"format": file_format},
    )


@transaction.atomic
def allot_bank_lines(
    transfer_round: TransferRound, *, file_format: str, fence: Fence, seen: Seen = unseen
) -> int:
    """Give every transfer of the round its credit line and file; return how many files there are.

    Once: a round whose files are allotted keeps them. Refused if what is allotted is not what
    the round's control totals say.
    """
    locked = (
        TransferRound.objects.select_for_update(of=("self",))
        .select_related("term")
        .get(pk=transfer_round.pk)
    )
    if made := locked.bank_files.count():
        return made
    if locked.status != RoundStatus.RELEASED:
        raise Refused(gettext("The round is no longer waiting for its bank files."))
    rounds.check_totals(locked, seen)
    fence()  # after the last progress: it holds the job's row, to which progress is written beside
    _make_files(locked, file_format)
    with connection.cursor() as cursor:
        cursor.execute(INSERT_LINES, _allotting(locked))
        cursor.execute(POINT_TRANSFERS, _allotting(locked))
        cursor.execute(FILE_TOTALS, {"round": locked.pk})
        cursor.execute(ALLOTTED, {"round": locked.pk})
        allotted = tuple(cursor.fetchone())
    if allotted != (locked.pupils, locked.amount_satang):
        raise Refused(
            gettext(
                "The bank lines do not add up to the control totals of the round. Nothing was written."
            )
        )
    return locked.bank_files.count()


def _make_files(transfer_round: TransferRound, file_format: str) -> None:
    term = transfer_round.term
    with connection.cursor() as cursor:
        cursor.execute(COUNT_LINES, {"round": transfer_round.pk})
        (count,) = cursor.fetchone()
    BankFile.objects.bulk_create(
        BankFile(
            round=transfer_round,
            number=number,
            format=file_format,
            message_id=lines.message_id(term.year_be, term.number, transfer_round.number, number),
            lines=1,  # the real totals follow from the lines, in the same transaction
            amount_satang=1,
        )
        for number in range(1, -(-count // lines.MAX_LINES) + 1)
    )


def _allotting(transfer_round: TransferRound) -> dict[str, Any]:
    term = transfer_round.term
    prefix = f"{term.year_be}{term.number}{transfer_round.number:02d}"
    return {"round": transfer_round.pk, "prefix": prefix, "size": lines.MAX_LINES}


# One credit for a pupil's PromptPay, one for a school's account with all its pupils.
LINES = """
    SELECT 'P' AS kind, id AS serial, school_id, 1 AS pupils, amount_satang
        FROM payments_transfer WHERE round_id = %(round)s AND status = 'pending' AND account_id IS NULL
    UNION ALL
    SELECT 'S', account_id, min(school_id), count(*), sum(amount_satang)
        FROM payments_transfer WHERE round_id = %(round)s AND status = 'pending' AND account_id IS NOT NULL
        GROUP BY account_id
"""
COUNT_LINES = f"SELECT count(*) FROM ({LINES}) AS line"
# The same name that bankfiles.lines.end_to_end_id gives; a test compares the two.
INSERT_LINES = f"""
    INSERT INTO payments_bankline
        (file_id, number, end_to_end_id, kind, school_id, pupils, amount_satang, status, fail_code, bank_reason)
    SELECT file.id, line.place %% %(size)s + 1, %(prefix)s || line.kind || to_char(line.serial, 'FM000000000'),
        line.kind, line.school_id, line.pupils, line.amount_satang, 'waiting', '', ''
    FROM (SELECT *, row_number() OVER (ORDER BY kind, serial) - 1 AS place FROM ({LINES}) AS each) AS line
    JOIN payments_bankfile AS file ON file.round_id = %(round)s AND file.number = line.place / %(size)s + 1
"""
POINT_TRANSFERS = """
    UPDATE payments_transfer AS transfer SET bank_line_id = line.id
    FROM payments_bankline AS line
    JOIN payments_bankfile AS file ON file.id = line.file_id AND file.round_id = %(round)s
    WHERE transfer.round_id = %(round)s AND transfer.status = 'pending'
        AND line.end_to_end_id = %(prefix)s || CASE
            WHEN transfer.account_id IS NULL THEN 'P' || to_char(transfer.id, 'FM000000000')
            ELSE 'S' || to_char(transfer.account_id, 'FM000000000') END
"""
FILE_TOTALS = """
    UPDATE payments_bankfile AS file SET lines = total.lines, amount_satang = total.amount_satang
    FROM (
        SELECT file_id, count(*) AS lines, sum(amount_satang) AS amount_satang
        FROM payments_bankline WHERE file_id IN (SELECT id FROM payments_bankfile WHERE round_id = %(round)s)
        GROUP BY file_id
    ) AS total WHERE total.file_id = file.id
"""
ALLOTTED = """
    SELECT coalesce(sum(line.pupils), 0)::bigint, coalesce(sum(line.amount_satang), 0)::bigint
    FROM payments_bankline AS line JOIN payments_bankfile AS file ON file.id = line.file_id
    WHERE file.round_id = %(round)s
"""


def write_bank_file(file: BankFile, *, by: User | None, at: datetime, fence: Fence) -> None:
    """Write one file's text, prove it, seal it and keep it. A file already written stays as it is."""
    if file.stored_id is not None:
        return
    text = BytesIO()
    for piece in file_text(file, at):
        text.write(piece)
    digest = hashlib.sha256(text.getbuffer()).hexdigest()
    if file.format == BankFile.Format.PAIN001:
        text.seek(0)
        if problems := schemas.problems(text, SCHEMA):
            raise ValueError(f"{file.message_id} is not valid: {problems[0]}")
    password = sealed.new_password()
    zipped = BytesIO()
    sealed.seal(zipped, _name_inside(file), [text.getbuffer()], password)
    with transaction.atomic():
        fence()
        stored = files.store_bytes(
            zipped.getvalue(), purpose="bank_file", kind="zip", path=COUNTRY, by=by, at=at
        )
        written = BankFile.objects.filter(pk=file.pk, stored=None).update(
            stored=stored, sha256=digest, password=password, written_at=at
        )
        if not written:
            transaction.set_rollback(True)
            return
        facts = {
            "file": file.number,
            "lines": file.lines,
            "amount_satang": file.amount_satang,
            "sha256": digest,
        }
        audit.record("write_bank_file", file.round, by=by, at=at, facts=facts)


def _name_inside(file: BankFile) -> str:
    return f"{file.message_id}.{'xml' if file.format == BankFile.Format.PAIN001 else 'txt'}"


@transaction.atomic
def download_bank_file(file: BankFile, *, by: User, at: datetime) -> StoredFile:
    """Hand a file out, once. The second person to ask, or the same one again, is refused."""
    if reason := permissions.why_not_download_bank_file(file, by):
        raise Refused(reason)
    assert file.stored is not None
    files.opened(file.stored).close()  # a file that the storage has lost is not handed out
    free = BankFile.objects.filter(pk=file.pk, stored__isnull=False, downloaded_by=None)
    if not free.update(downloaded_by=by, downloaded_at=at):
        raise Refused(gettext("Someone else has just taken this file. Look again."))
    audit.record(
        "download_bank_file",
        file.round,
        by=by,
        at=at,
        facts={"file": file.number, "sha256": file.sha256},
    )
    file.refresh_from_db()
    assert file.stored is not None
    return file.stored


@transaction.atomic
def call_back_bank_file(file: BankFile, *, reason: str, by: User, at: datetime) -> None:
    """Call a file back whose download broke: it may be taken once more, and the book keeps both."""
    file = (
        # the round as well: whoever records meanwhile that the files were sent waits, and sees
        BankFile.objects.select_for_update(of=("self", "round"), no_key=True)
        .select_related("round__term", "downloaded_by")
        .get(pk=file.pk)
    )
    if refusal := permissions.why_not_call_back(file, by):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused(gettext("Say what went wrong with the download."))
    assert file.downloaded_by is not None
    assert file.downloaded_at is not None
    made = BankFileCallBack.objects.create(
        file=file,
        number=file.call_backs.count() + 1,
        taken_by=file.downloaded_by,
        taken_at=file.downloaded_at,
        called_back_by=by,
        called_back_at=at,
        reason=reason.strip(),
    )
    BankFile.objects.filter(pk=file.pk).update(downloaded_by=None, downloaded_at=None)
    audit.record(
        "call_back_bank_file",
        file.round,
        by=by,
        at=at,
        facts={
            "file": file.number,
            "time": made.number,
            "taken_by": file.downloaded_by_id,
        },
        after={"reason": made.reason},
    )


@transaction.atomic
def show_bank_file_password(file: BankFile, *, by: User, at: datetime) -> str:
    """Tell the password of a file to the person who took it; each telling is in the audit book."""
    if reason := permissions.why_not_show_password(file, by):
        raise Refused(reason)
    audit.record("show_bank_file_password", file.round, by=by, at=at, facts={"file": file.number})
    return str(file.password)


@transaction.atomic
def ask_to_record_sent(transfer_round: TransferRound, *, by: User, at: datetime) -> Job:
    """Ask for it to be recorded that the bank has the files: every transfer is gone through."""
    if reason := permissions.why_not_record_sent(transfer_round, by):
        raise Refused(reason)
    key = f"bank-sent-{transfer_round.pk}"
    return jobs.start(SENDING, by=by, obj=transfer_round, key=key)


@transaction.atomic
def record_sent(
    transfer_round: TransferRound,
    *,
    by: User,
    at: datetime,
    fence: Fence = no_fence,
    seen: Seen = unseen,
) -> None:
    """Record that the bank has the round's files: its money is on its way."""
    if reason := permissions.why_not_record_sent(transfer_round, by):
        raise Refused(reason)
    if not rounds.move(transfer_round, RoundStatus.RELEASED, RoundStatus.SENT, sent_at=at):
        raise Refused(gettext("Someone else has just changed this round. Look again."))
    if transfer_round.bank_files.filter(downloaded_at=None).exists():
        raise Refused(gettext("A file was called back a moment ago. Look again."))
    rounds.check_totals(transfer_round, seen)
    waiting = Transfer.objects.filter(round=transfer_round, status=TransferStatus.PENDING)
    sent = waiting.update(status=TransferStatus.SENT)
    ledger.book_files_sent(transfer_round, at=at)
    audit.record(
        "record_sent",
        transfer_round,
        by=by,
        at=at,
        facts={"transfers": sent, "amount_satang": transfer_round.amount_satang},
    )
    fence()  # last: it holds the job's row, and a heartbeat could not be written meanwhile
