"""A round's bank files of 50,000 lines each, and their results: each beside the same rows by the barest means.

The bound of a file is reading the same rows, decrypting each destination and writing a line of
plain text. The bound of a reconciliation is COPY in, UPDATE ... FROM and the insert of the ledger
rows, on a throw-away table without checks. Parsing XML, the schema and the AES zip are figures
of their own.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import Any

from django.db import connection, transaction

from eqfund import clock, files as stored_files
from eqfund.access import Role
from eqfund.fields import seal
from eqfund.models import User
from payments import round_sql, sandbox_bank
from payments.actions import bank, reconcile
from payments.bankfiles import pain002, schemas, sealed
from payments.bankfiles.lines import LineKind
from payments.bankfiles.results import Format
from payments.models import BankFile, ResultFile, Transfer, TransferRound
from payments.queries import bank as queries_bank
from payments.rules.rounds import RoundStatus, TransferStatus

from ._country import Row, far_term, office, person, row

ROLE = "owner"
SIZE = 50_000
YEAR_BE = 2599
SCHOOLS_A_THOUSAND, PUPILS_A_SCHOOL = 6, 20


def rows(size: int = SIZE) -> Iterator[Row]:
    """Make a released round of so many lines in the bench's own database, and measure."""
    transfer_round, finance = _world(size)
    yield _allot(transfer_round)
    files = list(transfer_round.bank_files.select_related("round__term").order_by("number"))
    parsed: list[Any] = []
    yield from _texts(files, size, parsed)
    yield _memory(files[0])
    _send(transfer_round)
    yield _reconcile(transfer_round, finance, parsed)


def _texts(files: list[BankFile], size: int, parsed: list[Any]) -> Iterator[Row]:
    """The texts of all files, each beside its bound; what the bank answers goes to `parsed`."""
    bare = sum(_timed(partial(_bare_file, file)) for file in files)
    pain001, flat, parsing = 0.0, 0.0, 0.0
    for file in files:
        file.format = "flat"
        flat += _file(file)[0]
        file.format = "pain001"
        seconds, text = _file(file)
        pain001 += seconds
        report = sandbox_bank.answer(text, at=clock.now()).report
        begun = clock.stopwatch()
        parsed.extend(pain002.rows(BytesIO(report)))
        parsing += clock.stopwatch() - begun
    yield row(f"pain.001 text of {size:,} lines in {len(files)} files", pain001, bare, 3)
    yield row(f"flat text of {size:,} lines in {len(files)} files", flat, bare, 3)
    yield from _around(text, files[-1].lines)
    yield row(f"parse the bank's pain.002 of {size:,} rows", parsing)


def _timed(work: Callable[[], Any]) -> float:
    """The better of two runs, so that a busy neighbour counts less."""
    seconds = []
    for _ in range(2):
        begun = clock.stopwatch()
        work()
        seconds.append(clock.stopwatch() - begun)
    return min(seconds)


@contextmanager
def _undone(seconds: list[float]) -> Iterator[None]:
    """Do something for its time alone: all that a commit would check is checked, nothing is kept."""
    with transaction.atomic():
        begun = clock.stopwatch()
        yield
        connection.check_constraints()
        seconds.append(clock.stopwatch() - begun)
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


# --- the files ------------------------------------------------------------------


def _allot(transfer_round: TransferRound) -> Row:
    begun = clock.stopwatch()
    bank.allot_bank_lines(transfer_round, file_format="pain001", fence=lambda: None)
    made = row(f"allot {transfer_round.pupils:,} transfers to lines", clock.stopwatch() - begun)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return made


def _file(file: BankFile) -> tuple[float, bytes]:
    text = BytesIO()

    def write() -> None:
        text.seek(0)
        for piece in queries_bank.file_text(file, clock.now()):
            text.write(piece)

    return _timed(write), text.getvalue()


def _bare_file(file: BankFile) -> None:
    """Read the same rows, decrypt, write a line: no less than this makes any file."""
    out = BytesIO()
    for kind in LineKind:
        for credit in queries_bank.credits_of(file, kind):
            out.write(
                f"{credit.end_to_end_id},{credit.destination},{credit.amount_satang},{credit.name}\n".encode()
            )


def _around(text: bytes, lines: int) -> Iterator[Row]:
    def validate() -> None:
        assert schemas.problems(BytesIO(text), bank.SCHEMA) == []

    yield row(f"a pain.001 of {lines:,} lines against its schema", _timed(validate))
    yield row("AES zip of it", _timed(lambda: sealed.seal(BytesIO(), "f.xml", [text], "p" * 20)))


def _memory(file: BankFile) -> Row:
    """What writing holds besides the text itself: pieces and a fetch of rows."""
    file.format = "pain001"
    tracemalloc.start()
    for _piece in queries_bank.file_text(file, clock.now()):
        pass
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"name": f"memory to stream {file.lines:,} lines", "seconds": peak / 1e6, "unit": "MB"}


