"""School years, terms and grades, as values.

Pure: plain values in, plain values out. No Django, no database, no clock.

Units     Years are Buddhist (B.E. = C.E. + 543) and say so: `be`, `year_be`.
Year      A school year runs from 1 May to 30 April and is named after the year in
          which it begins. By regulation it begins on 16 May; ours begins with the
          month, because the programme's work for term 1 starts in the first week
          of May, before the pupils come. Nothing of the year before is open then.
Grades    Codes, never labels, are stored: K1-K3 kindergarten, P1-P6 primary, M1-M3
          lower secondary. Upper secondary is outside the programme.
Errors    ValueError for a year that is not Buddhist, a term other than 1 or 2, and
          a text that is no term or no grade of the programme.
Source    Regulation of the Ministry of Education on the school year, B.E. 2549;
          the programme's calendar of term 1/2569, which opens on 7 May.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

from eqfund.thai_text import BUDDHIST_ERA, arabic_digits

type Level = Literal["kindergarten", "primary", "lower_secondary"]

FIRST_MONTH = 5
TERMS = (1, 2)

_KNOWN_YEARS = range(2400, 2700)  # a Gregorian year typed for a Buddhist one is outside


@dataclass(frozen=True, slots=True, order=True)
class SchoolYear:
    """A school year by its Buddhist number.

    >>> SchoolYear(2569).first_day, SchoolYear(2569).last_day
    (datetime.date(2026, 5, 1), datetime.date(2027, 4, 30))
    """

    be: int

    def __post_init__(self) -> None:
        if self.be not in _KNOWN_YEARS:
            raise ValueError(f"not a Buddhist year: {self.be}")

    def __str__(self) -> str:
        return str(self.be)

    @classmethod
    def of(cls, day: date) -> Self:
        """The school year that `day` lies in.

        >>> SchoolYear.of(date(2026, 4, 30)), SchoolYear.of(date(2026, 5, 1))
        (SchoolYear(be=2568), SchoolYear(be=2569))
        """
        return cls(day.year + BUDDHIST_ERA - (day.month < FIRST_MONTH))

    @property
    def ce(self) -> int:
        """The Gregorian year in which it begins."""
        return self.be - BUDDHIST_ERA

    @property
    def first_day(self) -> date:
        return date(self.ce, FIRST_MONTH, 1)

    @property
    def last_day(self) -> date:
        return date.fromordinal(date(self.ce + 1, FIRST_MONTH, 1).toordinal() - 1)


@dataclass(frozen=True, slots=True, order=True)
class TermKey:
    """A term by its year and number; terms sort in the order they come.

    >>> TermKey(2568, 2) < TermKey(2569, 1)
    True
    """

    year_be: int
    number: int

    def __post_init__(self) -> None:
        SchoolYear(self.year_be)
        if self.number not in TERMS:
            raise ValueError(f"a school year has no term {self.number}")

    def __str__(self) -> str:
        return self.label

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "1/2569", also in Thai digits and with spaces.

        >>> TermKey.parse("๑ / ๒๕๖๙")
        TermKey(year_be=2569, number=1)
        """
        found = re.fullmatch(r"\s*([0-9])\s*/\s*([0-9]{4})\s*", arabic_digits(text))
        if not found:
            raise ValueError(f"not a term: {text!r}")
        return cls(year_be=int(found[2]), number=int(found[1]))

    @property
    def label(self) -> str:
        """As people write it: "1/2569"."""
        return f"{self.number}/{self.year_be}"

    @property
    def year(self) -> SchoolYear:
        return SchoolYear(self.year_be)

    def next(self) -> Self:
        """The term that follows.

        >>> TermKey(2569, 2).next().label
        '1/2570'
        """
        last = self.number == TERMS[-1]
        return type(self)(self.year_be + last, 1 if last else self.number + 1)

    def previous(self) -> Self:
        """The term before."""
        first = self.number == TERMS[0]
        number = TERMS[-1] if first else self.number - 1
        return type(self)(self.year_be - first, number)


GRADES = ("K1", "K2", "K3", "P1", "P2", "P3", "P4", "P5", "P6", "M1", "M2", "M3")
TRANSITION_GRADES = ("K3", "P6", "M3")
"""Last grades of a level: the pupil's next school is not known yet."""

_LEVELS: dict[str, Level] = {
    "K": "kindergarten",
    "P": "primary",
    "M": "lower_secondary",
}
_SHORT = {"K": "อ.", "P": "ป.", "M": "ม."}
_WORDS = {
    "K": ("K", "อ", "อบ", "อนุบาล", "อนุบาลศึกษา"),
    "P": ("P", "ป", "ประถม", "ประถมศึกษา"),
    "M": ("M", "ม", "มัธยม", "มัธยมศึกษา", "มัธยมศึกษาตอนต้น"),
}
_LETTERS = {word: letter for letter, words in _WORDS.items() for word in words}


def parse_grade(text: str) -> str:
    """The code of a grade, from the ways registries and teachers write it.

    >>> [parse_grade(text) for text in ("อ.3", "ป.๖", "ชั้นมัธยมศึกษาปีที่ 1")]
    ['K3', 'P6', 'M1']
    """
    plain = re.sub(r"[\s.]", "", arabic_digits(text)).upper().removeprefix("ชั้น")
    found = re.fullmatch(r"([^0-9]+?)(?:ชั้น)?(?:ปีที่)?([0-9])", plain)
    code = _LETTERS.get(found[1], "?") + found[2] if found else ""
    if code not in GRADES:
        raise ValueError(f"not a grade of the programme: {text!r}")
    return code


def grade_label(code: str) -> str:
    """The grade as people write it.

    >>> grade_label("P4")
    'ป.4'
    """
    return _SHORT[_known(code)[0]] + code[1]


def level_of(code: str) -> Level:
    """The level that sets the amount of the grant.

    >>> level_of("M3")
    'lower_secondary'
    """
    return _LEVELS[_known(code)[0]]


def next_grade(code: str) -> str | None:
    """The grade one year later; None after M3, where the programme ends.

    >>> next_grade("K3"), next_grade("M3")
    ('P1', None)
    """
    following = GRADES.index(_known(code)) + 1
    return GRADES[following] if following < len(GRADES) else None


def _known(code: str) -> str:
    if code not in GRADES:
        raise ValueError(f"not a grade of the programme: {code!r}")
    return code
