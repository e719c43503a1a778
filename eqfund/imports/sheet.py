"""Open a registry file and give its rows, whatever program wrote it. Pure.

XLSX (and old XLS) by python-calamine; CSV in UTF-8, with or without a mark, or in
cp874 as older Excel writes it, parted by comma, semicolon or tab.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from eqfund.upload_rules import why_not_archive

from .errors import WrongFile
from .workbook import Unreadable, first_sheet

type Cell = str | float | int | bool | date | datetime | time | timedelta
type Row = list[Cell]

MOST_ROWS, MOST_COLUMNS = 100_000, 400
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def rows_of(content: bytes) -> Iterator[Row]:
    """The rows of the first sheet, the sheet's row 1 first; blank ones included.

    Raises WrongFile for what is neither a spreadsheet nor a CSV text.
    """
    if not content:
        raise WrongFile("file_empty")
    if content.startswith((_ZIP, _OLE)):
        return _workbook_rows(content)
    return _csv_rows(content)


def letter(index: int) -> str:
    """The letters of a column as spreadsheets write them, 0 is A.

    >>> letter(0), letter(25), letter(26), letter(90)
    ('A', 'Z', 'AA', 'CM')
    """
    letters = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        letters = chr(ord("A") + rest) + letters
        index -= 1
    return letters


def _workbook_rows(content: bytes) -> Iterator[Row]:
    if content.startswith(_ZIP) and why_not_archive(content):  # before anything unpacks it
        raise WrongFile("file_unreadable")
    try:
        last_row, last_column, rows = first_sheet(content)
    except Unreadable as error:
        raise WrongFile("file_unreadable") from error
    if last_row > MOST_ROWS:
        raise WrongFile("file_too_long", rows=last_row, most=MOST_ROWS)
    _refuse_width(last_column)
    return _whole(rows)


def _whole(rows: Iterator[Row]) -> Iterator[Row]:
    try:
        yield from rows
    except Unreadable as error:
        raise WrongFile("file_unreadable") from error


def _csv_rows(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    if "\0" in text:
        raise WrongFile("file_unreadable")
    start = text[:8_000]
    delimiter = max(",;\t", key=start.count)
    if delimiter not in start:
        raise WrongFile("file_unreadable")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return _limited(lines)


def _limited(lines: Iterator[list[str]]) -> Iterator[Row]:
    try:
        for number, line in enumerate(lines, 1):
            if number > MOST_ROWS:
                raise WrongFile("file_too_long", rows=number, most=MOST_ROWS)
            _refuse_width(len(line))
            yield list(line)
    except csv.Error as error:
        raise WrongFile("file_unreadable") from error


def _refuse_width(columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise WrongFile("file_too_wide", columns=columns, most=MOST_COLUMNS)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp874"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WrongFile("file_unreadable")
