"""The life of a school's bank account, and what the fund asks of one. Pure.

Source    The fund's manual is not public, so AccountCriteria holds what is commonly
          known and may be replaced (DOMAIN section 6); docs/rules/school-account.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class AccountStatus(StrEnum):
    PROPOSED = "proposed"
    DIRECTOR_APPROVED = "director_approved"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"
    SUPERSEDED = "superseded"


ACCOUNT_TRANSITIONS = {
    # a newer proposal of the school replaces one not yet decided
    AccountStatus.PROPOSED: {
        AccountStatus.DIRECTOR_APPROVED,
        AccountStatus.SENT_BACK,
        AccountStatus.SUPERSEDED,
    },
    AccountStatus.DIRECTOR_APPROVED: {
        AccountStatus.ACCEPTED,
        AccountStatus.SENT_BACK,
        AccountStatus.SUPERSEDED,
    },
    AccountStatus.ACCEPTED: {AccountStatus.SUPERSEDED},
    AccountStatus.SENT_BACK: set(),
    AccountStatus.SUPERSEDED: set(),
}

SCHOOL_WORD = "โรงเรียน"
ACCOUNT_UNDECIDED = (AccountStatus.PROPOSED, AccountStatus.DIRECTOR_APPROVED)


# Bank of Thailand code -> the lengths its account numbers have (general knowledge, replaceable).
ACCOUNT_DIGITS: dict[str, tuple[int, ...]] = {
    "002": (10,),
    "004": (10,),
    "006": (10,),
    "011": (10,),
    "014": (10,),
    "022": (10,),
    "024": (10,),
    "025": (10,),
    "030": (12, 15),
    "033": (12,),
    "034": (12,),
    "066": (10,),
    "067": (14,),
    "069": (10, 14),
    "073": (10,),
}


SCHOOL = "{school}"
ANYTHING = "*"
MOST_DIGITS = 15  # the longest account number of a Thai bank
NAME_PATTERNS = ("เงิน กสศ.*{school}*", "เงิน กสศ*{school}*")


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """A check of an account number: the digits times the weights add up to a multiple of `modulus`.

    >>> NumberCheck((3, 1), 10).holds("78")  # 21 + 8 = 29
    False
    >>> NumberCheck((3, 1), 10).holds("79")  # 21 + 9 = 30
    True
    """

    weights: tuple[int, ...]
    modulus: int

    def __post_init__(self) -> None:
        if not self.weights or self.modulus < 2:
            raise ValueError("a check has weights and a modulus of at least two")

    def holds(self, number: str) -> bool:
        """Whether the check holds; a number of another length than the weights is not checked."""
        if len(number) != len(self.weights):
            return True
        pairs = zip(number, self.weights, strict=True)
        return sum(int(digit) * weight for digit, weight in pairs) % self.modulus == 0


@dataclass(frozen=True, slots=True)
class BankTerms:
    """What the fund knows of the account numbers of one bank that a school's account may be of.

    No Thai bank lays the check of its account numbers down in public (looked for in banks' pages,
    public code and the Bank of Thailand's lists), so none is shipped. The fund enters one when a
    bank tells it, with the source.
    """

    digits: tuple[int, ...]
    check: NumberCheck | None = None


@dataclass(frozen=True, slots=True)
class AccountCriteria:
    """What the fund asks of a school's account: the banks, the name, that it holds this money alone.

    What stands here is general knowledge (DOMAIN section 6): the fund's manual is not public. The fund
    replaces it on its own page, by two people (payments.actions.account_rules).
    """

    name_patterns: tuple[str, ...] = NAME_PATTERNS
    must_be_dedicated: bool = True
    banks: Mapping[str, BankTerms] = field(
        default_factory=lambda: {code: BankTerms(digits) for code, digits in ACCOUNT_DIGITS.items()}
    )


def name_fits(pattern: str, name: str, school_name: str) -> bool:
    """Whether an account's name is of the pattern; spaces do not count.

    `{school}` stands for the school's own name with or without "โรงเรียน" before it, `*` for anything.

    >>> name_fits("เงิน กสศ.*{school}*", "เงิน กสศ. เพื่อโรงเรียนบ้านนา", "โรงเรียนบ้านนา")
    True
    >>> name_fits("เงิน กสศ. เพื่อ{school}", "เงิน กสศ. เพื่อโรงเรียนบ้านอื่น", "โรงเรียนบ้านนา")
    False
    """
    own = re.escape(_bare(school_name.removeprefix(SCHOOL_WORD)))
    school = f"(?:{SCHOOL_WORD})?{own}"
    parts = {SCHOOL: school, ANYTHING: ".*"}
    wanted = "".join(
        parts.get(part) or re.escape(_bare(part)) for part in re.split(r"(\{school\}|\*)", pattern)
    )
    return re.fullmatch(wanted, _bare(name)) is not None


def example_name(pattern: str, school_name: str) -> str:
    """A name that fits the pattern.

    >>> example_name("เงิน กสศ.*{school}*", "โรงเรียนบ้านนา")
    'เงิน กสศ. เพื่อโรงเรียนบ้านนา'
    """
    filled = pattern.replace(f"{ANYTHING}{SCHOOL}", f" เพื่อ{SCHOOL}").replace(ANYTHING, "")
    return filled.replace(SCHOOL, school_name)


def account_faults(
    *,
    bank_code: str,
    number: str,
    name: str,
    school_name: str,
    dedicated: bool,
    criteria: AccountCriteria | None = None,
) -> list[tuple[str, str]]:
    """What is wrong with an account, as (field, code) pairs; empty when it meets the criteria.

    `number` is digits only.

    >>> account_faults(bank_code="006", number="123", name="เงิน กสศ. เพื่อโรงเรียนบ้านนา",
    ...                school_name="โรงเรียนบ้านนา", dedicated=True)
    [('number', 'account_length')]
    """
    criteria = criteria or AccountCriteria()
    faults = [
        ("bank_code" if code == "bank_unknown" else "number", code)
        for code in _number_faults(criteria.banks.get(bank_code), number)
    ]
    if code := _name_fault(criteria.name_patterns, name, school_name):
        faults.append(("name", code))
    if criteria.must_be_dedicated and not dedicated:
        faults.append(("dedicated", "account_not_dedicated"))
    return faults


def _number_faults(bank: BankTerms | None, number: str) -> list[str]:
    if bank is None:
        return ["bank_unknown"]
    if not (number.isascii() and number.isdigit()):
        return ["account_not_digits"]
    if len(number) not in bank.digits:
        return ["account_length"]
    if bank.check and not bank.check.holds(number):
        return ["account_check"]
    return []


def _name_fault(patterns: tuple[str, ...], name: str, school_name: str) -> str:
    """Which part of the name does not fit: what stands before the school's name, or that name."""
    if any(name_fits(pattern, name, school_name) for pattern in patterns):
        return ""
    begins = any(
        _bare(name).startswith(_bare(re.split(r"\{school\}|\*", pattern)[0]))
        for pattern in patterns
    )
    return "account_name_school" if begins else "account_name_beginning"


def criteria_faults(criteria: AccountCriteria) -> list[tuple[str, str]]:
    """What keeps criteria from being used, as (what, code) pairs: they must be able to accept an account.

    >>> criteria_faults(AccountCriteria(name_patterns=("เงิน กสศ.",), banks={}))
    [('patterns', 'pattern_without_school'), ('banks', 'no_bank')]
    """
    faults = []
    if not criteria.name_patterns:
        faults.append(("patterns", "no_pattern"))
    elif any(SCHOOL not in pattern for pattern in criteria.name_patterns):
        faults.append(("patterns", "pattern_without_school"))
    if not criteria.banks:
        faults.append(("banks", "no_bank"))
    for code, terms in criteria.banks.items():
        if not terms.digits or any(not 6 <= n <= MOST_DIGITS for n in terms.digits):
            faults.append((code, "bank_digits"))
        if terms.check and len(terms.check.weights) not in terms.digits:
            faults.append((code, "check_length"))
    return faults


def _bare(text: str) -> str:
    return "".join(text.split())
