"""The text of a bill payment: the QR code and the barcode on a refund slip.

Pure: builds and reads strings. Drawing is in payments/letters/pictures.py.

QR        EMVCo merchant-presented code, Thai QR Payment tag 30: application
          A000000677010112, biller (tax id 13 + suffix 2), two references of
          up to 20 of 0-9 and A-Z, currency 764, amount in baht, country TH,
          CRC-16/CCITT-FALSE over everything before it.
Barcode   `|` biller CR reference1 CR reference2 CR amount in whole satang,
          where 0 means that the amount is keyed by hand.
Errors    ValueError for what a bank's reader would refuse.
"""

import re
from dataclasses import dataclass

APPLICATION = "A000000677010112"
CURRENCY_BAHT = "764"
ONE_TIME = "12"

_BILLER = re.compile(r"[0-9]{15}")
_REFERENCE = re.compile(r"[0-9A-Z]{1,20}")


@dataclass(frozen=True, slots=True)
class BillPayment:
    """What is paid to whom, under which two references. Amount in satang."""

    biller: str
    reference1: str
    reference2: str
    amount_satang: int

    def __post_init__(self) -> None:
        if not _BILLER.fullmatch(self.biller):
            raise ValueError("a biller is 15 digits: tax id 13, suffix 2")
        for reference in (self.reference1, self.reference2):
            if not _REFERENCE.fullmatch(reference):
                raise ValueError("a reference is 1 to 20 of 0-9 and A-Z")
        if not 0 < self.amount_satang < 10**12:
            raise ValueError("the amount must be positive and fit the code")


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 1021, start FFFF, nothing reflected.

    >>> f"{crc16(b'123456789'):04X}"
    '29B1'
    """
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return crc


def qr_text(bill: BillPayment) -> str:
    """The text inside the QR code, checksum included."""
    account = (
        _field("00", APPLICATION)
        + _field("01", bill.biller)
        + _field("02", bill.reference1)
        + _field("03", bill.reference2)
    )
    baht, satang = divmod(bill.amount_satang, 100)
    text = (
        _field("00", "01")
        + _field("01", ONE_TIME)
        + _field("30", account)
        + _field("53", CURRENCY_BAHT)
        + _field("54", f"{baht}.{satang:02d}")
        + _field("58", "TH")
        + "6304"
    )
    return f"{text}{crc16(text.encode('ascii')):04X}"


def barcode_text(bill: BillPayment) -> str:
    """The text inside the Code 128 barcode."""
    parts = (bill.biller, bill.reference1, bill.reference2, str(bill.amount_satang))
    return "|" + "\r".join(parts)


def parse_qr(text: str) -> BillPayment:
    """Read a QR text back, in whatever order its tags stand."""
    if len(text) < 8 or text[-8:-4] != "6304":
        raise ValueError("no checksum at the end")
    if f"{crc16(text[:-4].encode('ascii')):04X}" != text[-4:].upper():
        raise ValueError("the checksum does not fit")
    tags = parse_tags(text)
    account = parse_tags(tags.get("30", ""))
    if account.get("00") != APPLICATION:
        raise ValueError("not a bill payment")
    baht, _, satang = tags["54"].partition(".")
    amount = int(baht) * 100 + int(satang.ljust(2, "0")[:2])
    return BillPayment(account["01"], account["02"], account["03"], amount)


def parse_tags(text: str) -> dict[str, str]:
    """Split a run of tag (2), length (2), value."""
    tags = {}
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not length.isdigit() or at + 4 + int(length) > len(text):
            raise ValueError(f"broken at character {at}")
        tags[tag] = text[at + 4 : at + 4 + int(length)]
        at += 4 + int(length)
    return tags


def _field(tag: str, value: str) -> str:
    if len(value) > 99:
        raise ValueError("a value has at most 99 characters")
    return f"{tag}{len(value):02d}{value}"
