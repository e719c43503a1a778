"""Thai dates, times, digits and alphabetical order, as text.

Pure: plain values in, plain values out. No Django, no database, no clock.

Units     Days are dates; an instant is an aware datetime and is shown in Bangkok's
          time, its day being the day in Bangkok. Years are Buddhist on every output.
Rounding  A duration is cut to its two largest units, down to the minute.
Errors    ValueError whose text is a code, for a text that is no date: not_a_date,
          year (none that we can read), no_such_day. ValueError for a naive datetime
          and for a range that ends before it starts.
Source    Writing of dates and times of official letters (Regulation of the Office of
          the Prime Minister on correspondence, B.E. 2526); alphabetical order of the
          Royal Society's dictionary.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

BUDDHIST_ERA = 543

_BANGKOK = ZoneInfo("Asia/Bangkok")
_TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_TO_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_MONTHS = (
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
)
_SHORT_MONTHS = (
    *("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย."),
    *("ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."),
)


def thai_digits(text: str) -> str:
    """The text with Thai digits.

    >>> thai_digits("ที่ 12/2569")
    'ที่ ๑๒/๒๕๖๙'
    """
    return text.translate(_TO_THAI)


def arabic_digits(text: str) -> str:
    """The text with Arabic digits.

    >>> arabic_digits("๒๕๖๙")
    '2569'
    """
    return text.translate(_TO_ARABIC)


# --- dates and times, written


def thai_date(day: date) -> str:
    """A day, short: for tables and pages.

    >>> thai_date(date(2026, 7, 24))
    '24 ก.ค. 2569'
    """
    day = _in_bangkok(day)
    return f"{day.day} {_SHORT_MONTHS[day.month - 1]} {day.year + BUDDHIST_ERA}"


def thai_date_long(day: date) -> str:
    """A day with the month in full.

    >>> thai_date_long(date(2026, 7, 24))
    '24 กรกฎาคม 2569'
    """
    day = _in_bangkok(day)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year + BUDDHIST_ERA}"


def letter_date(day: date) -> str:
    """A day as official letters write it.

    >>> letter_date(date(2026, 7, 24))
    '๒๔ กรกฎาคม ๒๕๖๙'
    """
    return thai_digits(thai_date_long(day))


def thai_time(instant: datetime) -> str:
    """A time of day.

    >>> thai_time(datetime(2026, 7, 24, 17, tzinfo=_BANGKOK))
    '17.00 น.'
    """
    return f"{_in_bangkok(instant):%H.%M} น."


def thai_datetime(instant: datetime) -> str:
    """A day and its time.

    >>> thai_datetime(datetime(2026, 7, 24, 17, tzinfo=_BANGKOK))
    '24 ก.ค. 2569 17.00 น.'
    """
    return f"{thai_date(instant)} {thai_time(instant)}"


def thai_range(first: date, last: date) -> str:
    """Two days with what they share written once.

    >>> thai_range(date(2026, 7, 16), date(2026, 7, 21))
    '16–21 ก.ค. 2569'
    >>> thai_range(date(2026, 7, 31), date(2026, 8, 28))
    '31 ก.ค. – 28 ส.ค. 2569'
    """
    first, last = _in_bangkok(first), _in_bangkok(last)
    start, end = (first.year, first.month, first.day), (last.year, last.month, last.day)
    if end < start:
        raise ValueError("a range ends before it starts")
    if start == end:
        return thai_date(last)
    if start[:2] == end[:2]:
        return f"{first.day}–{thai_date(last)}"
    if first.year == last.year:
        return f"{first.day} {_SHORT_MONTHS[first.month - 1]} – {thai_date(last)}"
    return f"{thai_date(first)} – {thai_date(last)}"


def phone(number: str) -> str:
    """A Thai telephone number as the programme's letters group it; anything else as it was typed.

    >>> phone("0820001234"), phone("02-079-5475"), phone("053 611 111 ext. 12")
    ('08 2000 1234', '0 2079 5475', '053 611 111 ext. 12')
    """
    digits = number.translate(str.maketrans("", "", " -.()"))
    if not digits.isdecimal() or digits[:1] != "0" or len(digits) not in (9, 10):
        return number
    head = len(digits) - 8
    return f"{digits[:head]} {digits[head:-4]} {digits[-4:]}"


def duration(length: timedelta) -> str:
    """How long, forwards or backwards, in at most two units.

    >>> duration(timedelta(days=3, hours=7, minutes=59))
    '3 วัน 7 ชั่วโมง'
    >>> duration(timedelta(seconds=59))
    'น้อยกว่า 1 นาที'
    """
    minutes = abs(length) // timedelta(minutes=1)
    counts = (minutes // (24 * 60), minutes // 60 % 24, minutes % 60)
    units = ("วัน", "ชั่วโมง", "นาที")
    largest = next((place for place, count in enumerate(counts) if count), None)
    if largest is None:
        return "น้อยกว่า 1 นาที"
    kept = [*zip(counts, units, strict=True)][largest : largest + 2]
    return " ".join(f"{count} {unit}" for count, unit in kept if count)


def _in_bangkok[D: date](day: D) -> D:
    """A day as it is; an instant in Bangkok's time."""
    if not isinstance(day, datetime):
        return day
    if day.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return day.astimezone(_BANGKOK)


