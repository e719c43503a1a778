"""What is typed about a home visit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.form_fields import ThaiDateField
from eqfund.models import Classroom, Term
from screening.models.visits import OUTCOME_NAMES, REASON_NAMES, SKIP_NAMES
from screening.queries.visits import others_of
from screening.rules.visits import Outcome

SMALL = {"rows": 2}


class AddForm(forms.Form):
    """A pupil of the class whom the data did not name, with one of the letter's reasons."""

    enrolment = forms.ModelChoiceField(label=_("Pupil"), queryset=None)
    reason = forms.ChoiceField(
        label=_("Reason by the letter"),
        choices=list(REASON_NAMES.items()),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("What you know"), required=False, max_length=500, widget=forms.Textarea(attrs=SMALL)
    )

    def __init__(self, *args: Any, classroom: Classroom, term: Term, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["enrolment"]
        field.queryset = others_of(classroom, term)
        field.label_from_instance = lambda enrolment: enrolment.pupil.full_name


class SkipForm(forms.Form):
    """Why a home is not visited."""

    reason = forms.ChoiceField(
        label=_("Why not visited"), choices=list(SKIP_NAMES.items()), widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs=SMALL),
        help_text=_("Needed for another reason."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="skip_%s", **kwargs)  # a record's note is on the same page


class RecordForm(forms.Form):
    """A visit that was made."""

    visited_on = ThaiDateField(label=_("Day of the visit"))
    outcome = forms.ChoiceField(
        label=_("What was found"),
        choices=list(OUTCOME_NAMES.items()),
        widget=forms.RadioSelect,
        initial=Outcome.MET,
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs=SMALL)
    )


class TurnForm(forms.Form):
    """The teacher's own order inside a subdistrict."""

    turn = forms.IntegerField(
        label=_("Order in the subdistrict"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=_("Left empty, the nearest home comes next."),
    )


class DayForm(forms.Form):
    """The day for the homes that are chosen; empty takes the day off."""

    planned_on = ThaiDateField(label=_("Day of the visits"), required=False)
