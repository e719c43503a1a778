"""Read and write ISO 20022 camt.054: what the bank booked on the fund's account. Pure.

A booked debit with our EndToEndId is a credit that went through. A booked credit with a return
reason is one that came back. What is pending (PDNG) settles nothing.

Write     Version 001.08, for the sandbox bank: one batch entry with each credit in its details.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO

from lxml import etree

from .lines import CURRENCY, amount_satang, amount_text
from .pain001 import text
from .pain002 import Answer
from .results import Outcome, Row, child_text, elements

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"


def rows(source: IO[bytes]) -> Iterator[Row]:
    """Yield what was booked, in the file's order; UnreadableFile if it is broken."""
    number = 0
    details: list[tuple[str, str, int | None, str, str]] = []
    for name, element in elements(source, "TxDtls", "Ntry"):
        if name == "TxDtls":
            details.append(_details(element))
            continue
        booked = child_text(element, "Sts", "Cd") == "BOOK" or child_text(element, "Sts") == "BOOK"
        entry_way = child_text(element, "CdtDbtInd")
        for end_to_end_id, way, amount, currency, reason in details:
            number += 1
            outcome = _outcome(way or entry_way, reason) if booked else Outcome.OPEN
            yield Row(number, end_to_end_id, outcome, reason, amount, currency)
        details.clear()


def _details(element: etree._Element) -> tuple[str, str, int | None, str, str]:
    amount = next((child for child in element if child.tag.endswith("}Amt")), None)
    reason = child_text(element, "RtrInf", "Rsn", "Cd") or child_text(
        element, "RtrInf", "Rsn", "Prtry"
    )
    try:
        satang = amount_satang(amount.text or "") if amount is not None else None
    except ValueError:
        satang = -1
    currency = amount.get("Ccy", CURRENCY) if amount is not None else CURRENCY
    return (
        child_text(element, "Refs", "EndToEndId"),
        child_text(element, "CdtDbtInd"),
        satang,
        currency,
        reason,
    )


def _outcome(way: str, reason: str) -> Outcome:
    if way == "DBIT":
        return Outcome.SUCCESS
    return Outcome.FAILED if reason else Outcome.OPEN


def pieces(
    *, message_id: str, account: str, at: datetime, answers: Iterable[Answer]
) -> Iterator[str]:
    """Write the debit notification of the answers that went through."""
    booked = [answer for answer in answers if answer.outcome == Outcome.SUCCESS]
    instant = at.isoformat(timespec="seconds")
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{NAMESPACE}">\n<BkToCstmrDbtCdtNtfctn>\n'
        f"<GrpHdr><MsgId>{text(message_id, 35)}</MsgId><CreDtTm>{instant}</CreDtTm></GrpHdr>\n"
        f"<Ntfctn><Id>{text(message_id, 35)}</Id><CreDtTm>{instant}</CreDtTm>"
        f"<Acct><Id><Othr><Id>{text(account, 34)}</Id></Othr></Id><Ccy>{CURRENCY}</Ccy></Acct>\n"
    )
    if booked:
        total = amount_text(sum(answer.amount_satang for answer in booked))
        yield (
            f'<Ntry><Amt Ccy="{CURRENCY}">{total}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
            f"<BookgDt><Dt>{at:%Y-%m-%d}</Dt></BookgDt>"
            "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>\n"
            f"<NtryDtls><Btch><NbOfTxs>{len(booked)}</NbOfTxs></Btch>\n"
        )
        for answer in booked:
            yield (
                f"<TxDtls><Refs><EndToEndId>{text(answer.end_to_end_id, 35)}</EndToEndId></Refs>"
                f'<Amt Ccy="{CURRENCY}">{amount_text(answer.amount_satang)}</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls>\n'
            )
        yield "</NtryDtls></Ntry>\n"
    yield "</Ntfctn>\n</BkToCstmrDbtCdtNtfctn>\n</Document>\n"
