"""What the bank says became of a round's credits: read, checked, applied. Each is one transaction.

A file is read and checked first, and shows what it would do. It is applied whole or not at all,
by one statement that settles the lines, moves the transfers and books the ledger together. The
same bytes are one file: sent again, they change nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils.translation import gettext

from eqfund import audit, files, jobs
from eqfund.models import Job, User
from eqfund.refusal import Refused
from payments.bankfiles import camt054, flat, pain002
from payments.bankfiles.reasons import fail_code
from payments.bankfiles.results import Format, Outcome, Row, UnreadableFile, Whole, format_of
from payments.models import BankLine, ResultFile, ResultLine, TransferRound
from payments.permissions import bank as permissions
from payments.rules.rounds import RoundStatus
from payments.words.bank import FILE_PROBLEMS

from .bank import COUNTRY
from .rounds import Fence

READERS: dict[Format, Callable[[IO[bytes]], Iterator[Row | Whole]]] = {
    Format.PAIN002: pain002.rows,
    Format.CAMT054: camt054.rows,
    Format.FLAT: flat.rows,
}
HEAD_BYTES = 2_000
MAX_RESULT_MB = 100


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A result file as it now stands, and whether these bytes had been applied before."""

    result: ResultFile
    job: Job | None
    was_applied: bool = False


@transaction.atomic
def upload_result(
    transfer_round: TransferRound, uploaded: Any, *, by: User, at: datetime
) -> Uploaded:
    """Take in a result file of this round and ask for it to be read and checked.

    The same bytes again: a file already applied is left as it is (and says so), one not yet
    applied is checked anew. Bytes already given for another round are refused.
    """
    digest, head = _look_at(uploaded)
    known = (
        ResultFile.objects.select_for_update(of=("self",))
        .select_related("round__term")
        .filter(sha256=digest)
    )
    if (result := known.first()) is not None:
        return _seen_before(result, transfer_round, by=by, at=at)
    if reason := permissions.why_not_upload_result(transfer_round, by):
        raise Refused(reason)
    try:
        kind = format_of(head)
    except UnreadableFile as error:
        raise Refused(str(FILE_PROBLEMS[error.code])) from error
    stored = files.store_upload(
        uploaded,
        purpose="bank_result",
        path=COUNTRY,
        by=by,
        at=at,
        kinds=("xml", "text"),
        max_mb=MAX_RESULT_MB,
    )
    result, made = ResultFile.objects.get_or_create(
        sha256=digest,
        defaults={
            "round": transfer_round,
            "stored": stored,
            "format": kind.value,
            "uploaded_by": by,
            "uploaded_at": at,
        },
    )
    if not made:
        raise Refused(gettext("This file was given a moment ago. Look again."))
    audit.record(
        "upload_result",
        transfer_round,
        by=by,
        at=at,
        facts={"sha256": digest, "format": kind.value},
    )
    return Uploaded(result, _ask_to_read(result, by))


def _look_at(uploaded: Any) -> tuple[str, bytes]:
    """The file's digest and first bytes, read in chunks."""
    digest, head = hashlib.sha256(), b""
    for chunk in uploaded.chunks():
        digest.update(chunk)
        head = head or chunk[:HEAD_BYTES]
    uploaded.seek(0)
    return digest.hexdigest(), head


def _seen_before(
    result: ResultFile, transfer_round: TransferRound, *, by: User, at: datetime
) -> Uploaded:
    if reason := permissions.why_not_see_results(by):
        raise Refused(reason)
    if result.round_id != transfer_round.pk:
        raise Refused(
            gettext(
                "This file was given for round %(number)d of term %(term)s. Nothing was changed."
            )
            % {"number": result.round.number, "term": result.round.term.label}
        )
    if result.state == ResultFile.State.APPLIED:
        return Uploaded(result, None, was_applied=True)
    if reason := permissions.why_not_upload_result(transfer_round, by):
        raise Refused(reason)
    ResultFile.objects.filter(pk=result.pk).update(
        state=ResultFile.State.READING, readings=F("readings") + 1
    )
    result.refresh_from_db()
    audit.record(
        "check_result_again", transfer_round, by=by, at=at, facts={"sha256": result.sha256}
    )
    return Uploaded(result, _ask_to_read(result, by))


