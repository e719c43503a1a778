"""Forms of the schools' pages: they parse and convert, and save nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund import addresses
from eqfund.accounts.rules import mobile_of
from eqfund.form_fields import ThaiDateField
from eqfund.models import Directorship, Posting, School
from eqfund.thai_text import arabic_digits

from . import geography, rules, words

DASH = ("", "–")


class PlaceChoice:
    """Province, district and subdistrict that fit together, from whatever was chosen last."""

    def __init__(self, province: str, district: str, subdistrict: str, postcode: str) -> None:
        self.province = province if province in addresses.provinces() else ""
        known = {code for code, _name in addresses.districts_of(self.province)}
        self.district = district if district in known else ""
        inside = {code for code, _name in addresses.subdistricts_in(self.district)}
        self.subdistrict = subdistrict if subdistrict in inside else ""
        codes = addresses.postcodes_of(self.subdistrict)
        self.postcode = postcode if postcode in codes or not codes else codes[0]

    def as_initial(self) -> dict[str, str]:
        return {
            "province": self.province,
            "district": self.district,
            "subdistrict_code": self.subdistrict,
            "postcode": self.postcode,
        }


class SchoolForm(forms.Form):
    """A school's contacts, address and levels. The lists of districts follow what is chosen above them."""

    phone = forms.CharField(
        label=_("Phone"), max_length=40, help_text=_("A number that is answered in school hours.")
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    line_id = forms.CharField(label=_("LINE"), max_length=50, required=False)
    contact_name = forms.CharField(
        label=_("Contact person"),
        max_length=200,
        help_text=_("Whom the office and the fund ask for."),
    )
    contact_post = forms.CharField(label=_("Their post"), max_length=100, required=False)
    contact_mobile = forms.CharField(
        label=_("Their mobile number"),
        max_length=20,
        required=False,
        help_text=_("Shown to the school, its office and the fund alone."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    house_no = forms.CharField(label=_("House number"), max_length=20, required=False)
    moo = forms.CharField(
        label=_("Village number"),
        max_length=3,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    road = forms.CharField(label=_("Road"), max_length=100, required=False)
    address = forms.CharField(label=_("Lane, village or building"), max_length=300, required=False)
    province = forms.ChoiceField(label=_("Province"))
    district = forms.ChoiceField(label=_("District"))
    subdistrict_code = forms.ChoiceField(label=_("Subdistrict"))
    postcode = forms.CharField(
        label=_("Post code"),
        max_length=5,
        required=False,
        help_text=_("Filled in from the subdistrict."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    latitude = forms.DecimalField(
        label=_("Latitude"),
        required=False,
        decimal_places=5,
        max_digits=8,
        help_text=_("For example 18.78831"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    longitude = forms.DecimalField(
        label=_("Longitude"),
        required=False,
        decimal_places=5,
        max_digits=8,
        help_text=_("For example 98.98532"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    levels = forms.MultipleChoiceField(
        label=_("Levels taught"),
        choices=[(level, words.LEVELS[level]) for level in rules.LEVELS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, place: PlaceChoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provinces = sorted(addresses.provinces().items(), key=lambda pair: pair[1])
        self._offer("province", provinces)
        self._offer("district", addresses.districts_of(place.province))
        self._offer("subdistrict_code", addresses.subdistricts_in(place.district))
        for name, value in place.as_initial().items():
            self.initial[name] = value

    def _offer(self, name: str, pairs: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [DASH, *pairs]  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        phone = rules.phone_of(self.cleaned_data["phone"])
        if phone is None:
            raise forms.ValidationError(
                _(
                    "This is no Thai telephone number: nine digits, or ten for a mobile. An extension may follow after “ต่อ”."
                )
            )
        return phone

    def clean_contact_mobile(self) -> str:
        text = self.cleaned_data["contact_mobile"].strip()
        mobile = mobile_of(text) if text else ""
        if mobile is None:
            raise forms.ValidationError(
                _("A mobile number has ten digits and begins with 06, 08 or 09.")
            )
        return mobile

    def clean_moo(self) -> str:
        text = arabic_digits(self.cleaned_data["moo"]).strip()
        if text and not text.isdecimal():
            raise forms.ValidationError(
                _("The village number is a number; leave it empty in a town.")
            )
        return text.lstrip("0")

    def clean_levels(self) -> list[str]:
        return [level for level in rules.LEVELS if level in self.cleaned_data["levels"]]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        code = found.get("subdistrict_code", "")
        postcode = arabic_digits(found.get("postcode", "")).strip()
        known = addresses.postcodes_of(code)
        if code and not postcode and known:
            postcode = known[0]
        if code and known and postcode not in known:
            self.add_error(
                "postcode",
                forms.ValidationError(
                    _("This subdistrict has the post code %(codes)s."),
                    params={"codes": ", ".join(known)},
                ),
            )
        found["postcode"] = postcode
        self._check_point(found)
        return found

    def _check_point(self, found: dict[str, Any]) -> None:
        north, east = found.get("latitude"), found.get("longitude")
        if "latitude" in self.errors or "longitude" in self.errors:
            return
        if (north is None) != (east is None):
            empty = "latitude" if north is None else "longitude"
            self.add_error(empty, _("A point needs both numbers."))
        elif north is not None and east is not None:
            code = found.get("subdistrict_code", "")
            fault = geography.why_not_there(float(north), float(east), code[:2])
            if fault:
                self.add_error("latitude", words.PLACE_FAULTS[fault])
            places = Decimal("0.00001")
            found["latitude"], found["longitude"] = north.quantize(places), east.quantize(places)

    def profile(self) -> dict[str, Any]:
        """What is saved: everything but the two lists that only lead to the subdistrict."""
        return {k: v for k, v in self.cleaned_data.items() if k not in ("province", "district")}


def place_of(school: School, typed: Any = None) -> PlaceChoice:
    """The place chosen in a form that was sent, or the school's own."""
    if typed is not None:
        return PlaceChoice(
            typed.get("province", ""),
            typed.get("district", ""),
            typed.get("subdistrict_code", ""),
            arabic_digits(typed.get("postcode", "")),
        )
    code = school.subdistrict_code or school.province_code
    return PlaceChoice(code[:2], code[:4], school.subdistrict_code, school.postcode)


class DirectorForm(forms.Form):
    """Who heads the school, or stands in, since when; and why the one before left."""

    capacity = forms.ChoiceField(
        label=_("Capacity"),
        choices=Directorship.Capacity.choices,
        widget=forms.RadioSelect,
        initial=Directorship.Capacity.IN_POST,
    )
    posting = forms.ChoiceField(
        label=_("User account"),
        required=False,
        help_text=_("With an account, the name comes from it, and who signs is checked."),
    )
    full_name = forms.CharField(
        label=_("Name"),
        max_length=200,
        required=False,
        help_text=_("With title, as letters address them. Not needed when an account is chosen."),
    )
    starts_on = ThaiDateField(
        label=_("Since"), help_text=_("Day/month/Buddhist year, for example 1/10/2568.")
    )
    ends_on = ThaiDateField(
        label=_("Until"),
        required=False,
        help_text=_("Only when the last day is known already, as for who stands in."),
    )
    note = forms.CharField(
        label=_("Order"),
        max_length=200,
        required=False,
        help_text=_("The order it rests on, for example คำสั่ง สพป. ที่ 123/2568."),
    )
    former_left = forms.ChoiceField(
        label=_("Why the one before left"),
        required=False,
        choices=[DASH, *Directorship.Reason.choices],
    )

    def __init__(
        self,
        *args: Any,
        postings: list[Posting],
        today: date,
        former: Directorship | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.postings = {str(post.pk): post for post in postings}
        self.fields["posting"].choices = [  # type: ignore[attr-defined]
            ("", _("no account yet")),
            *((key, post.user.full_name) for key, post in self.postings.items()),
        ]
        if former is None:
            del self.fields["former_left"]
        else:
            self.fields["former_left"].help_text = _(
                "%(name)s is recorded now. Their last day is the day before, if they had the same seat."
            ) % {"name": former.full_name}

    def without_end(self) -> DirectorForm:
        """The form for a line that is corrected: its end is recorded elsewhere."""
        del self.fields["ends_on"]
        return self

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if rules.is_mistyped(day, self.today):
            raise forms.ValidationError(
                _("The year is unlikely: look whether the Buddhist year is typed right."), "year"
            )
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        found["posting"] = self.postings.get(found.get("posting") or "")
        if found["posting"] is None and not (found.get("full_name") or "").strip():
            self.add_error("full_name", _("Write the name, or choose the account."))
        return found


class EndForm(forms.Form):
    """Until when, and why."""

    on = ThaiDateField(label=_("Last day"), help_text=_("Day/month/Buddhist year."))
    reason = forms.ChoiceField(
        label=_("Why"), choices=Directorship.Reason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("Order"), max_length=200, required=False)
