"""The words of rounds and transfers: the same on page, export and letter (GLOSSARY.md)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, gettext_lazy as _

from payments.rules.rounds import FailCode, RoundStatus, RoundTakes, TransferStatus

type Word = Any  # what gettext_lazy gives: a str once it is shown


ROUND_STATUS_NAMES: dict[str, Word] = {
    RoundStatus.PLANNED: _("Planned"),
    RoundStatus.BUILT: _("Built, waiting for approval"),
    RoundStatus.APPROVED: _("Approved, waiting for release"),
    RoundStatus.RELEASED: _("Released, files for the bank"),
    RoundStatus.SENT: _("At the bank"),
    RoundStatus.RECONCILED: _("Reconciled, not yet published"),
    RoundStatus.PUBLISHED: _("Published"),
    RoundStatus.CLOSED: _("Round closed"),
    RoundStatus.CANCELLED: _("Cancelled"),
}
ROUND_STATUS_PILLS: dict[str, str] = {
    RoundStatus.PLANNED: "",
    RoundStatus.BUILT: "info",
    RoundStatus.APPROVED: "info",
    RoundStatus.RELEASED: "sun",
    RoundStatus.SENT: "sun",
    RoundStatus.RECONCILED: "info",
    RoundStatus.PUBLISHED: "good",
    RoundStatus.CLOSED: "good",
    RoundStatus.CANCELLED: "bad",
}
ROUND_TAKES_NAMES: dict[str, Word] = {
    RoundTakes.CONTINUING: _("Continuing group"),
    RoundTakes.NEW_AND_CORRECTED: _("New group, and continuing pupils whose data were corrected"),
    RoundTakes.EVERYONE_LEFT: _("Pupils not paid in the rounds before"),
}
TRANSFER_STATUS_NAMES: dict[str, Word] = {
    TransferStatus.PENDING: _("Waiting to be transferred"),
    TransferStatus.SENT: _("At the bank"),
    TransferStatus.SUCCESS: _("Transferred"),
    TransferStatus.FAILED: _("Not transferred"),
    TransferStatus.CANCELLED: _("Cancelled"),
}
TRANSFER_STATUS_PILLS: dict[str, str] = {
    TransferStatus.PENDING: "",
    TransferStatus.SENT: "sun",
    TransferStatus.SUCCESS: "good",
    TransferStatus.FAILED: "bad",
    TransferStatus.CANCELLED: "",
}
FAIL_NAMES: dict[str, Word] = {
    FailCode.NO_PROMPTPAY: _("No PromptPay is linked to the national ID"),
    FailCode.ID_MISMATCH: _("The ID does not match the account's holder"),
    FailCode.NAME_MISMATCH: _("The name does not match the account's holder"),
    FailCode.INVALID_ID: _("The bank does not accept the ID"),
    FailCode.ACCOUNT_CLOSED: _("The account is closed"),
    FailCode.SCHOOL_ACCOUNT_INVALID: _("The school's account cannot receive the transfer"),
    FailCode.OTHER: _("Another reason of the bank"),
}


def round_status_name(status: str) -> str:
    """The word for a round's state."""
    return str(ROUND_STATUS_NAMES[status])


def round_name(number: int, term_label: str) -> str:
    """As people say it: transfer round 1, term 1/2569."""
    return gettext("Transfer round %(number)d, term %(term)s") % {
        "number": number,
        "term": term_label,
    }
