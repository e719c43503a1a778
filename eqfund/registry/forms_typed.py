"""The form in which a school types one pupil in: read by the same cells as a file's row."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund.form_fields import ChildNumberField, ThaiDateField
from eqfund.imports import dmc
from eqfund.models import Enrolment, Pupil, School
from eqfund.school_year import GRADES, grade_label
from eqfund.thai_text import BUDDHIST_ERA

from . import typed
from .sentences import cell_sentence

TITLES = ("เด็กชาย", "เด็กหญิง", "นาย", "นางสาว", "สามเณร", "พระ")
OF_WHO = (
    *("number", "title", "first_name", "last_name", "birth_date"),
    *("guardian_first_name", "guardian_last_name", "guardian_relationship"),
    *("guardian_number", "guardian_phone"),
)
WOMEN = ("เด็กหญิง", "นางสาว")
_RELATIONS = ("บิดา", "มารดา", "ปู่", "ย่า", "ตา", "ยาย", "ลุง", "ป้า", "น้า", "อา", "พี่", "อื่น ๆ")


class TypedForm(forms.Form):
    """One pupil; `content` is the plain template with the row, readable.

    Of a pupil of the roll only class and mark are asked: name and number are corrected with a document.
    """

    school = forms.ChoiceField(label=_("School"))
    number = ChildNumberField()
    title = forms.ChoiceField(
        label=_("Title before the name"), choices=[(title, title) for title in TITLES]
    )
    first_name = forms.CharField(label=_("First name"), max_length=100)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    birth_date = ThaiDateField(
        label=_("Date of birth"), help_text=_("Day/month/Buddhist year, for example 13/5/2559.")
    )
    grade = forms.ChoiceField(
        label=_("Class"), choices=[(grade_label(grade), grade_label(grade)) for grade in GRADES]
    )
    room = forms.CharField(label=_("Room"), max_length=10, initial="1")
    student_number = forms.CharField(label=_("Student number"), max_length=20, required=False)
    poor = forms.BooleanField(
        label=_("The household is poor: the pupil is to be visited and screened"), required=False
    )
    guardian_first_name = forms.CharField(
        label=_("Guardian's first name"), max_length=100, required=False,
        help_text=_("With the title, for example นางสมศรี."),
    )  # fmt: skip
    guardian_last_name = forms.CharField(
        label=_("Guardian's last name"), max_length=100, required=False
    )
    guardian_relationship = forms.ChoiceField(
        label=_("Relationship to the pupil"),
        choices=[("", "–"), *((word, word) for word in _RELATIONS)],
        required=False,
    )
    guardian_number = forms.CharField(
        label=_("Guardian's national id"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    guardian_phone = forms.CharField(
        label=_("Guardian's phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )

    def __init__(
        self,
        *args: Any,
        schools: dict[str, School],
        on: date,
        enrolment: Enrolment | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.schools, self.on, self.enrolment = schools, on, enrolment
        self.fields["school"].choices = [(key, it.name) for key, it in schools.items()]  # type: ignore[attr-defined]
        if len(schools) == 1:
            self.fields["school"].initial = next(iter(schools))
            self.fields["school"].widget = forms.HiddenInput()
        for name in OF_WHO if enrolment else ():
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Read what was typed as a file's row is read; a wrong cell is said beside its field."""
        data = super().clean() or {}
        about = (data.get("guardian_number"), data.get("guardian_phone"), data.get("guardian_relationship"))  # fmt: skip
        if any(about) and not data.get("guardian_first_name"):
            self.add_error("guardian_first_name", _("Write the guardian's name too."))
        if self.errors:
            return data
        data["content"] = typed.as_csv(self._values(data))
        reading = dmc.read(data["content"], on=self.on)
        for error in reading.errors:
            field = typed.FIELD_OF.get(error.title, "")
            self.add_error(field if field in self.fields else None, cell_sentence(error.code))
        return data

    def _values(self, data: dict[str, Any]) -> dict[str, str]:
        if self.enrolment is not None:
            data = data | _who(self.enrolment.pupil)
        born: date = data["birth_date"]
        return {
            **{key: str(value) for key, value in data.items() if key in typed.TITLE_OF},
            "school_code": self.schools[data["school"]].moe_code,
            "sex": "ญ" if data["title"] in WOMEN else "ช",
            "birth_date": f"{born.day}/{born.month}/{born.year + BUDDHIST_ERA}",
            "poor": typed.POOR if data["poor"] else "",
        }


def _who(pupil: Pupil) -> dict[str, Any]:
    """Name, day of birth and number of a pupil of the roll, who has all of them."""
    assert pupil.identity is not None
    return {
        "number": pupil.identity.number,
        "title": pupil.title,
        "first_name": pupil.first_name,
        "last_name": pupil.last_name,
        "birth_date": pupil.birth_date,
    }


def initial_of(enrolment: Enrolment, *, poor: bool) -> dict[str, Any]:
    """What is known of a pupil of the roll, as the form shows it."""
    return {
        "grade": grade_label(enrolment.classroom.grade),
        "room": enrolment.classroom.room,
        "student_number": enrolment.student_number,
        "poor": poor,
    }
