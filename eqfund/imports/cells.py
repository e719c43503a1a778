"""Readers of one cell of a registry file: text, names, ids, days, amounts. Pure.

Each takes the cell as the sheet gave it (text, number or date) and returns a plain
value; "" or None stands for an empty cell, and "-", "ไม่มี" and the like are empty.
Raises BadCell with a code for what cannot be read.

Units     Amounts in satang (int), from baht as typed. Weight and height as typed,
          two decimals at most, as text, so that nothing is lost in a float.
"""

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from eqfund import national_id
from eqfund.money import parse_baht
from eqfund.school_year import parse_grade
from eqfund.thai_text import arabic_digits, one_spelling, parse_thai_date

from .errors import BadCell
from .sheet import Cell

EMPTY = {"", "-", "--", "—", "–", "ไม่มี", "ไม่ระบุ", "ไม่ทราบ", "null", "n/a", "."}

_CLASS_AND_ROOM = re.compile(r"^(.*?\d)\s*(?:/|ห้องที่|ห้อง)\s*(\d+)$")
_EXCEL_DAY_ZERO = date(1899, 12, 30)

# As written -> as the registry means it. Longest first when stripped from a name.
TITLES = {
    "เด็กชาย": "เด็กชาย",
    "ด.ช.": "เด็กชาย",
    "ด.ช": "เด็กชาย",
    "ดช.": "เด็กชาย",
    "ดช": "เด็กชาย",
    "เด็กหญิง": "เด็กหญิง",
    "ด.ญ.": "เด็กหญิง",
    "ด.ญ": "เด็กหญิง",
    "ดญ.": "เด็กหญิง",
    "ดญ": "เด็กหญิง",
    "นาย": "นาย",
    "นางสาว": "นางสาว",
    "น.ส.": "นางสาว",
    "น.ส": "นางสาว",
    "นส.": "นางสาว",
    "นาง": "นาง",
    "สามเณร": "สามเณร",
    "สณ.": "สามเณร",
    "พระ": "พระ",
}
MALE_TITLES = {"เด็กชาย", "นาย", "สามเณร", "พระ"}
FEMALE_TITLES = {"เด็กหญิง", "นางสาว", "นาง"}
# Only these are taken off the front of a name: พระ and the short ones begin real names.
_IN_NAMES = sorted((t for t in TITLES if t not in {"พระ", "ดช", "ดญ"}), key=len, reverse=True)
_BEGINS_WITH_TITLE = re.compile("|".join(map(re.escape, _IN_NAMES)))
# A Thai name never begins with a vowel or mark that hangs on the letter before it.
_HANGING = re.compile(r"^[ะ-ฺๅ-๎]")


def text(cell: Cell) -> str:
    """The cell's text with single spaces, or "" for an empty one.

    >>> text("  บ้าน   นา "), text("-"), text(4.0)
    ('บ้าน นา', '', '4')
    """
    if cell in ("", "-"):  # most cells of a full export
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, str):
        plain = one_spelling(cell)
    else:
        plain = str(cell)
    return "" if plain.lower() in EMPTY else plain


def digits(cell: Cell) -> str:
    """Text with Arabic digits and no spaces or dashes: a code."""
    return re.sub(r"[\s-]", "", arabic_digits(text(cell)))


def school_code(cell: Cell) -> str:
    """A school's code: 8 digits (SMIS) or 10 (the ministry's)."""
    code = digits(cell)
    if not code:
        raise BadCell("school_code_missing")
    if not (code.isascii() and code.isdigit() and len(code) in (8, 10)):
        raise BadCell("school_code_unreadable")
    return code


def pupil_number(cell: Cell) -> str:
    """A national id whose check digit is right, or a G-code.

    An id that a spreadsheet turned into 1.23E+12 has lost its digits: it is never
    guessed, also when the sheet filled the place with zeros.
    """
    if isinstance(cell, str) and national_id.is_as_stored(cell):  # most of them are
        return cell
    shown = text(cell)
    if not shown:
        raise BadCell("id_missing")
    number = national_id.normalize(shown)
    fault = national_id.why_invalid(number)
    if fault is None:
        return number
    if fault == "check_digit" and number.endswith("000000"):
        raise BadCell("id_exponent")
    raise BadCell(
        {
            "empty": "id_missing",  # signs that do not print, and nothing else
            "characters": "id_not_digits",
            "lost_in_excel": "id_exponent",
        }.get(fault, f"id_{fault}")
    )


def relative_id(cell: Cell) -> str:
    """A parent's or guardian's national id, or "" where none is written."""
    if not text(cell):
        return ""
    try:
        return pupil_number(cell)
    except BadCell as bad:
        raise BadCell("relative_id_unreadable") from bad


def title_and_name(title_cell: Cell, name_cell: Cell) -> tuple[str, str]:
    """A title and a first name, also when the title was typed into the name.

    >>> title_and_name("", "นายสมชาย"), title_and_name("-", "นายิกา")
    (('นาย', 'สมชาย'), ('', 'นายิกา'))
    """
    return parted(text(title_cell), text(name_cell))


