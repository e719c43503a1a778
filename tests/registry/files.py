"""Registry files as schools have them, made for the tests."""

import csv
import io
from datetime import UTC, date, datetime

import xlsxwriter

from eqfund.imports.titles import FULL_EXPORT_TITLES, STUDENT_LIST_TITLES

REPORT_TIME = "วันและเวลาที่สร้างรายงาน 2026-05-02 04:10:12.244315"
SCHOOL = "86020001"
MINE, OTHERS = "50010001", "40010001"  # the schools of the fixtures `school` and `other_school`


def national_id(serial: int) -> str:
    """A valid id with the serial in it."""
    twelve = f"1{serial:011d}"
    total = sum(int(digit) * (13 - place) for place, digit in enumerate(twelve))
    return twelve + str((11 - total % 11) % 10)


def pupil(serial: int = 1, number: str = "", **cells) -> dict:
    """One pupil's cells by title; the second เลขประจำตัวนักเรียน is written as เลขประจำตัวนักเรียน#2."""
    return {
        "รหัสโรงเรียน": SCHOOL,
        "ชื่อโรงเรียน": "บ้านตัวอย่าง",
        "เลขประจำตัวนักเรียน": number or national_id(serial),
        "ชั้น": "ป.4",
        "ห้อง": "1",
        "เลขประจำตัวนักเรียน#2": str(3000 + serial),
        "เพศ": "ญ",
        "คำนำหน้าชื่อ": "เด็กหญิง",
        "ชื่อ": f"ใบเตย{serial}",
        "นามสกุล": "ตัวอย่างดี",
        "วันเกิด": "13/05/2559",
        "น้ำหนัก": "28.5",
        "ส่วนสูง": "131",
        "ชื่อผู้ปกครอง": "นายสมชาย",
        "นามสกุลผู้ปกครอง": "ตัวอย่างดี",
        "ความเกี่ยวข้องของผู้ปกครองกับนักเรียน": "บิดา",
        "ความด้อยโอกาส": "เด็กยากจน",
    } | cells


def mine(serial: int, **cells) -> dict:
    """A pupil of the fixtures' own school."""
    return pupil(serial, **{"รหัสโรงเรียน": MINE} | cells)


def kinds(it) -> dict:
    """How many rows of each kind of difference an import has."""
    return {kind: count for kind, count in it.counts.items() if kind not in ("digest", "errors")}


def full_pupil(serial: int = 1, **cells) -> dict:
    """The same pupil in the titles of the full export."""
    base = pupil(serial)
    base["เลขประจำตัวประชาชน"] = base.pop("เลขประจำตัวนักเรียน")
    base["รหัสนักเรียน"] = base.pop("เลขประจำตัวนักเรียน#2")
    return base | cells


def table(rows, titles, head=()):
    """Rows of cells under a header; missing cells are "-", as DMC writes them."""
    seen: dict[str, int] = {}
    keys = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        keys.append(title if seen[title] == 1 else f"{title}#{seen[title]}")
    body = [row if isinstance(row, list) else [row.get(key, "-") for key in keys] for row in rows]
    return [*([cell] for cell in head), list(titles), *body]


def student_list(*rows, titles=STUDENT_LIST_TITLES):
    return table(rows, titles, head=[REPORT_TIME])


def full_export(*rows):
    return table(rows, FULL_EXPORT_TITLES)


def xlsx(rows) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 5, 2, tzinfo=UTC)})
    sheet = book.add_worksheet("Sheet1")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(y, x, datetime(cell.year, cell.month, cell.day), day)
            else:
                sheet.write(y, x, cell)
    book.close()
    return out.getvalue()


def csv_bytes(rows, encoding="utf-8-sig", delimiter=",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)
