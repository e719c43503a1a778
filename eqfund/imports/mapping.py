"""How a registry's files are read: titles, words and years that its exports write in their own way. Pure.

    Reading rules = what is shipped here for the registry + what the fund has added as data

Source  DMC: its two layouts as they are in the field. LEC, OPEC and BEMIS: no export was found, so
        what stands here for them is ASSUMED from the letter's and the FAQ's words, and the fund
        adjusts it without code ("ต้องการสมัครขอรับทุน" is the flag that a pupil of LEC needs).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial
from typing import Any

from eqfund.thai_text import arabic_digits

from . import cells
from .errors import BadCell
from .sheet import Cell
from .titles import REQUIRED, TITLES, squeezed, title_of

REGISTRIES = ("DMC", "LEC", "OPEC", "BEMIS")

# key -> what its words may mean; only these columns decide by a word
VALUES: dict[str, tuple[str, ...]] = {
    "disadvantage": ("poor", "not_poor"),
    "sex": ("m", "f"),
}
YEARS = ("both", "be", "ce")
NEAR = 0.6  # how alike two titles are that may be one

_FLAG_YES = ("ต้องการ", "ต้องการสมัคร", "ต้องการสมัครขอรับทุน", "ใช่", "ยากจน", "Y", "YES", "1")
_FLAG_NO = ("ไม่ต้องการ", "ไม่ใช่", "ไม่ยากจน", "N", "NO", "0")
_FLAG = {("disadvantage", word): "poor" for word in _FLAG_YES} | {
    ("disadvantage", word): "not_poor" for word in _FLAG_NO
}

SHIPPED_TITLES: dict[str, dict[str, str]] = {
    "DMC": {},
    "LEC": {
        "ต้องการสมัครขอรับทุน": "disadvantage",
        "เลขบัตรประชาชน": "number",
        "รหัสประจำตัวนักเรียน": "student_number",
        "ระดับชั้นเรียน": "grade",
        "วัน/เดือน/ปีเกิด": "birth_date",
    },
    "OPEC": {
        "เลขบัตรประชาชน": "number",
        "รหัสประจำตัวประชาชน": "number",
        "รหัสประจำตัวนักเรียน": "student_number",
        "ชั้นปี": "grade",
        "วัน/เดือน/ปีเกิด": "birth_date",
        "สถานะความยากจน": "disadvantage",
    },
    "BEMIS": {
        "เลขบัตรประชาชน": "number",
        "รหัสประจำตัวนักเรียน": "student_number",
        "วัน/เดือน/ปีเกิด": "birth_date",
        "ฐานะยากจน": "disadvantage",
    },
}
SHIPPED_VALUES: dict[str, dict[tuple[str, str], str]] = {
    "DMC": {},
    "LEC": _FLAG,
    "OPEC": _FLAG,
    "BEMIS": _FLAG,
}
_SHORT_YEAR = re.compile(r"^(\d{1,2}[/.-]\d{1,2}[/.-])(\d{2})$")


@dataclass(frozen=True, slots=True)
class HowRead:
    """The rules by which one registry's files are read; the plain ones read DMC."""

    titles: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)
    must_have: tuple[str, ...] = ()
    years: str = "both"

    @property
    def required(self) -> tuple[str, ...]:
        """What a file must have a column for: who and where a pupil is, and what the fund asks beyond."""
        return (*REQUIRED, *(key for key in self.must_have if key not in REQUIRED))

    def reader(self, key: str, plain: Callable[[Cell], Any]) -> Callable[[Cell], Any]:
        """The reader of a column whose words may be the registry's own."""
        words = {word: means for (of, word), means in self.values.items() if of == key}
        return partial(_by_words, words, plain) if words else plain

    def birth_date(self, plain: Callable[[Cell], Any]) -> Callable[[Cell], Any]:
        """The reader of dates, where years of two digits have a meaning."""
        return plain if self.years == "both" else partial(_with_long_year, self.years, plain)


def how_read(
    registry: str,
    titles: Mapping[str, str] | None = None,
    values: Mapping[tuple[str, str], str] | None = None,
    must_have: Sequence[str] = (),
    years: str = "both",
) -> HowRead:
    """What is shipped for a registry, and over it what the fund has added.

    >>> how_read("LEC").values["disadvantage", "ต้องการ"]
    'poor'
    """
    added = {(key, word_of(word)): means for (key, word), means in (values or {}).items()}
    shipped = {
        (key, word_of(word)): means
        for (key, word), means in SHIPPED_VALUES.get(registry, {}).items()
    }
    return HowRead(
        SHIPPED_TITLES.get(registry, {}) | dict(titles or {}),
        shipped | added,
        tuple(must_have),
        years,
    )


def word_of(text: str) -> str:
    """A word as it is compared: without blanks, in capitals.

    >>> word_of(" ไม่ ต้องการ "), word_of("yes")
    ('ไม่ต้องการ', 'YES')
    """
    return squeezed(text).upper()


def _by_words(words: Mapping[str, str], plain: Callable[[Cell], Any], cell: Cell) -> Any:
    """A word of the registry's own, else as everywhere. A flag's meaning is True or False."""
    means = words.get(word_of(cells.text(cell)))
    if means is None:
        return plain(cell)
    return {"poor": True, "not_poor": False}.get(means, means)


def _with_long_year(years: str, plain: Callable[[Cell], Any], cell: Cell) -> Any:
    """13/05/59 read as 2559 or as 2059's century says; a longer year is as it stands.

    >>> _with_long_year("be", str, "13/05/59"), _with_long_year("ce", str, "13/05/16")
    ('13/05/2559', '13/05/2016')
    """
    if isinstance(cell, str):
        written = arabic_digits(cells.text(cell))
        if short := _SHORT_YEAR.match(written):
            return plain(f"{short[1]}{'25' if years == 'be' else '20'}{short[2]}")
    return plain(cell)


def nearest(title: str, found: Sequence[str]) -> str:
    """The title in the file that looks most like one of ours; "" when none does.

    >>> nearest("วันเกิด", ["วันที่เกิด", "ห้อง"])
    'วันที่เกิด'
    """
    best = max(found, key=lambda each: _alike(title, each), default="")
    return best if best and _alike(title, best) >= NEAR else ""


def nearest_known(written: str, how: HowRead) -> str:
    """The key of the known title that a title in the file looks most like; "" when none does."""
    known = {title: keys[0] for title, keys in TITLES.items()} | dict(how.titles)
    best = nearest(written, list(known))
    return known.get(best, "")


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, squeezed(one), squeezed(other)).ratio()


def all_keys() -> list[str]:
    """Every key that a column may fill, what is required first, then as files have them."""
    known = dict.fromkeys(key for each in TITLES.values() for key in each)
    return [*REQUIRED, *(key for key in known if key not in REQUIRED)]


def titles_for(key: str) -> list[str]:
    """The titles that every registry's file may use for a key; the best known first."""
    first = title_of(key)
    others = [title for title, each in TITLES.items() if key in each and title != first]
    return [first, *others]


def meaning_of(key: str, text: str, how: HowRead) -> Any:
    """What a word of a deciding column is read as; None when it cannot be read."""
    plain: Callable[[Cell], Any] = cells.is_poor if key == "disadvantage" else _sex_alone
    try:
        return how.reader(key, plain)(text)
    except BadCell:
        return None


def _sex_alone(cell: Cell) -> str:
    return cells.sex(cell, "")
