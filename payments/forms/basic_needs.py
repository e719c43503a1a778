"""What an office types of the basic-needs subsidy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.form_fields import ThaiDateField
from eqfund.money import parse_baht
from payments.actions.basic_needs import AccountFacts
from payments.forms.shared import BankAccountForm
from payments.rules.basic_needs import account_fault
from payments.words.accounts import BANK_NAMES
from payments.words.faults import fault


class OfficeAccountForm(BankAccountForm):
    """The account to which the office's subsidy is allocated."""

    since = ThaiDateField(label=_("Serves from"), help_text=_("For example 1/5/2569."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_banks(BANK_NAMES.items())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if {"bank_code", "number"} <= set(given) and (
            wrong := account_fault(given["bank_code"], given["number"])
        ):
            self.add_error(wrong[0], fault(wrong[1]))
        return given

    def facts(self) -> AccountFacts:
        given = self.cleaned_data
        return AccountFacts(given["bank_code"], given["number"], given["name"], given["since"])


class AllocationForm(forms.Form):
    """What the affiliation's schedule gives the office."""

    letter_number = forms.CharField(label=_("Number of the letter"), max_length=60)
    letter_on = ThaiDateField(label=_("Date of the letter"))
    pupils = forms.IntegerField(label=_("Pupils allocated"), min_value=0, max_value=1_000_000)
    amount = forms.CharField(
        label=_("Amount allocated (baht)"), max_length=30, widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
    )  # fmt: skip

    def clean_amount(self) -> int:
        try:
            return parse_baht(self.cleaned_data["amount"])
        except ValueError:
            raise forms.ValidationError(_("This is no amount of baht.")) from None

    def facts(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        given["amount_satang"] = given.pop("amount")
        return given


class ListForm(forms.Form):
    """A file with the office's list."""

    file = forms.FileField(
        label=_("File of the list"),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.csv"}),
        help_text=_("XLSX or CSV, one row a pupil: school code, national id, name, amount."),
        error_messages={"empty": _("The file is empty. Choose another one.")},
    )
