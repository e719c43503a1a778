"""Forms of hand-overs and of a pupil's state: they read what was typed; rules and actions decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.form_fields import ChildNumberField, ThaiDateField
from eqfund.models.handovers import REFUSAL_NAMES

from . import rules
from .rules import Side
from .rules_status import PupilStatus

DAY_HELP = _("Day/month/Buddhist year, for example 24/7/2569.")


class MessageField(forms.CharField):
    """A few lines to the other school."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Message to the other school"))
        kwargs.setdefault("help_text", _("Only what it needs for this hand-over; no numbers."))
        widget = forms.Textarea(attrs={"rows": 3})
        super().__init__(required=False, max_length=500, widget=widget, **kwargs)


class SendForm(forms.Form):
    """To which school, since when."""

    code = forms.ChoiceField(label=_("New school"), widget=forms.RadioSelect)
    moved_on = ThaiDateField(label=_("Day of moving"), help_text=DAY_HELP)
    message = MessageField()

    def __init__(self, *args: Any, schools: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = schools  # type: ignore[attr-defined]
        self.fields["code"].error_messages["required"] = _("Choose the new school.")
        if len(schools) == 1:
            self.fields["code"].initial = schools[0][0]


class AskForm(forms.Form):
    """A child who came to us: the whole number, the day of birth, the class."""

    number = ChildNumberField(help_text=_("All 13 characters; it is not kept."))
    born = ThaiDateField(
        label=_("Day of birth"), help_text=_("Day/month/Buddhist year, for example 13/5/2559.")
    )
    room = forms.ChoiceField(label=_("Class that the pupil comes into"))
    moved_on = ThaiDateField(label=_("First day here"), help_text=DAY_HELP)
    message = MessageField()

    def __init__(self, *args: Any, rooms: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        blank = [] if len(rooms) == 1 else [("", "–")]
        self.fields["room"].choices = [*blank, *rooms]  # type: ignore[attr-defined]


class TakeForm(forms.Form):
    """The receiver's yes: the class, and the first day in it."""

    room = forms.ChoiceField(label=_("Class that the pupil comes into"))
    starts_on = ThaiDateField(label=_("First day here"), help_text=DAY_HELP)

    def __init__(self, *args: Any, rooms: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["room"].choices = rooms  # type: ignore[attr-defined]


class RefuseForm(forms.Form):
    """Why not."""

    reason = forms.ChoiceField(label=_("Reason"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("In a sentence"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The other school reads it."),
    )

    def __init__(self, *args: Any, side: Side, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            (reason.value, REFUSAL_NAMES[reason]) for reason in rules.REFUSALS[side]
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("reason") == rules.Refusal.OTHER and not given.get("note", "").strip():
            self.add_error("note", _("Say what the other reason is."))
        return given


class StatusForm(forms.Form):
    """A pupil's state at the school from a day on."""

    status = forms.ChoiceField(label=_("New state"), widget=forms.RadioSelect)
    on = ThaiDateField(label=_("Since"), help_text=DAY_HELP)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed for a suspension. It stands in the pupil's history."),
    )

    def __init__(self, *args: Any, statuses: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = statuses  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("status") == PupilStatus.SUSPENDED and not given.get("reason", "").strip():
            self.add_error("reason", _("Say why, in a sentence: it stands in the pupil's history."))
        return given


class UndoForm(forms.Form):
    """Why the last change was a mistake."""

    reason = forms.CharField(
        label=_("Why it was a mistake"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
