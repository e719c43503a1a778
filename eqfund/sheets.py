"""Tables that leave as files: CSV that Excel reads in Thai, XLSX, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import xlsxwriter
from django.http import StreamingHttpResponse

BOM = "\ufeff"  # Excel reads Thai in a CSV only with it
# What a spreadsheet takes for the beginning of a formula, full-width twins included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_text(cell: Any) -> Any:
    """The cell as it may stand in a file: a text that begins like a formula is kept as text."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA):
        return f"'{cell}"
    return cell


def csv_line(cells: Iterable[Any]) -> str:
    """One line of a CSV."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow([as_text(cell) for cell in cells])
    return out.getvalue()


def csv_lines(titles: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """A whole CSV, line by line, for streaming."""
    yield BOM + csv_line(titles)
    for row in rows:
        yield csv_line(row)


def csv_response(
    titles: Iterable[Any], rows: Iterable[Iterable[Any]], filename: str
) -> StreamingHttpResponse:
    """A CSV to keep, written while it is read; no cache on the way or in the browser holds a copy."""
    response = StreamingHttpResponse(
        csv_lines(titles, rows), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def xlsx(titles: list[str], rows: Iterable[Iterable[Any]], *, sheet: str = "eqfund") -> bytes:
    """An XLSX of one sheet in constant memory. Texts are written as texts, whatever they begin with."""
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    page = book.add_worksheet(sheet[:31])
    page.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for column, title in enumerate(titles):
        page.write_string(0, column, str(title), bold)
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, int | float):
                page.write_number(line, column, cell)
            else:
                page.write_string(line, column, str(cell))
    book.close()
    return out.getvalue()
