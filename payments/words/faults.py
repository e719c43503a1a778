"""What is wrong with an account or a channel, said to the person who can mend it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from payments.words.rounds import Word

# What account_faults and why_not_channel found, said to the person who can mend it.
FAULTS: dict[str, Word] = {
    "bank_unknown": _("Choose the bank from the list."),
    "account_not_digits": _("An account number holds digits only. Type it again without letters."),
    "account_length": _(
        "The number of digits is not that of this bank. Compare with the book's first page."
    ),
    "account_check": _(
        "A digit of the number is wrong: the bank's own check of its numbers does not hold. Compare with the book."
    ),
    "account_name_beginning": _(
        "The account's name does not begin as the fund asks. See the pattern below the field."
    ),
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
    "guardian_id_length": _("A national ID has 13 digits. Count again, and compare with the card."),
    "guardian_g_code": _(
        "A G-code is no national ID: PromptPay cannot be on it. Type the 13 digits of the card, or choose the school account."
    ),
    "name_letters": _("A name has letters only, no digits. Type it as on the ID card."),
    "name_one_word": _("Type the name and the family name, as on the ID card."),
    "name_no_title": _("Begin with the title as on the ID card, for example นาย, นาง or นางสาว."),
    "phone_wrong": _("A Thai phone number has 9 or 10 digits and begins with 0."),
    "guardian_id_again": _(
        "The guardian's name was changed: type the new guardian's national ID, so that the money goes to that person."
    ),
    "guardian_name_missing": _("Type the guardian's name."),
    "promptpay_not_the_channel": _(
        "PromptPay is not how this pupil receives money. Choose it first under “Correct”."
    ),
    "opened_on_missing": _("Type the day on which you saw that PromptPay is open."),
    "opened_on_later": _("The day lies in the future. Type the day on which you saw it."),
    "opened_on_long_ago": _("The day lies more than a year back. Look again with the family."),
    "cannot_reason_missing": _("Choose why the family cannot open PromptPay."),
    "guardian_id_missing": _(
        "Record the guardian's national ID first: the money goes to the PromptPay on it."
    ),
}


def fault(code: str) -> str:
    """The sentence for a fault's code."""
    return str(FAULTS[code])
