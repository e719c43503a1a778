"""A Thai bulk payment text: 498 bytes a record, cp874, CRLF. Pure.

**Needs the bank's specification.** The field table is the one that public code uses for KTB iPay
Standard/Direct (header 101, detail 102); no bank publishes its own, and none of the public ones
has a place for a 13-digit PromptPay id or for an account of more than 11 digits, so version
"ktb-ipay-0" keeps those in `other` and says NATID or ACCOUNT in the receiver's information. A bank's real layout is a new version beside this one.

The result file is ours by the same token: the bank's echo of each record, 201 and 202 for 101
and 102, with the outcome (00 or 99) and its reason in the filler.

Units     Money is whole satang (int), as the format itself writes it.
Errors    UnreadableFile for a result that is cut off or of another width.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import IO, NamedTuple

from .lines import Block, Credit, Header, LineKind, checked
from .results import Outcome, Row, UnreadableFile

VERSION = "ktb-ipay-0"
WIDTH = 498
CODING = "cp874"
NATID = "NATID"
LONG = "ACCOUNT"
ACCOUNT_DIGITS = 11


class Field(NamedTuple):
    """One field: its name, its width in bytes, and whether it is a number (zeros before it)."""

    name: str
    width: int
    number: bool = False


HEADER = (
    Field("record", 3),
    Field("batch", 6, True),
    Field("bank", 3),
    Field("lines", 7, True),
    Field("total", 19, True),
    Field("day", 8),
    Field("kind", 1),
    Field("zeros", 8, True),
    Field("company", 16),
    Field("user", 20),
    Field("filler", 407),
)
DETAIL = (
    Field("record", 3),
    Field("batch", 6, True),
    Field("receiver_bank", 3, True),
    Field("receiver_branch", 4, True),
    Field("receiver_account", 11, True),
    Field("sender_bank", 3, True),
    Field("sender_branch", 4, True),
    Field("sender_account", 11, True),
    Field("day", 8),
    Field("service", 2),
    Field("clearing", 2),
    Field("amount", 17, True),
    Field("receiver_information", 8),
    Field("receiver_id", 10),
    Field("receiver_name", 100),
    Field("sender_name", 100),
    Field("other", 40),
    Field("reference1", 18),
    Field("space1", 2),
    Field("reference2", 18),
    Field("space2", 2),
    Field("other2", 20),
    Field("sequence", 6, True),
    Field("constant", 2),
    Field("email", 40),
    Field("sms", 20),
    Field("sub_service", 4),
    Field("filler", 34),
)
RESULT = (*DETAIL[:-1], Field("outcome", 2), Field("reason", 4), Field("filler", 28))
PAID, NOT_PAID = "00", "99"


def record(fields: tuple[Field, ...], values: dict[str, str]) -> bytes:
    """Write one record, CRLF and all. What does not fit is cut (text) or an error (numbers)."""
    parts = []
    for name, width, number in fields:
        value = values.get(name, "")
        if number:
            if len(value) > width or not (value or "0").isdigit():
                raise ValueError(f"{name} does not fit {width} digits: {value!r}")
            parts.append(value.rjust(width, "0"))
        else:
            parts.append(value[:width].ljust(width))
    return "".join(parts).encode(CODING, errors="replace") + b"\r\n"


def pieces(header: Header, blocks: Iterable[Block]) -> Iterator[bytes]:
    """Yield the file, a record at a time."""
    blocks = [block for block in blocks if block.lines]
    if not blocks:
        raise ValueError("a file without credits is not sent")
    yield record(
        HEADER,
        {
            "record": "101",
            "batch": "1",
            "bank": "006",
            "lines": str(sum(block.lines for block in blocks)),
            "total": str(sum(block.amount_satang for block in blocks)),
            "day": _day(header.pays_on),
            "kind": "C",
            "company": header.message_id[-16:],
            "user": header.payer.tax_id,
        },
    )
    sequence = 0
    for block in blocks:
        constant = _constant(header)
        for credit in checked(block):
            sequence += 1
            yield record(DETAIL, {**constant, **_detail(credit), "sequence": str(sequence)})


def _constant(header: Header) -> dict[str, str]:
    payer = header.payer
    return {
        "record": "102",
        "batch": "1",
        "sender_bank": payer.bank_code,
        "sender_account": payer.account,
        "day": _day(header.pays_on),
        "service": "14",
        "clearing": "00",
        "sender_name": payer.name,
        "reference2": header.message_id,
        "constant": "09",
    }


def _detail(credit: Credit) -> dict[str, str]:
    values = {
        "amount": str(credit.amount_satang),
        "receiver_name": credit.name,
        "reference1": credit.end_to_end_id,
    }
    if credit.kind == LineKind.PROMPTPAY:
        return values | {"receiver_information": NATID, "other": credit.destination}
    if len(credit.destination) > ACCOUNT_DIGITS:  # GSB and BAAC have 12
        return values | {
            "receiver_information": LONG,
            "receiver_bank": credit.bank_code,
            "other": credit.destination,
        }
    return values | {"receiver_bank": credit.bank_code, "receiver_account": credit.destination}


def _day(day: date) -> str:
    return f"{day:%d%m%Y}"


def read(fields: tuple[Field, ...], line: bytes) -> dict[str, str]:
    """Cut one record into its fields, blanks around them taken off."""
    text = line.rstrip(b"\r\n").decode(CODING, errors="replace")
    if len(text) != WIDTH:
        raise UnreadableFile("wrong_width", str(len(text)))
    values, start = {}, 0
    for name, width, _ in fields:
        values[name] = text[start : start + width].strip()
        start += width
    return values


def _records(source: IO[bytes]) -> Iterator[bytes]:
    """The lines from where the file stands. A file of Django's begins anew when iterated over."""
    return iter(source.readline, b"")


def rows(source: IO[bytes]) -> Iterator[Row]:
    """Yield what a result file says; UnreadableFile if it is cut off or of another layout."""
    head = read(HEADER, source.readline())
    number = 0
    for number, line in enumerate(_records(source), 1):
        values = read(RESULT, line)
        if values["record"] != "202" or not values["amount"].isdigit():
            raise UnreadableFile("unknown_format", f"record {number}")
        outcome = {PAID: Outcome.SUCCESS, NOT_PAID: Outcome.FAILED}.get(
            values["outcome"], Outcome.OPEN
        )
        yield Row(number, values["reference1"], outcome, values["reason"], int(values["amount"]))
    if head["lines"] != f"{number:07d}":
        raise UnreadableFile("cut_off", f"{number} of {head['lines']}")


def answer_pieces(source: IO[bytes], answers: dict[str, str]) -> Iterator[bytes]:
    """Echo a payment file as the sandbox bank's result; `answers` holds the bank's reason by id."""
    yield b"201" + source.readline()[3:]
    for line in _records(source):
        values = read(DETAIL, line)
        reason = answers.get(values["reference1"], "")
        values |= {
            "record": "202",
            "outcome": NOT_PAID if reason else PAID,
            "reason": reason,
            "filler": "",
        }
        yield record(RESULT, values)
