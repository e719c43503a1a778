"""A section of form 01 as a page shows it: boxes with labels, values, errors and origins.

The same boxes are drawn for an empty shell, a half-filled draft and what was typed
wrong. Nothing here saves: what was posted is read by screening.form01.reading.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field as dataclass_field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from eqfund import national_id
from eqfund.thai_text import BUDDHIST_ERA, thai_date
from screening.form01 import geography
from screening.form01.reading import FALSE, TRUE, Fault, Reading, unfit
from screening.form01.rules import (
    household_income,
    income_per_head_satang,
    member_income,
)
from screening.form01.spec import NOT_TYPED, Answers, Field, Kind, Section, Spec, When

from .form01_words import SOURCES, why_wrong

SHORT_LABEL, FEW = 8, 3  # letters, options
DENSE_LABEL = 20
MOST_CARDS = 10
KEYBOARDS = {
    Kind.WHOLE: "numeric",
    Kind.BAHT: "numeric",
    Kind.NATIONAL_ID: "numeric",
    Kind.PHONE: "tel",
    Kind.DECIMAL: "decimal",
    Kind.COORDINATE: "decimal",
    Kind.DAY: "numeric",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: its code, its label, whether it is chosen."""

    code: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Options under a heading, as subdistricts under their district."""

    label: str
    options: list[Option]


@dataclass(slots=True)
class Box:
    """One question on the page."""

    code: str
    name: str
    kind: str
    label: str
    help: str = ""
    unit: str = ""
    text: str = ""
    options: list[Option] = dataclass_field(default_factory=list)
    groups: list[Group] = dataclass_field(default_factory=list)
    error: str = ""
    origin: str = ""
    required: bool = True
    folded: bool = False
    asked: bool = True
    when: When | None = None
    when_name: str = ""
    in_card: bool = False

    @property
    def id(self) -> str:
        return f"id_{self.name}"

    @property
    def described_by(self) -> str:
        """The ids of what explains the box to a screen reader."""
        parts = (("help", self.help), ("origin", self.origin), ("error", self.error))
        return " ".join(f"{self.id}_{part}" for part, text in parts if text)

    @property
    def width(self) -> str:
        """How closely the options may stand on a phone: "short", "dense" or one a line."""
        longest = max((width_of(option.label) for option in self.options), default=0)
        if longest <= SHORT_LABEL and len(self.options) <= FEW:
            return "short"
        return "dense" if longest <= DENSE_LABEL else ""

    @property
    def as_list(self) -> bool:
        """Whether a drop-down serves better than a card for each option."""
        return self.kind == Kind.PROVINCE or (self.in_card or len(self.options) > MOST_CARDS)

    @property
    def inputmode(self) -> str:
        """The keyboard a phone shows."""
        return KEYBOARDS.get(Kind(self.kind), "text")

    @property
    def when_values(self) -> str:
        """The condition's values as the page's script compares them."""
        values = self.when.values if self.when else ()
        return " ".join(_as_posted(value) for value in values)


@dataclass(slots=True)
class MemberCard:
    """One member's boxes, with what the closed card says."""

    row: int
    boxes: list[Box]
    title: str
    aside: str
    income: int
    wrong: bool
    complete: bool
    origin: str = ""

    @property
    def number(self) -> int:
        return self.row + 1

    @property
    def is_open(self) -> bool:
        return self.wrong or not self.complete


def width_of(label: str) -> int:
    """How many letters wide a Thai word is: vowels and marks above and below take no room."""
    return sum(unicodedata.category(letter) != "Mn" for letter in label)


def boxes_of(
    spec: Spec, section: Section, given: Answers, unread: Answers, sources: Answers, *, on: date
) -> list[Box]:
    """The typed boxes of a section, members left out."""
    faults = {fault.code: fault for fault in unfit(spec, _of(section, unread), on=on)}
    return [
        _box(
            field,
            field.code,
            given,
            unread.get(field.code),
            faults.get(field.code),
            SOURCES.get(sources.get(field.code, "")),
            given,
        )
        for field in section.fields
        if field.kind not in NOT_TYPED and field.kind is not Kind.MEMBERS
    ]


