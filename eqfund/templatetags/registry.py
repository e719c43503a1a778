"""Words of the registry's pages: sentences for codes, differences, what the registry says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.translation import gettext as _

from eqfund import addresses, clock, money, windows
from eqfund.access import ROLE_NAMES, Role
from eqfund.calendar.sentences import when_words
from eqfund.imports.mapping import REGISTRIES
from eqfund.models import RegistryRecord, StagingRow
from eqfund.privacy.reveal import last_digits
from eqfund.registry import mappings, sentences
from eqfund.school_year import grade_label
from eqfund.thai_text import thai_date, thai_range, thai_time
from eqfund.windows import Window

register = template.Library()


@register.filter
def cell_sentence(code: str) -> str:
    return sentences.cell_sentence(code)


@register.filter
def registry_name(code: str) -> str:
    """What a list of pupils is called: after its registry, or where there is none as the school's own."""
    return code if code in REGISTRIES else _("the school's own list")


@register.filter
def file_sentence(refusal: dict[str, Any]) -> str:
    return sentences.file_sentence(refusal)


@register.filter
def differences(row: StagingRow) -> list[dict[str, str]]:
    """What differs in a row: label, what it was, what it becomes; the last two only where they are known."""
    return [
        {
            "label": str(sentences.CHANGES[change]),
            "was": _word(change, row.was[change]) if change in row.was else "",
            "now": _now(change, row),
        }
        for change in row.changes
    ]


def _now(change: str, row: StagingRow) -> str:
    value = {
        "name": row.full_name,
        "sex": row.sex,
        "birth_date": row.birth_date,
        "classroom": f"{row.grade}/{row.room}",
        "student_number": row.student_number or "–",
        "poor": row.disadvantage_poor,
        "school": row.school.name if row.school else "",
    }.get(change, "")
    return _word(change, value)


def _word(change: str, value: Any) -> str:
    """A value as people say it."""
    match change:
        case "classroom":
            grade, _slash, room = str(value).partition("/")
            return f"{grade_label(grade)}/{room}"
        case "birth_date":
            return thai_date(date.fromisoformat(value) if isinstance(value, str) else value)
        case "sex":
            return _("male") if value == "m" else _("female")
        case "poor":
            return _("poor") if value else _("not marked poor")
    return str(value) or "–"


@register.filter
def registry_facts(record: RegistryRecord) -> list[tuple[str, str]]:
    """What a registry record says, as label and text, in the order of the form it prefills."""
    extras = record.extras
    facts: list[tuple[str, str]] = []
    for who, label in (
        ("guardian", _("Guardian")),
        ("father", _("Father")),
        ("mother", _("Mother")),
    ):
        if person := extras.get(who):
            facts.append((label, _person(person)))
    for where, label in (
        ("current", _("Present address")),
        ("registered", _("Registered address")),
    ):
        if place := extras.get(where):
            facts.append((label, _address(place)))
    plain = {
        "disadvantage": _("Disadvantage"),
        "parents_status": _("Parents"),
        "weight_kg": _("Weight (kg)"),
        "height_cm": _("Height (cm)"),
        "travel_mode": _("Travels by"),
        "travel_time": _("Time to school"),
        "disability": _("Disability"),
        "boarding": _("Boarding"),
        "religion": _("Religion"),
        "nationality": _("Nationality"),
    }
    facts += [(label, extras[key]) for key, label in plain.items() if extras.get(key)]
    if lacks := extras.get("lacks"):
        words = {
            "uniform": _("uniform"),
            "stationery": _("stationery"),
            "books": _("books"),
            "lunch": _("lunch"),
        }
        facts.append((_("Lacks"), ", ".join(words[thing] for thing in lacks)))
    return facts


def _person(person: dict[str, Any]) -> str:
    name = f"{person.get('title', '')}{person.get('first_name', '')} {person.get('last_name', '')}"
    parts = [
        name.strip(),
        person.get("relationship"),
        person.get("occupation"),
        f"…{last_digits(person['phone'])}" if person.get("phone") else "",
    ]
    if person.get("income_satang") is not None:
        parts.append(_("%(amount)s baht a month") % {"amount": money.baht(person["income_satang"])})
    return " · ".join(part for part in parts if part)


def _address(place: dict[str, str]) -> str:
    known = addresses.find(
        place.get("subdistrict", ""), place.get("district", ""), place.get("province", "")
    )
    home = [
        place.get("house_no", ""),
        f"{_('village no.')} {place['moo']}" if place.get("moo") else "",
    ]
    names = (
        [str(known)]
        if known
        else [place.get(k, "") for k in ("subdistrict", "district", "province")]
    )
    return " ".join(part for part in (*home, place.get("road", ""), *names) if part)


@register.filter
def role_names(roles: str) -> list[str]:
    """Codes parted by semicolons as the names of the roles."""
    return [str(ROLE_NAMES[Role(role)]) for role in roles.split(";") if role]


@register.filter
def when(window: Window) -> list[str]:
    """The days of a line as people say them, and the hour where it is not midnight; each is kept on one line."""
    first = window.opens_at.astimezone(clock.BANGKOK) if window.opens_at else None
    last = window.last_moment
    if first and last:
        days = thai_range(first.date(), last.date())
        if first.date() == last.date() and first.hour:
            return [days, f"{first:%H.%M}–{thai_time(last)}"]
        return [days] if (last.hour, last.minute) == (23, 59) else [days, thai_time(last)]
    if first:
        day = thai_date(first)
        return [day if window.line.kind == "event" else _("from %(day)s") % {"day": day}]
    if last:
        return [_("until %(day)s") % {"day": thai_date(last)}]
    return [_("on the affiliation's days") if window.line.kind == "outside" else _("at any time")]


@register.filter
def left(window: Window, at: datetime) -> str:
    return window.left(at)


@register.filter
def said_close(closes_at: datetime) -> datetime:
    """A close as people say it: a day's end is that day, not the next day's midnight."""
    return windows.said_close(closes_at)


@register.filter
def line_when(line: Any) -> str:
    """From when to when a line of a calendar file lasts, as people say it."""
    return when_words(line)


@register.filter
def field_name(key: str) -> str:
    """A field of ours by the title it is best known by."""
    return mappings.name_of(key)


@register.filter
def meaning(value: Any) -> str:
    """What a word was read as."""
    code = {True: "poor", False: "not_poor"}.get(value, value)
    return str(mappings.MEANINGS.get(code, code))
