"""Forms of how registry files are read: they parse and convert, and save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.imports import mapping
from eqfund.imports.titles import REQUIRED
from eqfund.models import RegistryReading

from .mappings import MEANINGS, name_of


class TitleForm(forms.Form):
    """A column title of a registry, and the field of ours that it means."""

    title = forms.CharField(label=_("Title in the file"), max_length=120)
    key = forms.ChoiceField(label=_("Means"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = [("", "–"), *_named()]  # type: ignore[attr-defined]


class ValueForm(forms.Form):
    """A word of a column that decides something."""

    key = forms.ChoiceField(label=_("Column"))
    value = forms.CharField(label=_("Word in the file"), max_length=80)
    means = forms.ChoiceField(label=_("Means"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = [(key, name_of(key)) for key in mapping.VALUES]  # type: ignore[attr-defined]
        means = [code for codes in mapping.VALUES.values() for code in codes]
        self.fields["means"].choices = [(code, MEANINGS[code]) for code in means]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("means") and cleaned["means"] not in mapping.VALUES[cleaned["key"]]:
            self.add_error("means", _("This meaning is not of that column."))
        return cleaned


class ReadingForm(forms.Form):
    """What a file must have beyond what is always asked, and how years of two digits are read."""

    must_have = forms.MultipleChoiceField(
        label=_("A file must also have"), required=False, widget=forms.CheckboxSelectMultiple
    )
    years = forms.ChoiceField(label=_("Years of two digits"), choices=RegistryReading.Years.choices)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = [(key, name) for key, name in _named() if key not in REQUIRED]
        self.fields["must_have"].choices = free  # type: ignore[attr-defined]


class TrialForm(forms.Form):
    """A sample of a registry's export, to be looked at and forgotten."""

    file = forms.FileField(
        label=_("Sample file"),
        help_text=_(
            "XLSX or CSV. It is read here and kept nowhere; names and numbers are not shown."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )


def _named() -> list[tuple[str, str]]:
    return [(key, name_of(key)) for key in mapping.all_keys()]
