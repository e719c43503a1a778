"""One pupil typed in by a school that adds its pupils itself: the plain template with a single row. Pure.

What is typed goes the way of every file: read by the same cells, compared, looked at, recorded.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from eqfund.imports.titles import PLAIN_TITLES

LAYOUT = "by_hand"  # of RegistryImport; such a one says nothing of pupils who are not in it

TITLE_OF = {
    "school_code": "รหัสโรงเรียน",
    "number": "เลขประจำตัวประชาชน",
    "grade": "ชั้น",
    "room": "ห้อง",
    "student_number": "รหัสนักเรียน",
    "sex": "เพศ",
    "title": "คำนำหน้าชื่อ",
    "first_name": "ชื่อ",
    "last_name": "นามสกุล",
    "birth_date": "วันเกิด",
    "guardian_first_name": "ชื่อผู้ปกครอง",
    "guardian_last_name": "นามสกุลผู้ปกครอง",
    "guardian_relationship": "ความเกี่ยวข้องของผู้ปกครองกับนักเรียน",
    "guardian_number": "หมายเลขบัตรประชาชนผู้ปกครอง",
    "guardian_phone": "หมายเลขโทรศัพท์ของผู้ปกครอง",
    "poor": "ความด้อยโอกาส",
}
FIELD_OF = {title: field for field, title in TITLE_OF.items()}
POOR = "เด็กยากจน"


def as_csv(values: Mapping[str, str]) -> bytes:
    """The template with one row; a value that is not given is an empty cell.

    >>> as_csv({"first_name": "ใบเตย"}).decode("utf-8-sig").splitlines()[1]
    ',,,,,,,ใบเตย,,,,,,,,'
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(PLAIN_TITLES)
    writer.writerow(values.get(FIELD_OF[title], "") for title in PLAIN_TITLES)
    return out.getvalue().encode("utf-8-sig")
