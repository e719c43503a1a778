"""What is typed when a grant ends, when that was a mistake, and when it is suspended or resumed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from screening.models.grants import END_NAMES
from screening.rules.grant_ends import must_tell_family


class ReasonForm(forms.Form):
    """Why a grant ends: chosen first, so that the next page can say what follows."""

    reason = forms.ChoiceField(
        label=_("Why the grant ends"),
        choices=list(END_NAMES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why the grant ends.")},
    )


class EndForm(forms.Form):
    """The end of a grant for a chosen reason; a household that stays is told first."""

    reason = forms.ChoiceField(choices=list(END_NAMES.items()), widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example the number of the document."),
    )
    told = forms.BooleanField(
        label=_("The family has been told what it loses."),
        error_messages={"required": _("Tell the family first, then tick this.")},
    )

    def __init__(self, *args: Any, reason: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].initial = reason
        if not must_tell_family(reason):
            del self.fields["told"]


class RevivalForm(forms.Form):
    """Why an end was a mistake."""

    reason = forms.CharField(
        label=_("Why the end was a mistake"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why the end was a mistake.")},
    )


class RevivalAnswerForm(forms.Form):
    """What the fund answers."""

    answer = forms.CharField(
        label=_("Answer to the school"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when the end stands."),
    )


class SuspensionForm(forms.Form):
    """Why a grant is suspended, or resumed."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
