"""Read what was typed into one section of form 01. Pure.

What can be read becomes a value; what cannot is kept as it was typed, with the
reason beside it, so that an error never costs a teacher anything.

Input     A mapping of box name to the texts it sent, as a web form posts them. A
          member's box is named members-<row>-<column>. Thai digits, thousands
          separators and dashes in numbers are welcome.
Errors    None raised for anything a person can type: each is a Fault.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from eqfund import national_id
from eqfund.thai_text import arabic_digits, parse_thai_date

from . import geography
from .spec import NOT_TYPED, Field, Kind, Section, Spec

type Posted = Mapping[str, Sequence[str]]

TRUE, FALSE = "yes", "no"
DECIMAL_PLACES = 1
COORDINATE_PLACES = 6


class Wrong(StrEnum):
    """Why something typed could not be read."""

    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    NEGATIVE = "negative"
    NEGATIVE_INCOME = "negative_income"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    NOT_A_CHOICE = "not_a_choice"
    ID_LENGTH = "id_length"
    ID_CHARACTERS = "id_characters"
    ID_CHECK_DIGIT = "id_check_digit"
    ID_IS_G_CODE = "id_is_g_code"
    PHONE = "phone"
    DAY = "day"
    DAY_AHEAD = "day_ahead"
    PLACE = "place"
    POINT = "point"


@dataclass(frozen=True, slots=True)
class Fault:
    """One box that could not be read; `row` counts members from 0."""

    code: str
    wrong: Wrong
    row: int | None = None


@dataclass(slots=True)
class Reading:
    """A section as typed: values in the clear, private values, and what could not be read."""

    plain: dict[str, Any] = dataclass_field(default_factory=dict)
    private: dict[str, Any] = dataclass_field(default_factory=dict)
    unread: dict[str, Any] = dataclass_field(default_factory=dict)
    faults: list[Fault] = dataclass_field(default_factory=list)


class _Unreadable(Exception):
    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong)
        self.wrong = wrong


def read_section(spec: Spec, section: Section, posted: Posted, *, on: date) -> Reading:
    """Read all boxes of `section`. A box left empty has no value; a tick left off is False."""
    reading = Reading()
    for field in section.fields:
        if field.kind is Kind.MEMBERS:
            _read_members(spec, field, posted, reading, on)
        elif field.kind not in NOT_TYPED:
            values = reading.private if field.private else reading.plain
            _read_box(field, field.code, posted, values, reading, on, row=None)
    _settle_address(reading)
    return reading


def unfit(spec: Spec, unread: Mapping[str, Any], *, on: date) -> list[Fault]:
    """Say again why each text kept in `unread` could not be read."""
    found: list[Fault] = []
    for code, typed in unread.items():
        field = spec.field(code)
        if field.kind is Kind.MEMBERS:
            columns = {column.code: column for column in field.columns}
            for row, cells in typed.items():
                for name, text in cells.items():
                    found.extend(_why_unfit(columns[name], text, on, int(row)))
        else:
            found.extend(_why_unfit(field, typed, on, None))
    return found


def member_rows(posted: Posted, spec: Spec) -> list[int]:
    """Return the row numbers that boxes were posted for, in order."""
    rows = set()
    for name in posted:
        head, _, rest = name.partition("-")
        number = rest.partition("-")[0]
        if head == "members" and number.isdecimal() and int(number) < spec.max_members:
            rows.add(int(number))
    return sorted(rows)


def _read_box(
    field: Field,
    name: str,
    posted: Posted,
    values: dict[str, Any],
    reading: Reading,
    on: date,
    *,
    row: int | None,
) -> None:
    try:
        value = _value(field, posted.get(name, ()), on)
    except _Unreadable as problem:
        reading.faults.append(Fault(field.code, problem.wrong, row))
        given = [text for text in posted[name] if text.strip()]
        typed: Any = given if field.kind is Kind.MULTI else given[0]
        if row is None:
            reading.unread[field.code] = typed
        else:
            rows = reading.unread.setdefault("members", {})
            rows.setdefault(str(row), {})[field.code] = typed
    else:
        if value is not None:
            values[field.code] = value


def _read_members(spec: Spec, field: Field, posted: Posted, reading: Reading, on: date) -> None:
    rows: list[dict[str, Any]] = []
    for number in member_rows(posted, spec):
        names = {column.code: f"members-{number}-{column.code}" for column in field.columns}
        if f"members-{number}-remove" in posted or not _has_content(names.values(), posted):
            continue
        row: dict[str, Any] = {}
        for column in field.columns:
            if column.kind not in NOT_TYPED:
                _read_box(column, names[column.code], posted, row, reading, on, row=len(rows))
        rows.append(row)
    if rows:
        reading.private[field.code] = rows


def _has_content(names: Any, posted: Posted) -> bool:
    return any(text.strip() for name in names for text in posted.get(name, ()))


def _settle_address(reading: Reading) -> None:
    """Let the subdistrict decide the province and, where it has one only, the postcode."""
    code = reading.plain.get("addr_subdistrict_code")
    if code is None:
        return
    if code[:2] != reading.plain.get("addr_province", code[:2]):
        del reading.plain["addr_subdistrict_code"]
        return
    reading.plain["addr_province"] = code[:2]
    if postcode := geography.postcode_of(code):
        reading.plain["addr_postcode"] = postcode


def _why_unfit(field: Field, typed: Any, on: date, row: int | None) -> list[Fault]:
    texts = typed if isinstance(typed, list) else [typed]
    try:
        _value(field, texts, on)
    except _Unreadable as problem:
        return [Fault(field.code, problem.wrong, row)]
    return []


def _value(field: Field, texts: Sequence[str], on: date) -> Any:
    """Return the value of one box, None when it is empty."""
    given = [text.strip() for text in texts if text.strip()]
    if field.kind is Kind.TICK:
        return bool(given)
    if field.kind is Kind.MULTI:
        return _several(field, given)
    if not given:
        return None
    text = given[0]
    if field.kind is Kind.DAY:
        return _day(text, on)
    return READERS[field.kind](field, text)


def _several(field: Field, given: list[str]) -> list[str]:
    known = [choice.code for choice in field.choices]
    if set(given) - set(known):
        raise _Unreadable(Wrong.NOT_A_CHOICE)
    return [code for code in known if code in given]


def _single(field: Field, text: str) -> str:
    if text not in {choice.code for choice in field.choices}:
        raise _Unreadable(Wrong.NOT_A_CHOICE)
    return text


def _yes_no(field: Field, text: str) -> bool:
    if text not in (TRUE, FALSE):
        raise _Unreadable(Wrong.NOT_A_CHOICE)
    return text == TRUE


def _text(field: Field, text: str) -> str:
    plain = " ".join(text.split())
    if len(plain) > field.max_length:
        raise _Unreadable(Wrong.TOO_LONG)
    return plain


def _number(text: str) -> Decimal:
    plain = arabic_digits(text).replace(",", "").replace(" ", "").replace("\u2212", "-")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise _Unreadable(Wrong.NOT_A_NUMBER) from None
    if not number.is_finite() or len(plain) > 20:
        raise _Unreadable(Wrong.NOT_A_NUMBER)
    return number


def _in_range(field: Field, number: Decimal) -> Decimal:
    if number < 0 and field.least is not None and field.least >= 0:
        income = field.code.startswith("income_")
        raise _Unreadable(Wrong.NEGATIVE_INCOME if income else Wrong.NEGATIVE)
    if field.least is not None and number < field.least:
        raise _Unreadable(Wrong.TOO_SMALL)
    if field.most is not None and number > field.most:
        raise _Unreadable(Wrong.TOO_LARGE)
    return number


def _whole(field: Field, text: str) -> int:
    number = _in_range(field, _number(text))
    if number != number.to_integral_value():
        raise _Unreadable(Wrong.NOT_WHOLE)
    return int(number)


def _decimal(field: Field, text: str) -> float:
    return float(round(_in_range(field, _number(text)), DECIMAL_PLACES))


def _coordinate(field: Field, text: str) -> float:
    try:
        return float(round(_in_range(field, _number(text)), COORDINATE_PLACES))
    except _Unreadable:
        raise _Unreadable(Wrong.POINT) from None


def _id(field: Field, text: str) -> str:
    fault = national_id.why_invalid(text)
    if fault == "length":
        raise _Unreadable(Wrong.ID_LENGTH)
    if fault == "check_digit":
        raise _Unreadable(Wrong.ID_CHECK_DIGIT)
    if fault is not None:
        raise _Unreadable(Wrong.ID_CHARACTERS)
    if national_id.is_g_code(text) and not field.g_code:
        raise _Unreadable(Wrong.ID_IS_G_CODE)
    return national_id.normalize(text)


def _phone(field: Field, text: str) -> str:
    digits = "".join(mark for mark in arabic_digits(text) if mark not in " -().")
    if digits.startswith("+66"):
        digits = f"0{digits.removeprefix('+66')}"
    if not digits.isdecimal() or len(digits) not in (9, 10) or digits[0] != "0":
        raise _Unreadable(Wrong.PHONE)
    return digits


def _day(text: str, on: date) -> str:
    try:
        day = parse_thai_date(text)
    except ValueError:
        day = None
    if day is None:
        raise _Unreadable(Wrong.DAY)
    if day > on:
        raise _Unreadable(Wrong.DAY_AHEAD)
    return day.isoformat()


def _province(field: Field, text: str) -> str:
    if not geography.is_province(text):
        raise _Unreadable(Wrong.PLACE)
    return text


def _subdistrict(field: Field, text: str) -> str:
    if not geography.is_subdistrict(text):
        raise _Unreadable(Wrong.PLACE)
    return text


READERS: dict[Kind, Callable[[Field, str], Any]] = {
    Kind.TEXT: _text,
    Kind.WHOLE: _whole,
    Kind.BAHT: _whole,
    Kind.DECIMAL: _decimal,
    Kind.COORDINATE: _coordinate,
    Kind.YES_NO: _yes_no,
    Kind.SINGLE: _single,
    Kind.NATIONAL_ID: _id,
    Kind.PHONE: _phone,
    Kind.PROVINCE: _province,
    Kind.SUBDISTRICT: _subdistrict,
}
