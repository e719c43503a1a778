"""Forms of the registry: they parse and convert, and save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.form_fields import ChildNumberField, ThaiDateField
from eqfund.imports.cells import parted
from eqfund.models import Enrolment

from .actions import LEAVING
from .listing import Asked


class UploadForm(forms.Form):
    """A registry file and the place it is for; one place needs no choice."""

    path = forms.ChoiceField(label=_("For"))
    file = forms.FileField(
        label=_("Registry file"),
        help_text=_(
            "XLSX or CSV as it was downloaded: the student list (36 columns) or the full export (91 columns)."
        ),
    )

    def __init__(self, *args: Any, places: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].choices = list(places.items())  # type: ignore[attr-defined]
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv"
        if len(places) == 1:
            self.fields["path"].initial = next(iter(places))
            self.fields["path"].widget = forms.HiddenInput()

    def for_own_lists(self) -> None:
        """Ask for the template: the person's schools add their pupils themselves."""
        self.fields["file"].label = _("The template, filled in")
        self.fields["file"].help_text = _("XLSX or CSV.")


class ConfirmForm(forms.Form):
    """What the person saw, and what becomes of those who are not in the file."""

    seen = forms.CharField(required=False)
    gone = forms.ChoiceField(
        choices=[("", ""), *((s.value, s.value) for s in LEAVING)], required=False
    )


class ListingForm(forms.Form):
    """One child, by the whole number or, of a child without one, the name; the day of birth; the school that asks."""

    number = ChildNumberField(help_text=_("All 13 characters; it is not kept."), required=False)
    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    born = ThaiDateField(
        label=_("Day of birth"), help_text=_("Day/month/Buddhist year, for example 13/5/2559.")
    )
    school = forms.ChoiceField(label=_("School"))

    def __init__(self, *args: Any, schools: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].choices = schools  # type: ignore[attr-defined]
        if len(schools) == 1:
            self.fields["school"].initial = schools[0][0]
            self.fields["school"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        named = data.get("first_name") and data.get("last_name")
        if "number" in data and not data["number"] and not named:
            self.add_error("number", _("Write the number; of a child without one, both names."))
        _title, data["first_name"] = parted("", data.get("first_name", ""))
        return data

    def child(self) -> Asked:
        """Whom the form asks about."""
        data = self.cleaned_data
        return Asked(data["born"], data["number"], data["first_name"], data["last_name"])


class PupilFilterForm(forms.Form):
    """What narrows the list of pupils."""

    name = forms.CharField(label=_("Name"), required=False, max_length=80)
    classroom = forms.ChoiceField(label=_("Class"), required=False)
    status = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, classrooms: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["classroom"].choices = [("", _("All classes")), *classrooms]  # type: ignore[attr-defined]
        self.fields["status"].choices = [  # type: ignore[attr-defined]
            ("", _("All states")),
            *Enrolment.Status.choices,
        ]