def parted(title: str, name: str) -> tuple[str, str]:
    """The same of two texts that were read already."""
    title = TITLES.get(title) or TITLES.get(title.replace(" ", ""), title)
    if not _BEGINS_WITH_TITLE.match(name):
        return title, name
    for written in _IN_NAMES:
        rest = name.removeprefix(written).strip()
        if rest != name and len(rest) > 1 and not _HANGING.match(rest):
            if title in ("", TITLES[written]):
                return TITLES[written], rest
            break
    return title, name


def sex(cell: Cell, title: str) -> str:
    """ "m" or "f", from the cell or else from the title."""
    word = text(cell)
    if word in {"ช", "ชาย", "ช.", "M", "m", "1"} or word in MALE_TITLES:
        return "m"
    if word in {"ญ", "หญิง", "ญ.", "F", "f", "2"} or word in FEMALE_TITLES:
        return "f"
    if word:
        raise BadCell("sex_unreadable")
    if title in MALE_TITLES:
        return "m"
    if title in FEMALE_TITLES:
        return "f"
    raise BadCell("sex_missing")


def birth_date(cell: Cell, on: date) -> date:
    """A pupil's day of birth: text in the Buddhist or Gregorian year, or a date cell.

    A spreadsheet may hold 13/05/2555 as a real date of the Gregorian year 2555: that
    year is Buddhist. Nobody at school on day `on` is younger than 2 or older than 30.
    """
    if isinstance(cell, str) and not text(cell):
        raise BadCell("birth_date_missing")
    born = _day(cell)
    if born is None:
        raise BadCell("birth_date_unreadable")
    if not date(on.year - 30, 1, 1) <= born <= date(on.year - 2, 12, 31):
        raise BadCell("birth_date_impossible")
    return born


def _day(cell: Cell) -> date | None:
    if not isinstance(cell, date):
        cell = arabic_digits(text(cell))
        if re.fullmatch(r"\d{5}(\.\d+)?", cell):  # a spreadsheet's day number
            return _EXCEL_DAY_ZERO + timedelta(days=int(cell[:5]))
    try:
        return parse_thai_date(cell)
    except ValueError:
        return None


def grade_and_room(grade_cell: Cell, room_cell: Cell) -> tuple[str, str]:
    """A grade's code and a room's number, also when both stand in one cell.

    >>> grade_and_room("ม.1/2", ""), grade_and_room("ประถมศึกษาปีที่ ๔", 1.0)
    (('M1', '2'), ('P4', '1'))

    A missing room is room 1: a small school has one room a grade and leaves it out.
    """
    written = arabic_digits(text(grade_cell))
    if not written:
        raise BadCell("grade_missing")
    room = arabic_digits(text(room_cell))
    if both := _CLASS_AND_ROOM.match(written):
        written, in_class = both.groups()
        room = room or in_class
    if "/" in room:  # the room column repeats the class: ป.4/1
        room = room.rsplit("/", 1)[1].strip()
    if room and not (room.isascii() and room.isdigit() and len(room) < 5 and 1 <= int(room) <= 99):
        raise BadCell("room_unreadable")
    try:
        grade = parse_grade(written)
    except ValueError as error:
        raise BadCell("grade_unreadable") from error
    return grade, str(int(room or "1"))


def is_grade_outside(cell: Cell) -> bool:
    """Whether the class exists but lies above the programme: upper secondary, vocational.

    >>> is_grade_outside("ม.4"), is_grade_outside("มัธยมศึกษาปีที่ 6/1"), is_grade_outside("ม.3")
    (True, True, False)
    """
    written = re.sub(r"\s", "", arabic_digits(text(cell)))
    above = re.match(r"^(ม\.?|มัธยมศึกษาปีที่|มัธยม)([4-6])(?!\d)", written)
    return bool(above) or written.startswith(("ปวช", "ปวส", "เตรียมอนุบาล"))


def number(cell: Cell) -> str:
    """A plain number of at most two decimals as text, or "" where none is written."""
    written = arabic_digits(text(cell)).replace(",", "")
    if not written:
        return ""
    try:
        value = Decimal(written)
    except InvalidOperation as error:
        raise BadCell("number_unreadable") from error
    if not value.is_finite() or not 0 <= value < 1_000_000:
        raise BadCell("number_unreadable")
    return f"{value.quantize(Decimal('0.01')).normalize():f}"


def amount_satang(cell: Cell) -> int | None:
    """An amount typed in baht, in satang; None where none is written."""
    written = text(cell)
    if not written:
        return None
    try:
        return parse_baht(written)
    except ValueError as error:
        raise BadCell("amount_unreadable") from error


def phone(cell: Cell) -> str:
    """A Thai telephone number of 9 or 10 digits, or "" where none is written."""
    written = re.sub(r"[\s().-]", "", arabic_digits(text(cell))).replace("+66", "0")
    if not written or set(written) == {"0"}:
        return ""
    if len(written) in (8, 9) and written.isdigit() and not written.startswith("0"):
        written = "0" + written  # a number cell loses the zero in front
    if not (written.isascii() and written.isdigit() and len(written) in (9, 10)):
        raise BadCell("phone_unreadable")
    return written


def is_poor(cell: Cell) -> bool:
    """Whether ความด้อยโอกาส says poor; the field may name several kinds.

    >>> is_poor("เด็กยากจน"), is_poor("ไม่ยากจน"), is_poor("-")
    (True, False, False)
    """
    return any("ยากจน" in kind and "ไม่" not in kind for kind in re.split(r"[,;/]", text(cell)))