def _ask_to_read(result: ResultFile, by: User) -> Job:
    key = f"bank-result-{result.pk}-{result.readings}"
    return jobs.start("payments.read_result", by=by, obj=result, key=key)


@transaction.atomic
def read_result(result: ResultFile, *, fence: Fence) -> None:
    """Read a file into its rows, check every row against what we sent, and count what it would do.

    A file that cannot be read to its end keeps no row; `problem` says why.
    """
    # Two workers that read the same file at once would meet in its rows: the second waits.
    ResultFile.objects.select_for_update(no_key=True).get(pk=result.pk)
    ResultLine.objects.filter(result=result).delete()
    problem = ""
    try:
        with transaction.atomic(), files.opened(result.stored) as source:
            wholes = _copy_rows(result, READERS[Format(result.format)](source))
            _spread_wholes(result, wholes)
    except UnreadableFile as error:
        problem = error.code
    with connection.cursor() as cursor:
        cursor.execute(FILL_AMOUNTS, {"result": result.pk})
        cursor.execute(FIND_PROBLEMS, {"result": result.pk, "round": result.round_id})
        cursor.execute(COUNT_RESULT, {"result": result.pk})
        counted = dict(
            zip((column.name for column in cursor.description), cursor.fetchone(), strict=True)
        )
    if not problem and not counted["lines"]:
        problem = "empty"
    fence()
    reading = ResultFile.objects.filter(pk=result.pk, state=ResultFile.State.READING)
    reading.update(state=ResultFile.State.PREVIEWED, problem=problem, **counted)


def _copy_rows(result: ResultFile, rows: Iterable[Row | Whole]) -> list[Whole]:
    """COPY the rows in; what the file says of whole files comes back."""
    wholes: list[Whole] = []
    columns = "result_id, number, end_to_end_id, outcome, fail_code, bank_reason, amount_satang, currency, problem"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY payments_resultline ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            if isinstance(row, Whole):
                wholes.append(row)
                continue
            failed = row.outcome == Outcome.FAILED
            copy.write_row(
                (
                    result.pk,
                    row.number,
                    row.end_to_end_id[:35],
                    row.outcome.value,
                    fail_code(row.bank_reason).value if failed else "",
                    row.bank_reason[:35],
                    row.amount_satang,
                    row.currency[:3],
                    "",
                )
            )
    return wholes


def _spread_wholes(result: ResultFile, wholes: list[Whole]) -> None:
    """Turn "the whole file" or "the whole block" into a row for each of its credits."""
    for whole in wholes:
        last = ResultLine.objects.filter(result=result).aggregate(last=Max("number"))["last"] or 0
        code = fail_code(whole.bank_reason).value if whole.outcome == Outcome.FAILED else ""
        values = {
            "result": result.pk,
            "last": last,
            "message_id": whole.message_id,
            "outcome": whole.outcome.value,
            "fail_code": code,
            "bank_reason": whole.bank_reason[:35],
        }
        with connection.cursor() as cursor:
            cursor.execute(SPREAD_WHOLE, values)
            if not cursor.rowcount:
                unknown = whole.message_id[:35]
                ResultLine.objects.create(
                    result=result,
                    number=last + 1,
                    end_to_end_id=unknown,
                    outcome=whole.outcome,
                    fail_code=code,
                )


