"""What a school types about its committee's meeting. Forms parse; actions decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from eqfund.form_fields import ThaiDateField
from eqfund.money import baht, parse_baht
from screening.actions.committee import ItemRow, LineRow, MemberRow
from screening.models import Form05Line, MeetingMember
from screening.models.committee import PURPOSE_NAMES, ROLE_NAMES
from screening.rules.committee import Decision, MemberRole

# One choice a pupil: the only combinations that can be.
CERTIFIED, REFUSED, ABSENT = "certify", "refuse", "absent"
CHOICES = {
    CERTIFIED: (True, Decision.CERTIFY),
    REFUSED: (True, Decision.REFUSE),
    ABSENT: (False, Decision.REFUSE),
}
SPARE_MEMBERS = 3
SPARE_ITEMS = 3
USUAL_ROLES = (
    MemberRole.CHAIR,
    MemberRole.PARENTS,
    MemberRole.TEACHERS,
    MemberRole.COMMUNITY,
    MemberRole.LOCAL_AUTHORITY,
    MemberRole.ALUMNI,
    MemberRole.RELIGION,
    MemberRole.EXPERT,
    MemberRole.SECRETARY,
)


class MeetingForm(forms.Form):
    """When and where the committee met."""

    met_on = ThaiDateField(label=_("Day of the meeting"), help_text=_("For example 19/8/2569."))
    place = forms.CharField(label=_("Meeting place"), max_length=200)


class ReasonForm(forms.Form):
    """Why something is reopened or sent back."""

    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1_000
    )


class MinutesForm(forms.Form):
    """The signed minutes."""

    file = forms.FileField(
        label=_("Signed minutes"),
        help_text=_("PDF, or a photo of the signed sheet; at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/*"}),
    )


class MemberForm(forms.Form):
    """One member; a line without a name is passed over."""

    member = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    role = forms.ChoiceField(
        label=_("Represents"), choices=list(ROLE_NAMES.items()), required=False
    )
    is_present = forms.BooleanField(label=_("present"), required=False)

    def row(self) -> MemberRow | None:
        """The member as typed; None for an empty line."""
        typed = self.cleaned_data
        name = " ".join(typed.get("name", "").split())
        if not name:
            return None
        return MemberRow(
            name, typed["role"] or MemberRole.EXPERT, typed["is_present"], typed["member"]
        )


class ItemForm(forms.Form):
    """One item of plan K001; a line without an amount and words is passed over."""

    purpose = forms.ChoiceField(
        label=_("Kind of item"), choices=list(PURPOSE_NAMES.items()), required=False
    )
    what = forms.CharField(label=_("Item"), max_length=200, required=False)
    amount = forms.CharField(
        label=_("Amount"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )

    def clean_amount(self) -> int:
        """The amount in satang; 0 for an empty box."""
        text = self.cleaned_data["amount"].strip()
        if not text:
            return 0
        try:
            return parse_baht(text)
        except ValueError:
            raise forms.ValidationError(gettext("Write the amount like 1,500.00.")) from None

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if bool(typed.get("what")) is not bool(typed.get("amount")) and not self.errors:
            raise forms.ValidationError(gettext("An item needs its words and its amount."))
        return typed

    def row(self) -> ItemRow | None:
        typed = self.cleaned_data
        if not typed.get("what"):
            return None
        return ItemRow(typed["purpose"] or "food", typed["what"].strip(), typed["amount"])


_Members = forms.formset_factory(MemberForm, extra=0, max_num=40, validate_max=True)
_Items = forms.formset_factory(ItemForm, extra=0, max_num=60, validate_max=True)


def members_form(
    data: Any = None, members: Iterable[MeetingMember] = (), usual: Iterable[tuple[str, str]] = ()
) -> Any:
    """The table of members: those recorded and some spare lines; at first the usual ones."""
    known = [
        {"member": m.pk, "name": m.name, "role": m.role, "is_present": m.is_present}
        for m in members
    ]
    spare = [{"role": MemberRole.EXPERT} for _each in range(SPARE_MEMBERS)]
    first = [{"name": name, "role": role} for name, role in usual] if not known else []
    return _Members(data, initial=[*known, *first, *spare], prefix="members")


def items_form(data: Any = None, items: Iterable[Any] = ()) -> Any:
    """The table of plan K001: the items recorded and some spare lines."""
    known = [{"purpose": i.purpose, "what": i.what, "amount": baht(i.amount_satang)} for i in items]
    return _Items(data, initial=[*known, *({} for _each in range(SPARE_ITEMS))], prefix="items")


def rows_of(formset: Any) -> list[Any]:
    """What was typed in a valid table, empty lines left out."""
    return [row for form in formset.forms if (row := form.row()) is not None]


def choice_of(line: Form05Line) -> str:
    """Which of the three choices a line stands for; "" while undecided."""
    for choice, (exists, decision) in CHOICES.items():
        if line.pupil_exists is exists and line.decision == decision:
            return choice
    return ""


def lines_typed(data: Any, lines: Iterable[int]) -> tuple[dict[int, LineRow], dict[int, str]]:
    """The decisions typed for these lines, and what is wrong, by line. Undecided ones are left out."""
    rows: dict[int, LineRow] = {}
    errors: dict[int, str] = {}
    for pk in lines:
        choice = data.get(f"choice-{pk}", "")
        if choice not in CHOICES:
            continue
        exists, decision = CHOICES[choice]
        reason = data.get(f"reason-{pk}", "").strip()[:300]
        if decision == Decision.REFUSE and not reason:
            errors[pk] = gettext("Give the reason why this pupil is not certified.")
        abstaining = _abstaining(data, pk)
        rows[pk] = LineRow(
            exists, decision, reason if decision == Decision.REFUSE else "", abstaining
        )
    return rows, errors


def _abstaining(data: Any, pk: int) -> Mapping[int, str]:
    """Members ticked as related, with the words on how."""
    relation = data.get(f"relation-{pk}", "").strip()[:100]
    return {int(key): relation for key in data.getlist(f"abstain-{pk}") if key.isdecimal()}
