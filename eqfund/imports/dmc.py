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
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from itertools import chain, islice

from eqfund.thai_text import BUDDHIST_ERA

from . import cells
from .errors import CellError, WrongFile
from .kept import Unread
from .line import LineReader, wrong
from .mapping import HowRead, nearest
from .rows import Reading, RegistryRow
from .sheet import Row, letter, rows_of
from .titles import REQUIRED, Columns, match, squeezed, title_of

PLAIN = HowRead()
HEADER_WITHIN = 12  # rows
TELL_EVERY = 2_000  # lines
BUDDHIST_FROM = 2400
_REPORT_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)")


def read(
    content: bytes,
    *,
    on: date,
    how: HowRead = PLAIN,
    tell: Callable[[int], None] = lambda lines: None,
) -> Reading:
    """Read a whole file, by the rules of its registry.

    `tell` hears now and then how many lines have been read.
    """
    sheet = rows_of(content)
    head = list(islice(sheet, HEADER_WITHIN))
    at, columns = header(head, how)
    place = (letter(columns.index["school_code"]), columns.title["school_code"])
    reading = Reading(_layout(columns), _report_time(head[:at]), school_column=place)
    lines = LineReader(columns, on, how)
    body = chain(head[at + 1 :], sheet)
    for line, row in enumerate(body, at + 2):
        if not is_blank(row) and not is_header(row, columns):
            _read_line(line, row, lines, reading)
        if line % TELL_EVERY == 0:
            tell(line)
    if not reading.lines:
        raise WrongFile("file_without_rows")
    _drop_repeated(reading, columns)
    return reading


def header(head: list[Row], how: HowRead = PLAIN) -> tuple[int, Columns]:
    """The header's place among the first rows, and its columns; the best match wins."""
    matches = [match(list(row), how.titles) for row in head]
    if not matches:
        raise WrongFile("file_empty")
    at = max(range(len(matches)), key=lambda i: len(matches[i].index))
    columns = matches[at]
    if len(columns.index) < 3:
        found = [cells.text(cell) for cell in chain(*head)]
        raise WrongFile(
            "header_not_found", found=[cell for cell in found if cell][:8], expected=_expected()
        )
    if lacking := [key for key in how.required if key not in columns.index]:
        missing = [title_of(key) for key in lacking]
        taken = set(columns.index.values())
        found = [cells.text(cell) for cell in head[at] if cells.text(cell)]
        free = [
            cells.text(cell)
            for place, cell in enumerate(head[at])
            if place not in taken and cells.text(cell)
        ]
        near = [f"{title} = {alike}" for title in missing if (alike := nearest(title, free))]
        raise WrongFile("titles_missing", found=found[:8], missing=missing, near=near, row=at + 1)
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
            year -= BUDDHIST_ERA if year >= BUDDHIST_FROM else 0
            with suppress(ValueError):  # something else that is written like a time
                # Bangkok wall time, as the file says it
                return datetime(year, month, day, hour, minute)  # noqa: DTZ001
    return None


def is_blank(row: Row) -> bool:
    return not any(cell not in ("", "-") and cells.text(cell) for cell in row)


def is_header(row: Row, columns: Columns) -> bool:
    """Whether the row is the header once more, as in files that were pasted together."""
    at = columns.index["school_code"]
    return at < len(row) and str(row[at]).strip() == columns.title["school_code"]


def _read_line(line: int, row: Row, lines: LineReader, reading: Reading) -> None:
    reading.lines += 1
    row = lines.padded(row)
    code = lines.school_code.read[row[lines.school_code.at]]
    fault = code if type(code) is Unread else None
    code = "" if fault else code
    if code:
        reading.school_codes.add(code)
    if lines.grade.read[row[lines.grade.at]]:
        reading.outside += 1
        return
    made, errors = lines.pupil(line, row, code)
    if fault:
        errors.insert(0, wrong(lines.school_code, line, row, fault.code))
    reading.named[line] = (code, made.first_name, made.last_name)
    if not errors:
        reading.rows.append(made)
        return
    reading.errors += errors
    if not any(error.leaves_row_out for error in errors):
        reading.rows.append(made)


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
