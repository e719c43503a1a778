"""How alike two pupils are, and what two schools' answers lead to.

Pure: plain values in, plain values out. No Django, no database, no clock.

Units     Names are texts as registries write them; days are dates of the common era.
Names     Compared by `name_key`: without titles, spaces and tone marks, without the mark
          that silences a letter, and with letters that sound alike made one (ณ น, ศ ษ ส,
          ฤ รึ, รร ั). Two keys are alike when at most one letter in four differs.
          `NAME_SQL` says the same in SQL; a test holds the two together.
Errors    None: an unknown birth date agrees with nothing.
Source    DESIGN sections 8 and 11 ("One child"); docs/rules/duplicates.md.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

BUDDHIST_ERA = 543
DROPPED = "่้๊๋์็ๆฺ .-–'\"()\u200b\u200c\u200d\u00a0\ufeff"
SOUNDS = str.maketrans("ณญศษฎฏฐฑฒธภฬฃฅฆใๅ", "นยสสดตถทททพลขคคไา")
TITLES = r"^(เด็กชาย|เด็กหญิง|นางสาว|นาย|นาง|ด\.\s?ช\.|ด\.\s?ญ\.|น\.\s?ส\.)\s*(?=[ก-ฮเ-ไ])"
REPLACED = (("ฤๅ", "รึ"), ("ฤ", "รึ"), ("รร", "ั"), ("เเ", "แ"), ("ํา", "ำ"))
# The year of somebody who wrote 2559 for 2016, or whose "59" was taken for 1959.
ERA_SLIPS = (BUDDHIST_ERA, 57)

_TITLE = re.compile(TITLES)
_DROP = str.maketrans("", "", DROPPED)


class Numbers(StrEnum):
    """What the two pupils' numbers say."""

    SAME = "same"
    OPEN = "open"  # at least one has no national id yet
    DIFFER = "differ"  # two national ids, both right in themselves


class Alike(StrEnum):
    SAME = "same"
    NEAR = "near"
    NO = "no"