# --- dates, read

_NOTHING = {"", "-", "–", "—", "."}
_TIME_OF_DAY = re.compile(r"(?<=[0-9])(?:T|\s+)[0-9]{1,2}[:.][0-9]{2}(?![0-9]).*$", re.DOTALL)
_DAY_FIRST = re.compile(r"([0-9]{1,2})\s*([/.\-])\s*([0-9]{1,2})\s*\2\s*([0-9]{2,4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})([/.\-])([0-9]{1,2})\2([0-9]{1,2})")
_NAMED = re.compile(r"([0-9]{1,2})\s*([ก-์.]+?)\s*(?:พ\.?\s*ศ\.?|ค\.?\s*ศ\.?)?\s*([0-9]{2,4})")
_MONTH_NUMBERS = {
    name.replace(".", ""): number
    for names in (_MONTHS, _SHORT_MONTHS)
    for number, name in enumerate(names, start=1)
} | {"กรกฏาคม": 7}  # with the wrong letter, as it is often typed


def parse_thai_date(value: object) -> date | None:
    """The day meant by a cell or a typed text; None for an empty one or a dash.

    Reads day/month/year (also with dots and dashes), year-month-day and Thai month
    names, Buddhist and Gregorian years, both sorts of digits, with or without a time
    of day, and spreadsheet dates. A year of two digits is refused: it could be either.

    >>> parse_thai_date("13/05/2555"), parse_thai_date("๒๔ ก.ค. ๒๕๖๙")
    (datetime.date(2012, 5, 13), datetime.date(2026, 7, 24))
    >>> parse_thai_date("2026-07-24"), parse_thai_date("-")
    (datetime.date(2026, 7, 24), None)
    """
    if value is None:
        return None
    if isinstance(value, date):
        return _day(value.year, value.month, value.day)
    if not isinstance(value, str):
        raise ValueError("not_a_date")
    text = arabic_digits(value).strip()
    if text in _NOTHING:
        return None
    text = _TIME_OF_DAY.sub("", text)
    if found := _DAY_FIRST.fullmatch(text):
        return _day(int(found[4]), int(found[3]), int(found[1]))
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(int(found[1]), int(found[3]), int(found[4]))
    if found := _NAMED.fullmatch(text):
        month = _MONTH_NUMBERS.get(found[2].replace(".", ""))
        if month:
            return _day(int(found[3]), month, int(found[1]))
    raise ValueError("not_a_date")


def _day(year: int, month: int, day: int) -> date:
    """A day of a Buddhist or Gregorian year: the two never meet within our centuries."""
    if 2400 <= year < 2700:
        year -= BUDDHIST_ERA
    elif not 1850 <= year < 2200:
        raise ValueError("year")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("no_such_day") from None


# --- alphabetical order

_LEADING_VOWEL = re.compile(r"([เแโใไ])([ก-ฮ])")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]+")
_PARTED_AM = re.compile("ํ([่-๋]?)า")
_MARKS = re.compile(r"[็่้๊๋์]")
_MARKS_FOLLOW = "!"  # after a space and before all letters, so that กา ก < ก่า < กาก


def one_spelling(text: str) -> str:
    """A text typed anyhow, as it is stored: what looks the same is the same.

    Signs that show nothing go, blanks become one; ำ is one letter, whichever side of its tone
    mark the ring was typed on, and เ twice is แ.

    >>> one_spelling(" นํ้าฝน\u200b  เเก้ว ") == "น้ำฝน แก้ว"
    True
    """
    if text.isascii():  # numbers and codes, half the cells of a registry file
        return " ".join(text.split())
    plain = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    if "ํ" in plain:
        plain = _PARTED_AM.sub(r"\1ำ", plain)
    return " ".join(plain.replace("เเ", "แ").split())


def sort_key(name: str) -> str:
    """A text whose plain code-point order is the dictionary's order of `name`.

    A vowel written before its consonant is moved behind it; tone marks and their like
    decide only between words that are equal without them, so they go to the word's end.
    A full name sorts by its first word, then the next. The key is longer than the name
    by at most one character for each word. Store it, and sort with collation C.

    >>> sorted(["ไก่", "กา", "ขา", "เก", "กาก", "ก้า"], key=sort_key)
    ['กา', 'ก้า', 'กาก', 'เก', 'ไก่', 'ขา']
    """
    return " ".join(map(_word_key, one_spelling(name).lower().split()))


def _word_key(word: str) -> str:
    marks = "".join(_MARKS.findall(word))
    letters = _LEADING_VOWEL.sub(r"\2\1", _MARKS.sub("", word))
    return letters + _MARKS_FOLLOW + marks if marks else letters
