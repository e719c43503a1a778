"""What people type about refunds: parsed and converted, never saved here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from payments.models import Transfer
from payments.words.refunds import REASON_NAMES


class RefundForm(forms.Form):
    """The pupils whose cash goes back on one slip, each with a reason."""

    def __init__(self, *args: Any, transfers: Sequence[Transfer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.transfers = transfers
        notes = {t.pk: getattr(t, "cannot_pay_reason", None) or "" for t in transfers}
        self.fields["back"] = forms.TypedMultipleChoiceField(
            coerce=int,
            required=False,
            choices=[(pk, "") for pk in notes],
            initial=[pk for pk, note in notes.items() if note],
        )
        for transfer in transfers:
            self.fields[f"reason-{transfer.pk}"] = forms.ChoiceField(
                label=transfer.enrolment.pupil.full_name,
                required=False,
                choices=[("", gettext("choose a reason")), *REASON_NAMES.items()],
                initial=notes[transfer.pk],
            )

    def lines(self) -> list[dict[str, Any]]:
        ticked = {str(pk) for pk in self["back"].value() or []}
        return [
            {
                "transfer": transfer,
                "ticked": str(transfer.pk) in ticked,
                "reason": self[f"reason-{transfer.pk}"],
            }
            for transfer in self.transfers
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.reasons: dict[int, str] = {
            pk: cleaned.get(f"reason-{pk}", "") for pk in cleaned.get("back", [])
        }
        for pk, reason in self.reasons.items():
            if not reason:
                self.add_error(f"reason-{pk}", _("Choose one of the four reasons."))
        if not self.reasons and not self.errors:
            self.add_error(None, _("Nobody was ticked. Tick the pupils whose money goes back."))
        return cleaned


class StatementForm(forms.Form):
    """The bank's file of bill payments."""

    file = forms.FileField(
        label=_("Bill payment file of the bank"),
        help_text=_("Text of 256 bytes a record, as the bank sends it."),
    )
