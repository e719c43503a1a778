"""Whether a guardian's name and phone can be what they say. Pure.

The bank compares names, and the school calls: a slip of the finger costs a family a round.
These hold for what is typed anew; what the registry brought stays as it is until it is changed.
"""

import re

from eqfund import national_id
from eqfund.thai_text import arabic_digits

TITLES = ("นาย", "นางสาว", "นาง", "น.ส.", "เด็กชาย", "เด็กหญิง", "ด.ช.", "ด.ญ.")
# Not an end of the list: ranks, monks and people with other cards have titles of their own.
OTHER_TITLES = ("พระ", "สามเณร", "แม่ชี", "ว่าที่", "หม่อม", "MR", "MRS", "MISS", "MS")
_LETTERS = re.compile(r"[ก-ฮฯ-ูเ-๎A-Za-z.'\- ]+")
_PHONE = re.compile(r"0[2-9][0-9]{7,8}")


def why_not_name(name: str) -> str | None:
    """A code for why this cannot be a person's title, name and family name, or None.

    >>> why_not_name("นางสมศรี"), why_not_name("นางสมศรี ใจดี 2"), why_not_name("นางสมศรี ใจดี")
    ('name_one_word', 'name_letters', None)
    """
    name = " ".join(name.split())
    if not name:
        return "guardian_name_missing"
    if not _LETTERS.fullmatch(name):
        return "name_letters"
    words = [word for word in name.split(" ") if word.rstrip(".") not in _bare_titles()]
    return "name_one_word" if len(words) < 2 else None


def has_title(name: str) -> bool:
    """Whether the name begins with a title we know; without one the reader is asked, not refused.

    >>> has_title("นางสมศรี ใจดี"), has_title("สมศรี ใจดี")
    (True, False)
    """
    return name.strip().upper().startswith((*TITLES, *OTHER_TITLES))


def why_not_phone(phone: str) -> str | None:
    """A code for why this cannot be a Thai phone number, or None; none at all is fine.

    >>> why_not_phone("081 234 5678"), why_not_phone("02-079-5475"), why_not_phone("12345")
    (None, None, 'phone_wrong')
    """
    digits = re.sub(r"[\s\-().]", "", arabic_digits(phone))
    if not digits:
        return None
    if digits.startswith("+66"):
        digits = "0" + digits[3:]
    mobile = digits[:2] in ("06", "08", "09")
    right_length = len(digits) == (10 if mobile else 9)
    return None if _PHONE.fullmatch(digits) and right_length else "phone_wrong"


def why_not_number(text: str) -> str | None:
    """A code for why this cannot be a guardian's national ID, or None; none at all is fine here.

    >>> why_not_number("G123456789012"), why_not_number("110170020345")
    ('guardian_g_code', 'guardian_id_length')
    """
    number = national_id.normalize(text)
    if not number or national_id.is_national_id(number):
        return None
    if number.startswith("G"):
        return "guardian_g_code"
    if national_id.why_invalid(number) == "length":
        return "guardian_id_length"
    return "guardian_id_wrong"


def _bare_titles() -> frozenset[str]:
    return frozenset(title.rstrip(".") for title in (*TITLES, *OTHER_TITLES))