SPREAD_WHOLE = """
    INSERT INTO payments_resultline
        (result_id, number, end_to_end_id, outcome, fail_code, bank_reason, amount_satang, currency, problem)
    SELECT %(result)s, %(last)s + row_number() OVER (ORDER BY line.number), line.end_to_end_id, %(outcome)s,
        %(fail_code)s, %(bank_reason)s, line.amount_satang, 'THB', ''
    FROM payments_bankline AS line JOIN payments_bankfile AS file ON file.id = line.file_id
    WHERE %(message_id)s IN (file.message_id, file.message_id || '-' || line.kind)
"""
# The first that holds is the row's problem. What the bank is still at (open) settles nothing,
# so it is only asked to be ours.
FIND_PROBLEMS = """
    UPDATE payments_resultline AS row SET problem = found.problem
    FROM (
        SELECT said.number, CASE
            WHEN line.id IS NULL THEN 'unknown'
            WHEN file.round_id <> %(round)s THEN 'other_round'
            WHEN said.outcome = 'open' THEN ''
            WHEN row_number() OVER (
                PARTITION BY said.end_to_end_id, said.outcome = 'open' ORDER BY said.number) > 1 THEN 'duplicate'
            WHEN line.status <> 'waiting' THEN 'already_applied'
            WHEN said.amount_satang <> line.amount_satang THEN 'amount_differs'
            WHEN said.currency <> 'THB' THEN 'other_currency'
            ELSE '' END AS problem
        FROM payments_resultline AS said
        LEFT JOIN payments_bankline AS line ON line.end_to_end_id = said.end_to_end_id
        LEFT JOIN payments_bankfile AS file ON file.id = line.file_id
        WHERE said.result_id = %(result)s
    ) AS found
    WHERE row.result_id = %(result)s AND row.number = found.number AND found.problem <> ''
"""
COUNT_RESULT = """
    SELECT count(*) AS lines,
        count(*) FILTER (WHERE outcome = 'success' AND problem = '') AS success_lines,
        count(*) FILTER (WHERE outcome = 'failed' AND problem = '') AS failed_lines,
        count(*) FILTER (WHERE outcome = 'open' AND problem = '') AS open_lines,
        count(*) FILTER (WHERE problem <> '') AS bad_lines,
        coalesce(sum(amount_satang) FILTER (WHERE outcome = 'success' AND problem = ''), 0)::bigint
            AS success_satang,
        coalesce(sum(amount_satang) FILTER (WHERE outcome = 'failed' AND problem = ''), 0)::bigint
            AS failed_satang
    FROM payments_resultline WHERE result_id = %(result)s
"""
# A bank need not repeat the amount; what it does not say is what we sent.
FILL_AMOUNTS = """
    UPDATE payments_resultline AS said SET amount_satang = line.amount_satang
    FROM payments_bankline AS line
    WHERE said.result_id = %(result)s AND said.amount_satang IS NULL
        AND line.end_to_end_id = said.end_to_end_id
"""


@transaction.atomic
def apply_result(result: ResultFile, *, by: User, at: datetime) -> Job:
    """Ask for a checked file to be applied. A second request gives the same job."""
    if reason := permissions.why_not_apply_result(result, by):
        raise Refused(reason)
    audit.record("apply_result", result.round, by=by, at=at, facts={"sha256": result.sha256})
    key = f"bank-apply-{result.pk}-{result.readings}"
    return jobs.start("payments.apply_result", by=by, obj=result, key=key)


@transaction.atomic
def settle_result(result: ResultFile, *, by: User, at: datetime, fence: Fence) -> dict[str, int]:
    """Apply a checked file, whole or not at all: lines, transfers and ledger in one statement.

    Returns what was settled. A file already applied settles nothing more. Refused if any of
    its credits was settled by another file since it was checked.
    """
    transfer_round = TransferRound.objects.select_for_update().get(pk=result.round_id)
    result = ResultFile.objects.select_for_update().get(pk=result.pk)
    if result.state == ResultFile.State.APPLIED:
        return {"lines": 0, "transfers": 0, "amount_satang": 0}
    if reason := permissions.why_not_apply_result(result, by):
        raise Refused(reason)
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, {"result": result.pk, "round": transfer_round.pk, "at": at})
        lines, line_satang, transfers, transfer_satang = cursor.fetchone()
    promised = (
        result.success_lines + result.failed_lines,
        result.success_satang + result.failed_satang,
    )
    if (lines, line_satang) != promised or transfer_satang != line_satang:
        raise Refused(
            gettext(
                "Another result has settled some of these credits since this file was checked. Check it again."
            )
        )
    _remember_failed_promptpay(result, at)
    ResultFile.objects.filter(pk=result.pk).update(
        state=ResultFile.State.APPLIED, applied_by=by, applied_at=at
    )
    settled = {"lines": lines, "transfers": transfers, "amount_satang": transfer_satang}
    audit.record(
        "settle_result", transfer_round, by=by, at=at, facts={"sha256": result.sha256, **settled}
    )
    _reconcile_if_complete(transfer_round, by=by, at=at)
    fence()  # last: it holds the job's row, and a heartbeat could not be written meanwhile
    return settled


