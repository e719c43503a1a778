"""The words of refunds and of the bank's statement. Codes are stored, never these."""

from django.utils.translation import gettext_lazy as _

from payments.rules.refunds import Match, RefundReason, RefundStatus
from payments.words.rounds import Word

REASON_NAMES: dict[str, Word] = {
    RefundReason.NOT_PRESENT: _("no such pupil at the school"),
    RefundReason.MOVED: _("moved to another school"),
    RefundReason.WITHDREW: _("withdrew"),
    RefundReason.DIED: _("died"),
}
REFUND_PILLS: dict[str, tuple[Word, str]] = {
    RefundStatus.ISSUED: (_("slip made, not on the bank's statement yet"), "sun"),
    RefundStatus.MATCHED: (_("found on the bank's statement"), "good"),
    RefundStatus.CANCELLED: (_("cancelled"), ""),
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
