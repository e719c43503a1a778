"""The leaflet for families: how to open PromptPay on the national ID, and by when. Reads rows; writes nothing.

It holds nothing of a child but the name and the class, or a line to write them on: no number, no
amount. Its steps are what every bank asks for; it names no bank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from eqfund.clock import BANGKOK
from eqfund.models import School, Term
from eqfund.thai_text import letter_date, thai_digits

SIZES = ("a4", "a5")
SHEET = Path(__file__).with_name("leaflet.css")


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a leaflet is for; a blank one has neither name nor class."""

    pupil: str = ""
    classroom: str = ""
    on_guardian: bool | None = None  # whose ID the channel is on; None: either


def leaflets_html(
    readers: Sequence[Reader],
    school: School,
    term: Term,
    *,
    by: datetime | None,
    size: str,
) -> str:
    """One document: a leaflet a page on A4, or two on each to be cut into A5."""
    context = {
        "size": size if size in SIZES else SIZES[0],
        "readers": [_shown(reader) for reader in readers],
        "school": school.name,
        "school_phone": thai_digits(school.phone),
        "term": thai_digits(term.label),
        "by": letter_date(by.astimezone(BANGKOK).date()) if by else "",
        "hour": thai_digits(f"{by.astimezone(BANGKOK):%H.%M}") if by else "",
        "phone": thai_digits(settings.CONTACT_PHONE),
        "line": settings.CONTACT_LINE,
    }
    return render_to_string("payments/letters/promptpay.html", context)


def _shown(reader: Reader) -> dict[str, Any]:
    whose = {True: "ผู้ปกครอง", False: "นักเรียน", None: "นักเรียนหรือผู้ปกครอง"}
    return {
        "pupil": reader.pupil,
        "classroom": thai_digits(reader.classroom),
        "whose": whose[reader.on_guardian],
        "is_pupils": reader.on_guardian is False,
    }
