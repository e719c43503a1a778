"""What is typed when a grant ends, is suspended, or is resumed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from screening.models.grants import END_NAMES


class EndForm(forms.Form):
    """Why a grant ends."""

    reason = forms.ChoiceField(
        label=_("Why the grant ends"), choices=list(END_NAMES.items()), widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example the number of the document."),
    )


class SuspensionForm(forms.Form):
    """Why a grant is suspended, or resumed."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
