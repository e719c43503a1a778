"""The words of receiving channels."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from payments.rules.channels import ChannelKind, PromptPayState
from payments.words.rounds import Word

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
