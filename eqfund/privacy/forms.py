"""Forms of the care of personal data: they parse, the actions decide."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.fields import blind_index
from eqfund.models import Pupil, User
from eqfund.national_id import normalize
from eqfund.privacy.reveal import REASONS


class RevealForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("For what?"), choices=[("", "—"), *REASONS.items()], required=True
    )
    note = forms.CharField(
        label=_("In words"),
        max_length=300,
        required=False,
        help_text=_("Needed for an authority or another reason. It stands in the audit book."),
    )


class FindForm(forms.Form):
    """A person by national id, G-code or user name: posted, so that it stands in no address."""

    who = forms.CharField(label=_("National id, G-code or user name"), max_length=150)

    def found(self) -> Pupil | User | None:
        text = self.cleaned_data["who"].strip()
        pupil = Pupil.objects.filter(identity__id_index=blind_index(normalize(text))).first()
        return pupil or User.objects.filter(username=text).first()


class ExportForm(forms.Form):
    reason = forms.CharField(
        label=_("Who asked, when and by what paper"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the audit book."),
    )
