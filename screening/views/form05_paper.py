"""Form 05 on paper: what the committee signs, and what was signed. In Thai whatever the screen's language is."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from eqfund.money import baht, baht_words
from eqfund.pdf import to_pdf
from eqfund.thai_text import letter_date, thai_digits
from screening.models import CommitteeMeeting
from screening.models.committee import CAPACITY_NAMES, PURPOSE_NAMES, ROLE_NAMES
from screening.permissions.committee import share_of
from screening.rules.committee import MeetingStatus, MemberRole

from .committee_pages import figures_of, line_rows


def form05_pdf(meeting: CommitteeMeeting) -> bytes:
    """The PDF of one form 05."""
    with translation.override("th"):
        return to_pdf(render_to_string("screening/committee/pdf/form05.html", paper(meeting)))


def paper(meeting: CommitteeMeeting) -> dict[str, Any]:
    """What the paper shows, its digits Thai."""
    members = list(meeting.members.order_by("pk"))
    plan = getattr(meeting, "plan", None)
    items = list(plan.items.order_by("pk")) if plan else []
    share = share_of(meeting)
    lines = meeting.lines.for_table().prefetch_related("abstentions__member")
    figures = {key: thai_digits(f"{count:,}") for key, count in figures_of(meeting).items()}
    locked = meeting.status == MeetingStatus.LOCKED
    return {
        "meeting": meeting,
        "locked": locked,
        "number": thai_digits(str(meeting.number)),
        "met_on": letter_date(meeting.met_on),
        "term": thai_digits(meeting.term.label),
        "members": [
            (thai_digits(str(n)), m.name, ROLE_NAMES[MemberRole(m.role)], m.is_present)
            for n, m in enumerate(members, start=1)
        ],
        "member_count": thai_digits(str(len(members))),
        "present_count": thai_digits(str(sum(m.is_present for m in members))),
        "rows": [(thai_digits(str(n)), row) for n, row in enumerate(line_rows(lines), start=1)],
        "figures": figures,
        "share": thai_digits(baht(share)),
        "share_words": baht_words(share),
        "is_nil": share == 0,
        "items": [
            (
                thai_digits(str(n)),
                PURPOSE_NAMES[i.purpose],
                i.what,
                thai_digits(baht(i.amount_satang)),
            )
            for n, i in enumerate(items, start=1)
        ],
        "chair": next((m.name for m in members if m.role == MemberRole.CHAIR), ""),
        "secretary": next((m.name for m in members if m.role == MemberRole.SECRETARY), ""),
        "signed_on": letter_date(meeting.signed_at.date()) if locked and meeting.signed_at else "",
        "signer": meeting.signed_by.full_name if locked and meeting.signed_by else "",
        "capacity": CAPACITY_NAMES[meeting.capacity] if locked else "",
        "revision": thai_digits(str(meeting.revision)),
    }
