"""A school proposes its account. Forms parse and convert; they do not save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.actions.accounts import AccountFacts
from payments.forms.shared import BankAccountForm
from payments.rules import accounts as rules
from payments.words.accounts import BANK_NAMES
from payments.words.faults import fault


class AccountForm(BankAccountForm):
    """A school's account as its book shows it."""

    dedicated = forms.BooleanField(
        label=_("This account holds the fund's grant alone"),
        required=False,
        help_text=_("No lunch money, no other subsidy: so that every baht can be accounted for."),
    )
    proof = forms.FileField(
        label=_("Photo or scan of the book's first page"),
        widget=forms.ClearableFileInput({"accept": "image/*,application/pdf"}),
        help_text=_("JPG, PNG, HEIC or PDF, at most 20 MB."),
        error_messages={
            "required": _("Attach a photo or scan of the book's first page."),
            "empty": _("The file is empty. Choose another one."),
        },
    )

    def __init__(
        self, *args: Any, school_name: str, criteria: rules.AccountCriteria, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.school_name, self.criteria = school_name, criteria
        names = [(code, BANK_NAMES.get(code, code)) for code in criteria.banks]
        self.offer_banks(sorted(names))
        self.fields["name"].help_text = _("As in the book, for example: %(example)s") % {
            "example": rules.example_name(criteria.name_patterns[0], school_name)
        }
        if not criteria.must_be_dedicated:
            self.fields["dedicated"].help_text = ""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if {"bank_code", "number", "name"} <= set(given):
            faults = rules.account_faults(
                bank_code=given["bank_code"],
                number=given["number"],
                name=given["name"],
                school_name=self.school_name,
                dedicated=given.get("dedicated", False),
                criteria=self.criteria,
            )
            for field, code in faults:
                self.add_error(field, fault(code))
        return given

    def facts(self) -> AccountFacts:
        given = self.cleaned_data
        return AccountFacts(given["bank_code"], given["number"], given["name"], given["dedicated"])
