"""What a level is granted for a term."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from eqfund.money import parse_baht
from eqfund.thai_text import arabic_digits
from payments.rules.rates import Level
from payments.words import rates as words


class RateForm(forms.Form):
    """What a pupil of one level is granted for the term."""

    level = forms.ChoiceField(
        label=_("Level"), choices=[(level.value, words.LEVEL_NAMES[level]) for level in Level]
    )
    amount = forms.CharField(
        label=_("Amount for the term"),
        error_messages={"required": _("This is not an amount in baht. Type it like 1,500.00")},
        max_length=20,
        widget=forms.TextInput({"inputmode": "decimal"}),
        help_text=_("In baht, for example 1,500.00"),
    )
    source = forms.CharField(label=_("Where it is laid down"), max_length=200, required=False)

    def clean_amount(self) -> int:
        try:
            satang = parse_baht(arabic_digits(self.cleaned_data["amount"]))
        except ValueError:
            raise forms.ValidationError(
                gettext("This is not an amount in baht. Type it like 1,500.00")
            ) from None
        if satang <= 0:
            raise forms.ValidationError(gettext("The amount must be more than nothing."))
        return satang
