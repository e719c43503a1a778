"""Invented names, numbers and addresses of invented people. Pure.

Given names are put together from syllables, family names from three words of nature;
whoever bears one by chance is not meant. National ids carry a registration office that
does not exist (province 00), a serial and the right check digit; telephone numbers lie
in a row that is given to nobody (080-00x-xxxx). The same seed gives the same people.

Sandbox bank: ids that end as in `FAILING_ENDINGS` are those whose PromptPay fails. The
makers here avoid these endings, unless they are asked for one.
"""

from collections.abc import Iterator
from itertools import count
from random import Random

FAILING_ENDINGS = ("07", "38", "64")
"""As payments.sandbox_bank.DEMO_RULES: two without PromptPay, one with another's name."""

_BOY_FIRST = "กิตติ ชยา ณัฐ ธนา ธีร นพ ปิย พงศ์ ภาณุ รัฐ วรา วีร ศุภ สรา อนุ อัคร เจต เตช".split()
_BOY_SECOND = "กร ชัย เดช นนท์ พล ภพ ภัทร วัฒน์ วิชญ์ ศักดิ์ สิทธิ์ พัฒน์ ธร ฤทธิ์".split()
_GIRL_FIRST = "กัญญา กานต์ จิรา ชนัญ ญาณิ ณัฐ ดารา ทิพย์ ธัญ นภา ปวี พิมพ์ รุ่ง วรรณ ศิริ สุภา อร ไอรดา".split()
_GIRL_SECOND = "กานต์ ชนก ดา นันท์ พร ภัทร มาศ รัตน์ ลักษณ์ วดี วรรณ สิริ อร ญา".split()
_ADULT_MAN = "ทอง บุญ ประ สม วิ สุ มา ชู คำ แสง".split()
_ADULT_MAN_SECOND = "ดี มี เสริฐ ชาย ชัย วรณ์ โรจน์ ศักดิ์ หมาย เลิศ".split()
_ADULT_WOMAN = "จันทร์ บัว ประ สม วิ สุ มา ดวง คำ แสง".split()
_ADULT_WOMAN_SECOND = "ดี หอม ไพ จิต ลัย ณี ลี ใจ หวาน นวล".split()
_NATURE = "ดอย ธาร ดิน ฟ้า ฝน หมอก เมฆ ไพร ทุ่ง นา สวน ดอก ใบ ไม้ ตะวัน จันทร์ ดาว ลม ทราย หิน ภู เขา น้ำ คลอง รุ้ง ข้าว".split()

_GIRL_TITLES = ("เด็กหญิง", "นางสาว")
_BOY_TITLES = ("เด็กชาย", "นาย")
NOVICE = "สามเณร"
ADULT_AT = 15  # the title changes at this age

STREETS = ("", "", "ถนนสุขเกษม", "ซอยร่วมใจ", "ถนนริมธาร")


def check_digit(twelve: str) -> str:
    """The thirteenth digit of a national id.

    >>> check_digit("110170020345")
    '0'
    """
    total = sum(int(digit) * (13 - place) for place, digit in enumerate(twelve))
    return str((11 - total % 11) % 10)


def national_ids(kind: int, ending: tuple[str, ...] = ()) -> Iterator[str]:
    """Valid ids of one kind (1 a child, 3 an adult, 5 staff), in order, none twice.

    Only ids with one of the endings, or, without any, only ids that the bank takes.
    """
    for serial in count(1):
        twelve = f"{kind}0000{serial:07d}"
        number = twelve + check_digit(twelve)
        if number.endswith(ending) if ending else not number.endswith(FAILING_ENDINGS):
            yield number


def g_codes(year: int, province: str) -> Iterator[str]:
    """G-codes of one school year (two digits) and province, in order: G69 58 99000001."""
    for serial in count(99_000_001):
        yield f"G{year:02d}{province}{serial:08d}"


def phones() -> Iterator[str]:
    """Telephone numbers of nobody: 0800000001 and on."""
    return (f"080{serial:07d}" for serial in count(1))


def family_name(rng: Random) -> str:
    """Three words of nature: ดอยหมอกจันทร์."""
    return "".join(rng.sample(_NATURE, 3))


def child_name(rng: Random, sex: str) -> str:
    """A given name of a boy ("m") or a girl ("f")."""
    first, second = (_BOY_FIRST, _BOY_SECOND) if sex == "m" else (_GIRL_FIRST, _GIRL_SECOND)
    return _two_parts(rng, first, second)


def adult_name(rng: Random, sex: str) -> str:
    """A given name as the parents' generation has them."""
    first, second = (
        (_ADULT_MAN, _ADULT_MAN_SECOND) if sex == "m" else (_ADULT_WOMAN, _ADULT_WOMAN_SECOND)
    )
    return _two_parts(rng, first, second)


def child_title(sex: str, age: int) -> str:
    """เด็กชาย or เด็กหญิง; นาย or นางสาว from the age of 15."""
    titles = _BOY_TITLES if sex == "m" else _GIRL_TITLES
    return titles[age >= ADULT_AT]


def adult_title(rng: Random, sex: str) -> str:
    return "นาย" if sex == "m" else rng.choice(("นาง", "นาง", "นางสาว"))


def _two_parts(rng: Random, first: list[str], second: list[str]) -> str:
    head = rng.choice(first)
    tail = rng.choice([part for part in second if part != head])
    return head + tail
