"""Which round is planned."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _


class PlanForm(forms.Form):
    """Which round of the term to plan."""

    number = forms.TypedChoiceField(label=_("Round"), coerce=int)

    def __init__(self, *args: Any, numbers: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].choices = [
            (number, gettext("Round %(number)d") % {"number": number}) for number in numbers
        ]
