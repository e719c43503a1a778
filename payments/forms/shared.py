"""What forms of several nouns use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.thai_text import arabic_digits
from payments.words.faults import FAULTS


def numeric(**attrs: Any) -> forms.TextInput:
    return forms.TextInput({"inputmode": "numeric", "autocomplete": "off", **attrs})


class BankAccountForm(forms.Form):
    """Bank, number and name of an account as its book shows them."""

    bank_code = forms.ChoiceField(
        label=_("Bank"), error_messages={"required": FAULTS["bank_unknown"]}
    )
    number = forms.CharField(
        label=_("Account number"),
        max_length=30,
        widget=numeric(),
        help_text=_("Digits as in the book; dashes do not matter."),
        error_messages={"required": _("Type the account number.")},
    )
    name = forms.CharField(
        label=_("Account name"),
        max_length=200,
        error_messages={"required": _("Type the account name.")},
    )

    def offer_banks(self, banks: Iterable[tuple[str, Any]]) -> None:
        """Let one of these banks be chosen."""
        bank = self.fields["bank_code"]
        assert isinstance(bank, forms.ChoiceField)
        bank.choices = [("", _("Choose the bank")), *banks]

    def clean_number(self) -> str:
        return "".join(arabic_digits(self.cleaned_data["number"]).replace("-", "").split())


class ReasonForm(forms.Form):
    """Why something is sent back or cancelled."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Say why.")},
    )
