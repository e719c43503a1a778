"""The sandbox bank: takes the fund's real files and answers in the banks' real formats.

It stands in for the fund's bank in demos, drills and tests, so that a whole round can be run
with no bank at hand. It holds no money and knows nobody: it fails those destinations that its
rules name and accepts all others, the same way each time. Pure: no Django, no database, no clock.

    python manage.py sandbox_bank answer FILE...
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import IO

from lxml import etree

from payments.bankfiles import camt054, flat, pain002
from payments.bankfiles.lines import LineKind, amount_satang
from payments.bankfiles.pain002 import Answer
from payments.bankfiles.reasons import FailCode, bank_reason
from payments.bankfiles.results import Outcome, UnreadableFile, child_text, elements


@dataclass(frozen=True, slots=True)
class Rules:
    """Which destinations fail, and why. Whole destinations first, then endings, longest first.

    `promptpay_endings` are tried on 13-digit ids, `account_endings` on account numbers.

    >>> rules = Rules(destinations={"1101700203451": FailCode.NO_PROMPTPAY})
    >>> rules.why_fails("1101700203451", LineKind.PROMPTPAY)
    <FailCode.NO_PROMPTPAY: 'no_promptpay'>
    """

    destinations: Mapping[str, FailCode] = field(default_factory=dict)
    promptpay_endings: Mapping[str, FailCode] = field(default_factory=dict)
    account_endings: Mapping[str, FailCode] = field(default_factory=dict)

    def why_fails(self, destination: str, kind: LineKind) -> FailCode | None:
        """The reason this destination fails, None if the bank takes it."""
        if destination in self.destinations:
            return self.destinations[destination]
        endings = self.promptpay_endings if kind == LineKind.PROMPTPAY else self.account_endings
        found = max(
            (ending for ending in endings if destination.endswith(ending)), key=len, default=None
        )
        return endings[found] if found is not None else None


DEMO_RULES = Rules(
    promptpay_endings={
        "07": FailCode.NO_PROMPTPAY,
        "38": FailCode.NO_PROMPTPAY,
        "64": FailCode.NAME_MISMATCH,
    },
    account_endings={"999": FailCode.ACCOUNT_CLOSED},
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the bank sends back for one file: the report, and what it booked."""

    report: bytes
    booked: bytes  # b"" where the format has no such message
    accepted: int
    failed: int


def answer(file: bytes, *, at: datetime, rules: Rules = DEMO_RULES) -> Answers:
    """Answer one payment file, pain.001 or flat, in its own kind."""
    if file[:3] == b"101":
        return _answer_flat(file, rules)
    heads: dict[str, str] = {}
    answers = list(_answers(BytesIO(file), heads, rules))
    if "message_id" not in heads:
        raise UnreadableFile("other_xml")
    report = pain002.pieces(
        message_id=f"SBX-{heads['message_id']}"[:35],
        answers_to=heads["message_id"],
        at=at,
        blocks=list(dict.fromkeys(answer.block for answer in answers)),
        answers=answers,
    )
    booked = camt054.pieces(
        message_id=f"SBN-{heads['message_id']}"[:35],
        account=heads["account"],
        at=at,
        answers=answers,
    )
    failed = sum(answer.outcome == Outcome.FAILED for answer in answers)
    return Answers(
        "".join(report).encode(), "".join(booked).encode(), len(answers) - failed, failed
    )


def _answers(source: IO[bytes], heads: dict[str, str], rules: Rules) -> Iterator[Answer]:
    """Decide each credit; what stands at the head of the file goes into `heads`."""
    block = ""
    for name, element in elements(source, "GrpHdr", "PmtInfId", "DbtrAcct", "CdtTrfTxInf"):
        if name == "GrpHdr":
            heads["message_id"] = child_text(element, "MsgId")
        elif name == "PmtInfId":
            block = element.text or ""
        elif name == "DbtrAcct":
            heads["account"] = child_text(element, "Id", "Othr", "Id")
        else:
            yield _decide(element, block, rules)


def _decide(element: etree._Element, block: str, rules: Rules) -> Answer:
    proxy = child_text(element, "CdtrAcct", "Prxy", "Id")
    kind = LineKind.PROMPTPAY if proxy else LineKind.SCHOOL_ACCOUNT
    fails = rules.why_fails(proxy or child_text(element, "CdtrAcct", "Id", "Othr", "Id"), kind)
    return Answer(
        block=block,
        end_to_end_id=child_text(element, "PmtId", "EndToEndId"),
        outcome=Outcome.FAILED if fails else Outcome.SUCCESS,
        amount_satang=amount_satang(child_text(element, "Amt", "InstdAmt")),
        bank_reason=bank_reason(fails) if fails else "",
    )


def _answer_flat(file: bytes, rules: Rules) -> Answers:
    reasons: dict[str, str] = {}
    source = BytesIO(file)
    source.readline()
    lines = list(source)
    for line in lines:
        values = flat.read(flat.DETAIL, line)
        kind = (
            LineKind.PROMPTPAY
            if values["receiver_information"] == flat.NATID
            else LineKind.SCHOOL_ACCOUNT
        )
        fails = rules.why_fails(values["other"] or values["receiver_account"].lstrip("0"), kind)
        if fails:
            reasons[values["reference1"]] = bank_reason(fails)
    report = b"".join(flat.answer_pieces(BytesIO(file), reasons))
    return Answers(report, b"", len(lines) - len(reasons), len(reasons))
