"""The words for codes: the same on page, export and letter (GLOSSARY.md)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, gettext_lazy as _

from payments.rules import (
    AccountStatus,
    ChannelKind,
    FailCode,
    Level,
    PromptPayState,
    RoundStatus,
    RoundTakes,
    TransferStatus,
)

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
CHANNEL_NAMES: dict[str, Word] = {
    ChannelKind.PROMPTPAY_PUPIL: _("PromptPay on the pupil's national ID"),
    ChannelKind.PROMPTPAY_GUARDIAN: _("PromptPay on the guardian's national ID"),
    ChannelKind.SCHOOL_ACCOUNT: _("School bank account"),
}
PROMPTPAY_STATE_NAMES: dict[str, Word] = {
    PromptPayState.UNKNOWN: _("not asked yet"),
    PromptPayState.OPENED: _("opened"),
    PromptPayState.NOT_OPENED: _("not opened yet"),
    PromptPayState.FAILED: _("the bank could not pay"),
}
LEVEL_NAMES: dict[str, Word] = {
    Level.KINDERGARTEN: _("Kindergarten"),
    Level.PRIMARY: _("Primary level"),
    Level.LOWER_SECONDARY: _("Lower secondary"),
}
ACCOUNT_STATUS_NAMES: dict[str, Word] = {
    AccountStatus.PROPOSED: _("Waiting for the director"),
    AccountStatus.DIRECTOR_APPROVED: _("Waiting for the fund"),
    AccountStatus.ACCEPTED: _("Accepted by the fund"),
    AccountStatus.SENT_BACK: _("Sent back to be mended"),
    AccountStatus.SUPERSEDED: _("Replaced"),
}
ACCOUNT_STATUS_PILLS: dict[str, str] = {
    AccountStatus.PROPOSED: "sun",
    AccountStatus.DIRECTOR_APPROVED: "info",
    AccountStatus.ACCEPTED: "good",
    AccountStatus.SENT_BACK: "bad",
    AccountStatus.SUPERSEDED: "",
}
# Names of the banks behind the Bank of Thailand's codes; names are not translated.
BANK_NAMES: dict[str, str] = {
    "002": "ธนาคารกรุงเทพ",
    "004": "ธนาคารกสิกรไทย",
    "006": "ธนาคารกรุงไทย",
    "011": "ธนาคารทหารไทยธนชาต",
    "014": "ธนาคารไทยพาณิชย์",
    "022": "ธนาคารซีไอเอ็มบี ไทย",
    "024": "ธนาคารยูโอบี",
    "025": "ธนาคารกรุงศรีอยุธยา",
    "030": "ธนาคารออมสิน",
    "033": "ธนาคารอาคารสงเคราะห์",
    "034": "ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร (ธ.ก.ส.)",
    "066": "ธนาคารอิสลามแห่งประเทศไทย",
    "067": "ธนาคารทิสโก้",
    "069": "ธนาคารเกียรตินาคินภัทร",
    "073": "ธนาคารแลนด์ แอนด์ เฮ้าส์",
}
# What account_faults and why_not_channel found, said to the person who can mend it.
FAULTS: dict[str, Word] = {
    "bank_unknown": _("Choose the bank from the list."),
    "account_not_digits": _("An account number holds digits only. Type it again without letters."),
    "account_length": _(
        "The number of digits is not that of this bank. Compare with the book's first page."
    ),
    "account_name_beginning": _("The account's name must begin with “เงิน กสศ.”."),
    "account_name_school": _("The account's name must hold the school's name."),
    "account_not_dedicated": _("The account must hold this money alone."),
    "promptpay_needs_national_id": _(
        "PromptPay needs the pupil's national ID. A pupil with a G-code or without an ID is paid through the school account."
    ),
    "guardian_missing": _("Record the guardian first."),
    "channel_unknown": _("No channel is known. Choose one."),
    "promptpay_not_opened": _("PromptPay on the national ID is not opened yet."),
    "guardian_id_wrong": _(
        "This is not a national ID: 13 digits with the right last digit. Compare with the card."
    ),
    "guardian_id_again": _(
        "The guardian's name was changed: type the new guardian's national ID, so that the money goes to that person."
    ),
    "guardian_name_missing": _("Type the guardian's name."),
    "guardian_id_missing": _(
        "Record the guardian's national ID first: the money goes to the PromptPay on it."
    ),
}


def round_status_name(status: str) -> str:
    """The word for a round's state."""
    return str(ROUND_STATUS_NAMES[status])


def fault(code: str) -> str:
    """The sentence for a fault's code."""
    return str(FAULTS[code])


def round_name(number: int, term_label: str) -> str:
    """As people say it: transfer round 1, term 1/2569."""
    return gettext("Transfer round %(number)d, term %(term)s") % {
        "number": number,
        "term": term_label,
    }
