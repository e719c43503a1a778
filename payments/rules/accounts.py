"""The life of a school's bank account, and what the fund asks of one. Pure.

Source    The fund's manual is not public, so AccountCriteria holds what is commonly
          known and may be replaced (DOMAIN section 6).
"""

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


@dataclass(frozen=True, slots=True)
class AccountCriteria:
    """What the fund asks of a school's account. Replace the dataclass to change the policy."""

    name_beginnings: tuple[str, ...] = ("เงิน กสศ.", "เงินกสศ.", "เงิน กสศ")
    must_be_dedicated: bool = True
    digits: dict[str, tuple[int, ...]] = field(default_factory=lambda: ACCOUNT_DIGITS)


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

    `number` is digits only. The name must begin as the criteria say and hold the
    school's own name, spaces aside.

    >>> account_faults(bank_code="006", number="123", name="เงิน กสศ. เพื่อโรงเรียนบ้านนา",
    ...                school_name="โรงเรียนบ้านนา", dedicated=True)
    [('number', 'account_length')]
    """
    criteria = criteria or AccountCriteria()
    faults: list[tuple[str, str]] = []
    if bank_code not in criteria.digits:
        faults.append(("bank_code", "bank_unknown"))
    elif not (number.isascii() and number.isdigit()):
        faults.append(("number", "account_not_digits"))
    elif len(number) not in criteria.digits[bank_code]:
        faults.append(("number", "account_length"))
    bare = "".join(name.split())
    begins = any(
        bare.startswith("".join(beginning.split())) for beginning in criteria.name_beginnings
    )
    holds = "".join(school_name.removeprefix("โรงเรียน").split()) in bare
    if not begins:
        faults.append(("name", "account_name_beginning"))
    elif not holds:
        faults.append(("name", "account_name_school"))
    if criteria.must_be_dedicated and not dedicated:
        faults.append(("dedicated", "account_not_dedicated"))
    return faults
