"""Form fields that read what people write in Thai."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.thai_text import BUDDHIST_ERA, parse_thai_date


class ThaiDateField(forms.CharField):
    """A day as people write it: 24/7/2569, 24 ก.ค. 2569, ๒๔ กรกฎาคม ๒๕๖๙. Shown back as 24/7/2569."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})
    default_error_messages = {
        "invalid": _("Write the day as day/month/Buddhist year, for example 24/7/2569.")
    }

    def to_python(self, value: Any) -> Any:
        if isinstance(value, date):
            return value
        try:
            return parse_thai_date(super().to_python(value))
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], "invalid") from None

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, date):
            return f"{value.day}/{value.month}/{value.year + BUDDHIST_ERA}"
        return value
