"""The titles of registry columns, and how a header row is matched with them. Pure.

Titles are matched longest first, spaces ignored, with or without a suffix
("รหัสโรงเรียน ต้องกรอก"), in any order. A title that stands twice fills its keys in
order; a third, or a second where one is meant, is ignored: the first set counts.

Source  Both DMC layouts as they are in the field. LEC, OPEC and BEMIS are read by
        the same titles, with titles of their own added as data (`more`).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

RELATIVES = {"father": "บิดา", "mother": "มารดา", "guardian": "ผู้ปกครอง"}
ADDRESSES = {"registered": "ทะเบียนบ้าน", "current": "ที่อยู่ปัจจุบัน"}

# The student list of DMC: the two columns named เลขประจำตัวนักเรียน are, in order, the
# national id (or G-code) and the school's own student number.
_STUDENT_LIST = (
    "รหัสโรงเรียน ชื่อโรงเรียน เลขประจำตัวนักเรียน ชั้น ห้อง เลขประจำตัวนักเรียน เพศ คำนำหน้าชื่อ ชื่อ นามสกุล "
    "วันเกิด อายุ(ปี) น้ำหนัก ส่วนสูง กลุ่มเลือด ศาสนา เชื้อชาติ สัญชาติ บ้านเลขที่ หมู่ ถนน/ซอย ตำบล อำเภอ จังหวัด "
    "ชื่อผู้ปกครอง นามสกุลผู้ปกครอง อาชีพของผู้ปกครอง ความเกี่ยวข้องของผู้ปกครองกับนักเรียน ชื่อบิดา นามสกุลบิดา "
    "อาชีพของบิดา ชื่อมารดา นามสกุลมารดา อาชีพของมารดา ความด้อยโอกาส ยังไม่สามารถจำหน่ายได้_(3.1.8)"
)
STUDENT_LIST_TITLES = tuple(title.replace("_", " ") for title in _STUDENT_LIST.split())

_PERSON = (
    "หมายเลขบัตรประชาชน{0}",
    "คำนำหน้าชื่อ{0}",
    "ชื่อ{0}",
    "นามสกุล{0}",
    "รายได้ต่อเดือนของ{0}",
    "หมายเลขโทรศัพท์ของ{0}",
    "อาชีพของ{0}",
)
_PLACE = "รหัสประจำบ้าน เลขที่บ้าน หมู่ ถนน ตำบล อำเภอ จังหวัด รหัสไปรษณีย์ หมายเลขโทรศัพท์"

# The full export, studentInSchoolList.xlsx.
FULL_EXPORT_TITLES = (
    *[
        "รหัสโรงเรียน",
        "ชื่อโรงเรียน",
        "เลขประจำตัวประชาชน",
        "ชั้น",
        "ห้อง",
        "รหัสนักเรียน",
        "เพศ",
        "คำนำหน้าชื่อ",
        "ชื่อ",
        "นามสกุล",
    ],
    *[
        "ชื่อ(อังกฤษ)",
        "นามสกุล(อังกฤษ)",
        "วันเกิด",
        "อายุ(ปี)",
        "อายุ(เดือน)",
        "หมู่โลหิต",
        "สัญชาติ",
        "เชื้อชาติ",
        "ศาสนา",
    ],
    *[
        "จำนวนพี่ชาย",
        "จำนวนน้องชาย",
        "จำนวนพี่สาว",
        "จำนวนน้องสาว",
        "เป็นบุตรคนที่",
        "สถานภาพสมรสของบิดามารดา",
    ],
    *(title.format(person) for person in RELATIVES.values() for title in _PERSON),
    "ความเกี่ยวข้องของผู้ปกครองกับนักเรียน",
    *(f"{title}({place})" for place in ADDRESSES.values() for title in _PLACE.split()),
    *[
        "น้ำหนัก",
        "ส่วนสูง",
        "ความด้อยโอกาส",
        "การพักนอนประจำ",
        "ขาดแคลนเครื่องแบบ",
        "ขาดแคลนเครื่องเขียน",
        "ขาดแคลนแบบเรียน",
    ],
    *[
        "ขาดแคลนอาหารกลางวัน",
        "ความพิการ",
        "ระยะทางจากบ้านถึงโรงเรียน(ถนนลูกรัง)",
        "ระยะทางจากบ้านถึงโรงเรียน(ถนนลาดยาง)",
    ],
    *["ระยะทางจากบ้านถึงโรงเรียน(ทางน้ำ)", "ระยะเวลาจากบ้านถึงโรงเรียน", "ลักษณะการเดินทางมาโรงเรียน"],
    *["ประเภทนักเรียน", "GPAX", "GPA", "จังหวัดที่เกิด", "เป็นบุตร/ธิดาลำดับที่", "จำนวนพี่น้องที่ศึกษาอยู่"],
    *["รหัสโรงเรียนห้องสาขา", "ชื่อโรงเรียนห้องสาขา", "จำนวนพี่ชาย", "จำนวนน้องชาย", "จำนวนน้องสาว"],
    "ยังไม่สามารถจำหน่ายได้ (3.1.8)",
)

# title -> the keys it fills, in order of its appearance in the header.
TITLES: dict[str, tuple[str, ...]] = {
    "รหัสโรงเรียน": ("school_code",),
    "ชื่อโรงเรียน": ("school_name",),
    "รหัสสถานศึกษา": ("school_code",),
    "ชื่อสถานศึกษา": ("school_name",),
    "รหัสโรงเรียนห้องสาขา": ("branch_code",),
    "ชื่อโรงเรียนห้องสาขา": ("branch_name",),
    "เลขประจำตัวนักเรียน": ("number", "student_number"),
    "เลขประจำตัวประชาชน": ("number",),
    "เลขบัตรประจำตัวประชาชน": ("number",),
    "เลขประจำตัวประชาชนนักเรียน": ("number",),
    "รหัสนักเรียน": ("student_number",),
    "ชั้น": ("grade",),
    "ระดับชั้น": ("grade",),
    "ชั้นเรียน": ("grade",),
    "ห้อง": ("room",),
    "ห้องเรียน": ("room",),
    "เพศ": ("sex",),
    "คำนำหน้าชื่อ": ("title",),
    "คำนำหน้า": ("title",),
    "ชื่อ": ("first_name",),
    "นามสกุล": ("last_name",),
    "ชื่อสกุล": ("last_name",),
    "ชื่อ(อังกฤษ)": ("first_name_en",),
    "นามสกุล(อังกฤษ)": ("last_name_en",),
    "วันเกิด": ("birth_date",),
    "วันเดือนปีเกิด": ("birth_date",),
    "อายุ(ปี)": ("age_years",),
    "อายุ(เดือน)": ("age_months",),
    "กลุ่มเลือด": ("blood",),
    "หมู่โลหิต": ("blood",),
    "ศาสนา": ("religion",),
    "เชื้อชาติ": ("race",),
    "สัญชาติ": ("nationality",),
    "น้ำหนัก": ("weight_kg",),
    "ส่วนสูง": ("height_cm",),
    "ความด้อยโอกาส": ("disadvantage",),
    "ยังไม่สามารถจำหน่ายได้(3.1.8)": ("cannot_strike_off",),
    "ยังไม่สามารถจำหน่ายได้": ("cannot_strike_off",),
    # sisters and brothers: the sets near the end repeat, and the first counts
    "จำนวนพี่ชาย": ("elder_brothers",),
    "จำนวนน้องชาย": ("younger_brothers",),
    "จำนวนพี่สาว": ("elder_sisters",),
    "จำนวนน้องสาว": ("younger_sisters",),
    "จำนวนพี่น้องที่ศึกษาอยู่": ("siblings_studying",),
    "เป็นบุตรคนที่": ("child_order",),
    "เป็นบุตร/ธิดาลำดับที่": ("child_order",),
    "สถานภาพสมรสของบิดามารดา": ("parents_status",),
    "ความเกี่ยวข้องของผู้ปกครองกับนักเรียน": ("guardian.relationship",),
    # the one address of the student list
    "บ้านเลขที่": ("current.house_no",),
    "เลขที่บ้าน": ("current.house_no",),
    "หมู่": ("current.moo",),
    "หมู่ที่": ("current.moo",),
    "ถนน/ซอย": ("current.road",),
    "ถนน": ("current.road",),
    "ตำบล": ("current.subdistrict",),
    "ตำบล/แขวง": ("current.subdistrict",),
    "อำเภอ": ("current.district",),
    "อำเภอ/เขต": ("current.district",),
    "จังหวัด": ("current.province",),
    "รหัสไปรษณีย์": ("current.postcode",),
    "จังหวัดที่เกิด": ("birth_province",),
    "การพักนอนประจำ": ("boarding",),
    "ขาดแคลนเครื่องแบบ": ("lacks_uniform",),
    "ขาดแคลนเครื่องเขียน": ("lacks_stationery",),
    "ขาดแคลนแบบเรียน": ("lacks_books",),
    "ขาดแคลนอาหารกลางวัน": ("lacks_lunch",),
    "ความพิการ": ("disability",),
    "ระยะทางจากบ้านถึงโรงเรียน(ถนนลูกรัง)": ("distance_unpaved",),
    "ระยะทางจากบ้านถึงโรงเรียน(ถนนลาดยาง)": ("distance_paved",),
    "ระยะทางจากบ้านถึงโรงเรียน(ทางน้ำ)": ("distance_water",),
    "ระยะเวลาจากบ้านถึงโรงเรียน": ("travel_time",),
    "ลักษณะการเดินทางมาโรงเรียน": ("travel_mode",),
    "ประเภทนักเรียน": ("pupil_type",),
    "GPAX": ("gpax",),
    "GPA": ("gpa",),
}
_PERSON_KEYS = {
    "หมายเลขบัตรประชาชน{0}": "national_id",
    "หมายเลขบัตรประชาชนของ{0}": "national_id",
    "เลขประจำตัวประชาชน{0}": "national_id",
    "เลขประจำตัวประชาชนของ{0}": "national_id",
    "คำนำหน้าชื่อ{0}": "title",
    "คำนำหน้าชื่อของ{0}": "title",
    "ชื่อ{0}": "first_name",
    "ชื่อของ{0}": "first_name",
    "นามสกุล{0}": "last_name",
    "นามสกุลของ{0}": "last_name",
    "รายได้ต่อเดือนของ{0}": "income",
    "รายได้ต่อเดือน{0}": "income",
    "หมายเลขโทรศัพท์ของ{0}": "phone",
    "หมายเลขโทรศัพท์{0}": "phone",
    "อาชีพของ{0}": "occupation",
    "อาชีพ{0}": "occupation",
}
_PLACE_KEYS = {
    "รหัสประจำบ้าน": "house_code",
    "เลขที่บ้าน": "house_no",
    "หมู่": "moo",
    "ถนน": "road",
    "ตำบล": "subdistrict",
    "อำเภอ": "district",
    "จังหวัด": "province",
    "รหัสไปรษณีย์": "postcode",
    "หมายเลขโทรศัพท์": "phone",
}
for _who, _thai in RELATIVES.items():
    TITLES |= {title.format(_thai): (f"{_who}.{key}",) for title, key in _PERSON_KEYS.items()}
for _where, _thai in ADDRESSES.items():
    TITLES |= {f"{title}({_thai})": (f"{_where}.{key}",) for title, key in _PLACE_KEYS.items()}

REQUIRED = ("school_code", "number", "grade", "first_name", "last_name", "sex", "birth_date")

_BREAK = re.compile(r"[\s*(\[:]")
_BLANKS = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")


@lru_cache(maxsize=4096, typed=True)
def squeezed(text: object) -> str:
    """A title without blanks and signs that do not print, its sara am in one piece.

    >>> squeezed(" รหัส โรงเรียน\\u200b ")
    'รหัสโรงเรียน'
    """
    return _BLANKS.sub("", unicodedata.normalize("NFC", str(text))).replace("ํา", "ำ")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each key stands in the header, with the title as the file writes it."""

    index: dict[str, int]
    title: dict[str, str]


