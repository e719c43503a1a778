"""The words for codes of payouts and refunds, as people read them. Codes are stored, never these."""

from django.utils.translation import gettext_lazy as _

from eqfund import relationships
from payments.models.payout import SELF
from payments.rules_payout import (
    ClassReportStatus,
    EvidenceFlag,
    Match,
    Missing,
    RefundReason,
    RefundStatus,
    SchoolReportStatus,
)
from payments.words import Word

REASON_NAMES: dict[str, Word] = {
    RefundReason.NOT_PRESENT: _("no such pupil at the school"),
    RefundReason.MOVED: _("moved to another school"),
    RefundReason.WITHDREW: _("withdrew"),
    RefundReason.DIED: _("died"),
}

RELATION_NAMES: dict[str, Word] = {SELF: _("the pupil"), **relationships.LABELS}

# state -> (words, colour of its pill)
CLASS_REPORT_PILLS: dict[str, tuple[Word, str]] = {
    ClassReportStatus.DRAFT: (_("not reported yet"), ""),
    ClassReportStatus.SUBMITTED: (_("reported"), "good"),
    ClassReportStatus.SENT_BACK: (_("sent back for a correction"), "bad"),
}

SCHOOL_REPORT_PILLS: dict[str, tuple[Word, str]] = {
    SchoolReportStatus.DRAFT: (_("not reported yet"), ""),
    SchoolReportStatus.SUBMITTED: (_("waiting for the director's signature"), "sun"),
    SchoolReportStatus.SENT_BACK: (_("sent back for a correction"), "bad"),
    SchoolReportStatus.SIGNED: (_("signed by the director"), "good"),
}

REFUND_PILLS: dict[str, tuple[Word, str]] = {
    RefundStatus.ISSUED: (_("slip made, not on the bank's statement yet"), "sun"),
    RefundStatus.MATCHED: (_("found on the bank's statement"), "good"),
    RefundStatus.CANCELLED: (_("cancelled"), ""),
}

CASH_PILLS: dict[str, tuple[Word, str]] = {
    "to_pay": (_("to be paid"), "sun"),
    "paid": (_("paid"), "good"),
    "cannot_pay": (_("cannot be paid"), "bad"),
    "refunding": (_("being refunded"), "info"),
    "refunded": (_("refunded"), ""),
    "transferred": (_("transferred by PromptPay"), "good"),
}

MISSING_SENTENCES: dict[str, Word] = {
    Missing.MONEY: _("No money of this round came through the school's account."),
    Missing.PUPILS: _("Some pupils are neither paid nor noted as “cannot be paid”."),
    Missing.EVIDENCE: _("The signed class sheet is not attached yet (a photo or a scan)."),
    Missing.CLASSES: _("Some classes have not reported yet."),
}

FLAG_SENTENCES: dict[str, Word] = {
    EvidenceFlag.REUSED: _("looks like a picture that was sent as evidence before"),
    EvidenceFlag.OLDER_THAN_TRANSFER: _("was taken before the money was transferred"),
}

MATCH_PILLS: dict[str, tuple[Word, str]] = {
    Match.MATCHED: (_("matches a refund slip"), "good"),
    Match.UNKNOWN_REFERENCE: (_("no slip has these references"), "bad"),
    Match.AMOUNT_DIFFERS: (_("another amount than the slip's"), "bad"),
    Match.ALREADY_MATCHED: (_("this slip was paid before"), "bad"),
    Match.CANCELLED: (_("the slip was cancelled"), "bad"),
    Match.REVERSED: (_("taken back by the bank"), "info"),
}

STATEMENT_LINE_PROBLEMS: dict[str, Word] = {
    "not_a_statement": _("this is not a bill payment file of 256 bytes a record"),
    "wrong_length": _("the record is not 256 bytes long"),
    "wrong_kind": _("the record's first letter is not the one that belongs here (H, D or T)"),
    "wrong_day": _("the day does not exist"),
    "wrong_time": _("the time does not exist"),
    "wrong_amount": _("the amount is not a number above zero"),
    "wrong_direction": _("neither credit (C) nor debit (D)"),
    "wrong_characters": _("characters that are not Thai text of a bank"),
    "another_biller": _("a payment to another biller"),
    "totals_differ": _("the totals of the last record differ from the lines"),
}
