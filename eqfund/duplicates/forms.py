"""Forms of duplicates: they parse, and save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from eqfund.form_fields import ThaiDateField
from eqfund.models import DuplicatePair, DuplicateSide

from . import rules
from .rules import Band, Outcome

Answer = DuplicateSide.Answer


class AnswerForm(forms.Form):
    """What one school says of its own child."""

    answer = forms.ChoiceField(label=_("Is the child studying with you?"), widget=forms.RadioSelect)
    on = ThaiDateField(
        label=_("Since when, or left on"),
        required=False,
        help_text=_("Day/month/Buddhist year, for example 16/5/2569."),
    )
    note = forms.CharField(
        label=_("How you know"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Which papers you looked at. Your supervisors read it; the other school does not."
        ),
    )
    proof = forms.FileField(
        label=_("Proof"),
        required=False,
        help_text=_("A photo or PDF: house registration, birth certificate, letter of leaving."),
    )

    def __init__(self, *args: Any, band: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wrong = (
            gettext("Another child: the number in our registry is mistyped")
            if band == Band.CERTAIN
            else gettext(
                "Another child: we looked at the papers, and name and birth date are right"
            )
        )
        self.fields["answer"].choices = [  # type: ignore[attr-defined]
            (Answer.STUDYING, gettext("Yes, the child studies with us")),
            (Answer.LEFT, gettext("No, the child has left")),
            (Answer.NEVER, gettext("No, there was never such a child here")),
            (Answer.WRONG, wrong),
        ]
        self.fields["proof"].widget.attrs["accept"] = "image/*,.pdf"

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if data.get("answer") == Answer.STUDYING and not data.get("on") and "on" not in self.errors:
            self.add_error("on", gettext("Say since when the child has studied here."))
        if data.get("answer") == Answer.LEFT and not data.get("on") and "on" not in self.errors:
            self.add_error("on", gettext("Say on which day the child left."))
        if data.get("answer") == Answer.WRONG and not data.get("note", "").strip():
            self.add_error("note", gettext("Say how you know that it is another child."))
        return data


class DecisionForm(forms.Form):
    """What a supervisor decides of two schools' answers."""

    outcome = forms.ChoiceField(label=_("Your decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Both schools read it. Name no child in it."),
    )

    def __init__(
        self, *args: Any, pair: DuplicatePair, schools: tuple[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        first, second = schools
        words = {
            Outcome.ONE_FIRST: gettext("One child, who studies at %(school)s") % {"school": first},
            Outcome.ONE_SECOND: gettext("One child, who studies at %(school)s")
            % {"school": second},
            Outcome.DIFFERENT: gettext("Two children; each keeps its own number"),
            Outcome.WRONG_FIRST: gettext("Two children; the number is mistyped at %(school)s")
            % {"school": first},
            Outcome.WRONG_SECOND: gettext("Two children; the number is mistyped at %(school)s")
            % {"school": second},
        }
        self.fields["outcome"].choices = [  # type: ignore[attr-defined]
            (outcome.value, words[outcome]) for outcome in rules.decidable(Band(pair.band))
        ]


class OwnForm(forms.Form):
    """What a school says of its own two rows."""

    keep = forms.TypedChoiceField(
        label=_("What they are"),
        coerce=int,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("How you know"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, rows: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = [  # type: ignore[attr-defined]
            ("1", gettext("One child: keep %(row)s, join the other to it") % {"row": rows[0]}),
            ("2", gettext("One child: keep %(row)s, join the other to it") % {"row": rows[1]}),
            ("0", gettext("Two children")),
        ]


SHOW_LABELS = {
    "": _("All"),
    "mine": _("To answer"),
    "decide": _("To decide"),
    "waiting": _("Waiting for answers"),
    "disputed": _("Waiting for a decision"),
    "settled": _("Settled"),
}


class JoinForm(forms.Form):
    """Which row stays, with its number, and at which school the child studies."""

    keeps = forms.TypedChoiceField(
        label=_("Which number is the child's own?"),
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("The row with this number stays; all of the other goes to it."),
    )
    studies = forms.TypedChoiceField(
        label=_("At which school does the child study?"), coerce=int, widget=forms.RadioSelect
    )

    def __init__(
        self,
        *args: Any,
        numbers: list[str],
        schools: tuple[str, str],
        twice_here: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keeps"].choices = list(zip((1, 2), numbers, strict=True))  # type: ignore[attr-defined]
        self.fields["studies"].choices = list(zip((1, 2), schools, strict=True))  # type: ignore[attr-defined]
        self.twice_here = twice_here
        if twice_here:
            del self.fields["studies"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.twice_here and "keeps" in given:
            given["studies"] = given["keeps"]
        return given


class ReasonForm(forms.Form):
    """Why: of a question to the fund, a proposal, a refusal."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The schools read it. Name no child in it."),
    )


JOIN_SHOWS = {
    "": _("Waiting"),
    "asked": _("To propose"),
    "proposed": _("Waiting for the second person"),
    "joined": _("Joined"),
    "refused": _("Not joined"),
}
