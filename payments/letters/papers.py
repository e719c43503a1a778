"""What each paper shows, and its HTML. Reads rows; writes nothing.

A paper's HTML holds everything it needs (pictures as data), so it can be printed in
another process. Dates and numbers are Thai, the money in words as well.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from attendance.models import ConditionPolicy
from eqfund.clock import BANGKOK
from eqfund.models import Classroom, Guardian
from eqfund.money import baht, baht_words
from eqfund.thai_text import letter_date, thai_date, thai_date_long, thai_digits
from payments.bill_payment import BillPayment, barcode_text, qr_text
from payments.models import Letter08, Receipt06, Refund, Transfer, TransferRound
from payments.queries.guardians import guardians_of
from payments.queries.payout import PupilCash
from payments.rules.channels import ChannelKind
from payments.rules.payout import serial_text
from payments.rules.refunds import RefundReason
from payments.words.accounts import BANK_NAMES

from .pictures import barcode_svg, qr_svg

PAPERS = "payments/letters"
LONG_NAMES = 110  # characters of guardian, pupil and school; more is set smaller to fit one page

# The papers are Thai whatever the screen's language is.
REASONS_TH = {
    RefundReason.NOT_PRESENT: "ไม่มีตัวตน",
    RefundReason.MOVED: "ย้าย",
    RefundReason.WITHDREW: "ลาออก",
    RefundReason.DIED: "เสียชีวิต",
}
RELATIONS_TH = {
    "self": "ตนเอง",
    "father": "บิดา",
    "mother": "มารดา",
    "paternal_grandfather": "ปู่",
    "paternal_grandmother": "ย่า",
    "maternal_grandfather": "ตา",
    "maternal_grandmother": "ยาย",
    "uncle": "ลุง",
    "aunt": "ป้า",
    "maternal_younger": "น้า",
    "paternal_younger": "อา",
    "elder_sibling": "พี่",
    "other": "ผู้ปกครอง",
}
OPERATORS_TH = {"at_least": "ไม่น้อยกว่าร้อยละ", "more_than": "เกินกว่าร้อยละ"}


# --- letter 08 ------------------------------------------------------------------------


def letter_rows(transfers: Iterable[int]) -> list[Letter08]:
    """Letters with all they show, by class and name."""
    return list(
        Letter08.objects.filter(transfer__in=list(transfers))
        .select_related(
            "round__term",
            "school",
            "transfer__account",
            "transfer__enrolment__classroom",
            "transfer__enrolment__pupil__identity",
        )
        .order_by(
            "transfer__enrolment__path", "transfer__enrolment__pupil__sort_key", "transfer_id"
        )
    )


def letters_html(letters: Sequence[Letter08]) -> str:
    """One document, a letter on each page."""
    guardians = guardians_of(letter.transfer.enrolment for letter in letters)
    condition = _condition(letters[0].round) if letters else ""
    return render_to_string(
        f"{PAPERS}/letter08.html",
        {
            "letters": [
                _letter(letter, guardians.get(letter.transfer.enrolment_id)) for letter in letters
            ],
            "issuer": settings.LETTER_ISSUER,
            "address": thai_digits(settings.LETTER_ADDRESS),
            "signatory": settings.LETTER_SIGNATORY,
            "position": settings.LETTER_SIGNATORY_POSITION,
            "condition": condition,
            "phone": thai_digits(settings.CONTACT_PHONE),
            "email": settings.CONTACT_EMAIL,
            "line": settings.CONTACT_LINE,
        },
    )


def _letter(letter: Letter08, known: Guardian | None) -> dict[str, Any]:
    guardian = known.full_name if known else ""
    transfer, transfer_round, school = letter.transfer, letter.round, letter.school
    pupil = transfer.enrolment.pupil
    term = transfer_round.term
    address = settings.PUBLIC_URL + reverse("payments:letter-verify", args=[letter.token])
    published = transfer_round.published_at
    due = transfer_round.payout_due_on
    assert published is not None and due is not None  # a letter exists from publication on
    return {
        "number": thai_digits(
            f"{school.moe_code}/{term.label}-{transfer_round.number}-{letter.number:04d}"
        ),
        "date": letter_date(_day(letter.issued_at)),
        "term": thai_digits(term.label),
        "round": thai_digits(str(transfer_round.number)),
        "guardian": guardian,
        "pupil": pupil.full_name,
        "last4": thai_digits(pupil.identity.last4) if pupil.identity else "",
        "classroom": thai_digits(transfer.enrolment.classroom.label),
        "school": school.name,
        "school_phone": thai_digits(school.phone),
        "amount": thai_digits(baht(transfer.amount_satang)),
        "words": baht_words(transfer.amount_satang),
        "through_school": transfer.kind == ChannelKind.SCHOOL_ACCOUNT,
        "channel": channel_words(transfer),
        "hidden": thai_digits(f"xxx-xxx-{transfer.destination_last4}"),
        "published": letter_date(_day(published)),
        "due": letter_date(due),
        "qr": data_svg(qr_svg(address, label="")),
        "token": letter.token[:8],
        "is_long": len(guardian + pupil.full_name + school.name) > LONG_NAMES,
    }


def channel_words(transfer: Transfer) -> str:
    """The receiving channel in Thai, without its number."""
    if transfer.kind == ChannelKind.SCHOOL_ACCOUNT:
        bank = BANK_NAMES.get(transfer.account.bank_code, "") if transfer.account else ""
        return f"บัญชีธนาคารสถานศึกษา {bank} เลขที่"
    whose = "นักเรียน" if transfer.kind == ChannelKind.PROMPTPAY_PUPIL else "ผู้ปกครอง"
    return f"พร้อมเพย์เลขประจำตัวประชาชน{whose}"


def _condition(transfer_round: TransferRound) -> str:
    """The attendance condition of the term in words, or nothing when none is set."""
    policy = ConditionPolicy.objects.filter(term=transfer_round.term_id).first()
    if policy is None:
        return ""
    words = OPERATORS_TH.get(policy.operator, "ไม่น้อยกว่าร้อยละ")
    return thai_digits(f"{words} {policy.rate_percent}")


# --- receipts and the class sheet -----------------------------------------------------


def receipts_html(receipts: Sequence[Receipt06]) -> str:
    """Recorded receipts, two on a page. They come from Receipt06QuerySet.for_table()."""
    return render_to_string(
        f"{PAPERS}/receipts.html", {"receipts": [_receipt(receipt) for receipt in receipts]}
    )


def _receipt(receipt: Receipt06) -> dict[str, Any]:
    transfer_round = receipt.round
    return {
        **_receipt_head(receipt.transfer, transfer_round, receipt.school.name),
        "serial": thai_digits(
            serial_text(
                receipt.serial, term=transfer_round.term.label, round_no=transfer_round.number
            )
        ),
        "paid_on": letter_date(receipt.paid_on),
        "receiver": receipt.receiver_name,
        "relation": RELATIONS_TH.get(receipt.relation, "ผู้ปกครอง"),
        "payer": receipt.payer.full_name,
        "second_payer": receipt.second_payer.full_name,
        "is_late": receipt.is_late,
        "is_void": receipt.voided_at is not None,
    }


def blank_receipts_html(
    rows: Sequence[PupilCash], transfer_round: TransferRound, school_name: str
) -> str:
    """Receipts to take to the guardians: everything but the serial, the day and the signatures."""
    return render_to_string(
        f"{PAPERS}/receipts.html",
        {
            "receipts": [_receipt_head(row.transfer, transfer_round, school_name) for row in rows],
        },
    )


def _receipt_head(
    transfer: Transfer, transfer_round: TransferRound, school_name: str
) -> dict[str, Any]:
    pupil = transfer.enrolment.pupil
    return {
        "school": school_name,
        "term": thai_digits(transfer_round.term.label),
        "round": thai_digits(str(transfer_round.number)),
        "pupil": pupil.full_name,
        "last4": thai_digits(pupil.identity.last4) if pupil.identity else "",
        "classroom": thai_digits(transfer.enrolment.classroom.label),
        "amount": thai_digits(baht(transfer.amount_satang)),
        "words": baht_words(transfer.amount_satang),
        "reference": f"T{transfer.pk}",
    }


def sheet_html(
    rows: Sequence[PupilCash],
    transfer_round: TransferRound,
    classroom: Classroom,
    school_name: str,
) -> str:
    """The class's sheet, on which every receiver signs beside the amount: the evidence per class."""
    total = sum(row.transfer.amount_satang for row in rows)
    due = transfer_round.payout_due_on
    return render_to_string(
        f"{PAPERS}/sheet.html",
        {
            "school": school_name,
            "classroom": thai_digits(classroom.label),
            "term": thai_digits(transfer_round.term.label),
            "round": thai_digits(str(transfer_round.number)),
            "due": letter_date(due) if due else "",
            "rows": [
                {
                    "number": thai_digits(str(number)),
                    "pupil": row.transfer.enrolment.pupil.full_name,
                    "last4": thai_digits(_last4(row.transfer)),
                    "amount": thai_digits(baht(row.transfer.amount_satang)),
                    "receiver": row.receipt.receiver_name if row.receipt else "",
                    "relation": RELATIONS_TH.get(row.receipt.relation, "") if row.receipt else "",
                    "paid_on": thai_digits(thai_date(row.receipt.paid_on)) if row.receipt else "",
                    "note": REASONS_TH.get(row.cannot_pay, ""),  # type: ignore[call-overload]
                }
                for number, row in enumerate(rows, start=1)
            ],
            "pupils": thai_digits(str(len(rows))),
            "total": thai_digits(baht(total)),
            "words": baht_words(total) if total else "",
        },
    )


