"""Forms of the care of personal data: they parse, the actions decide."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.privacy.reveal import REASONS


class RevealForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("For what?"), choices=[("", "—"), *REASONS.items()], required=True
    )
    note = forms.CharField(
        label=_("In words"),
        max_length=300,
        required=False,
        help_text=_("Needed for an authority or another reason. It stands in the audit book."),
    )
