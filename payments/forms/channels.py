"""How one pupil receives money. Forms parse and convert; they do not save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import national_id, relationships
from payments.actions.channels import ChannelFacts, GuardianFacts
from payments.forms.shared import numeric
from payments.queries.channels import ChannelRow
from payments.rules.channels import ChannelKind, PromptPayState
from payments.words.channels import CHANNEL_NAMES
from payments.words.faults import FAULTS, fault


class ChannelForm(forms.Form):
    """How one pupil receives money, and who the guardian is."""

    kind = forms.ChoiceField(
        label=_("Receiving channel"),
        widget=forms.RadioSelect,
        error_messages={"required": FAULTS["channel_unknown"]},
    )
    promptpay_state = forms.ChoiceField(
        label=_("PromptPay on that national ID"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether PromptPay is opened.")},
        choices=[
            (PromptPayState.OPENED.value, _("opened")),
            (PromptPayState.NOT_OPENED.value, _("not opened yet")),
            (PromptPayState.UNKNOWN.value, _("not asked yet")),
        ],
        help_text=_("PromptPay must be linked to the national ID, not to a phone number."),
    )
    guardian_name = forms.CharField(label=_("Guardian's name"), max_length=200, required=False)
    relationship = forms.ChoiceField(label=_("Relationship"), required=False)
    guardian_number = forms.CharField(
        label=_("Guardian's national ID"), max_length=30, required=False, widget=numeric()
    )
    phone = forms.CharField(
        label=_("Guardian's phone"), max_length=30, required=False, widget=numeric(inputmode="tel")
    )

    def __init__(self, *args: Any, row: ChannelRow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        identity = row.enrolment.pupil.identity
        only_school = identity is None or identity.kind != "national_id"
        kinds = [ChannelKind.SCHOOL_ACCOUNT] if only_school else list(ChannelKind)
        self.fields["kind"].choices = [(kind.value, CHANNEL_NAMES[kind]) for kind in kinds]
        if only_school:
            del self.fields["promptpay_state"]
            self.fields["kind"].help_text = fault("promptpay_needs_national_id")
        self.fields["relationship"].choices = [("", _("Choose")), *relationships.LABELS.items()]
        guardian = row.guardian
        self.initial = {
            "kind": row.kind,
            "promptpay_state": row.promptpay_state
            if row.promptpay_state != PromptPayState.FAILED
            else "",
            "guardian_name": guardian.full_name if guardian else "",
            "relationship": guardian.relationship if guardian else "",
            "phone": guardian.phone if guardian else "",
        } | self.initial
        if guardian and guardian.last4:
            self.fields["guardian_number"].help_text = _(
                "Known: the one ending in %(last4)s. Leave empty to keep it."
            ) % {"last4": guardian.last4}

    def clean_guardian_number(self) -> str:
        number = national_id.normalize(self.cleaned_data["guardian_number"])
        if number and not national_id.is_national_id(number):
            raise forms.ValidationError(fault("guardian_id_wrong"))
        return number

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        kind = given.get("kind")
        name = given.get("guardian_name", "")
        if kind == ChannelKind.PROMPTPAY_GUARDIAN and not name:
            self.add_error("guardian_name", fault("guardian_name_missing"))
        if name and not given.get("relationship"):
            self.add_error(
                "relationship", gettext("Choose how the guardian is related to the pupil.")
            )
        known = self.row.guardian
        renamed = known is not None and " ".join(name.split()) != known.full_name
        if (
            kind == ChannelKind.PROMPTPAY_GUARDIAN
            and "guardian_number" in given
            and not given["guardian_number"]
        ):
            if renamed and known is not None and known.last4:
                self.add_error("guardian_number", fault("guardian_id_again"))
            elif known is None or not known.last4:
                self.add_error("guardian_number", fault("guardian_id_missing"))
        return given

    def facts(self) -> ChannelFacts:
        given = self.cleaned_data
        guardian = None
        if given["guardian_name"]:
            number = given["guardian_number"] or None
            guardian = GuardianFacts(
                given["guardian_name"], given["relationship"], number, given["phone"]
            )
        state = given.get("promptpay_state", PromptPayState.UNKNOWN)
        return ChannelFacts(given["kind"], state, guardian)