SETTLE = """
    WITH settled AS (
        UPDATE payments_bankline AS line
        SET status = said.outcome, fail_code = said.fail_code, bank_reason = said.bank_reason
        FROM payments_resultline AS said
        WHERE said.result_id = %(result)s AND said.outcome <> 'open' AND said.problem = ''
            AND line.end_to_end_id = said.end_to_end_id AND line.status = 'waiting'
        RETURNING line.id, line.status, line.fail_code, line.amount_satang
    ), moved AS (
        UPDATE payments_transfer AS transfer SET status = settled.status, fail_code = settled.fail_code
        FROM settled
        WHERE transfer.bank_line_id = settled.id AND transfer.status = 'sent'
        RETURNING transfer.id, transfer.school_id, transfer.account_id, transfer.status, transfer.amount_satang
    ), booked AS (
        INSERT INTO payments_ledgerentry (round_id, school_id, transfer_id, debit, credit, amount_satang, at)
        SELECT %(round)s, school_id, id, CASE
                WHEN status = 'failed' THEN 'fund' WHEN account_id IS NULL THEN 'pupil' ELSE 'school_in_hand' END,
            'bank_clearing', amount_satang, %(at)s
        FROM moved
    )
    SELECT
        (SELECT count(*) FROM settled), (SELECT coalesce(sum(amount_satang), 0)::bigint FROM settled),
        (SELECT count(*) FROM moved), (SELECT coalesce(sum(amount_satang), 0)::bigint FROM moved)
"""


REMEMBER = """
    WITH missed AS (
        SELECT DISTINCT channel.id, channel.pupil_id, channel.guardian_id, line.fail_code
        FROM payments_resultline line
        JOIN payments_bankline credit ON credit.end_to_end_id = line.end_to_end_id
        JOIN payments_transfer transfer ON transfer.bank_line_id = credit.id
        JOIN payments_receivingchannel channel ON channel.id = transfer.channel_id
        WHERE line.result_id = %(result)s AND line.outcome = 'failed' AND channel.kind <> 'school_account'
    ), marked AS (
        UPDATE payments_receivingchannel SET promptpay_state = 'failed'
        WHERE id IN (SELECT id FROM missed WHERE fail_code = 'no_promptpay')
    )
    INSERT INTO payments_promptpaynote (pupil_id, guardian_id, step, reason, at)
    SELECT pupil_id, guardian_id, 'failed', '', %(at)s FROM missed
"""


def _remember_failed_promptpay(result: ResultFile, at: datetime) -> None:
    """A channel on which the bank found no PromptPay says so, until the school corrects it; every failure is noted."""
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, {"result": result.pk, "at": at})


def _reconcile_if_complete(transfer_round: TransferRound, *, by: User, at: datetime) -> None:
    """A round whose last credit is settled is reconciled."""
    waiting = BankLine.objects.filter(file__round=transfer_round, status=BankLine.Status.WAITING)
    if waiting.exists():
        return
    # It is at the bank and stays so: settle_result has asked, and holds its row.
    TransferRound.objects.filter(pk=transfer_round.pk).update(
        status=RoundStatus.RECONCILED, reconciled_at=at
    )
    audit.record("reconcile_round", transfer_round, by=by, at=at)


@transaction.atomic
def set_result_aside(result: ResultFile, *, by: User, at: datetime) -> None:
    """Put a file that will not be applied out of the way. Sent again, it is checked anew."""
    if reason := permissions.why_not_set_result_aside(result, by):
        raise Refused(reason)
    open_files = ResultFile.objects.filter(pk=result.pk).exclude(state=ResultFile.State.APPLIED)
    if not open_files.update(state=ResultFile.State.REJECTED):
        raise Refused(gettext("This file has just been applied. Look again."))
    audit.record("set_result_aside", result.round, by=by, at=at, facts={"sha256": result.sha256})