class Band(StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Answer(StrEnum):
    STUDYING = "studying"
    LEFT = "left"
    NEVER = "never"
    WRONG = "wrong"


class Outcome(StrEnum):
    ONE_FIRST = "one_first"
    ONE_SECOND = "one_second"
    DIFFERENT = "different"
    WRONG_FIRST = "wrong_first"
    WRONG_SECOND = "wrong_second"
    NEITHER = "neither"
    ENDED = "ended"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Person:
    """What is compared of a pupil."""

    first_name: str
    last_name: str
    born: date | None
    sex: str


# --- names


def name_key(name: str) -> str:
    """A name as it is compared.

    >>> name_key("เด็กหญิงกฤษณา"), name_key("กริศนา")
    ('กรึสนา', 'กริสนา')
    >>> name_key("ณัฐพงษ์") == name_key("นัฐพงศ")
    True
    """
    text = _TITLE.sub("", unicodedata.normalize("NFC", name).strip())
    for was, becomes in REPLACED:
        text = text.replace(was, becomes)
    return text.translate(_DROP).translate(SOUNDS)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def name_sql(column: str) -> str:
    """`name_key` of a column, as one SQL expression."""
    was = "".join(map(chr, SOUNDS))
    becomes = "".join(chr(SOUNDS[ord(letter)]) for letter in was)
    text = f"regexp_replace(btrim(normalize({column}, NFC)), {_literal(TITLES)}, '')"
    for old, new in REPLACED:
        text = f"replace({text}, {_literal(old)}, {_literal(new)})"
    # translate drops the letters that have no counterpart
    return f"translate({text}, {_literal(was + DROPPED)}, {_literal(becomes)})"


def names_alike(a: str, b: str) -> Alike:
    """How alike two names are, after normalising: at most one letter in four may differ, and one at least.

    >>> names_alike("กัญญา", "กันยา"), names_alike("ธนกร", "ธนากร"), names_alike("สมชาย", "สมหญิง")
    (<Alike.NEAR: 'near'>, <Alike.NEAR: 'near'>, <Alike.NO: 'no'>)
    """
    first, second = name_key(a), name_key(b)
    if first == second:
        return Alike.SAME if first else Alike.NO
    longest = max(len(first), len(second))
    most = max(1, longest // 4)
    if longest < 3 or abs(len(first) - len(second)) > most:
        return Alike.NO
    return Alike.NEAR if distance(first, second) <= most else Alike.NO


def distance(a: str, b: str) -> int:
    """Letters put in, left out, changed or swapped with the next, to make one text of the other.

    >>> distance("กมล", "กลม"), distance("ศิริ", "สิริ")
    (1, 1)
    """
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        before, last, row = row, before, [i, *([0] * len(b))]
        for j, other in enumerate(b, start=1):
            row[j] = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                row[j] = min(row[j], last[j - 2] + 1)
    return row[-1]


# --- birth dates


def births_alike(a: date | None, b: date | None) -> Alike:
    """Whether two birth dates are one, or one written wrongly: a digit, day and month, the era.

    >>> births_alike(date(2016, 5, 3), date(2016, 3, 5))
    <Alike.NEAR: 'near'>
    """
    if a is None or b is None:
        return Alike.NO
    if a == b:
        return Alike.SAME
    swapped = a.year == b.year and (a.day, a.month) == (b.month, b.day)
    same_day = (a.day, a.month) == (b.day, b.month)
    slipped = same_day and abs(a.year - b.year) in ERA_SLIPS
    return Alike.NEAR if swapped or slipped or _one_digit_apart(a, b) else Alike.NO


def _one_digit_apart(a: date, b: date) -> bool:
    """In either era: 2559 and 2560 differ in two digits, 2016 and 2017 in one."""
    for era in (0, BUDDHIST_ERA):
        one, two = (f"{day.year + era:04d}{day.month:02d}{day.day:02d}" for day in (a, b))
        if sum(x != y for x, y in zip(one, two, strict=True)) == 1:
            return True
    return False


# --- the band


def band(a: Person, b: Person, numbers: Numbers) -> Band | None:
    """How sure it is that two pupils are one child; None when they are not taken for one.

    Brothers and sisters, and twins, share surname and perhaps the day: their first names keep
    them apart. Two right national ids are two children unless all else is the same.
    """
    if numbers is Numbers.SAME:
        return Band.CERTAIN
    first, last = (
        names_alike(a.first_name, b.first_name),
        names_alike(a.last_name, b.last_name),
    )
    born = births_alike(a.born, b.born)
    if Alike.NO in (first, last, born):
        return None
    near = [first, last, born].count(Alike.NEAR) + (a.sex != b.sex)
    if numbers is Numbers.DIFFER:
        return Band.POSSIBLE if near == 0 else None
    return {0: Band.LIKELY, 1: Band.POSSIBLE}.get(near)


def agreeing(a: Person, b: Person, numbers: Numbers) -> list[str]:
    """Codes of the fields that agree, those that nearly do marked so: what each school may know of the other.

    >>> one, two = (Person(n, "ใจดี", date(2016, 5, 3), "f") for n in ("กมล", "กมน"))
    >>> agreeing(one, two, Numbers.OPEN)
    ['first_name_near', 'last_name', 'birth_date', 'sex']
    """
    found = ["number"] if numbers is Numbers.SAME else []
    for code, alike in (
        ("first_name", names_alike(a.first_name, b.first_name)),
        ("last_name", names_alike(a.last_name, b.last_name)),
        ("birth_date", births_alike(a.born, b.born)),
    ):
        if alike is not Alike.NO:
            found.append(code if alike is Alike.SAME else f"{code}_near")
    return [*found, "sex"] if a.sex == b.sex else found


def numbers_of(kind_a: str, kind_b: str) -> Numbers:
    """What two different numbers say, by their kinds ("" for none yet).

    >>> numbers_of("national_id", "g_code"), numbers_of("national_id", "national_id")
    (<Numbers.OPEN: 'open'>, <Numbers.DIFFER: 'differ'>)
    """
    both = kind_a == kind_b == "national_id"
    return Numbers.DIFFER if both else Numbers.OPEN


# --- places


def school_of(path: str) -> str:
    """The path of the school that a class's path lies in.

    >>> school_of("TH/1/2/3/4/")
    'TH/1/2/3/'
    """
    return "/".join(path.split("/")[:4]) + "/"


def apart(a: str, b: str) -> str:
    """How far apart two schools are, by their paths: school, office, affiliation or country.

    >>> apart("TH/1/2/3/", "TH/1/2/3/"), apart("TH/1/2/3/", "TH/1/2/4/"), apart("TH/1/2/3/", "TH/5/6/7/")
    ('school', 'office', 'country')
    """
    one, two = a.split("/"), b.split("/")
    for level, segments in (("school", 4), ("office", 3), ("affiliation", 2)):
        if one[:segments] == two[:segments]:
            return level
    return "country"


def place_of_both(a: str, b: str) -> str:
    """The place whose people see both: the school, the office, else the country (the fund).

    >>> place_of_both("TH/1/2/3/", "TH/1/2/4/"), place_of_both("TH/1/2/3/", "TH/1/9/4/")
    ('TH/1/2/', 'TH/')
    """
    segments = {"school": 4, "office": 3}.get(apart(a, b), 1)
    return "/".join(a.split("/")[:segments]) + "/"


# --- what answers lead to

GONE = (Answer.LEFT, Answer.NEVER)


def compared(band: Band, first: Answer, second: Answer) -> Outcome | None:
    """What two schools' answers settle; None when they do not, and a supervisor decides."""
    if band is Band.CERTAIN:
        return _of_one_number(first, second)
    match first in GONE, second in GONE:
        case True, True:
            return Outcome.NEITHER
        case (True, False) | (False, True):
            return Outcome.ENDED
    return Outcome.DIFFERENT if Answer.WRONG in (first, second) else None


def _of_one_number(first: Answer, second: Answer) -> Outcome | None:
    if first is second and first in (Answer.STUDYING, Answer.WRONG):
        return None
    if first is Answer.WRONG:
        return Outcome.WRONG_FIRST
    if second is Answer.WRONG:
        return Outcome.WRONG_SECOND
    if first is Answer.STUDYING:
        return Outcome.ONE_FIRST
    return Outcome.ONE_SECOND if second is Answer.STUDYING else Outcome.NEITHER


def decidable(band: Band) -> tuple[Outcome, ...]:
    """What a supervisor may decide of a pair at two schools."""
    one = (Outcome.ONE_FIRST, Outcome.ONE_SECOND)
    if band is Band.CERTAIN:
        return (*one, Outcome.WRONG_FIRST, Outcome.WRONG_SECOND)
    return (*one, Outcome.DIFFERENT)


class State(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    DISPUTED = "disputed"
    SETTLED = "settled"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.OPEN: frozenset({State.ANSWERED, State.SETTLED}),
    State.ANSWERED: frozenset({State.DISPUTED, State.SETTLED}),
    State.DISPUTED: frozenset({State.SETTLED}),
    State.SETTLED: frozenset({State.OPEN}),  # what was compared has changed since
}
