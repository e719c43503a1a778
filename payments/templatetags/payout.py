"""Pills and words for the codes of payouts, refunds and letters."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.models import Receipt06
from payments.rules.payout import ClassReportStatus, SchoolReportStatus, serial_text
from payments.rules.refunds import StatementStatus
from payments.words.channels import CHANNEL_NAMES
from payments.words.payout import (
    CASH_PILLS,
    CLASS_REPORT_PILLS,
    RELATION_NAMES,
    SCHOOL_REPORT_PILLS,
)
from payments.words.refunds import MATCH_PILLS, REASON_NAMES, REFUND_PILLS

register = template.Library()

PILLS: dict[str, dict[Any, tuple[Any, str]]] = {
    "cash": CASH_PILLS,
    "class_report": CLASS_REPORT_PILLS,
    "school_report": SCHOOL_REPORT_PILLS,
    "refund": REFUND_PILLS,
    "match": MATCH_PILLS,
    "statement": {
        StatementStatus.PREVIEWED: (_("seen, not booked"), "sun"),
        StatementStatus.APPLIED: (_("booked"), "good"),
    },
}
FIRST = {"class_report": ClassReportStatus.DRAFT, "school_report": SchoolReportStatus.DRAFT}
WORDS = {
    "reason": REASON_NAMES,
    "relation": RELATION_NAMES,
    "channel": CHANNEL_NAMES,
    "capacity": {"in_post": _("in post"), "acting": _("acting"), "on_behalf": _("on behalf")},
}


@register.simple_tag
def pill(table: str, code: Any) -> SafeString:
    """A state as a pill: its word and its colour. No code at all is the table's first state."""
    words, colour = PILLS[table][code or FIRST.get(table, code)]
    return format_html('<span class="pill {}">{}</span>', colour, words)


@register.simple_tag
def word(table: str, code: str) -> str:
    """The word for a code; what is not a code is shown as it is."""
    return str(WORDS[table].get(code, code))


@register.simple_tag
def serial(receipt: Receipt06) -> str:
    """A receipt's serial as it is printed. The receipt comes with its round and term."""
    chosen = receipt.round
    return serial_text(receipt.serial, term=chosen.term.label, round_no=chosen.number)
