"""How one pupil receives money. Forms parse and convert; they do not save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import national_id, relationships
from eqfund.form_fields import ThaiDateField
from payments.actions.channels import ChannelFacts, GuardianFacts
from payments.forms.shared import numeric
from payments.queries.channels import ChannelRow
from payments.rules import guardians
from payments.rules.channels import ChannelKind, PromptPayState
from payments.rules.promptpay import Standing, Step, why_not_step
from payments.words.channels import CHANNEL_NAMES
from payments.words.faults import FAULTS, fault
from payments.words.promptpay import CANNOT_NAMES, STEP_NAMES


def checked(rule: str, *codes: str, **attrs: Any) -> dict[str, Any]:
    """Attributes by which static/js/continuing.js says what is wrong while one types."""
    return {
        "data-check": rule,
        **{f"data-{code.replace('_', '-')}": FAULTS[code] for code in codes},
        **attrs,
    }


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
    opened_on = ThaiDateField(
        label=_("Seen open on"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "class": "short"}),
        help_text=_("Empty: today."),
    )
    cannot = forms.ChoiceField(label=_("Why not by PromptPay"), required=False)
    guardian_name = forms.CharField(
        label=_("Guardian's name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(
            checked("name", "name_letters", "name_one_word", "name_no_title", autocomplete="off")
        ),
        help_text=_("Title, name and family name as on the ID card."),
    )
    relationship = forms.ChoiceField(label=_("Relationship"), required=False)
    guardian_number = forms.CharField(
        label=_("Guardian's national ID"),
        max_length=30,
        required=False,
        widget=numeric(
            **checked("national-id", "guardian_id_length", "guardian_id_wrong", "guardian_g_code")
        ),
    )
    phone = forms.CharField(
        label=_("Guardian's phone"),
        max_length=30,
        required=False,
        widget=numeric(**checked("phone", "phone_wrong", inputmode="tel")),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: ChannelRow, today: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        self.today = today
        identity = row.enrolment.pupil.identity
        only_school = identity is None or identity.kind != "national_id"
        kinds = [ChannelKind.SCHOOL_ACCOUNT] if only_school else list(ChannelKind)
        self.fields["kind"].choices = [(kind.value, CHANNEL_NAMES[kind]) for kind in kinds]
        self.fields["cannot"].choices = [("", _("Choose")), *CANNOT_NAMES.items()]
        if only_school:
            for name in ("promptpay_state", "opened_on", "cannot"):
                del self.fields[name]
            self.fields["kind"].help_text = fault("promptpay_needs_national_id")
        self.fields["relationship"].choices = [("", _("Choose")), *relationships.LABELS.items()]
        guardian = row.guardian
        self.initial = {
            "kind": row.kind,
            "promptpay_state": row.promptpay_state if row.standing != Standing.FAILED else "",
            "guardian_name": guardian.full_name if guardian else "",
            "relationship": guardian.relationship if guardian else "",
            "phone": guardian.phone if guardian else "",
            "seen": row.stamp,
        } | self.initial
        self.fields["guardian_number"].help_text = _(
            "Needed when the money goes to PromptPay on the guardian's ID: 13 digits."
        )
        if guardian and guardian.last4:
            self.fields["guardian_number"].help_text = _(
                "Known: the one ending in %(last4)s. Leave empty to keep it."
            ) % {"last4": guardian.last4}

    def clean_guardian_number(self) -> str:
        number = national_id.normalize(self.cleaned_data["guardian_number"])
        if code := guardians.why_not_number(number):
            raise forms.ValidationError(fault(code))
        return number

    def clean_guardian_name(self) -> str:
        name = " ".join(self.cleaned_data["guardian_name"].split())
        known = self.row.guardian.full_name if self.row.guardian else ""
        if name and name != known and (code := guardians.why_not_name(name)):
            raise forms.ValidationError(fault(code))
        return name

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"]).strip()
        known = self.row.guardian.phone if self.row.guardian else ""
        if phone != known and (code := guardians.why_not_phone(phone)):
            raise forms.ValidationError(fault(code))
        return phone

    def clean_opened_on(self) -> Any:
        day = self.cleaned_data["opened_on"]
        if day and self.today and self.cleaned_data.get("promptpay_state") == PromptPayState.OPENED:
            code = why_not_step(
                Step.OPENED, opened_on=day, reason="", today=self.today, can_have_promptpay=True
            )
            if code:
                raise forms.ValidationError(fault(code))
        return day

    @property
    def leaves_promptpay(self) -> bool:
        """Whether the pupil could have PromptPay and was to be paid by it till now."""
        return "cannot" in self.fields and self.row.kind.startswith("promptpay")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        kind = given.get("kind")
        to_school = kind == ChannelKind.SCHOOL_ACCOUNT
        if to_school:  # what was asked of PromptPay does not matter then
            self.errors.pop("promptpay_state", None)
            self.errors.pop("opened_on", None)
        if to_school and self.leaves_promptpay and not given.get("cannot"):
            self.add_error("cannot", fault("cannot_reason_missing"))
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
        to_school = given["kind"] == ChannelKind.SCHOOL_ACCOUNT
        return ChannelFacts(
            given["kind"],
            state,
            guardian,
            opened_on=given.get("opened_on") if state == PromptPayState.OPENED else None,
            cannot=given.get("cannot", "") if to_school else "",
            seen=given["seen"] or None,
        )


class NoteForm(forms.Form):
    """What became known of a family's PromptPay."""

    step = forms.ChoiceField(
        label=_("What became known"),
        widget=forms.RadioSelect,
        choices=[(step.value, STEP_NAMES[step]) for step in (Step.TOLD, Step.OPENED, Step.CANNOT)],
        error_messages={"required": _("Choose what became known.")},
    )
    opened_on = ThaiDateField(
        label=_("Seen open on"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "class": "short"}),
    )
    reason = forms.ChoiceField(label=_("Why not by PromptPay"), required=False)

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["reason"].choices = [("", _("Choose")), *CANNOT_NAMES.items()]
        self.fields["opened_on"].initial = today

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        step = given.get("step")
        if step and "opened_on" in given and "reason" in given:
            code = why_not_step(
                step,
                opened_on=given["opened_on"],
                reason=given["reason"],
                today=self.today,
                can_have_promptpay=True,
            )
            if code:
                self.add_error("reason" if step == Step.CANNOT else "opened_on", fault(code))
        return given
