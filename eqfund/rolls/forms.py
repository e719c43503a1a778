"""Forms of the rolls' pages: they parse and convert, and save nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.form_fields import ChildNumberField, ThaiDateField
from eqfund.models import Pupil, RollMark

OF_A_PUPIL = [choice for choice in RollMark.Kind.choices if choice[0] != RollMark.Kind.MISSING]


class MarkForm(forms.Form):
    """What is wrong with one pupil's row."""

    kind = forms.ChoiceField(choices=OF_A_PUPIL)
    note = forms.CharField(required=False, max_length=300)


class MissingForm(forms.Form):
    """Who is missing from the list."""

    note = forms.CharField(
        label=_("Who is missing"),
        max_length=300,
        help_text=_("Name, and what is known of the child: born when, came from where."),
    )


class SettleForm(forms.Form):
    """How a mark was settled."""

    outcome = forms.ChoiceField(choices=RollMark.Outcome.choices)


class CorrectForm(forms.Form):
    """A pupil's name, date of birth and number as the document has them."""

    title = forms.CharField(label=_("Title before the name"), max_length=20)
    first_name = forms.CharField(label=_("First name"), max_length=100)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    sex = forms.ChoiceField(label=_("Sex"), choices=Pupil.Sex.choices)
    birth_date = ThaiDateField(
        label=_("Date of birth"),
        required=False,
        help_text=_("Day/month/Buddhist year, for example 13/5/2559."),
    )
    number = ChildNumberField(
        label=_("New national id or G-code"),
        required=False,
        help_text=_("Leave it empty to keep the number as it is."),
    )
    reason = forms.CharField(
        label=_("By which document"),
        max_length=200,
        help_text=_(
            "For example: birth certificate, house registration, certificate of a changed name."
        ),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_birth_date(self) -> date | None:
        born = self.cleaned_data["birth_date"]
        if born and not 2 <= (self.today - born).days // 365 <= 25:
            raise forms.ValidationError(_("Nobody of this age goes to school. Look at the year."))
        return born or None
