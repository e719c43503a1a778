"""Money: whole satang inside, baht with two decimals and Thai words outside.

Pure: plain values in, plain values out. No Django, no database, no clock.

Units     Satang (int): 100 satang are one baht. Never a float.
Rounding  None: an amount with a fraction of a satang is an error.
Errors    ValueError whose text is a code: empty, not_a_number, negative,
          more_than_satang, too_large.
Source    Royal Society's rules for reading numbers: a last digit 1 after any other
          digit is เอ็ด (501,741,221 is ห้าร้อยเอ็ดล้าน...ยี่สิบเอ็ด). As receipts have
          it, whole baht end in ถ้วน.
"""

import re

from eqfund.thai_text import arabic_digits

SATANG_PER_BAHT = 100
LARGEST_SATANG = 10**15
"""Ten trillion baht: more than any sum here, well inside a bigint."""

_AMOUNT = re.compile(r"-?([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")
_MILLION = 1_000_000
_DIGITS = ("", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า")
_PLACES = ("", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน")


def baht(satang: int) -> str:
    """Baht with thousands separators and two decimals.

    >>> baht(154_197_504_000), baht(-5)
    ('1,541,975,040.00', '-0.05')
    """
    whole, rest = divmod(abs(satang), SATANG_PER_BAHT)
    return f"{'-' if satang < 0 else ''}{whole:,}.{rest:02}"


def parse_baht(text: str) -> int:
    """Satang of an amount in baht as people type it; Thai digits too.

    >>> parse_baht("1,500.00"), parse_baht("๑,๕๐๐.๕ บาท")
    (150000, 150050)
    """
    plain = re.sub(r"\s", "", arabic_digits(text))
    plain = plain.removeprefix("฿").removesuffix("บาท").removesuffix(".-")
    if not plain:
        raise ValueError("empty")
    found = _AMOUNT.fullmatch(plain)
    if not found:
        raise ValueError("not_a_number")
    if plain.startswith("-"):
        raise ValueError("negative")
    whole, fraction = found[1].replace(",", "").lstrip("0"), found[2] or ""
    if len(whole) >= len(str(LARGEST_SATANG)):
        raise ValueError("too_large")
    if fraction[2:].strip("0"):
        raise ValueError("more_than_satang")
    satang = int(whole or "0") * SATANG_PER_BAHT + int(fraction[:2].ljust(2, "0"))
    if satang > LARGEST_SATANG:
        raise ValueError("too_large")
    return satang


def baht_words(satang: int) -> str:
    """The amount in Thai words, as receipts and letters write it.

    >>> baht_words(150_000), baht_words(2_125)
    ('หนึ่งพันห้าร้อยบาทถ้วน', 'ยี่สิบเอ็ดบาทยี่สิบห้าสตางค์')
    >>> baht_words(50), baht_words(0)
    ('ห้าสิบสตางค์', 'ศูนย์บาทถ้วน')
    """
    if satang < 0:
        return "ลบ" + baht_words(-satang)
    whole, rest = divmod(satang, SATANG_PER_BAHT)
    in_baht = _number_words(whole) + "บาท" if whole else ""
    if rest:
        return f"{in_baht}{_number_words(rest)}สตางค์"
    return f"{in_baht or 'ศูนย์บาท'}ถ้วน"


def _number_words(number: int) -> str:
    """A positive number: groups of six digits, a million between each two."""
    higher, group = divmod(number, _MILLION)
    words = _number_words(higher) + "ล้าน" if higher else ""
    for place in reversed(range(len(_PLACES))):
        digit = group // 10**place % 10
        words += _digit_words(digit, place, is_first=not words)
    return words


def _digit_words(digit: int, place: int, *, is_first: bool) -> str:
    match digit, place:
        case 0, _:
            return ""
        case 1, 0:
            return "หนึ่ง" if is_first else "เอ็ด"
        case 1, 1:
            return "สิบ"
        case 2, 1:
            return "ยี่สิบ"
    return _DIGITS[digit] + _PLACES[place]
