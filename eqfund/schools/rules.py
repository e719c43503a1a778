"""What a profile is, when it counts as confirmed, and who signs for a school on a day. Pure.

Days      dates; the last day counts; None is "until further notice".
Digest    SHA-256 over what the school confirms, as text; of a sealed number its last four digits.
          It covers the directors' rows, not who signs today: a day that passes changes nothing.
Source    letter 004 (basic data and contacts; the director, when moved or retired);
          letters 000 and 002 (รักษาการแทน, ปฏิบัติราชการแทน); DESIGN section 5.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from eqfund.thai_text import arabic_digits

LANDLINE_OR_MOBILE = re.compile(r"0[2-7]\d{7}|0[689]\d{8}")
EXTENSION = re.compile(r"(?:ต่อ|กด|ext\.?|#)\s*(\d{1,5})$", re.IGNORECASE)
LONGEST_IN_POST = 40  # years
LEVELS = ("kindergarten", "primary", "lower_secondary", "upper_secondary")


class ProfileState(StrEnum):
    NOT_CONFIRMED = "not_confirmed"
    CONFIRMED = "confirmed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Head:
    """One row of the directors: who, in which capacity, from when to when."""

    full_name: str
    capacity: str  # in_post, acting or on_behalf
    starts_on: date
    ends_on: date | None = None
    end_reason: str = ""

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def is_mistyped(day: date, today: date) -> bool:
    """Whether a head's day is so far off that its year must be mistyped: 2580 for 2568, or 2468.

    >>> is_mistyped(date(2037, 10, 1), date(2026, 5, 8)), is_mistyped(date(2026, 10, 1), date(2026, 5, 8))
    (True, False)
    """
    return not -LONGEST_IN_POST <= day.year - today.year <= 1


def signer(heads: Iterable[Head], day: date) -> Head | None:
    """Who signs for the school on a day: who stands in, else who is in post; None when the post is empty.

    >>> in_post = Head("ก", "in_post", date(2026, 5, 1))
    >>> stands_in = Head("ข", "on_behalf", date(2026, 7, 1), date(2026, 7, 31), "other")
    >>> signer([in_post, stands_in], date(2026, 7, 31)).full_name
    'ข'
    >>> signer([in_post, stands_in], date(2026, 8, 1)).full_name
    'ก'
    """
    held = [head for head in heads if head.holds_on(day)]
    return max(held, key=lambda head: head.capacity != "in_post", default=None)


def profile_state(confirmed: str | None, now: str) -> ProfileState:
    """Whether a confirmation holds: `confirmed` is the digest of what was confirmed, None without one.

    >>> [str(profile_state(*pair)) for pair in ((None, "a"), ("a", "a"), ("a", "b"), ("", ""))]
    ['not_confirmed', 'confirmed', 'changed', 'confirmed']
    """
    if confirmed is None:
        return ProfileState.NOT_CONFIRMED
    return ProfileState.CONFIRMED if confirmed == now else ProfileState.CHANGED


def digest_of(profile: Mapping[str, Any], heads: Iterable[Head]) -> str:
    """The digest of a profile and its directors; the order of either does not matter."""
    rows = sorted(
        [head.full_name, head.capacity, head.starts_on, head.ends_on or "", head.end_reason]
        for head in heads
    )
    text = json.dumps([sorted(profile.items()), rows], ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def phone_of(text: str) -> str | None:
    """A telephone number as people read it, with its extension; None if it is none.

    >>> phone_of("๐๕๓ ๑๒๓-๔๕๖ ต่อ ๑๐๑"), phone_of("0812345678"), phone_of("5312345")
    ('0 5312 3456 ต่อ 101', '08 1234 5678', None)
    """
    plain = arabic_digits(text).strip()
    extension = EXTENSION.search(plain)
    body = plain[: extension.start()] if extension else plain
    digits = re.sub(r"[\s\-().]", "", body)
    digits = re.sub(r"^(\+|00)?66(?=\d{8,9}$)", "0", digits)
    if not LANDLINE_OR_MOBILE.fullmatch(digits):
        return None
    shown = (
        f"{digits[0]} {digits[1:5]} {digits[5:]}"
        if len(digits) == 9
        else f"{digits[:2]} {digits[2:6]} {digits[6:]}"
    )
    return f"{shown} ต่อ {extension[1]}" if extension else shown


def address_line(house_no: str, moo: str, road: str, rest: str, place: str) -> str:
    """An address as letters write it.

    >>> address_line("99", "3", "", "", "ต.ท่าแซะ อ.ท่าแซะ จ.ชุมพร 86140")
    '99 หมู่ที่ 3 ต.ท่าแซะ อ.ท่าแซะ จ.ชุมพร 86140'
    """
    parts = [
        house_no,
        f"หมู่ที่ {moo}" if moo else "",
        rest,
        f"ถนน{road.removeprefix('ถนน')}" if road else "",
        place,
    ]
    return " ".join(part for part in parts if part)
