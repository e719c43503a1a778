"""The bank's file of bill payments that came in: a reader, and a writer for the sandbox.

Pure: bytes in, rows out. One adapter, the layout that Thai banks share for
cross-bank bill payment: records of 256 bytes (cp874, CR LF), one header, details,
one trailer. No bank publishes it as its own, so a real bank's specification may
need another adapter beside this one; `read` is the seam.

Units     Whole satang.
Errors    StatementError with every bad line and its reason code; nothing is
          returned from a file that has one, because its totals cannot be trusted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

WIDTH = 256
ENCODING = "cp874"
ADAPTER = "bot-bill-payment-256"

# name, width; in the order of the record. Widths add up to 256 (a test counts them).
HEADER = (
    ("kind", 1),
    ("seq", 6),
    ("bank", 3),
    ("account", 10),
    ("company", 40),
    ("effective", 8),
    ("service", 8),
    ("spare", 180),
)
DETAIL = (
    ("kind", 1),
    ("seq", 6),
    ("bank", 3),
    ("account", 10),
    ("paid_on", 8),
    ("paid_time", 6),
    ("payer", 50),
    ("reference1", 20),
    ("reference2", 20),
    ("reference3", 20),
    ("branch", 4),
    ("teller", 4),
    ("direction", 1),
    ("code", 3),
    ("cheque", 7),
    ("amount", 13),
    ("cheque_bank", 3),
    ("spare1", 17),
    ("biller", 15),
    ("spare2", 32),
    ("sending_bank", 3),
    ("new_cheque", 10),
)
TRAILER = (
    ("kind", 1),
    ("seq", 6),
    ("bank", 3),
    ("account", 10),
    ("debit_amount", 13),
    ("debit_count", 6),
    ("credit_amount", 13),
    ("credit_count", 6),
    ("spare", 198),
)


@dataclass(frozen=True, slots=True)
class Payment:
    """One bill payment on the statement. The payer's name is not kept."""

    line_no: int
    paid_at: datetime  # the bank's local time, without a zone
    reference1: str
    reference2: str
    amount_satang: int
    is_credit: bool
    sending_bank: str


@dataclass(frozen=True, slots=True)
class BadLine:
    line_no: int
    reason: str


class StatementError(ValueError):
    """A file that cannot be read. `bad` has each line and why."""

    def __init__(self, bad: Sequence[BadLine]) -> None:
        super().__init__(f"{len(bad)} bad lines")
        self.bad = tuple(bad)


@dataclass(frozen=True, slots=True)
class Statement:
    effective_on: date
    payments: tuple[Payment, ...]

    @property
    def credit_satang(self) -> int:
        return sum(payment.amount_satang for payment in self.payments if payment.is_credit)


