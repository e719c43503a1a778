"""Forms of accounts, channels, amounts and reasons. They parse and convert; they do not save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import national_id, relationships
from eqfund.money import parse_baht
from eqfund.thai_text import arabic_digits
from payments import rules, words
from payments.actions.accounts import AccountFacts
from payments.actions.channels import ChannelFacts, GuardianFacts
from payments.queries import ChannelRow
from payments.rules import ChannelKind, Level, PromptPayState


def numeric(**attrs: Any) -> forms.TextInput:
    return forms.TextInput({"inputmode": "numeric", "autocomplete": "off", **attrs})


class AccountForm(forms.Form):
    """A school's account as its book shows it."""

    bank_code = forms.ChoiceField(
        label=_("Bank"), error_messages={"required": words.FAULTS["bank_unknown"]}
    )
    number = forms.CharField(
        label=_("Account number"),
        max_length=30,
        widget=numeric(),
        help_text=_("Digits as in the book; dashes do not matter."),
        error_messages={"required": _("Type the account number.")},
    )
    name = forms.CharField(
        label=_("Account name"),
        max_length=200,
        error_messages={"required": _("Type the account name.")},
    )
    dedicated = forms.BooleanField(
        label=_("This account holds the fund's grant alone"),
        required=False,
        help_text=_("No lunch money, no other subsidy: so that every baht can be accounted for."),
    )
    proof = forms.FileField(
        label=_("Photo or scan of the book's first page"),
        widget=forms.ClearableFileInput({"accept": "image/*,application/pdf"}),
        help_text=_("JPG, PNG, HEIC or PDF, at most 20 MB."),
        error_messages={
            "required": _("Attach a photo or scan of the book's first page."),
            "empty": _("The file is empty. Choose another one."),
        },
    )

    def __init__(self, *args: Any, school_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.school_name = school_name
        self.fields["bank_code"].choices = [("", _("Choose the bank")), *words.BANK_NAMES.items()]
        self.fields["name"].help_text = _("As in the book, for example: %(example)s") % {
            "example": f"เงิน กสศ. เพื่อ{school_name}"
        }

    def clean_number(self) -> str:
        return "".join(arabic_digits(self.cleaned_data["number"]).replace("-", "").split())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if {"bank_code", "number", "name"} <= set(given):
            faults = rules.account_faults(
                bank_code=given["bank_code"],
                number=given["number"],
                name=given["name"],
                school_name=self.school_name,
                dedicated=given.get("dedicated", False),
            )
            for field, code in faults:
                self.add_error(field, words.fault(code))
        return given

    def facts(self) -> AccountFacts:
        given = self.cleaned_data
        return AccountFacts(given["bank_code"], given["number"], given["name"], given["dedicated"])


class ReasonForm(forms.Form):
    """Why something is sent back or cancelled."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Say why.")},
    )


class ChannelForm(forms.Form):
    """How one pupil receives money, and who the guardian is."""

    kind = forms.ChoiceField(
        label=_("Receiving channel"),
        widget=forms.RadioSelect,
        error_messages={"required": words.FAULTS["channel_unknown"]},
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
        self.fields["kind"].choices = [(kind.value, words.CHANNEL_NAMES[kind]) for kind in kinds]
        if only_school:
            del self.fields["promptpay_state"]
            self.fields["kind"].help_text = words.fault("promptpay_needs_national_id")
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
            raise forms.ValidationError(words.fault("guardian_id_wrong"))
        return number

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        kind = given.get("kind")
        name = given.get("guardian_name", "")
        if kind == ChannelKind.PROMPTPAY_GUARDIAN and not name:
            self.add_error("guardian_name", words.fault("guardian_name_missing"))
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
                self.add_error("guardian_number", words.fault("guardian_id_again"))
            elif known is None or not known.last4:
                self.add_error("guardian_number", words.fault("guardian_id_missing"))
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


class RateForm(forms.Form):
    """What a pupil of one level is granted for the term."""

    level = forms.ChoiceField(
        label=_("Level"), choices=[(level.value, words.LEVEL_NAMES[level]) for level in Level]
    )
    amount = forms.CharField(
        label=_("Amount for the term"),
        error_messages={"required": _("This is not an amount in baht. Type it like 1,500.00")},
        max_length=20,
        widget=forms.TextInput({"inputmode": "decimal"}),
        help_text=_("In baht, for example 1,500.00"),
    )
    source = forms.CharField(label=_("Where it is laid down"), max_length=200, required=False)

    def clean_amount(self) -> int:
        try:
            satang = parse_baht(arabic_digits(self.cleaned_data["amount"]))
        except ValueError:
            raise forms.ValidationError(
                gettext("This is not an amount in baht. Type it like 1,500.00")
            ) from None
        if satang <= 0:
            raise forms.ValidationError(gettext("The amount must be more than nothing."))
        return satang


class PlanForm(forms.Form):
    """Which round of the term to plan."""

    number = forms.TypedChoiceField(label=_("Round"), coerce=int)

    def __init__(self, *args: Any, numbers: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].choices = [
            (number, gettext("Round %(number)d") % {"number": number}) for number in numbers
        ]
