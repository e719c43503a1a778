"""Form fields that read what people write in Thai."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund import national_id
from eqfund.thai_text import BUDDHIST_ERA, parse_thai_date


class ChildNumberField(forms.CharField):
    """A child's whole national id or G-code, as people write it; given back normalized."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"})
    default_error_messages = {
        "check_digit": _("The check digit is wrong: look at the digits again."),
        "invalid": _("An id has 13 digits, a G-code G and 12 digits."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("National id or G-code"))
        super().__init__(max_length=30, **kwargs)

    def clean(self, value: Any) -> str:
        number = national_id.normalize(super().clean(value))
        if not number:  # not required, or `clean` would have said so
            return number
        match national_id.why_invalid(number):
            case None:
                return number
            case "check_digit":
                raise forms.ValidationError(self.error_messages["check_digit"], "check_digit")
        raise forms.ValidationError(self.error_messages["invalid"], "invalid")


class ThaiDateField(forms.CharField):
    """A day as people write it: 24/7/2569, 24 ก.ค. 2569, ๒๔ กรกฎาคม ๒๕๖๙. Shown back as 24/7/2569."""

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


class NameAndStateForm(forms.Form):
    """What narrows a list of schools: a part of the name or the code, and one state (components/state_filter.html)."""

    name = forms.CharField(label=_("Name or code"), required=False, max_length=80)
    state = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, states: Mapping[Any, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", ""), *((str(k), v) for k, v in states.items())]  # type: ignore[attr-defined]
