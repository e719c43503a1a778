"""Forms of the registry: they parse and convert, and save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.form_fields import ChildNumberField, ThaiDateField
from eqfund.models import Enrolment

from .actions import LEAVING


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


class ConfirmForm(forms.Form):
    """What the person saw, and what becomes of those who are not in the file."""

    seen = forms.CharField(required=False)
    gone = forms.ChoiceField(
        choices=[("", ""), *((s.value, s.value) for s in LEAVING)], required=False
    )


class ListingForm(forms.Form):
    """One child, by the whole number and the day of birth, and the school that asks."""

    number = ChildNumberField(help_text=_("All 13 characters; it is not kept."))
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