# --- the result -------------------------------------------------------------------


def _reconcile(transfer_round: TransferRound, finance: User, parsed: list[Any]) -> Row:
    result = _result_file(transfer_round, finance)
    reader, reconcile.READERS[Format.PAIN002] = (
        reconcile.READERS[Format.PAIN002],
        lambda _: iter(parsed),
    )
    bound: list[float] = []
    seconds: list[float] = []
    try:
        for _ in range(3):  # turn by turn, so that a busy neighbour disturbs both
            with _undone(bound):
                _bare_reconcile(transfer_round, parsed)
            with _undone(seconds):
                reconcile.read_result(result, fence=lambda: None)
                result = ResultFile.objects.select_related("round").get(pk=result.pk)
                reconcile.settle_result(result, by=finance, at=clock.now(), fence=lambda: None)
    finally:
        reconcile.READERS[Format.PAIN002] = reader
    return row(f"reconcile {len(parsed):,} results", min(seconds), min(bound), 1.5)


def _send(transfer_round: TransferRound) -> None:
    Transfer.objects.filter(round=transfer_round).update(status=TransferStatus.SENT)
    TransferRound.objects.filter(pk=transfer_round.pk).update(status=RoundStatus.SENT)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _result_file(transfer_round: TransferRound, finance: User) -> ResultFile:
    stored = stored_files.store_bytes(
        b"<?xml?>", purpose="bench", kind="xml", path="TH/", by=finance, at=clock.now()
    )
    return ResultFile.objects.create(
        round=transfer_round,
        sha256=stored.sha256,
        stored=stored,
        format="pain002",
        uploaded_by=finance,
        uploaded_at=clock.now(),
    )


def _bare_reconcile(transfer_round: TransferRound, parsed: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE said (end_to_end_id text, outcome text, fail_code text) ON COMMIT DROP"
        )
        with cursor.copy("COPY said FROM STDIN") as copy:
            for row in parsed:
                failed = row.outcome.value == "failed"
                copy.write_row((row.end_to_end_id, row.outcome.value, "other" if failed else ""))
        cursor.execute(
            "UPDATE payments_transfer AS t SET status = said.outcome, fail_code = said.fail_code"
            " FROM said JOIN payments_bankline AS l ON l.end_to_end_id = said.end_to_end_id"
            " WHERE t.bank_line_id = l.id"
        )
        cursor.execute(
            "INSERT INTO payments_ledgerentry (round_id, school_id, transfer_id, debit, credit, amount_satang, at)"
            " SELECT round_id, school_id, id, CASE WHEN status = 'failed' THEN 'fund'"
            " WHEN account_id IS NULL THEN 'pupil' ELSE 'school_in_hand' END, 'bank_clearing', amount_satang, now()"
            " FROM payments_transfer WHERE round_id = %s",
            [transfer_round.pk],
        )


# --- the round to measure on ------------------------------------------------------


