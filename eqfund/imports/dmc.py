"""Read a DMC registry file, in either of its two layouts. Pure.

`read(content, on=day)` takes the bytes of an XLSX or CSV file and gives a Reading:
every pupil of it as a RegistryRow, every cell that could not be read as a CellError.
A file that is not a registry file is a WrongFile, saying what was found.

`on` is a day of the term, against which dates of birth are judged. Errors with
LEAVES_ROW_OUT keep a row out; the others only leave their own cell unread.

Source  Both layouts as public tools of teachers read them (docs/rules/registry.md).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from itertools import chain, islice
from typing import Any

from . import cells
from .errors import BadCell, CellError, WrongFile
from .rows import Reading, RegistryRow
from .sheet import Cell, Row, letter, rows_of
from .titles import ADDRESSES, RELATIVES, REQUIRED, Columns, match, squeezed, title_of

HEADER_WITHIN = 12  # rows
_REPORT_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)")

_AS_TEXT = [
    "first_name_en",
    "last_name_en",
    "blood",
    "religion",
    "race",
    "nationality",
    "parents_status",
    "birth_province",
    "boarding",
    "disability",
    "travel_time",
    "travel_mode",
    "pupil_type",
    "branch_code",
    "branch_name",
    "cannot_strike_off",
    "disadvantage",
]
_AS_NUMBER = [
    "weight_kg",
    "height_cm",
    "gpax",
    "gpa",
    "elder_brothers",
    "younger_brothers",
    "elder_sisters",
    "younger_sisters",
    "siblings_studying",
    "child_order",
    "distance_unpaved",
    "distance_paved",
    "distance_water",
]
_LACKS = ("uniform", "stationery", "books", "lunch")
_OF_ADDRESS = [
    "house_code",
    "house_no",
    "moo",
    "road",
    "subdistrict",
    "district",
    "province",
    "postcode",
]


def read(content: bytes, *, on: date, more: Mapping[str, str] | None = None) -> Reading:
    """Read a whole file. `more` maps titles of other registries to our keys."""
    sheet = rows_of(content)
    head = list(islice(sheet, HEADER_WITHIN))
    at, columns = _header(head, more)
    place = (letter(columns.index["school_code"]), columns.title["school_code"])
    reading = Reading(_layout(columns), _report_time(head[:at]), school_column=place)
    body = chain(head[at + 1 :], sheet)
    for line, row in enumerate(body, at + 2):
        if any(cells.text(cell) for cell in row) and not _is_header(row, columns):
            _read_line(line, row, columns, on, reading)
    if not reading.lines:
        raise WrongFile("file_without_rows")
    _drop_repeated(reading, columns)
    return reading


def _header(head: list[Row], more: Mapping[str, str] | None) -> tuple[int, Columns]:
    """The header's place among the first rows, and its columns; the best match wins."""
    matches = [match(list(row), more) for row in head]
    if not matches:
        raise WrongFile("file_empty")
    at = max(range(len(matches)), key=lambda i: len(matches[i].index))
    columns = matches[at]
    if len(columns.index) < 3:
        found = [cells.text(cell) for cell in chain(*head)]
        raise WrongFile(
            "header_not_found", found=[cell for cell in found if cell][:8], expected=_expected()
        )
    if columns.missing:
        missing = [title_of(key) for key in columns.missing]
        found = [cells.text(cell) for cell in head[at] if cells.text(cell)]
        raise WrongFile("titles_missing", found=found[:8], missing=missing, row=at + 1)
    return at, columns


def _expected() -> list[str]:
    return [title_of(key) for key in REQUIRED]


def _layout(columns: Columns) -> str:
    """The name of the layout by what only it has; any other set of titles is "other"."""
    if "guardian.income" in columns.index or "registered.house_code" in columns.index:
        return "full_export"
    if squeezed(columns.title["number"]).startswith("เลขประจำตัวนักเรียน"):
        return "student_list"
    return "other"


def _report_time(rows: list[Row]) -> datetime | None:
    for cell in chain(*rows):
        if found := _REPORT_TIME.search(str(cell)):
            year, month, day, hour, minute = map(int, found.groups())
            # Bangkok wall time, as the file says it
            return datetime(year, month, day, hour, minute)  # noqa: DTZ001
    return None


def _is_header(row: Row, columns: Columns) -> bool:
    """Whether the row is the header once more, as in files that were pasted together."""
    at = columns.index["school_code"]
    return at < len(row) and str(row[at]).strip() == columns.title["school_code"]


class _Line:
    """One row being read: gives cells by key and gathers what cannot be read."""

    def __init__(self, line: int, row: Row, columns: Columns) -> None:
        self.line, self.row, self.columns = line, row, columns
        self.errors: list[CellError] = []

    def cell(self, key: str) -> Cell:
        at = self.columns.index.get(key, -1)
        return self.row[at] if 0 <= at < len(self.row) else ""

    def wrong(self, key: str, code: str) -> None:
        at = self.columns.index.get(key, 0)
        title = self.columns.title.get(key) or title_of(key)
        self.errors.append(
            CellError(self.line, letter(at), title, code, str(self.cell(key)).strip()[:80])
        )

    def take[T](self, key: str, reader: Callable[..., T], *args: Any, default: Any = "") -> T:
        try:
            return reader(self.cell(key), *args)
        except BadCell as bad:
            self.wrong(key, bad.code)
            return default


