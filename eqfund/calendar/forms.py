"""Forms of the calendar: they parse and convert, and save nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund import clock
from eqfund.form_fields import ThaiDateField
from eqfund.models import Term
from eqfund.school_year import TermKey

from .loading import term_of

TIMES = ["%H.%M", "%H:%M"]


class _CloseForm(forms.Form):
    """A day and a time at which a window closes."""

    day = ThaiDateField(label=_("New close"), help_text=_("For example 31/7/2569."))
    time = forms.TimeField(
        label=_("Time"),
        initial="17.00",
        input_formats=TIMES,
        help_text=_("Windows close at 17.00."),
    )

    def closes_at(self) -> datetime:
        """The close asked for, in Bangkok."""
        day, time = self.cleaned_data["day"], self.cleaned_data["time"]
        return datetime.combine(day, time, tzinfo=clock.BANGKOK)


class ProposalForm(_CloseForm):
    """Which window, where, until when, and why."""

    line = forms.ChoiceField(label=_("Window"))
    path = forms.ChoiceField(label=_("For"))
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text=_("What kept the schools from finishing, and what they need the time for."),
    )
    field_order = ("line", "path", "day", "time", "reason")

    def __init__(
        self, *args: Any, lines: list[tuple[str, str]], places: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = lines  # type: ignore[attr-defined]
        self.fields["path"].choices = places  # type: ignore[attr-defined]


class DecisionForm(_CloseForm):
    """Granted or refused, until when, and why."""

    answer = forms.CharField(
        label=_("Reason for the decision"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
    )
    decision = forms.ChoiceField(choices=[("grant", "grant"), ("refuse", "refuse")])


class PolicyForm(forms.Form):
    """By how many days offices may extend an activity themselves."""

    activity = forms.CharField(max_length=40)
    most_days = forms.IntegerField(min_value=0, max_value=31)


class CalendarForm(forms.Form):
    """A term and its lines, as text or as a file; a file wins."""

    term = forms.CharField(label=_("Term"), max_length=8, help_text=_("For example 2/2569."))
    file = forms.FileField(
        label=_("Calendar file"),
        required=False,
        help_text=_("CSV, as the button on the calendar gives it."),
    )
    text = forms.CharField(
        label=_("Lines"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "wrap": "off"}),
        help_text=_(
            "One line for each piece of work: kind, activity, round, opens, closes, affiliations and so on."
        ),
    )

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        help_text=_("Needed when a line changes that has opened already."),
    )

    def clean_term(self) -> Term:
        try:
            return term_of(TermKey.parse(self.cleaned_data["term"]), save=False)
        except ValueError:
            raise forms.ValidationError(_("A term is written 1/2569 or 2/2569.")) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if uploaded := cleaned.get("file"):
            try:
                cleaned["text"] = uploaded.read(1_000_000).decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("The file is no text in UTF-8."))
        if not cleaned.get("text", "").strip() and "file" not in self.errors:
            self.add_error("text", _("Write the lines, or choose a file."))
        return cleaned
