"""A list of the basic-needs subsidy as a spreadsheet: its rows, and every cell that is wrong. Pure.

The letter names the list and not its columns; they are known by the registries' own titles
(eqfund.imports), in any order, with these of the list's own added. Nothing of a file with a wrong
cell is recorded.

Errors    WrongFile for what is no such list; CellFault for each cell that cannot be.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from eqfund.imports import cells
from eqfund.imports.errors import BadCell, WrongFile
from eqfund.imports.sheet import Cell, letter, rows_of
from eqfund.imports.titles import Columns, match, title_of
from eqfund.thai_text import arabic_digits
from payments.rules.basic_needs import MOST_YEARS, amount_fault

HEADER_WITHIN = 15
AMOUNT, YEARS = "จำนวนเงิน", "จำนวนปีที่ได้รับต่อเนื่อง"
TITLES = {
    AMOUNT: "amount",
    "จำนวนเงินที่ได้รับ": "amount",
    "จำนวนเงินที่ได้รับจัดสรร": "amount",
    "เงินอุดหนุน": "amount",
    YEARS: "years",
    "ได้รับต่อเนื่องปีที่": "years",
}
NEEDED = ("school_code", "number", "first_name", "last_name", "amount")
BLANK = (
    "school_code",
    "school_name",
    "number",
    "title",
    "first_name",
    "last_name",
    "grade",
    "room",
)


@dataclass(frozen=True, slots=True)
class SubsidyRow:
    """One pupil of a list. `grade` is empty where the file has no class."""

    line: int
    school_code: str
    number: str
    first_name: str
    last_name: str
    grade: str
    room: str
    amount_satang: int
    years: int | None


@dataclass(frozen=True, slots=True)
class CellFault:
    """One wrong cell. `line` counts as the sheet does, from 1."""

    line: int
    column: str
    title: str
    code: str
    value: str = ""


@dataclass(slots=True)
class Reading:
    """What a file holds."""

    columns: Columns
    rows: list[SubsidyRow] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    lines: int = 0

    def fault(self, line: int, key: str, code: str, value: str = "") -> None:
        """Note that a cell of a row is wrong."""
        at = self.columns.index.get(key, 0)
        title = self.columns.title.get(key) or (AMOUNT if key == "amount" else title_of(key))
        self.faults.append(CellFault(line, letter(at), title[:80], code, value[:120]))


def read(content: bytes, tell: Callable[[int], None] = lambda lines: None) -> Reading:
    """Read a list. Raises WrongFile when it has no header of such a list, or no row under it."""
    rows = rows_of(content)
    columns, header = _header(rows)
    reading = Reading(columns)
    seen: dict[str, int] = {}
    for line, row in enumerate(rows, header + 1):
        if not any(cells.text(cell) for cell in row) or _is_total(row, columns):
            continue
        reading.lines += 1
        if reading.lines % 1_000 == 0:
            tell(reading.lines)
        _row(reading, line, row, seen)
    if not reading.lines:
        raise WrongFile("no_rows")
    return reading


def _header(rows: Iterable[list[Cell]]) -> tuple[Columns, int]:
    best: tuple[str, ...] = NEEDED
    for line, row in enumerate(rows, 1):
        columns = match(list(row), TITLES)
        missing = tuple(key for key in NEEDED if key not in columns.index)
        if not missing:
            return columns, line
        best = min(best, missing, key=len)
        if line == HEADER_WITHIN:
            break
    raise WrongFile(
        "no_header", missing=[AMOUNT if key == "amount" else title_of(key) for key in best]
    )


def _is_total(row: list[Cell], columns: Columns) -> bool:
    """A closing line of sums: an amount, and nobody whose it would be."""

    def said(key: str) -> str:
        at = columns.index[key]
        return cells.text(row[at]) if at < len(row) else ""

    return not any(said(key) for key in ("number", "first_name", "last_name", "school_code"))


def _row(reading: Reading, line: int, row: list[Cell], seen: dict[str, int]) -> None:
    before = len(reading.faults)

    def cell(key: str) -> Cell:
        at = reading.columns.index.get(key)
        return row[at] if at is not None and at < len(row) else ""

    def take(key: str, reader: Callable[[Cell], Any], empty: str = "") -> Any:
        try:
            return reader(cell(key))
        except BadCell as bad:
            reading.fault(line, key, bad.code, cells.text(cell(key)))
        return empty

    code = take("school_code", cells.school_code)
    number = take("number", cells.pupil_number)
    _title, first = cells.title_and_name(cell("title"), cell("first_name"))
    last = cells.text(cell("last_name"))
    for key, name in (("first_name", first), ("last_name", last)):
        if not name:
            reading.fault(line, key, f"{key}_missing")
    amount = take("amount", cells.amount_satang)
    known = [fault.code for fault in reading.faults[before:]]
    if "amount_unreadable" not in known and (fault := amount_fault(amount)):
        reading.fault(line, "amount", fault, cells.text(cell("amount")))
    grade, room = "", ""
    if cells.text(cell("grade")):
        grade, room = take("grade", lambda one: cells.grade_and_room(one, cell("room"))) or ("", "")
    years = _years(reading, line, cell("years"))
    if number and number in seen:
        reading.fault(line, "number", "repeated", str(seen[number]))
    elif number:
        seen[number] = line
    if len(reading.faults) == before:
        reading.rows.append(SubsidyRow(line, code, number, first, last, grade, room, amount, years))


def _years(reading: Reading, line: int, cell: Cell) -> int | None:
    written = arabic_digits(cells.text(cell)).removesuffix("ปี").strip()
    if not written:
        return None
    if (
        written.isascii()
        and written.isdigit()
        and len(written) < 5
        and 1 <= int(written) <= MOST_YEARS
    ):
        return int(written)
    reading.fault(line, "years", "years_unreadable", written)
    return None


def blank_book(school_codes: Iterable[tuple[str, str]]) -> bytes:
    """The sheet to fill in, with the office's schools on a page of their own."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("รายชื่อ")
    head = book.add_format({"bold": True, "bg_color": "#E2F0EE", "border": 1, "text_wrap": True})
    as_text = book.add_format({"num_format": "@"})
    titles = [*(title_of(key) for key in BLANK), f"{AMOUNT} (บาท)", YEARS]
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, head)
        plain = column < len(BLANK)
        sheet.set_column(column, column, 20, as_text if plain else None)
    sheet.freeze_panes(1, 0)
    schools = book.add_worksheet("รหัสโรงเรียน")
    schools.set_column(0, 1, 34, as_text)
    for line, (code, name) in enumerate(school_codes):
        schools.write_string(line, 0, code)
        schools.write_string(line, 1, name)
    book.close()
    return out.getvalue()
