"""The form of one line of the calendar, and of a holiday: they parse and convert, and save nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eqfund import clock
from eqfund.access import ROLE_NAMES, Role
from eqfund.activities import ACTIVITY
from eqfund.form_fields import ThaiDateField
from eqfund.imports.calendar import Line
from eqfund.models import Affiliation, CalendarLine
from eqfund.windows import ALWAYS, said_close

from .papers import DETAIL

TIMES = ["%H.%M", "%H:%M"]


def activity_choices() -> list[tuple[str, str]]:
    """Every activity that an action asks for or a calendar has had, by what people called it last."""
    called = dict(CalendarLine.objects.order_by("pk").values_list("activity", "title_th"))
    codes = {*DETAIL, *called, *(code for code in ACTIVITY.values() if code != ALWAYS)}
    return [
        (code, f"{called[code]} ({code})" if code in called else code) for code in sorted(codes)
    ]


class LineForm(forms.Form):
    """One line: what, when, for whom. A close is typed as people say it: the last day, and an hour if not its end."""

    kind = forms.ChoiceField(label=_("Kind"), choices=CalendarLine.Kind.choices)
    activity = forms.ChoiceField(label=_("Activity"), help_text=_("The work that the line opens."))
    round_no = forms.IntegerField(
        label=_("Round"), min_value=0, max_value=9, required=False, help_text=_("Empty for none.")
    )
    title_th = forms.CharField(label=_("Title in Thai"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    affiliations = forms.MultipleChoiceField(
        label=_("Affiliations"), widget=forms.CheckboxSelectMultiple, required=False
    )
    assumed_affiliations = forms.MultipleChoiceField(
        label=_("Affiliations assumed"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Those whom the letter does not name."),
    )
    opens_day = ThaiDateField(
        label=_("Opens on"), required=False, help_text=_("For example 7/7/2569.")
    )
    opens_time = forms.TimeField(
        label=_("at"),
        required=False,
        input_formats=TIMES,
        help_text=_("Empty: from the day's beginning."),
    )
    closes_day = ThaiDateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: until further notice; a payout's 20 working days are counted."),
    )
    closes_time = forms.TimeField(
        label=_("closes at"),
        required=False,
        input_formats=TIMES,
        help_text=_("17.00 where the letter says so; empty: at the end of the day."),
    )
    roles = forms.MultipleChoiceField(
        label=_("Who"), widget=forms.CheckboxSelectMultiple, required=False
    )
    is_assumed = forms.BooleanField(label=_("Assumed: no letter says it"), required=False)
    source = forms.CharField(label=_("Source"), max_length=80, required=False)
    source_line = forms.CharField(label=_("Line of the source"), max_length=20, required=False)
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )
    reason = forms.CharField(
        label=_("Reason for the change"),
        required=False,
        max_length=500,
        help_text=_("Needed when the line has opened already; it is kept with the change."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whose = [(it.code, it.short_name) for it in Affiliation.objects.order_by("pk")]
        for name in ("affiliations", "assumed_affiliations"):
            self.fields[name].choices = whose  # type: ignore[attr-defined]
        self.fields["activity"].choices = activity_choices()  # type: ignore[attr-defined]
        self.fields["roles"].choices = [(role.value, ROLE_NAMES[role]) for role in Role]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        said = cleaned.get("affiliations", [])
        assumed = [code for code in cleaned.get("assumed_affiliations", []) if code not in said]
        if not said and not assumed:
            self.add_error("affiliations", _("Choose at least one affiliation."))
        for end, day in (("opens_time", "opens_day"), ("closes_time", "closes_day")):
            if cleaned.get(end) and not cleaned.get(day) and day not in self.errors:
                self.add_error(day, _("Write the day too."))
        if self.errors:
            return cleaned
        cleaned["line"] = line = self._line(cleaned, assumed)
        if line.opens and line.closes and line.closes <= line.opens:
            self.add_error("closes_day", _("The line closes before it opens."))
        if line.kind in ("event", "deadline") and line.opens is None:
            self.add_error("opens_day", _("An event and a due day need a day to begin."))
        return cleaned

    def _line(self, cleaned: dict[str, Any], assumed: list[str]) -> Line:
        return Line(
            kind=cleaned["kind"],
            activity=cleaned["activity"],
            round_no=cleaned["round_no"] or 0,
            opens=_instant(cleaned["opens_day"], cleaned["opens_time"] or time()),
            closes=_close(cleaned["closes_day"], cleaned["closes_time"]),
            affiliations=tuple(cleaned["affiliations"]),
            assumed_affiliations=tuple(assumed),
            roles=";".join(cleaned["roles"]),
            title_th=cleaned["title_th"].strip(),
            source="assumed" if cleaned["is_assumed"] else cleaned["source"].strip(),
            source_line="" if cleaned["is_assumed"] else cleaned["source_line"].strip(),
            note=cleaned["note"].strip(),
            title_en=cleaned["title_en"].strip(),
        )


def initial_of(line: Line, seen: str = "") -> dict[str, Any]:
    """A line as the form shows it."""
    opens = line.opens
    last = said_close(line.closes) if line.closes else None
    ends_a_day = line.closes is not None and last != line.closes
    return {
        "kind": line.kind,
        "activity": line.activity,
        "round_no": line.round_no or None,
        "title_th": line.title_th,
        "title_en": line.title_en,
        "affiliations": list(line.affiliations),
        "assumed_affiliations": list(line.assumed_affiliations),
        "opens_day": opens.date() if opens else None,
        "opens_time": f"{opens:%H.%M}" if opens and opens.time() != time() else "",
        "closes_day": last.date() if last else None,
        "closes_time": f"{last:%H.%M}" if last and not ends_a_day else "",
        "roles": [role for role in line.roles.split(";") if role],
        "is_assumed": line.is_assumed,
        "source": "" if line.is_assumed else line.source,
        "source_line": line.source_line,
        "note": line.note,
        "seen": seen,
    }


def _instant(day: date | None, at: time) -> datetime | None:
    return datetime.combine(day, at, tzinfo=clock.BANGKOK) if day else None


def _close(day: date | None, at: time | None) -> datetime | None:
    """The exclusive close: an hour of its day, or the day's end."""
    if day is None:
        return None
    return _instant(day, at) if at else _instant(day + timedelta(days=1), time())


class HolidayForm(forms.Form):
    """A day that differs from the published holidays."""

    day = ThaiDateField(label=_("Day"), help_text=_("For example 5/5/2569."))
    is_closed = forms.ChoiceField(
        label=_("Is"),
        choices=[("1", _("a holiday")), ("0", _("a working day"))],
        widget=forms.RadioSelect,
        initial="1",
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    source = forms.CharField(label=_("By which announcement"), max_length=200, required=False)

    def clean_is_closed(self) -> bool:
        return bool(self.cleaned_data["is_closed"] == "1")
