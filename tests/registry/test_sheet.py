"""What a file may be once it is opened: a small lie must not cost the process that reads it."""

import io
from datetime import date, datetime, time

import pytest
import xlsxwriter

from eqfund.imports.errors import WrongFile
from eqfund.imports.sheet import rows_of


def workbook(*cells):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for row, column in cells:
            sheet.write(row, column, "x")
    return out.getvalue()


def csv_of(columns):
    return (",".join(f"คอลัมน์ {n}" for n in range(columns)) + "\n").encode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(workbook((0, 0), (90_000, 16_000)), "file_unreadable", id="a grid of 35 GB"),
        pytest.param(workbook((5, 16_383)), "file_too_wide", id="one cell far to the right"),
        pytest.param(workbook((0, 0), (200_000, 0)), "file_too_long", id="one cell far below"),
        pytest.param(csv_of(401), "file_too_wide", id="a CSV of many columns"),
    ],
)
def test_a_file_that_opens_too_large_is_refused_and_not_opened(content, code):
    with pytest.raises(WrongFile) as wrong:
        list(rows_of(content))

    assert wrong.value.wrong.code == code


def test_a_table_that_begins_in_its_corner_is_read():
    assert list(rows_of(workbook((0, 0), (1, 1)))) == [["x", ""], ["", "x"]]


def test_days_and_times_come_as_they_were():
    out = io.BytesIO()
    cells = (datetime(2016, 5, 13, 9, 30), date(2016, 5, 13), time(9, 30), 1.5, True, "ก")
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet()
        for column, cell in enumerate(cells):
            sheet.write(0, column, cell)
        sheet.write_datetime(0, 1, cells[1], book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_datetime(0, 2, cells[2], book.add_format({"num_format": "hh:mm"}))

    assert list(rows_of(out.getvalue())) == [list(cells)]
