"""What people type about payouts and refunds: parsed and converted, never saved here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from eqfund.form_fields import ThaiDateField
from eqfund.models import User
from payments.actions.payout import Handed
from payments.models.payout import SELF
from payments.queries.payout import PupilCash
from payments.words.payout import RELATION_NAMES
from payments.words.refunds import REASON_NAMES


class PayForm(forms.Form):
    """The pupils of a class who were paid on one day, by whom, and who received the money.

    A row's receiver is looked at only if the row is ticked.
    """

    paid_on = ThaiDateField(label=_("Day of payment"), help_text=_("For example 31/7/2569"))
    payer = forms.ModelChoiceField(User.objects.none(), label=_("Handed over by"), empty_label=None)
    second_payer = forms.ModelChoiceField(
        User.objects.none(), label=_("and by"), empty_label=_("choose a second person")
    )

    def __init__(
        self, *args: Any, rows: Sequence[PupilCash], staff: Sequence[User], by: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows = [row for row in rows if row.state == "to_pay"]
        people = [(person.pk, person.full_name) for person in staff]
        for name in ("payer", "second_payer"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = User.objects.filter(pk__in=[pk for pk, _name in people])
        self.fields["payer"].widget.choices = people  # type: ignore[attr-defined]
        self.fields["second_payer"].widget.choices = [  # type: ignore[attr-defined]
            ("", gettext("choose a second person")),
            *people,
        ]
        self.fields["payer"].initial = by.pk
        self.fields["pay"] = forms.TypedMultipleChoiceField(
            coerce=int, required=False, choices=[(row.transfer.pk, "") for row in self.rows]
        )
        for row in self.rows:
            name, relationship = row.guardian
            pk = row.transfer.pk
            self.fields[f"name-{pk}"] = forms.CharField(
                required=False,
                max_length=200,
                initial=name or row.transfer.enrolment.pupil.full_name,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
            self.fields[f"relation-{pk}"] = forms.ChoiceField(
                required=False,
                choices=list(RELATION_NAMES.items()),
                initial=(relationship if relationship in RELATION_NAMES else "other")
                if name
                else SELF,
            )

    def lines(self) -> list[dict[str, Any]]:
        """The rows with their fields, for the table."""
        ticked = {str(pk) for pk in self["pay"].value() or []}
        return [
            {
                "cash": row,
                "ticked": str(row.transfer.pk) in ticked,
                "name": self[f"name-{row.transfer.pk}"],
                "relation": self[f"relation-{row.transfer.pk}"],
            }
            for row in self.rows
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        payer, second = cleaned.get("payer"), cleaned.get("second_payer")
        if payer is not None and payer == second:
            self.add_error("second_payer", _("Two different people hand over the money."))
        ticked: list[int] = cleaned.get("pay", [])
        for pk in ticked:
            if not cleaned.get(f"name-{pk}", "").strip():
                self.add_error(f"name-{pk}", _("Write who received the money."))
        if not ticked and not self.errors:
            self.add_error(None, _("Nobody was ticked. Tick the pupils who were paid."))
        self.handed = [
            Handed(pk, cleaned.get(f"name-{pk}", ""), cleaned.get(f"relation-{pk}", ""))
            for pk in ticked
        ]
        return cleaned


class ReasonForm(forms.Form):
    """A reason in words: why something is void, sent back or cancelled."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class CannotPayForm(forms.Form):
    """Which of the four reasons keeps a pupil from being paid."""

    reason = forms.ChoiceField(label=_("Reason"), choices=list(REASON_NAMES.items()))


class EvidenceForm(forms.Form):
    """A photo or scan of the signed class sheet."""

    file = forms.FileField(
        label=_("Photo or scan of the signed sheet"),
        help_text=_("JPG, PNG, HEIC or PDF, at most 20 MB. One picture for each page."),
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
