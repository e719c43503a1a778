"""The values shared by every bank format. Pure.

Units     Money is whole satang (int) and says so in its name.
Errors    ValueError for a credit that no bank could take: no amount, no destination.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

MAX_LINES = 50_000  # credits in one file; banks and their schemas take no more with comfort
CURRENCY = "THB"

# What XML 1.0 cannot carry at all, escaped or not.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class LineKind(StrEnum):
    """Where one credit goes. Its value stands in the EndToEndId."""

    PROMPTPAY = "P"
    SCHOOL_ACCOUNT = "S"


class Credit(NamedTuple):
    """One credit line: a pupil's PromptPay, or a school's account with all its pupils in it.

    `destination` is the 13-digit id PromptPay is opened on, or the account number.
    `bank_code` is the three-digit code of the account's bank, empty for PromptPay.
    """

    end_to_end_id: str
    kind: LineKind
    amount_satang: int
    name: str
    destination: str
    bank_code: str = ""


class Block(NamedTuple):
    """The credits of one kind in one file, and what they must add up to."""

    kind: LineKind
    lines: int
    amount_satang: int
    credits: Iterable[Credit]


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose money it is: the fund and the account it pays from."""

    name: str
    tax_id: str
    account: str
    bank_code: str


@dataclass(frozen=True, slots=True)
class Header:
    """What stands at the head of one file."""

    message_id: str  # at most 35 characters, never used again
    written_at: datetime
    pays_on: date
    payer: Payer
    remark: str  # what the payee reads: grant, term and round

    def __post_init__(self) -> None:
        if not 0 < len(self.message_id) <= 35:
            raise ValueError("a message id has 1 to 35 characters")


def end_to_end_id(year_be: int, term: int, round_no: int, kind: LineKind, serial: int) -> str:
    """Name one credit for good: the same row gives the same id, no two rows do.

    17 characters, so that it also fits the reference of a flat file. `serial` is the
    primary key of the transfer (PromptPay) or of the school's account.

    >>> end_to_end_id(2569, 1, 2, LineKind.PROMPTPAY, 4711)
    '2569102P000004711'
    """
    return f"{year_be}{term}{round_no:02d}{kind.value}{serial:09d}"


def message_id(year_be: int, term: int, round_no: int, number: int) -> str:
    """Name one file of a round.

    >>> message_id(2569, 1, 2, 3)
    'EQF-25691-R02-F003'
    """
    return f"EQF-{year_be}{term}-R{round_no:02d}-F{number:03d}"


def amount_text(satang: int) -> str:
    """Write satang as baht with two decimals.

    >>> amount_text(150005)
    '1500.05'
    """
    if satang <= 0:
        raise ValueError("an amount is more than nothing")
    return f"{satang // 100}.{satang % 100:02d}"


def amount_satang(text: str) -> int:
    """Read baht with at most two decimals as satang; ValueError for anything else.

    >>> amount_satang("1500.5")
    150050
    """
    match = re.fullmatch(r"(\d{1,13})(?:\.(\d{1,2})0{0,3})?", text.strip(), re.ASCII)
    if not match:
        raise ValueError(f"not an amount in baht: {text!r}")
    baht, satang = match.groups()
    return int(baht) * 100 + int((satang or "0").ljust(2, "0"))


def totals(credits: Iterable[Credit]) -> tuple[int, int]:
    """Count credits and add up their satang."""
    lines = amount = 0
    for credit in credits:
        lines += 1
        amount += credit.amount_satang
    return lines, amount


def checked(block: Block) -> Iterator[Credit]:
    """Pass the block's credits on; ValueError at the end if they are not what it promised.

    The totals stand before the credits in every format, so they are known first (from the
    database) and proved last (from what was really written).
    """
    lines = amount = 0
    for credit in block.credits:
        if credit.kind != block.kind:
            raise ValueError(f"{credit.end_to_end_id} is of another kind than its block")
        if not credit.destination:
            raise ValueError(f"{credit.end_to_end_id} has no destination")
        lines += 1
        amount += credit.amount_satang
        yield credit
    if (lines, amount) != (block.lines, block.amount_satang):
        raise ValueError(
            f"{lines} credits of {amount} satang were written, "
            f"{block.lines} of {block.amount_satang} were promised"
        )
