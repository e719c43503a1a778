"""A school's spreadsheet of teachers: the empty one to fill in, and what a filled one says.

Reading is pure: it knows the school's classes and nothing of who has an account. A wrong cell
leaves its row out and is told by row and column with a code; the sentences are in `SENTENCES`.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext, gettext_lazy as _

from eqfund.access import ROLE_NAMES, Role
from eqfund.accounts.rules import mobile_of
from eqfund.imports.cells import text
from eqfund.imports.errors import WrongFile
from eqfund.imports.sheet import Cell, letter, rows_of
from eqfund.school_year import grade_label, parse_grade

MOST_TEACHERS = 1_000
HEADER_WITHIN = 10
ROLES = (Role.HOMEROOM_TEACHER, Role.SCREENING_TEACHER, Role.REGISTRY_KEEPER)

# The columns, and the titles by which they are known when a school renames or moves them.
TITLES: dict[str, tuple[str, ...]] = {
    "full_name": ("ชื่อ–นามสกุล (พร้อมคำนำหน้า)", "ชื่อ-นามสกุล", "ชื่อ–นามสกุล", "ชื่อ สกุล", "ชื่อ", "name"),
    "email": ("อีเมล", "e-mail", "email", "อีเมล์"),
    "phone": ("โทรศัพท์มือถือ", "เบอร์โทรศัพท์", "โทรศัพท์", "มือถือ", "phone"),
    "role": ("หน้าที่", "ตำแหน่งในระบบ", "role"),
    "class": ("ชั้น/ห้อง", "ชั้น", "ห้อง", "class"),
}
NEEDED = ("full_name", "email", "role")
ROLE_WORDS = {
    Role.HOMEROOM_TEACHER: "ครูประจำชั้น",
    Role.SCREENING_TEACHER: "ครูคัดกรอง",
    Role.REGISTRY_KEEPER: "ครูที่ดูแลระบบ",
}
SENTENCES = {
    "name_missing": _("The name is missing."),
    "name_too_long": _("The name is longer than 200 letters."),
    "email_missing": _("The e-mail is missing: the invitation is sent there."),
    "email_invalid": _("This is not an e-mail address."),
    "email_of_two_names": _("This e-mail stands in another row with another name."),
    "row_repeated": _("The same e-mail, duty and class stand in a row above."),
    "phone_invalid": _(
        "This is not a Thai mobile number: ten digits, beginning with 06, 08 or 09."
    ),
    "role_unknown": _("The duty must be one of: ครูประจำชั้น, ครูคัดกรอง, ครูที่ดูแลระบบ."),
    "class_missing": _("A homeroom teacher needs a class."),
    "class_unknown": _("The school has no such class this year."),
    "own_email": _("This is your own e-mail. Nobody invites themselves."),
}
FILE_SENTENCES = {
    "file_empty": _("The file is empty."),
    "file_unreadable": _("The file is neither a spreadsheet (XLSX) nor a CSV text."),
    "file_too_long": _("The file has too many rows for one school: at most 1,000."),
    "file_too_wide": _("Cells far beside the table hold something. Delete them and send it again."),
    "no_header": _("No row of titles was found. Use the file that can be downloaded here."),
    "no_rows": _("There is no teacher in the file."),
}


@dataclass(frozen=True, slots=True)
class WrongCell:
    row: int
    column: str
    title: str
    value: str
    code: str

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code])


@dataclass(slots=True)
class Reading:
    """Rows that can be used, each with the row's number in the sheet, and the cells that are wrong."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[WrongCell] = field(default_factory=list)
    rows_left_out: int = 0


def blank_book(school_name: str, classes: list[str], year_be: int) -> bytes:
    """The sheet to fill in: a row for each class of the school, lists to choose from."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("ครู")
    head = book.add_format({"bold": True, "bg_color": "#E2F0EE", "border": 1, "text_wrap": True})
    as_text = book.add_format({"num_format": "@"})
    for column, (key, titles) in enumerate(TITLES.items()):
        sheet.write_string(0, column, titles[0], head)
        sheet.set_column(column, column, 34 if key in ("full_name", "email") else 18, as_text)
    for row, label in enumerate(classes, 1):
        sheet.write_string(row, 3, ROLE_WORDS[Role.HOMEROOM_TEACHER])
        sheet.write_string(row, 4, label)
    sheet.freeze_panes(1, 0)
    last = MOST_TEACHERS
    roles: dict[str, Any] = {"validate": "list", "source": list(ROLE_WORDS.values())}
    sheet.data_validation(1, 3, last, 3, roles)
    lists = book.add_worksheet("ชั้นเรียน")
    lists.write_column(0, 0, [f"{school_name} ปีการศึกษา {year_be}", *classes])
    lists.set_column(0, 0, 40)
    if classes:
        source = f"=ชั้นเรียน!$A$2:$A${len(classes) + 1}"
        sheet.data_validation(1, 4, last, 4, {"validate": "list", "source": source})
    book.close()
    return out.getvalue()


def blank_csv(classes: list[str]) -> bytes:
    """The same as CSV, with the mark by which Excel knows UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([titles[0] for titles in TITLES.values()])
    for label in classes:
        writer.writerow(["", "", "", ROLE_WORDS[Role.HOMEROOM_TEACHER], label])
    return ("\ufeff" + out.getvalue()).encode()


