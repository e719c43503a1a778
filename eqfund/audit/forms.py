"""What narrows the audit book, and its export."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.form_fields import ThaiDateField
from eqfund.models import Event

from . import queries
from .words import WORDS


class OptionalDay(ThaiDateField):
    """A day, or none."""

    def to_python(self, value: Any) -> Any:
        return None if value in self.empty_values else super().to_python(value)


class FilterForm(forms.Form):
    """Who, what, where, when; and, by links from other pages, which thing or which child."""

    person = forms.CharField(label=_("Person"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("What kind"), required=False)
    verb = forms.ChoiceField(label=_("What was done"), required=False)
    place = forms.CharField(label=_("School or office"), required=False, max_length=80)
    since = OptionalDay(label=_("From day"), required=False)
    until = OptionalDay(label=_("To day"), required=False)
    object = forms.CharField(required=False, max_length=101, widget=forms.HiddenInput)
    who = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    child = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("Acts, readings and downloads")),
            (Event.Kind.ACT, _("Acts")),
            (Event.Kind.READ, _("Readings")),
            (Event.Kind.DOWNLOAD, _("Downloads")),
        ]
        words = sorted(((verb, str(text)) for verb, text in WORDS.items()), key=lambda w: w[1])
        self.fields["verb"].choices = [("", _("Everything")), *words]  # type: ignore[attr-defined]

    def _people(self, data: dict[str, Any]) -> tuple[int, ...] | None:
        """By a link the one person; by a name whoever is called so; None for everybody."""
        if data["who"]:
            return (int(data["who"]),)
        return queries.people_named(data["person"]) if data["person"] else None

    def wanted(self) -> queries.Wanted:
        """What is asked for; a field that could not be read narrows nothing."""
        data = {name: self.cleaned_data.get(name) for name in self.fields}
        label, _sep, pk = (data["object"] or "").rpartition("~")
        return queries.Wanted(
            people=self._people(data),
            places=queries.places_named(data["place"]) if data["place"] else None,
            kind=data["kind"] or "",
            verb=data["verb"] or "",
            object_label=label,
            object_id=pk,
            child=data["child"],
            since=data["since"].isoformat() if data["since"] else "",
            until=data["until"].isoformat() if data["until"] else "",
        )


class ExportForm(FilterForm):
    """The same, and as which kind of file."""

    format = forms.ChoiceField(label=_("File"), choices=[("xlsx", "XLSX"), ("csv", "CSV")])
