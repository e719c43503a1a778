"""The words of PromptPay on the national ID, and of what a close left over."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from payments.rules.promptpay import CannotReason, Standing, Step
from payments.words.faults import FAULTS
from payments.words.rounds import Word

STANDING_NAMES: dict[str, Word] = {
    Standing.FAILED: _("the bank could not pay"),
    Standing.NOT_ASKED: _("not asked yet"),
    Standing.TOLD: _("told, not opened yet"),
    Standing.OPENED: _("opened"),
    Standing.SCHOOL: _("receives through the school"),
}
STANDING_PILLS: dict[str, str] = {
    Standing.FAILED: "bad",
    Standing.NOT_ASKED: "",
    Standing.TOLD: "sun",
    Standing.OPENED: "good",
    Standing.SCHOOL: "",
}
STEP_NAMES: dict[str, Word] = {
    Step.TOLD: _("The family was told"),
    Step.OPENED: _("PromptPay is open on the national ID"),
    Step.CANNOT: _("The family cannot open it: the school account receives"),
    Step.FAILED: _("The bank could not pay by this PromptPay"),
}
CANNOT_NAMES: dict[str, Word] = {
    CannotReason.NO_BANK_NEAR: _("No bank or machine within reach"),
    CannotReason.NO_ACCOUNT: _("Has no bank account and cannot open one"),
    CannotReason.BANK_REFUSED: _("The bank refused"),
    CannotReason.ID_NOT_USABLE: _("The ID card is lost, expired, or not there yet"),
    CannotReason.DOES_NOT_WANT: _("The family does not want it"),
}
LEFT_NAMES: dict[str, Word] = FAULTS | {
    "not_asked": _("Nothing was wrong, but nobody confirmed."),
}