# --- the refund slip ------------------------------------------------------------------


def slip_html(refund: Refund, reasons: Sequence[tuple[str, int]]) -> str:
    """The bill payment slip for the bank's counter or app. It names no child."""
    bill = bill_of(refund)
    term = refund.round.term
    return render_to_string(
        f"{PAPERS}/slip.html",
        {
            "biller": refund.biller,
            "biller_name": settings.BILLER_NAME,
            "is_demo": settings.DEMO_MODE,
            "reference1": refund.reference1,
            "reference2": refund.reference2,
            "amount": baht(refund.amount_satang),
            "words": baht_words(refund.amount_satang),
            "school": refund.school.name,
            "term": term.label,
            "round": refund.round.number,
            "issued": thai_date_long(_day(refund.issued_at)),
            "reasons": [(REASONS_TH[RefundReason(code)], count) for code, count in reasons],
            "pupils": sum(count for _code, count in reasons),
            "qr": data_svg(qr_svg(qr_text(bill), label="")),
            "barcode": data_svg(barcode_svg(barcode_text(bill))),
            "barcode_text": barcode_text(bill).replace("\r", " "),
        },
    )


def bill_of(refund: Refund) -> BillPayment:
    return BillPayment(refund.biller, refund.reference1, refund.reference2, refund.amount_satang)


def data_svg(svg: str) -> str:
    """A picture as an address that stands in the page itself."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _last4(transfer: Transfer) -> str:
    identity = transfer.enrolment.pupil.identity
    return identity.last4 if identity else ""


def _day(instant: Any) -> date:
    day: date = instant.astimezone(BANGKOK).date()
    return day
