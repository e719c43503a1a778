"""The forms around a form 01: the official's decision, signatures, reasons, the director's list."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from eqfund import national_id
from screening.form01.reading import Wrong
from screening.form01.rules import Capacity, Means
from screening.models.form01 import CAPACITY_NAMES

from .form01_words import WRONG

PNG_HEAD = "data:image/png;base64,"
MAX_SIGNATURE_BYTES = 200_000
MIN_INK_PIXELS = 30
ID_FAULTS = {"length": Wrong.ID_LENGTH, "check_digit": Wrong.ID_CHECK_DIGIT}
SCREEN, SHEET = Means.SCREEN.value, Means.SHEET.value


def drawn_signature(data_url: str) -> str:
    """The PNG of a signature drawn on the screen, as base64; "" for an empty box.

    Raises ValidationError for anything that is not a small PNG.
    """
    if not data_url.startswith(PNG_HEAD):
        return ""
    text = data_url.removeprefix(PNG_HEAD)
    wrong = forms.ValidationError(gettext("The signature could not be read. Sign again."))
    if len(text) > MAX_SIGNATURE_BYTES:
        raise wrong
    try:
        image = Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=["PNG"])
        ink = image.convert("RGBA").getchannel("A").histogram()
    except (binascii.Error, UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise wrong from None
    return text if sum(ink[128:]) >= MIN_INK_PIXELS else ""


class SignatureForm(forms.Form):
    """One signature taken at the home: drawn, or a photo of the thumbprint or signed sheet."""

    means = forms.ChoiceField(choices=[(each.value, each.value) for each in Means])
    image = forms.CharField(required=False, widget=forms.HiddenInput)
    upload = forms.FileField(required=False)

    def clean_image(self) -> str:
        return drawn_signature(self.cleaned_data["image"])


class OfficerForm(forms.Form):
    """Section 10: the state official, the decision, and how it was signed."""

    officer_name = forms.CharField(
        label=_("Name of the official"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    officer_national_id = forms.CharField(
        label=_("National ID of the official"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    officer_position = forms.CharField(
        label=_("Position"),
        max_length=100,
        help_text=_(
            "Sub-district or village headman, official or employee of the state, local "
            "councillor, local officer, community chair in Bangkok; not a relative."
        ),
    )
    officer_decision = forms.ChoiceField(
        label=_("Decision of the official"),
        choices=[
            ("certify", _("I certify that the data are correct and complete")),
            ("refuse", _("I do not certify, because")),
        ],
        widget=forms.RadioSelect,
    )
    officer_reject_reason = forms.CharField(
        label=_("Reason, when it is not certified"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    id_card = forms.FileField(
        label=_("Certified copy of the official's card"),
        required=False,
        help_text=_("A photo or PDF. Needed once: the school's next forms use the same copy."),
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
    means = forms.ChoiceField(
        label=_("How the official signs"),
        choices=[(SCREEN, _("Signs on this screen")), (SHEET, _("Signed the paper sheet"))],
        widget=forms.RadioSelect,
        initial=SCREEN,
    )
    image = forms.CharField(required=False, widget=forms.HiddenInput)
    sheet = forms.FileField(
        label=_("Scan or photo of the signed sheet"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )

    def clean_officer_national_id(self) -> str:
        number = self.cleaned_data["officer_national_id"]
        fault = national_id.why_invalid(number)
        if fault is None and national_id.is_national_id(number):
            return national_id.normalize(number)
        wrong = Wrong.ID_IS_G_CODE if fault is None else ID_FAULTS.get(fault, Wrong.ID_CHARACTERS)
        raise forms.ValidationError(str(WRONG[wrong]))

    def clean_image(self) -> str:
        return drawn_signature(self.cleaned_data["image"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuses = cleaned.get("officer_decision") == "refuse"
        if refuses and not cleaned.get("officer_reject_reason", "").strip():
            self.add_error(
                "officer_reject_reason", _("An official who does not certify gives the reason.")
            )
        if cleaned.get("means") == SHEET and not cleaned.get("sheet"):
            self.add_error("sheet", _("Attach the scan or photo of the signed sheet."))
        if cleaned.get("means") == SCREEN and "image" in cleaned and not cleaned["image"]:
            self.add_error("means", _("The signature is empty. Sign in the box, then press save."))
        return cleaned


class ReasonForm(forms.Form):
    """A reason in words, for returning or withdrawing a form."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class SigningForm(forms.Form):
    """The director's list: which forms, in what capacity."""

    form = forms.TypedMultipleChoiceField(coerce=int, label=_("Forms"))
    capacity = forms.ChoiceField(
        label=_("Signs"),
        choices=[(each.value, CAPACITY_NAMES[each]) for each in Capacity],
        widget=forms.RadioSelect,
        initial=Capacity.IN_POST.value,
    )

    def __init__(self, *args: Any, keys: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form"].choices = [(key, key) for key in keys]
