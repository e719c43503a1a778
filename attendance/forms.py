"""Forms that parse term days and a class's month; they save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from attendance.models import SYSTEM_NAMES
from attendance.rules import Exceptions, Fault, System, fault
from eqfund.form_fields import ThaiDateField
from eqfund.models import Enrolment
from eqfund.thai_text import arabic_digits

FAULTS = {
    Fault.NEGATIVE: _("Days cannot be below 0."),
    Fault.MORE_THAN_SCHOOL_DAYS: _("More days away than school days of the month."),
    Fault.LATE_WITHOUT_PRESENT: _("More days late than days present."),
}
COLUMNS = ("sick", "personal", "absent", "late")


class TermDaysForm(forms.Form):
    opens_on = ThaiDateField(
        label=_("First day of the term"), help_text=_("For example 18/5/2569.")
    )
    closes_on = ThaiDateField(
        label=_("Last day of the term"), help_text=_("For example 9/10/2569.")
    )
    system = forms.ChoiceField(
        label=_("Where attendance is recorded"),
        choices=[(str(code), name) for code, name in SYSTEM_NAMES.items()],
        widget=forms.RadioSelect,
        help_text=_("One system only. It cannot be changed after the first month is recorded."),
    )

    def clean_system(self) -> System:
        return System(self.cleaned_data["system"])


class MonthForm:
    """The class's grid: what was typed is kept as it was, with a sentence at each wrong row."""

    def __init__(self, data: Any, pupils: list[Enrolment], school_days: int) -> None:
        self.school_days_text = (
            data.get("school_days", str(school_days)) if data else str(school_days)
        )
        self.errors: list[tuple[str, str]] = []
        self.exceptions: dict[int, Exceptions] = {}
        self.rows: list[dict[str, Any]] = []
        self.school_days = self._number(self.school_days_text)
        if data is not None and (self.school_days is None or not 0 < self.school_days <= 31):
            self.errors.append(
                ("school_days", gettext("School days of the month must be between 1 and 31."))
            )
        for enrolment in pupils:
            self._row(data, enrolment)

    @property
    def is_valid(self) -> bool:
        return not self.errors

    def _row(self, data: Any, enrolment: Enrolment) -> None:
        typed = {name: (data.get(f"{name}-{enrolment.pk}", "") if data else "") for name in COLUMNS}
        numbers = {name: self._number(text) for name, text in typed.items()}
        error = ""
        if None in numbers.values():
            error = gettext("Type whole numbers of days.")
        else:
            row = Exceptions(**{name: number or 0 for name, number in numbers.items()})
            if data is not None and self.school_days and (found := fault(self.school_days, row)):
                error = str(FAULTS[found])
            self.exceptions[enrolment.pk] = row
        if error:
            self.errors.append((f"row-{enrolment.pk}", f"{enrolment.pupil.full_name}: {error}"))
        self.rows.append({"enrolment": enrolment, "typed": typed, "error": error})

    @staticmethod
    def _number(text: str) -> int | None:
        """A whole number, in Thai digits too; empty is 0; None for anything else."""
        plain = arabic_digits(text).strip()
        if not plain:
            return 0
        return int(plain) if plain.isdecimal() and len(plain) <= 3 else None
