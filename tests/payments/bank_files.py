"""Credits, headers and whole files for the tests of the bank's formats."""

from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from payments.bankfiles import pain001
from payments.bankfiles.lines import (
    Block,
    Credit,
    Header,
    LineKind,
    Payer,
    end_to_end_id,
    totals,
)

AT = datetime(2026, 7, 16, 9, 0, tzinfo=ZoneInfo("Asia/Bangkok"))
PAYER = Payer("กองทุนเพื่อความเสมอภาคทางการศึกษา", "0994000000001", "0011234567", "006")
HEADER = Header("EQF-25691-R01-F001", AT, date(2026, 7, 16), PAYER, "ทุนเสมอภาค 1/2569 รอบที่ 1")


def promptpay(serial: int, satang: int = 150_000, **fields: str) -> Credit:
    values = {"name": "เด็กหญิงสมมติ ตัวอย่าง", "destination": f"11017002{serial:05d}"} | fields
    name = end_to_end_id(2569, 1, 1, LineKind.PROMPTPAY, serial)
    return Credit(name, LineKind.PROMPTPAY, satang, **values)


def school(serial: int, satang: int = 4_500_000, **fields: str) -> Credit:
    values = {
        "name": "เงิน กสศ. เพื่อโรงเรียนบ้านดงสมมติ",
        "destination": f"981{serial:07d}",
        "bank_code": "006",
    } | fields
    name = end_to_end_id(2569, 1, 1, LineKind.SCHOOL_ACCOUNT, serial)
    return Credit(name, LineKind.SCHOOL_ACCOUNT, satang, **values)


def block(kind: LineKind, credits: Iterable[Credit]) -> Block:
    credits = list(credits)
    return Block(kind, *totals(credits), credits)


def blocks(*credits: Credit) -> list[Block]:
    return [block(kind, [credit for credit in credits if credit.kind == kind]) for kind in LineKind]


def pain001_file(*credits: Credit) -> bytes:
    return "".join(pain001.pieces(HEADER, blocks(*credits))).encode()


def source(text: str | bytes) -> BytesIO:
    return BytesIO(text.encode() if isinstance(text, str) else text)
