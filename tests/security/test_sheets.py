"""No cell that leaves in a file runs in somebody's spreadsheet, and every file goes through one door."""

import ast
import csv
import io
import zipfile
from pathlib import Path

import pytest

from eqfund import sheets

ROOT = Path(__file__).resolve().parents[2]
APPS = ("eqfund", "screening", "attendance", "payments", "monitoring")
EVIL = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1",
    '=HYPERLINK("http://x")',
]
# Files that hold no text of anybody but the fund's and our own, and why they are written apart.
OWN_WORDS_ALONE = {
    "eqfund/people/sheet.py",  # the blank list of teachers: titles, roles, classes
    "eqfund/registry/views_listing.py",  # the blank registry file: titles
    "eqfund/registry/typed.py",  # a pupil typed by hand, read back by the import as any file sent
    "payments/subsidy_file.py",  # the blank list of the subsidy: titles, the fund's schools
    "eqfund/calendar/papers.py",  # the fund's calendar, byte for byte as it is loaded again
}


@pytest.mark.parametrize("cell", EVIL)
def test_a_text_that_begins_like_a_formula_stays_a_text(cell):
    line = next(csv.reader(io.StringIO(sheets.csv_line([cell, "x"]), newline="")))

    assert line == [f"'{cell}", "x"]


@pytest.mark.parametrize("cell", ["สมชาย", "1-2", "a=b", 5, -5, 0, ""])
def test_anything_else_is_left_as_it_is(cell):
    assert sheets.as_text(cell) == cell


def test_an_xlsx_holds_texts_and_numbers_and_no_formula():
    book = zipfile.ZipFile(io.BytesIO(sheets.xlsx(["ชื่อ"], [[cell] for cell in EVIL] + [[7]])))

    inside = book.read("xl/worksheets/sheet1.xml").decode()

    assert "<f>" not in inside and "<hyperlink" not in inside.lower()
    assert "<v>7</v>" in inside


def test_every_table_that_leaves_goes_through_the_one_door():
    makers = {("csv", "writer"), ("csv", "DictWriter"), ("xlsxwriter", "Workbook")}
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in makers
    }

    assert found - OWN_WORDS_ALONE == {"eqfund/sheets.py"}


def test_every_table_that_leaves_is_written_into_the_audit_book():
    def called(node):
        return {
            call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
        }

    views = [
        (f"{path.relative_to(ROOT)}: {node.name}", called(node))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and "csv_response" in called(node)
    ]

    assert len(views) > 10
    assert [name for name, calls in views if not calls & {"record", "download"}] == []


def test_a_table_that_leaves_is_kept_by_nobody_on_the_way():
    response = sheets.csv_response(["ชื่อ"], [["สมชาย"]], "a.csv")

    assert response.getvalue().decode() == "\ufeffชื่อ\r\nสมชาย\r\n"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Disposition"] == 'attachment; filename="a.csv"'
