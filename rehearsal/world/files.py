"""Registry files as schools would send them: both layouts of DMC, with their habits. Pure of the database.

Schools take turns: the student list as XLSX, the same as CSV from an older Excel (cp874),
the full export as XLSX, the student list as CSV with a mark of byte order. Schools that add
their pupils themselves fill in the plain template. Habits that do no harm are sown in: ids with dashes, Thai digits, class and room in one cell, short
titles, the father's title inside his name, blank rows, a real date cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from eqfund.imports.titles import FULL_EXPORT_TITLES, PLAIN_TITLES, STUDENT_LIST_TITLES
from eqfund.school_year import grade_label
from eqfund.thai_text import BUDDHIST_ERA, thai_digits

from .children import Adult, Child
from .plan import SCHOOLS, Place, SchoolPlan

LAYOUTS = ("list.xlsx", "list.cp874.csv", "full.xlsx", "list.utf8.csv")
TEMPLATE = "template.xlsx"
TITLES = {"list": STUDENT_LIST_TITLES, "full": FULL_EXPORT_TITLES, "template": PLAIN_TITLES}
STAMP = "วันและเวลาที่สร้างรายงาน {:%Y-%m-%d %H:%M:%S}.244315"
_SHORT_TITLES = {"เด็กชาย": ("ด.ช.", "ดช."), "เด็กหญิง": ("ด.ญ.", "ดญ.")}

type Cells = dict[str, Any]


def write(
    folder: Path, plan: SchoolPlan, children: Iterable[Child], made_at: datetime, rng: Random
) -> Path:
    """One school's registry file in the layout that is its own."""
    layout = TEMPLATE if plan.adds_names else LAYOUTS[(plan.number - 1) % len(LAYOUTS)]
    kind = layout.partition(".")[0]
    full = kind != "list"  # the template's titles are of those of the full export
    rows = [_with_habits(_cells(child, plan, full=full), rng) for child in children]
    head = [] if full else [[STAMP.format(made_at)]]
    table = [*head, *_table(TITLES[kind], rows)]
    for at in sorted({len(table) // 3, len(table) // 2, len(table)}, reverse=True):
        table.insert(at, [])  # blank rows, as pasting leaves them
    path = folder / f"{plan.code}-{made_at:%Y%m%d}-{layout}"
    path.write_bytes(_xlsx(table) if layout.endswith("xlsx") else _csv(table, layout))
    return path


def write_broken(
    folder: Path, plan: SchoolPlan, children: Sequence[Child], made_at: datetime
) -> Path:
    """The same school's list with cells that cannot be read: a lost id, a wrong one, a date, a class."""
    rows = [_cells(child, plan, full=False) for child in children]
    rows[3]["เลขประจำตัวนักเรียน"] = "1.00000E+12"
    number = rows[5]["เลขประจำตัวนักเรียน"]
    rows[5]["เลขประจำตัวนักเรียน"] = number[:-1] + str((int(number[-1]) + 1) % 10)
    rows[8]["วันเกิด"] = "31/02/2559"
    rows[11]["ชั้น"] = "ชั้นเล็ก"
    path = folder / f"{plan.code}-{made_at:%Y%m%d}-broken.xlsx"
    path.write_bytes(_xlsx([[STAMP.format(made_at)], *_table(STUDENT_LIST_TITLES, rows)]))
    return path


def write_mistyped(
    folder: Path, plan: SchoolPlan, children: Sequence[Child], made_at: datetime, mistyped: Child
) -> Path:
    """The plain template as it was first filled in: one digit of an id mistyped, two dates that are none."""
    rows = [_cells(child, plan, full=True) for child in children]
    wrong, *others = sorted(rows, key=lambda row: row["เลขประจำตัวประชาชน"] != mistyped.number)
    number = mistyped.number
    wrong["เลขประจำตัวประชาชน"] = number[:-1] + str((int(number[-1]) + 1) % 10)
    others[1]["วันเกิด"] = others[2]["วันเกิด"] = "31/02/2562"
    path = folder / f"{plan.code}-{made_at:%Y%m%d}-mistyped.xlsx"
    path.write_bytes(_xlsx(_table(PLAIN_TITLES, rows)))
    return path


def write_predecessor(path: Path, children: Iterable[Child]) -> Path:
    """The continuing grants as the predecessor hands them over: id, school, first term, channel."""
    rows = [["id", "school_code", "first_term", "channel"]]
    rows += [[c.number, _plan(c).moe_code, c.first_term, str(c.channel)] for c in children]
    path.write_bytes(_csv(rows, "utf8.csv"))
    return path


def _plan(child: Child) -> SchoolPlan:
    return SCHOOLS[child.school_no - 1]


def _cells(child: Child, plan: SchoolPlan, *, full: bool) -> Cells:
    """One pupil's cells by title. The second เลขประจำตัวนักเรียน of the list is marked #2."""
    home = child.household
    guardian: Adult | None = child.guardian
    place = Place.of(home.subdistrict_code)
    born = child.birth_date
    cells: Cells = {
        "รหัสโรงเรียน": plan.code,
        "ชื่อโรงเรียน": plan.name,
        "ชั้น": grade_label(child.grade),
        "ห้อง": child.room,
        "เพศ": "ช" if child.sex == "m" else "ญ",
        "คำนำหน้าชื่อ": child.title,
        "ชื่อ": child.first_name,
        "นามสกุล": child.last_name,
        "วันเกิด": _buddhist(born),
        "อายุ(ปี)": str(2026 - born.year),
        "ความด้อยโอกาส": "เด็กยากจน" if child.flagged_poor else "-",
        "สัญชาติ": "-" if child.is_g_code else "ไทย",
        "เชื้อชาติ": "-" if child.is_g_code else "ไทย",
        "ความเกี่ยวข้องของผู้ปกครองกับนักเรียน": child.guardian.relation,
        "น้ำหนัก": f"{12 + 2.6 * (2026 - born.year):.1f}",
        "ส่วนสูง": str(75 + 6 * (2026 - born.year)),
    }
    address = {
        "เลขที่บ้าน": home.house_no,
        "หมู่": str(home.moo),
        "ถนน": home.road or "-",
        "ตำบล": place.subdistrict,
        "อำเภอ": place.district,
        "จังหวัด": place.province,
    }
    father = next((adult for adult in home.adults if adult.relation == "บิดา"), None)
    mother = next((adult for adult in home.adults if adult.relation == "มารดา"), None)
    if child.is_barely_known:
        father = mother = guardian = None
        address = dict.fromkeys(address, "-")
        del cells["ความเกี่ยวข้องของผู้ปกครองกับนักเรียน"]
    if full:
        cells |= {"เลขประจำตัวประชาชน": child.number, "รหัสนักเรียน": child.student_number}
        for thai, adult in (("บิดา", father), ("มารดา", mother), ("ผู้ปกครอง", guardian)):
            cells |= _full_relative(thai, adult)
        for where in ("ทะเบียนบ้าน", "ที่อยู่ปัจจุบัน"):
            cells |= {f"{key}({where})": value for key, value in address.items()}
        cells |= {"ระยะเวลาจากบ้านถึงโรงเรียน": "20", "ลักษณะการเดินทางมาโรงเรียน": "เดินเท้า"}
    else:
        cells |= {
            "เลขประจำตัวนักเรียน": child.number,
            "เลขประจำตัวนักเรียน#2": child.student_number,
            "บ้านเลขที่": address["เลขที่บ้าน"],
            "หมู่": address["หมู่"],
            "ถนน/ซอย": address["ถนน"],
            "ตำบล": address["ตำบล"],
            "อำเภอ": address["อำเภอ"],
            "จังหวัด": address["จังหวัด"],
        }
        for thai, adult in (("บิดา", father), ("มารดา", mother), ("ผู้ปกครอง", guardian)):
            if adult:
                cells |= {
                    f"ชื่อ{thai}": f"{adult.title}{adult.first_name}",
                    f"นามสกุล{thai}": adult.last_name,
                    f"อาชีพของ{thai}": adult.occupation,
                }
    return cells


def _full_relative(thai: str, adult: Adult | None) -> Cells:
    if adult is None:
        return {}
    return {
        f"หมายเลขบัตรประชาชน{thai}": adult.number,
        f"คำนำหน้าชื่อ{thai}": adult.title,
        f"ชื่อ{thai}": adult.first_name,
        f"นามสกุล{thai}": adult.last_name,
        f"รายได้ต่อเดือนของ{thai}": f"{adult.income_baht:,}",
        f"หมายเลขโทรศัพท์ของ{thai}": adult.phone,
        f"อาชีพของ{thai}": adult.occupation,
    }


def _with_habits(cells: Cells, rng: Random) -> Cells:
    """The same row as somebody's hand may have left it; it means what it meant."""
    chance = rng.random()
    key = "เลขประจำตัวนักเรียน" if "เลขประจำตัวนักเรียน" in cells else "เลขประจำตัวประชาชน"
    if chance < 0.05 and not cells[key].startswith("G"):
        n = cells[key]
        cells[key] = f"{n[0]}-{n[1:5]}-{n[5:10]}-{n[10:12]}-{n[12]}"
    elif chance < 0.08:
        cells[key] = f" {cells[key]} "
    elif chance < 0.12:
        cells["วันเกิด"] = thai_digits(cells["วันเกิด"])
    elif chance < 0.16:
        cells["ชั้น"], cells["ห้อง"] = f"{cells['ชั้น']}/{cells['ห้อง']}", "-"
    elif chance < 0.24 and cells["คำนำหน้าชื่อ"] in _SHORT_TITLES:
        cells["คำนำหน้าชื่อ"] = rng.choice(_SHORT_TITLES[cells["คำนำหน้าชื่อ"]])
    elif chance < 0.26 and cells["คำนำหน้าชื่อ"] in _SHORT_TITLES:
        cells["ชื่อ"], cells["คำนำหน้าชื่อ"] = cells["คำนำหน้าชื่อ"] + cells["ชื่อ"], "-"
    elif chance < 0.30:
        day, month, year = (int(part) for part in cells["วันเกิด"].split("/"))
        cells["วันเกิด"] = date(year - BUDDHIST_ERA, month, day)
    return cells


def _buddhist(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year + BUDDHIST_ERA}"


def _table(titles: Sequence[str], rows: Iterable[Cells]) -> list[list[Any]]:
    """The header and the rows under it; DMC writes "-" for none."""
    seen: dict[str, int] = {}
    keys = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        keys.append(title if seen[title] == 1 else f"{title}#{seen[title]}")
    return [list(titles), *([row.get(key, "-") for key in keys] for row in rows)]


def _xlsx(table: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 5, 7)})  # noqa: DTZ001  (the same bytes each time)
    sheet = book.add_worksheet("Sheet1")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for y, row in enumerate(table):
        for x, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(y, x, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
            else:
                sheet.write_string(y, x, cell)
    book.close()
    return out.getvalue()


def _csv(table: list[list[Any]], layout: str) -> bytes:
    out = io.StringIO(newline="")
    rows = ([_slashed(cell) if isinstance(cell, date) else cell for cell in row] for row in table)
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("cp874" if "cp874" in layout else "utf-8-sig")


def _slashed(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"
