"""Read one line of a registry file: a pupil's cells, each by its column's reader. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from . import cells
from .errors import CellError
from .kept import Column, Kept, Unread
from .mapping import HowRead
from .rows import RegistryRow
from .sheet import Cell, Row
from .titles import ADDRESSES, RELATIVES, Columns, title_of

AS_TEXT = (
    "first_name_en",
    "last_name_en",
    "blood",
    "religion",
    "race",
    "nationality",
    "parents_status",
    "birth_province",
    "boarding",
    "disability",
    "travel_time",
    "travel_mode",
    "pupil_type",
    "branch_code",
    "branch_name",
    "cannot_strike_off",
    "disadvantage",
)
AS_NUMBER = (
    "weight_kg",
    "height_cm",
    "gpax",
    "gpa",
    "elder_brothers",
    "younger_brothers",
    "elder_sisters",
    "younger_sisters",
    "siblings_studying",
    "child_order",
    "distance_unpaved",
    "distance_paved",
    "distance_water",
)
PLAIN = HowRead()
LACKS = ("uniform", "stationery", "books", "lunch")
OF_RELATIVE: dict[str, Callable[[Cell], Any]] = {
    "occupation": cells.text,
    "relationship": cells.text,
    "national_id": cells.relative_id,
    "phone": cells.phone,
    "income": cells.amount_satang,
}
OF_ADDRESS: dict[str, Callable[[Cell], Any]] = {
    "house_code": cells.text,
    "house_no": cells.text,
    "moo": cells.text,
    "road": cells.text,
    "subdistrict": cells.text,
    "district": cells.text,
    "province": cells.text,
    "postcode": cells.text,
    "phone": cells.phone,
}
_STORED = {"income": "income_satang"}  # key in the file's columns -> key in the extras


class LineReader:
    """Reads the lines of one file, whose columns it knows, as of a day of the term."""

    def __init__(self, columns: Columns, on: date, how: HowRead = PLAIN) -> None:
        self._columns = columns
        self._on = on
        self._width = max(columns.index.values()) + 1
        self.school_code = self._column("school_code", cells.school_code)
        self.number = self._column("number", cells.pupil_number)
        self.student_number = self._column("student_number", cells.digits)
        self.grade = self._column("grade", cells.is_grade_outside)
        self.room = self._column("room", cells.text)
        self.title = self._column("title", cells.text)
        self.first_name = self._column("first_name", cells.text)
        self.last_name = self._column("last_name", cells.text)
        self.sex = self._column("sex", cells.text)
        self.birth_date = self._column(
            "birth_date", how.birth_date(partial(cells.birth_date, on=on))
        )
        self.poor = self._column("disadvantage", how.reader("disadvantage", cells.is_poor))
        self._class = Kept(cells.grade_and_room, of_pairs=True)
        self._sex = Kept(_sex_reader(how), of_pairs=True)
        self._relatives = [(who, *self._relative(who)) for who in RELATIVES]
        self._addresses = [(where, self._group(where, OF_ADDRESS)) for where in ADDRESSES]
        flat = dict.fromkeys(AS_TEXT, cells.text) | dict.fromkeys(AS_NUMBER, cells.number)
        self._flat = self._group("", flat)
        lacks = {f"lacks_{thing}": _is_yes for thing in LACKS}
        self._lacks = self._group("", lacks)

    def padded(self, row: Row) -> Row:
        """The row as long as the header and one empty cell more, which stands for missing columns."""
        return [*row[: self._width], *([""] * (self._width + 1 - min(len(row), self._width)))]

    def pupil(self, line: int, row: Row, code: str) -> tuple[RegistryRow, list[CellError]]:
        """The pupil of a padded row, and its wrong cells."""
        errors: list[CellError] = []
        number = self._take(self.number, line, row, errors)
        grade, room = self._grade_and_room(line, row, errors)
        title, first_name = cells.parted(
            self.title.read[row[self.title.at]], self.first_name.read[row[self.first_name.at]]
        )
        last_name = self.last_name.read[row[self.last_name.at]]
        if not first_name:
            errors.append(wrong(self.first_name, line, row, "first_name_missing"))
        if not last_name:
            errors.append(wrong(self.last_name, line, row, "last_name_missing"))
        sex = self._sex_of(line, row, title, errors)
        made = RegistryRow(
            line=line,
            school_code=code,
            number=number,
            grade=grade,
            room=room,
            student_number=self.student_number.read[row[self.student_number.at]][:20],
            sex=sex,
            title=title or {"m": "เด็กชาย", "f": "เด็กหญิง"}.get(sex, ""),
            first_name=first_name,
            last_name=last_name,
            birth_date=self._take(self.birth_date, line, row, errors) or self._on,
            disadvantage_poor=self.poor.read[row[self.poor.at]],
            extras=self._extras(line, row, errors),
        )
        return made, errors

    def fault_of_school(self, row: Row) -> str:
        """The code of what is wrong with a padded row's school code; "" for nothing."""
        code = self.school_code.read[row[self.school_code.at]]
        return code.code if type(code) is Unread else ""

    def _take(self, column: Column, line: int, row: Row, errors: list[CellError]) -> Any:
        value = column.read[row[column.at]]
        if type(value) is Unread:
            errors.append(wrong(column, line, row, value.code))
            return ""
        return value

    def _grade_and_room(self, line: int, row: Row, errors: list[CellError]) -> tuple[str, str]:
        value = self._class[row[self.grade.at], row[self.room.at]]
        if type(value) is Unread:
            column = self.room if value.code.startswith("room") else self.grade
            errors.append(wrong(column, line, row, value.code))
            return "", ""
        return value  # type: ignore[no-any-return]

    def _sex_of(self, line: int, row: Row, title: str, errors: list[CellError]) -> str:
        value = self._sex[row[self.sex.at], title]
        if type(value) is Unread:
            errors.append(wrong(self.sex, line, row, value.code))
            return ""
        if title in (cells.FEMALE_TITLES if value == "m" else cells.MALE_TITLES):
            errors.append(wrong(self.sex, line, row, "sex_and_title_differ"))
        return value  # type: ignore[no-any-return]

    def _extras(self, line: int, row: Row, errors: list[CellError]) -> dict[str, Any]:
        """What prefills form 01; empty cells leave no key."""
        extras = _filled(self._flat, line, row, errors)
        for who, title, first_name, last_name, rest in self._relatives:
            called, first = cells.parted(
                title.read[row[title.at]], first_name.read[row[first_name.at]]
            )
            last = last_name.read[row[last_name.at]]
            if first or last:
                person = {"title": called, "first_name": first, "last_name": last}
                extras[who] = {key: value for key, value in person.items() if value}
                extras[who] |= _filled(rest, line, row, errors)
        for where, columns in self._addresses:
            if place := _filled(columns, line, row, errors):
                extras[where] = place
        if lacks := [column.key[6:] for column in self._lacks if column.read[row[column.at]]]:
            extras["lacks"] = lacks
        return extras

    def _column(self, key: str, reader: Callable[..., Any]) -> Column:
        at = self._columns.index.get(key, -1)
        return Column(key, at, Kept(reader), self._columns.title.get(key) or title_of(key))

    def _group(self, prefix: str, readers: Mapping[str, Callable[[Cell], Any]]) -> list[Column]:
        """The columns of a group that the file has, each under its key in the group."""
        dotted = f"{prefix}." if prefix else ""
        there = (key for key in readers if f"{dotted}{key}" in self._columns.index)
        columns = ((key, self._column(f"{dotted}{key}", readers[key])) for key in there)
        return [column._replace(key=_STORED.get(key, key)) for key, column in columns]

    def _relative(self, who: str) -> tuple[Column, Column, Column, list[Column]]:
        keys = ("title", "first_name", "last_name")
        title, first_name, last_name = (self._column(f"{who}.{key}", cells.text) for key in keys)
        return title, first_name, last_name, self._group(who, OF_RELATIVE)


def _sex_reader(how: HowRead) -> Callable[[Cell, str], str]:
    """Sex by the registry's own words first, then as everywhere, from the title too."""

    def read(cell: Cell, title: str) -> str:
        return str(how.reader("sex", lambda written: cells.sex(written, title))(cell))

    return read if any(key == "sex" for key, _word in how.values) else cells.sex


def _filled(columns: list[Column], line: int, row: Row, errors: list[CellError]) -> dict[str, Any]:
    """The cells of a group that hold something, by key; an unreadable one is named."""
    found = {}
    for column in columns:
        value = column.read[row[column.at]]
        if value or (value == 0 and value is not False):
            if type(value) is Unread:
                errors.append(wrong(column, line, row, value.code))
            else:
                found[column.key] = value
    return found


def wrong(column: Column, line: int, row: Row, code: str) -> CellError:
    value = str(row[column.at]).strip()[:80]
    return CellError(line, column.letter, column.title, code, value)


def _is_yes(cell: Cell) -> bool:
    return cells.text(cell) not in ("", "0", "ไม่", "ไม่ขาดแคลน", "ไม่ใช่", "N")
