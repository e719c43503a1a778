"""The list of a school's subsidised pupils on paper, to be put on its board. Thai whatever the screen's language is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from eqfund.models import School, Term
from eqfund.money import baht, baht_words
from eqfund.pdf import to_pdf
from eqfund.school_year import grade_label
from eqfund.thai_text import letter_date, thai_digits
from payments.models import SubsidyPupil


def board_pdf(school: School, term: Term, rows: list[SubsidyPupil], at: datetime) -> bytes:
    """The PDF of a school's list."""
    with translation.override("th"):
        context = board(school, term, rows, at)
        return to_pdf(render_to_string("payments/basic_needs/pdf/board.html", context))


def board(school: School, term: Term, rows: list[SubsidyPupil], at: datetime) -> dict[str, Any]:
    """What the paper shows, its digits Thai. No number of a child stands on a board."""
    total = sum(row.amount_satang for row in rows)
    return {
        "school": school,
        "affiliation": school.office.affiliation.short_name,
        "office": school.office.short_name,
        "term": thai_digits(term.label),
        "printed_on": letter_date(at.date()),
        "rows": [
            {
                "number": thai_digits(str(number)),
                "name": row.pupil.full_name,
                "class": thai_digits(f"{grade_label(row.grade)}/{row.room}") if row.grade else "–",
                "amount": thai_digits(baht(row.amount_satang)),
            }
            for number, row in enumerate(rows, start=1)
        ],
        "count": thai_digits(f"{len(rows):,}"),
        "total": thai_digits(baht(total)),
        "total_words": baht_words(total),
    }