def read(content: bytes, classes: dict[str, str], *, own_email: str = "") -> Reading:
    """What the file says; `classes` gives the path of each label ("ป.4/1"). Raises WrongFile."""
    rows = list(rows_of(content))
    header, columns = _header(rows)
    found = Reading()
    names: dict[str, str] = {}
    posts: set[tuple[str, str, str]] = set()
    body = rows[header + 1 :]
    filled = [
        (number, row) for number, row in enumerate(body, header + 2) if _is_filled(row, columns)
    ]
    if len(filled) > MOST_TEACHERS:
        raise WrongFile("file_too_long", rows=len(filled), most=MOST_TEACHERS)
    if not filled:
        raise WrongFile("no_rows")
    for number, row in filled:
        values = {key: text(row[at]) if at < len(row) else "" for key, at in columns.items()}
        wrong = _row(values, classes, own_email, names, posts)
        if wrong:
            found.rows_left_out += 1
            found.errors += [
                WrongCell(
                    number,
                    letter(columns.get(key, 0)),
                    TITLES[key][0],
                    values.get(key, ""),
                    code,
                )
                for key, code in wrong
            ]
        else:
            found.rows.append(values | {"number": number})
    return found


def _header(rows: list[list[Cell]]) -> tuple[int, dict[str, int]]:
    """Which row holds the titles, and where each column stands."""
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        titles = [_plain(text(cell)) for cell in row]
        columns = {}
        for key, known in TITLES.items():
            wanted = {_plain(title) for title in known}
            at = next((i for i, title in enumerate(titles) if title in wanted), None)
            if at is not None:
                columns[key] = at
        if all(key in columns for key in NEEDED):
            return number, columns
    raise WrongFile("no_header")


def _is_filled(row: list[Cell], columns: dict[str, int]) -> bool:
    """A row that names somebody; the class alone, as the empty sheet has it, is none."""
    return any(text(row[columns[key]]) for key in ("full_name", "email") if columns[key] < len(row))


def _row(
    values: dict[str, Any],
    classes: dict[str, str],
    own_email: str,
    names: dict[str, str],
    posts: set[tuple[str, str, str]],
) -> list[tuple[str, str]]:
    """Make the row's values ours, in place; what is wrong as (column, code)."""
    wrong: list[tuple[str, str]] = []
    name, email = values["full_name"], values["email"].lower()
    if not name:
        wrong.append(("full_name", "name_missing"))
    elif len(name) > 200:
        wrong.append(("full_name", "name_too_long"))
    if code := _why_bad_email(email, own_email):
        wrong.append(("email", code))
    elif names.setdefault(email, name) != name:
        wrong.append(("email", "email_of_two_names"))
    phone = values.get("phone", "")
    number = _mobile(phone)
    if phone and number is None:
        wrong.append(("phone", "phone_invalid"))
    role = _role(values["role"])
    path = ""
    if role is None:
        wrong.append(("role", "role_unknown"))
    elif role is Role.HOMEROOM_TEACHER:
        path = classes.get(class_label(values.get("class", "")), "")
        if not path:
            wrong.append(("class", "class_unknown" if values.get("class") else "class_missing"))
    if not wrong and (email, str(role), path) in posts:
        wrong.append(("email", "row_repeated"))
    posts.add((email, str(role), path))
    values |= {"email": email, "phone": number or "", "role": str(role or ""), "path": path}
    return wrong


def _why_bad_email(email: str, own_email: str) -> str | None:
    if not email:
        return "email_missing"
    try:
        validate_email(email)
    except ValidationError:
        return "email_invalid"
    return "own_email" if email == own_email.lower() else None


def _mobile(phone: str) -> str | None:
    """A mobile number, also when the sheet took its first zero for nothing."""
    return mobile_of(phone) or mobile_of(f"0{phone}")


def _role(word: str) -> Role | None:
    plain = _plain(word)
    for role in ROLES:
        if plain in (_plain(ROLE_WORDS[role]), role.value, _plain(str(ROLE_NAMES[role]))):
            return role
    return None


def class_label(written: str) -> str:
    """A class as we write it, from the ways people do: "ป.4/1"; "" if it cannot be read.

    >>> class_label("ป 4 / 1"), class_label("ประถมศึกษาปีที่ 4 ห้อง 2"), class_label("อ.๓")
    ('ป.4/1', 'ป.4/2', 'อ.3/1')
    """
    found = re.fullmatch(r"(.*?)\s*(?:/|ห้องที่|ห้อง)\s*(\w+)", written.strip())
    grade, room = (found[1], found[2]) if found else (written, "1")
    try:
        label = grade_label(parse_grade(grade))
    except ValueError:
        return ""
    return f"{label}/{int(room)}" if room.isdecimal() else f"{label}/{room}"


def _plain(title: str) -> str:
    return re.sub(r"[\s.]", "", title).lower()


def file_sentence(wrong: WrongFile) -> str:
    """Why nothing of the file was read."""
    return str(FILE_SENTENCES.get(wrong.wrong.code, gettext("The file could not be read.")))
