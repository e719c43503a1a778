"""What the fund types about models and institutional households."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from screening.models.pmt import BAND_NAMES
from screening.pmt.definition import SCORED_BANDS

LARGEST_FILE = 512 * 1024


class ModelForm(forms.Form):
    """A model's definition as a JSON file, with the year it is for."""

    year_be = forms.IntegerField(label=_("School year"), min_value=2500, max_value=2700)
    title = forms.CharField(label=_("Name of the model"), max_length=120)
    file = forms.FileField(
        label=_("Definition (JSON)"),
        help_text=_("Weights, gate, bands and worked cases, as the model page shows them."),
    )

    def clean_file(self) -> dict[str, Any]:
        """The file's JSON object."""
        uploaded = self.cleaned_data["file"]
        if uploaded.size > LARGEST_FILE:
            raise forms.ValidationError(gettext("A definition is at most 512 KB."))
        try:
            data = json.loads(uploaded.read())
        except ValueError:
            raise forms.ValidationError(gettext("This file is not JSON.")) from None
        if not isinstance(data, dict):
            raise forms.ValidationError(gettext("This file is not a model's definition."))
        return data


class InstitutionForm(forms.Form):
    """The band of a pupil of an institutional household, and why."""

    band = forms.ChoiceField(
        label=_("Band"),
        choices=[(band.value, BAND_NAMES[band]) for band in SCORED_BANDS],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1_000,
        help_text=_("What of section 4 speaks for it."),
    )