def member_cards(
    spec: Spec, given: Answers, unread: Answers, sources: Answers, *, count: int, on: date
) -> list[MemberCard]:
    """The cards of the members, with empty ones up to `count`."""
    members = spec.field("members")
    rows = given.get("members") or []
    typed = unread.get("members") or {}
    found = unfit(spec, {"members": typed}, on=on)
    origin = SOURCES.get(sources.get("members", ""))
    cards = []
    for number in range(min(max(count, len(rows)), spec.max_members)):
        row = rows[number] if number < len(rows) else {}
        faults = {fault.code: fault for fault in found if fault.row == number}
        boxes = [
            _box(
                column,
                f"members-{number}-{column.code}",
                row,
                typed.get(str(number), {}).get(column.code),
                faults.get(column.code),
                None,
                row,
            )
            for column in members.columns
            if column.kind not in NOT_TYPED
        ]
        cards.append(_card(members, number, row, boxes, str(origin) if origin and row else ""))
    return cards


def rows_to_show(given: Answers, asked_for: int = 0) -> int:
    """How many member cards a page draws: as many as the household has, and one to begin with."""
    size = given.get("household_size") or 1
    return max(len(given.get("members") or []), min(size, 10), asked_for)


def average_sentence(given: Answers) -> tuple[str, str] | None:
    """The average income per head and how it comes about; None before there is a member.

    Never a verdict: what is shown while typing must not invite adjusting.
    """
    rows = given.get("members") or []
    if not rows:
        return None
    size = given.get("household_size") or len(rows)
    total = household_income(rows)
    satang = income_per_head_satang(total, size)
    return f"{(satang + 50) // 100:,}", gettext(
        "baht per person per month (%(total)s ÷ %(size)d people)"
    ) % {"total": f"{total:,}", "size": size}


def average_words() -> str:
    """The sentence under the running average, for the page's script to fill in."""
    return gettext("baht per person per month (%(total)s ÷ %(size)d people)")


def with_typed(given: Answers, section: Section, reading: Reading) -> dict[str, Any]:
    """The answers as a page shows them when a save was refused: those of the reading win."""
    codes = {field.code for field in section.fields}
    kept = {code: value for code, value in given.items() if code not in codes}
    return {**kept, **reading.plain, **reading.private}


def shown_answers(section: Section, given: Answers) -> Iterator[tuple[str, str]]:
    """Label and answer of each question asked, in words, for reading."""
    for field in section.fields_asked(given):
        if field.kind in NOT_TYPED or field.kind is Kind.MEMBERS:
            continue
        value = given.get(field.code)
        if not value and field.folded:
            continue
        text = in_words(field, value)
        if text or field.required:
            yield gettext(field.label), text or "–"


def in_words(field: Field, value: Any) -> str:
    """An answer as people read it; empty when there is none."""
    if value is None or value == "" or value == []:
        return gettext("None") if value == [] else ""
    match field.kind:
        case Kind.YES_NO | Kind.TICK:
            return _yes_or_no(field, value)
        case Kind.SINGLE:
            return gettext(field.label_of(value))
        case Kind.MULTI:
            return ", ".join(gettext(field.label_of(code)) for code in value)
        case Kind.NATIONAL_ID:
            return national_id.mask(value)
        case Kind.PHONE:
            return f"…{value[-4:]}"  # whole on the pupil's page, for a reason
        case Kind.PROVINCE:
            return geography.province_name(value)
        case Kind.SUBDISTRICT:
            return geography.name_of(value)
        case Kind.DAY:
            return thai_date(date.fromisoformat(value))
    unit = f" {gettext(field.unit)}" if field.unit else ""
    return f"{_as_text(field, value)}{unit}"


def member_table(spec: Spec, given: Answers) -> list[list[tuple[str, str]]]:
    """The members for reading: label and answer of each column that has one."""
    columns = spec.field("members").columns
    rows = []
    for member in given.get("members") or []:
        cells = [
            (gettext(column.label), in_words(column, member.get(column.code)))
            for column in columns
            if column.kind not in NOT_TYPED and member.get(column.code) not in (None, False, 0)
        ]
        total = gettext("%(amount)s baht") % {"amount": f"{member_income(member):,}"}
        rows.append([*cells, (gettext("Total income per month"), total)])
    return rows


