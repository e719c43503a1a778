"""Rules of accounts: who needs a second factor, who gives a lost one back, when a session is over. Pure.

Roles are their codes, posts are (role, path). Times are seconds since an epoch, durations are
seconds; a limit that is reached is over.

Source    DESIGN section 5 (second factor, chain of accounts); docs/rules/accounts.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from eqfund.people.rules import grants
from eqfund.thai_text import arabic_digits

# What money, accounts or all children hang on is not kept by a password alone. The auditor
# moves no money but reads every child of the country.
SECOND_FACTOR_ROLES = frozenset(
    {"fund_officer", "fund_approver", "fund_finance", "office_admin", "system_admin", "auditor"}
)

CODE_SECONDS = 10 * 60
CODES_AN_HOUR = 5
CODES_A_DAY = 10
SECONDS_BETWEEN_CODES = 60
TRIES_A_CODE = 5

MOBILE = re.compile(r"0[689]\d{8}")

type Post = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lasts at all, and how long without a sign of life."""

    age: int
    idle: int


def needs_second_factor(roles: Iterable[str]) -> bool:
    """Whether one of the roles is not entered by a password alone.

    >>> needs_second_factor(["homeroom_teacher"]), needs_second_factor(["fund_finance"])
    (False, True)
    """
    return not SECOND_FACTOR_ROLES.isdisjoint(roles)


def stands_above(giver: Iterable[Post], person: Iterable[Post]) -> bool:
    """Whether one who holds `giver`'s posts could have given every one of `person`'s.

    Every one: who may give a teacher's post must not open an office admin's account by it.
    A person without any post stands under nobody.
    """
    mine, theirs = list(giver), list(person)
    return bool(theirs) and all(
        any(grants(role, path, other, place) for role, path in mine) for other, place in theirs
    )


def over(began: float, seen: float, now: float, limits: SessionLimits) -> str | None:
    """Why a session is over, "age" or "idle"; None while it lasts.

    >>> over(0, 50, 60, SessionLimits(age=100, idle=10))
    'idle'
    """
    if now - began >= limits.age:
        return "age"
    return "idle" if now - seen >= limits.idle else None


def seconds_until_next_code(sent: Iterable[float], now: float) -> int:
    """How long to wait before another code may be sent, given when the earlier ones were; 0 is now."""
    waits = [0.0]
    times = sorted(sent, reverse=True)
    for count, span in (
        (1, SECONDS_BETWEEN_CODES),
        (CODES_AN_HOUR, 3600),
        (CODES_A_DAY, 86_400),
    ):
        if len(times) >= count:
            waits.append(times[count - 1] + span - now)
    return max(0, -int(-max(waits) // 1))


def mobile_of(text: str) -> str | None:
    """A Thai mobile number as ten digits, however it was written; None if it is none.

    >>> mobile_of("๐๘๑-๒๓๔ ๕๖๗๘"), mobile_of("+66812345678"), mobile_of("053123456")
    ('0812345678', '0812345678', None)
    """
    digits = re.sub(r"[\s\-().]", "", arabic_digits(text))
    digits = re.sub(r"^(\+|00)?66(?=[689]\d{8}$)", "0", digits)
    return digits if MOBILE.fullmatch(digits) else None


def masked_phone(phone: str) -> str:
    """A phone number of which the last four digits are seen.

    >>> masked_phone("0812345678")
    '***-***-5678'
    """
    return f"***-***-{phone[-4:]}" if len(phone) >= 9 else "***"


def masked_email(email: str) -> str:
    """An address of which the first letter and the domain are seen.

    >>> masked_email("somchai@school.example")
    's***@school.example'
    """
    name, _at, domain = email.partition("@")
    return f"{name[:1]}***@{domain}" if domain else "***"