def _read_line(line: int, row: Row, columns: Columns, on: date, reading: Reading) -> None:
    it = _Line(line, row, columns)
    reading.lines += 1
    code = it.take("school_code", cells.school_code)
    if code:
        reading.school_codes.add(code)
    if cells.is_grade_outside(it.cell("grade")):
        reading.outside += 1
        return
    made = _row(it, code, on)
    reading.named[line] = (code, made.first_name, made.last_name)
    reading.errors += it.errors
    if not any(error.leaves_row_out for error in it.errors):
        reading.rows.append(made)


def _row(it: _Line, code: str, on: date) -> RegistryRow:
    number = it.take("number", cells.pupil_number)
    grade, room = _grade_and_room(it)
    title, first_name = cells.title_and_name(it.cell("title"), it.cell("first_name"))
    last_name = cells.text(it.cell("last_name"))
    for key, value in (("first_name", first_name), ("last_name", last_name)):
        if not value:
            it.wrong(key, f"{key}_missing")
    sex = it.take("sex", cells.sex, title)
    if sex and title in (cells.FEMALE_TITLES if sex == "m" else cells.MALE_TITLES):
        it.wrong("sex", "sex_and_title_differ")
    return RegistryRow(
        line=it.line,
        school_code=code,
        number=number,
        grade=grade,
        room=room,
        student_number=cells.digits(it.cell("student_number"))[:20],
        sex=sex,
        title=title or {"m": "เด็กชาย", "f": "เด็กหญิง"}.get(sex, ""),
        first_name=first_name,
        last_name=last_name,
        birth_date=it.take("birth_date", cells.birth_date, on, default=on),
        disadvantage_poor=cells.is_poor(it.cell("disadvantage")),
        extras=_extras(it),
    )


def _grade_and_room(it: _Line) -> tuple[str, str]:
    try:
        return cells.grade_and_room(it.cell("grade"), it.cell("room"))
    except BadCell as bad:
        it.wrong("room" if bad.code.startswith("room") else "grade", bad.code)
        return "", ""


def _extras(it: _Line) -> dict[str, Any]:
    """What prefills form 01; empty cells leave no key."""
    has = it.columns.index
    extras: dict[str, Any] = {key: cells.text(it.cell(key)) for key in _AS_TEXT if key in has}
    extras |= {key: it.take(key, cells.number) for key in _AS_NUMBER if key in has}
    for who in RELATIVES:
        extras[who] = dict(_filled(_relative(it, who)))
    for where in ADDRESSES:
        extras[where] = dict(_filled(_address(it, where)))
    extras["lacks"] = [thing for thing in _LACKS if _is_yes(it.cell(f"lacks_{thing}"))]
    return dict(_filled(extras))


def _relative(it: _Line, who: str) -> dict[str, Any]:
    has = it.columns.index
    title, first_name = cells.title_and_name(it.cell(f"{who}.title"), it.cell(f"{who}.first_name"))
    if not first_name and not cells.text(it.cell(f"{who}.last_name")):
        return {}
    person: dict[str, Any] = {"title": title, "first_name": first_name}
    for key in ("last_name", "occupation", "relationship"):
        person[key] = cells.text(it.cell(f"{who}.{key}"))
    if f"{who}.national_id" in has:
        person["national_id"] = it.take(f"{who}.national_id", cells.relative_id)
        person["phone"] = it.take(f"{who}.phone", cells.phone)
        person["income_satang"] = it.take(f"{who}.income", cells.amount_satang, default=None)
    return person


def _address(it: _Line, where: str) -> dict[str, Any]:
    has = it.columns.index
    place = {
        key: cells.text(it.cell(f"{where}.{key}")) for key in _OF_ADDRESS if f"{where}.{key}" in has
    }
    if f"{where}.phone" in has:
        place["phone"] = it.take(f"{where}.phone", cells.phone)
    return place


def _filled(values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in values.items() if value not in ("", None, {}, []))


def _is_yes(cell: Cell) -> bool:
    return cells.text(cell) not in ("", "0", "ไม่", "ไม่ขาดแคลน", "ไม่ใช่", "N")


def _drop_repeated(reading: Reading, columns: Columns) -> None:
    """Take out rows whose number stands twice.

    The same child twice at one school: the first row counts and the others are named.
    Rows that differ in school or name: all are left out, for a person must say which is right.
    """
    by_number: dict[str, list[RegistryRow]] = defaultdict(list)
    for row in reading.rows:
        by_number[row.number].append(row)
    out: set[int] = set()
    for same in by_number.values():
        if len(same) == 1:
            continue
        agree = len({(row.school_code, row.first_name, row.last_name) for row in same}) == 1
        code = "id_repeated" if agree else "id_in_two_rows_that_differ"
        for row in same[1:] if agree else same:
            out.add(row.line)
            place = letter(columns.index["number"])
            others = ", ".join(str(other.line) for other in same if other is not row)
            reading.errors.append(CellError(row.line, place, columns.title["number"], code, others))
    reading.rows = [row for row in reading.rows if row.line not in out]