def _world(size: int) -> tuple[TransferRound, User]:
    """A round at the bank with so many lines, made set-based; ids are sealed as real ones are."""
    officer, approver, finance = (
        person(role, "bank") for role in (Role.FUND_OFFICER, Role.FUND_APPROVER, Role.FUND_FINANCE)
    )
    term, place, now = far_term(YEAR_BE), office("BNCH"), clock.now()
    schools = max(1, size * SCHOOLS_A_THOUSAND // 1_000)
    promptpay = size - schools
    transfer_round = TransferRound.objects.create(
        term=term,
        number=1,
        takes="continuing",
        status=RoundStatus.RELEASED,
        planned_at=now,
        maker=officer,
        built_at=now,
        approver=approver,
        approved_at=now,
        releaser=finance,
        released_at=now,
        digest="-",
    )
    pupils = promptpay + schools * PUPILS_A_SCHOOL
    values = {
        "term": term.pk,
        "office": place.pk,
        "path": place.path,
        "round": transfer_round.pk,
        "officer": officer.pk,
        "approver": approver.pk,
        "finance": finance.pk,
        "promptpay": promptpay,
        "schools": schools,
        "pupils": pupils,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE sealed (n int, id bytea, account bytea) ON COMMIT DROP"
        )
        with cursor.copy("COPY sealed FROM STDIN") as copy:
            for n in range(1, pupils + 1):
                number = f"{1_100_000_000_000 + n}".encode()
                account = seal(f"98{n:08d}".encode(), "account_number") if n <= schools else b""
                copy.write_row((n, seal(number, "national_id"), account))
        for statement in FILL:
            cursor.execute(statement, values)
    totals = round_sql.totals(transfer_round)
    TransferRound.objects.filter(pk=transfer_round.pk).update(
        pupils=totals.pupils,
        amount_satang=totals.amount_satang,
        schools=totals.schools,
        digest=totals.digest,
    )
    transfer_round.refresh_from_db()
    return transfer_round, finance


FILL = (
    """INSERT INTO eqfund_school (office_id, name, moe_code, smis_code, province_code, subdistrict_code, address,
        phone, email, is_demo, path)
        SELECT %(office)s, 'โรงเรียน ' || n, to_char(9900000000 + n, 'FM0000000000'), '', '50', '', '', '', '',
            false, %(path)s || 'b' || n || '/' FROM generate_series(1, %(schools)s) n""",
    """INSERT INTO eqfund_classroom (school_id, year_be, grade, room, path)
        SELECT id, 2599, 'P4', '1', path || '1/' FROM eqfund_school WHERE office_id = %(office)s""",
    """INSERT INTO eqfund_identity (kind, id_index, number, last4)
        SELECT 'national_id', sha256(convert_to('bench' || n, 'UTF8')), id, '0000' FROM sealed""",
    """INSERT INTO eqfund_pupil (identity_id, title, first_name, last_name, sort_key, sex, is_demo, path)
        SELECT i.id, 'เด็กหญิง', 'สมมติ' || n, 'ตัวอย่าง', n::text, 'f', false, room.path
        FROM sealed JOIN eqfund_identity i ON i.id_index = sha256(convert_to('bench' || n, 'UTF8'))
        JOIN eqfund_school s ON s.moe_code = to_char(9900000000 + 1 + n %% %(schools)s, 'FM0000000000')
        JOIN eqfund_classroom room ON room.school_id = s.id""",
    """INSERT INTO eqfund_enrolment (pupil_id, term_id, classroom_id, path, student_number, status, starts_on)
        SELECT p.id, %(term)s, room.id, p.path, '', 'studying', '2056-05-01'
        FROM eqfund_pupil p JOIN eqfund_classroom room ON room.path = p.path""",
    """INSERT INTO screening_grant (pupil_id, enrolment_id, "group", first_term, last_term, status, source,
        former_channel, given_at, end_reason, end_note)
        SELECT pupil_id, id, 'continuing', 25991, 26012, 'active', 'predecessor', '', now(), '', ''
        FROM eqfund_enrolment WHERE term_id = %(term)s""",
    """INSERT INTO payments_benefitrate (term_id, level, amount_satang, source, proposed_by_id, proposed_at,
        approved_by_id, approved_at) VALUES
        (%(term)s, 'primary', 150000, '', %(officer)s, now(), %(approver)s, now())""",
    """INSERT INTO payments_schoolbankaccount (school_id, bank_code, number, last4, name, dedicated, status, reason,
        proposed_by_id, proposed_at, director_id, director_at, decided_by_id, decided_at)
        SELECT s.id, '006', sealed.account, '0000', 'เงิน กสศ. เพื่อ' || s.name, true, 'accepted', '', %(finance)s,
            now(), %(approver)s, now(), %(officer)s, now()
        FROM sealed JOIN eqfund_school s ON s.moe_code = to_char(9900000000 + n, 'FM0000000000')
        WHERE sealed.n <= %(schools)s""",
    """INSERT INTO payments_receivingchannel (pupil_id, kind, promptpay_state, is_current, set_at)
        SELECT pupil_id, CASE WHEN row_number() OVER (ORDER BY id) <= %(promptpay)s
            THEN 'promptpay_pupil' ELSE 'school_account' END, 'opened', true, now()
        FROM eqfund_enrolment WHERE term_id = %(term)s""",
    """INSERT INTO payments_entitlement (grant_id, term_id, identity_id, enrolment_id, rate_id, amount_satang)
        SELECT g.id, %(term)s, p.identity_id, g.enrolment_id, r.id, r.amount_satang
        FROM screening_grant g JOIN eqfund_pupil p ON p.id = g.pupil_id
        JOIN payments_benefitrate r ON r.term_id = %(term)s WHERE g.first_term = 25991""",
    """INSERT INTO payments_transfer (round_id, entitlement_id, enrolment_id, school_id, share, channel_id, kind,
        account_id, destination, destination_last4, amount_satang, status, fail_code)
        SELECT %(round)s, n.id, n.enrolment_id, room.school_id, 'cash', c.id, c.kind,
            CASE WHEN c.kind = 'school_account' THEN a.id END,
            CASE WHEN c.kind = 'school_account' THEN a.number ELSE i.number END, '0000', n.amount_satang, 'pending', ''
        FROM payments_entitlement n JOIN eqfund_enrolment e ON e.id = n.enrolment_id
        JOIN eqfund_classroom room ON room.id = e.classroom_id
        JOIN payments_schoolbankaccount a ON a.school_id = room.school_id
        JOIN payments_receivingchannel c ON c.pupil_id = e.pupil_id
        JOIN eqfund_identity i ON i.id = n.identity_id WHERE n.term_id = %(term)s""",
)
