"""What the pages and the paper of home visits show: lines in the order of going, and the map."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import Classroom, School, Term, User
from eqfund.registry.last_known import LastKnown
from eqfund.thai_text import thai_digits
from screening.models import HomeVisit
from screening.models.visits import EVIDENCE_NAMES, REASON_NAMES
from screening.permissions.form01 import MARKING
from screening.permissions.visits import OPEN, READ
from screening.queries.visits import Line, lines_of
from screening.rules import visit_map
from screening.rules.visits import Evidence, Home, Stage, going_order, reasons

from .form01_pages import pill_of

SAID_ONCE = 3  # so many of one hindrance are told together
STAGE_PILLS = {Stage.TO_VISIT: "sun", Stage.VISITED: "info", Stage.SKIPPED: ""}


@dataclass(slots=True)
class Area:
    """The lines of one subdistrict, in the order of going."""

    name: str
    lines: list[Line]

    @property
    def choosable(self) -> int:
        """How many homes may still be given a day."""
        return sum(line.form is None for line in self.lines)


@dataclass(slots=True)
class Plan:
    """A class's list, or several classes', as one person may see it."""

    areas: list[Area]
    skipped: list[Line]
    sheet: visit_map.Sheet | None
    without_place: int
    opened: bool
    school: School | None = None

    @property
    def lines(self) -> list[Line]:
        return [line for area in self.areas for line in area.lines]


def stage_pill(line: Line) -> dict[str, str]:
    """The pill of a line; from the first form on, the form's own."""
    if line.stage == Stage.FORM:
        return pill_of(line.stands)
    words = {
        Stage.TO_VISIT: gettext("To visit"),
        Stage.VISITED: gettext("Visited, no form 01 yet"),
        Stage.SKIPPED: gettext("Not visited"),
    }
    return {"css": STAGE_PILLS[line.stage], "label": words[line.stage]}


def why_named(visit: HomeVisit) -> list[str]:
    """The letter's reasons of a line, in words."""
    said = reasons(visit.evidence)
    own = [visit.reason] if visit.reason and visit.reason not in said else []
    return [str(REASON_NAMES[reason]) for reason in (*said, *own)]  # type: ignore[index]


def evidence_words(visit: HomeVisit, before: LastKnown | None = None) -> list[str]:
    """What the data say, in words; what a former school's registry said, with its day."""
    words = [
        str(EVIDENCE_NAMES[Evidence(code)])
        for code in visit.evidence
        if code != Evidence.MARKED_BEFORE or before is None
    ]
    return [*words, before.sentence] if before else words


def hindrance(line: Line) -> str:
    """What keeps a form 01 from being begun, known beforehand; empty when nothing does."""
    if line.stage == Stage.FORM or line.marked_poor is not False or line.registry not in MARKING:
        return ""
    return gettext(
        "%(registry)s does not mark this pupil as poor. The registry keeper sets the mark "
        "there and imports the file again."
    ) % {"registry": line.registry}


def hindered(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """What keeps three pupils or more from their form, with their number: said once, above the list."""
    counted = Counter(row["hindrance"] for row in rows if row["hindrance"])
    return [(said, count) for said, count in counted.most_common() if count >= SAID_ONCE]


def plan_of(rooms: list[Classroom], term: Term, user: User, *, thai: bool = False) -> Plan:
    """The plan of these classes; homes are opened to those who go there."""
    opened = all(access.may(user, OPEN, room.path) for room in rooms)
    rows = HomeVisit.objects.visible_to(user, READ).in_term(term).to_visit_in(term)
    rows = rows.filter(enrolment__classroom__in=rooms)
    lines = lines_of(rows, term, opened=opened)
    school = rooms[0].school if rooms else None
    going = [line for line in lines if line.stage != Stage.SKIPPED]
    ordered = _in_order(going, school)
    for number, line in enumerate(ordered, start=1):
        line.number = number
    spots = [
        visit_map.Spot(line.number, line.home.point, _digits(line.home.place, thai=thai))
        for line in ordered
        if line.home.point
    ]
    return Plan(
        _areas(ordered),
        [line for line in lines if line.stage == Stage.SKIPPED],
        visit_map.draw(spots, school_point(school)),
        len(ordered) - len(spots),
        opened,
        school,
    )


def school_point(school: School | None) -> tuple[float, float] | None:
    """Where the school lies, if its profile says so."""
    if school is None or school.latitude is None or school.longitude is None:
        return None
    return float(school.latitude), float(school.longitude)


def _in_order(lines: list[Line], school: School | None) -> list[Line]:
    by_key = {line.visit.pk: line for line in lines}
    homes = [
        Home(
            line.visit.pk,
            line.home.subdistrict,
            line.home.moo,
            line.pupil.sort_key,
            line.visit.turn,
            line.home.point,
        )
        for line in lines
    ]
    own = school.subdistrict_code if school else ""
    return [by_key[home.key] for home in going_order(homes, school_point(school), own)]


def _areas(lines: list[Line]) -> list[Area]:
    areas: list[Area] = []
    for line in lines:
        name = line.home.place
        if not areas or areas[-1].name != name:
            areas.append(Area(name, []))
        areas[-1].lines.append(line)
    return areas


def _digits(text: str, *, thai: bool) -> str:
    return thai_digits(text) if thai else text


def map_context(plan: Plan) -> dict[str, Any]:
    """What the drawing needs beside the sheet: its length in words, and the honest sentence."""
    sheet = plan.sheet
    length = ""
    if sheet is not None:
        metres = round(sheet.bar_km * 1000)
        length = (
            gettext("%(km)s km") % {"km": f"{sheet.bar_km:g}"}
            if metres >= 1000
            else gettext("%(metres)d m") % {"metres": metres}
        )
    return {"sheet": sheet, "bar_words": length, "without_place": plan.without_place}
