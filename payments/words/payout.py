"""The words for codes of payouts and refunds, as people read them. Codes are stored, never these."""

from django.utils.translation import gettext_lazy as _

from eqfund import relationships
from payments.models.payout import SELF
from payments.rules.payout import ClassReportStatus, EvidenceFlag, Missing, SchoolReportStatus
from payments.words.rounds import Word

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