def _of(section: Section, values: Answers) -> dict[str, Any]:
    codes = {field.code for field in section.fields if field.kind is not Kind.MEMBERS}
    return {code: value for code, value in values.items() if code in codes}


def _box(
    field: Field,
    name: str,
    values: Answers,
    typed: Any,
    fault: Fault | None,
    origin: Any,
    given: Answers,
) -> Box:
    value = values.get(field.code)
    box = Box(
        code=field.code,
        name=name,
        kind=field.kind.value,
        label=gettext(field.label),
        help=gettext(field.help) if field.help else "",
        unit=gettext(field.unit) if field.unit else "",
        error=why_wrong(fault, field) if fault else "",
        origin=str(origin) if origin and typed is None else "",
        required=field.required,
        folded=field.folded,
        asked=field.show_if is None or field.show_if.holds(given),
        when=field.show_if,
        when_name=field.show_if.field if field.show_if else "",
        in_card=name != field.code,
    )
    if field.kind in (Kind.SINGLE, Kind.MULTI):
        chosen = value if isinstance(value, list) else [value]
        box.options = [
            Option(choice.code, gettext(choice.label), choice.code in chosen)
            for choice in field.choices
        ]
    elif field.kind is Kind.YES_NO:
        box.options = [
            Option(TRUE, _yes_or_no(field, True), value is True),
            Option(FALSE, _yes_or_no(field, False), value is False),
        ]
    elif field.kind is Kind.TICK:
        box.options = [Option(TRUE, box.label, value is True)]
    elif field.kind is Kind.PROVINCE:
        box.options = [Option(code, name, code == value) for code, name in geography.provinces()]
    elif field.kind is Kind.SUBDISTRICT:
        box.groups = _subdistricts(given.get("addr_province") or "", value)
    else:
        box.text = typed if isinstance(typed, str) else _as_text(field, value)
    return box


def _yes_or_no(field: Field, value: bool) -> str:
    """The word for yes or no, as the question wants it."""
    if field.choices:
        return gettext(field.label_of(TRUE if value else FALSE))
    if field.kind is Kind.YES_NO:
        return gettext("There is") if value else gettext("There is none")
    return gettext("Yes") if value else gettext("No")


def _subdistricts(province: str, chosen: Any) -> list[Group]:
    return [
        Group(district, [Option(code, name, code == chosen) for code, name in places])
        for district, places in geography.subdistricts(province)
    ]


def _card(members: Field, number: int, row: Answers, boxes: list[Box], origin: str) -> MemberCard:
    columns = {column.code: column for column in members.columns}
    relationship, age = row.get("relationship"), row.get("age")
    aside = [in_words(columns["relationship"], relationship)]
    if age is not None:
        aside.append(in_words(columns["age"], age))
    complete = all(
        row.get(code) is not None
        for code, column in columns.items()
        if column.required and column.kind not in NOT_TYPED
    )
    return MemberCard(
        row=number,
        boxes=boxes,
        title=row.get("full_name", ""),
        aside=" · ".join(part for part in aside if part),
        income=member_income(row),
        wrong=any(box.error for box in boxes),
        complete=complete,
        origin=origin,
    )


def _as_text(field: Field, value: Any) -> str:
    """A value as it stands in its box."""
    if value is None:
        return ""
    if field.kind is Kind.BAHT:
        return f"{value:,}"
    if field.kind in (Kind.DECIMAL, Kind.COORDINATE):
        return f"{Decimal(str(value)):f}"
    if field.kind is Kind.DAY:
        day = date.fromisoformat(value)
        return f"{day.day}/{day.month}/{day.year + BUDDHIST_ERA}"
    return str(value)


def _as_posted(value: Any) -> str:
    return TRUE if value is True else FALSE if value is False else str(value)


def typed_of(posted: Mapping[str, Any]) -> dict[str, list[str]]:
    """A posted form as plain lists of texts."""
    return {name: list(posted.getlist(name)) for name in posted}  # type: ignore[attr-defined]