def read(data: bytes, *, biller: str) -> Statement:
    """Read a whole file, or raise StatementError naming every bad line."""
    lines = data.replace(b"\r\n", b"\n").removesuffix(b"\x1a").split(b"\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) < 2:
        raise StatementError([BadLine(1, "not_a_statement")])
    bad: list[BadLine] = []
    payments: list[Payment] = []
    effective = date.min
    trailer: dict[str, str] = {}
    for line_no, raw in enumerate(lines, start=1):
        expected = b"H" if line_no == 1 else b"T" if line_no == len(lines) else b"D"
        if len(raw) != WIDTH:
            bad.append(BadLine(line_no, "wrong_length"))
            continue
        if raw[:1] != expected:
            bad.append(BadLine(line_no, "wrong_kind"))
            continue
        try:
            if expected == b"H":
                effective = _day(_cut(raw, HEADER)["effective"])
            elif expected == b"T":
                trailer = _cut(raw, TRAILER)
            else:
                payments.append(_payment(line_no, raw, biller=biller))
        except _Bad as problem:
            bad.append(BadLine(line_no, problem.args[0]))
    if not bad and not _totals_fit(trailer, payments):
        bad.append(BadLine(len(lines), "totals_differ"))
    if bad:
        raise StatementError(bad)
    return Statement(effective, tuple(payments))


def write(payments: Iterable[Payment], *, effective_on: date, biller: str, account: str) -> bytes:
    """Write a file as the sandbox bank sends it. Payer names stay empty."""
    rows = [
        _join(
            HEADER,
            kind="H",
            seq="000001",
            bank="006",
            account=account,
            company="EQFUND SANDBOX",
            effective=f"{effective_on:%d%m%Y}",
            service="",
        )
    ]
    credit = debit = credits = debits = 0
    for payment in payments:
        if payment.is_credit:
            credit, credits = credit + payment.amount_satang, credits + 1
        else:
            debit, debits = debit + payment.amount_satang, debits + 1
        rows.append(
            _join(
                DETAIL,
                kind="D",
                seq=f"{len(rows) + 1:06d}",
                bank="006",
                account=account,
                paid_on=f"{payment.paid_at:%d%m%Y}",
                paid_time=f"{payment.paid_at:%H%M%S}",
                reference1=payment.reference1,
                reference2=payment.reference2,
                direction="C" if payment.is_credit else "D",
                code="CSH",
                cheque="0000000",
                amount=f"{payment.amount_satang:013d}",
                biller=biller,
                sending_bank=payment.sending_bank,
            )
        )
    rows.append(
        _join(
            TRAILER,
            kind="T",
            seq=f"{len(rows) + 1:06d}",
            bank="006",
            account=account,
            debit_amount=f"{debit:013d}",
            debit_count=f"{debits:06d}",
            credit_amount=f"{credit:013d}",
            credit_count=f"{credits:06d}",
        )
    )
    return b"".join(row + b"\r\n" for row in rows)


class _Bad(Exception):
    """A code for one line; never leaves this module."""


def _payment(line_no: int, raw: bytes, *, biller: str) -> Payment:
    cell = _cut(raw, DETAIL)
    if cell["biller"] not in ("", biller):
        raise _Bad("another_biller")
    if cell["direction"] not in ("C", "D"):
        raise _Bad("wrong_direction")
    if not cell["amount"].isdigit() or int(cell["amount"]) == 0:
        raise _Bad("wrong_amount")
    try:
        hour, minute, second = (int(cell["paid_time"][i : i + 2]) for i in (0, 2, 4))
        at = time(hour, minute, second)
    except (ValueError, TypeError):
        raise _Bad("wrong_time") from None
    return Payment(
        line_no=line_no,
        paid_at=datetime.combine(_day(cell["paid_on"]), at),
        reference1=cell["reference1"],
        reference2=cell["reference2"],
        amount_satang=int(cell["amount"]),
        is_credit=cell["direction"] == "C",
        sending_bank=cell["sending_bank"],
    )


def _totals_fit(trailer: dict[str, str], payments: Sequence[Payment]) -> bool:
    credits = [row.amount_satang for row in payments if row.is_credit]
    debits = [row.amount_satang for row in payments if not row.is_credit]
    found = (sum(debits), len(debits), sum(credits), len(credits))
    names = ("debit_amount", "debit_count", "credit_amount", "credit_count")
    try:
        return found == tuple(int(trailer[name]) for name in names)
    except ValueError:
        return False


def _cut(raw: bytes, layout: Sequence[tuple[str, int]]) -> dict[str, str]:
    cells = {}
    at = 0
    for name, width in layout:
        try:
            cells[name] = raw[at : at + width].decode(ENCODING).strip()
        except UnicodeDecodeError:
            raise _Bad("wrong_characters") from None
        at += width
    return cells


def _join(layout: Sequence[tuple[str, int]], **cells: str) -> bytes:
    row = b""
    for name, width in layout:
        cell = cells.get(name, "").encode(ENCODING)
        if len(cell) > width:
            raise ValueError(f"{name} is wider than {width}")
        row += cell.ljust(width)
    return row


def _day(text: str) -> date:
    """ddmmyyyy, in the year of either era: banks send both."""
    try:
        year = int(text[4:])
        return date(year - 543 if year > 2400 else year, int(text[2:4]), int(text[:2]))
    except ValueError:
        raise _Bad("wrong_day") from None