def match(header: list[object], more: Mapping[str, str] | None = None) -> Columns:
    """Match a header row with the known titles.

    Exact titles win over those with a suffix set apart ("ชื่อ (ไทย)"), and these over a
    suffix written on ("รหัสโรงเรียนต้องกรอก"), so that ชื่อเล่น never passes for ชื่อ while
    ชื่อ is there. `more` adds titles of other registries: title -> key.
    """
    known = {squeezed(title): keys for title, keys in TITLES.items()}
    known |= {squeezed(title): (key,) for title, key in (more or {}).items()}
    longest_first = sorted(known, key=len, reverse=True)
    index: dict[str, int] = {}
    left = {at: str(cell).strip() for at, cell in enumerate(header) if squeezed(cell)}
    for closeness in (_is_same, _has_suffix_apart, _has_suffix):
        for at in sorted(left):
            title = next((title for title in longest_first if closeness(left[at], title)), None)
            key = next((key for key in known.get(title or "", ()) if key not in index), None)
            if key:
                index[key] = at
            if title:
                del left[at]
    return Columns(index, {key: str(header[at]).strip() for key, at in index.items()})


def _is_same(cell: str, title: str) -> bool:
    return squeezed(cell) == title


def _has_suffix_apart(cell: str, title: str) -> bool:
    cuts = (part.start() for part in _BREAK.finditer(cell))
    return any(squeezed(cell[:cut]) == title for cut in cuts)


def _has_suffix(cell: str, title: str) -> bool:
    return squeezed(cell).startswith(title)


def title_of(key: str) -> str:
    """The title by which a key is best known; for sentences."""
    best = {"number": "เลขประจำตัวประชาชน"}
    return best.get(key) or next(title for title, keys in TITLES.items() if key in keys)


# The plain template, for affiliations without a registry: what is required, and what helps form 01.
PLAIN_TITLES = (
    "รหัสโรงเรียน",
    "เลขประจำตัวประชาชน",
    "ชั้น",
    "ห้อง",
    "รหัสนักเรียน",
    "เพศ",
    "คำนำหน้าชื่อ",
    "ชื่อ",
    "นามสกุล",
    "วันเกิด",
    "ชื่อผู้ปกครอง",
    "นามสกุลผู้ปกครอง",
    "ความเกี่ยวข้องของผู้ปกครองกับนักเรียน",
    "หมายเลขบัตรประชาชนผู้ปกครอง",
    "หมายเลขโทรศัพท์ของผู้ปกครอง",
    "ความด้อยโอกาส",
)
