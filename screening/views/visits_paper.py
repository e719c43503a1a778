"""The plan of home visits on paper, in Thai whatever the screen's language is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from eqfund.models import Classroom, Term, User
from eqfund.pdf import to_pdf
from eqfund.thai_text import letter_date, thai_date, thai_digits

from . import visits_pages as pages


def plan_pdf(plan: pages.Plan, rooms: list[Classroom], term: Term, by: User, at: datetime) -> bytes:
    """The PDF of a plan: the map, then the homes by subdistrict in the order of going."""
    with translation.override("th"):
        context = paper(plan, rooms, term, by, at)
        return to_pdf(render_to_string("screening/visits/pdf/plan.html", context))


def paper(
    plan: pages.Plan, rooms: list[Classroom], term: Term, by: User, at: datetime
) -> dict[str, Any]:
    """What the paper shows, its digits Thai."""
    return {
        "plan": plan,
        "term": thai_digits(term.label),
        "school": rooms[0].school,
        "rooms": thai_digits(", ".join(room.label for room in rooms)),
        "several": len(rooms) > 1,
        "count": thai_digits(str(len(plan.lines))),
        "skipped": thai_digits(str(len(plan.skipped))),
        "without": thai_digits(str(plan.without_place)),
        "teacher": by.full_name,
        "printed_on": letter_date(at.date()),
        "areas": [
            (thai_digits(area.name), [_row(line) for line in area.lines]) for area in plan.areas
        ],
        **pages.map_context(plan),
    }


def _row(line: Any) -> dict[str, Any]:
    home, visit = line.home, line.visit
    return {
        "number": thai_digits(str(line.number)),
        "name": line.pupil.full_name,
        "room": thai_digits(visit.enrolment.classroom.label),
        "address": thai_digits(home.address),
        "guardian": home.guardian,
        "relationship": home.relationship,
        "phone": thai_digits(home.phone),
        "travel": thai_digits(home.travel),
        "last_visit": thai_digits(thai_date(line.last_visit)) if line.last_visit else "",
        "planned_on": thai_digits(thai_date(visit.planned_on)) if visit.planned_on else "",
        "reasons": pages.why_named(visit),
        "state": pages.stage_pill(line)["label"],
        "is_done": line.stage in (pages.Stage.VISITED, pages.Stage.FORM),
    }
