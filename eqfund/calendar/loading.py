"""Make a term's lines what a calendar file says: one row for each affiliation it is for."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from eqfund.imports.calendar import Line
from eqfund.models import Affiliation, CalendarLine, Term
from eqfund.school_year import TermKey

FOLDER = Path(settings.BASE_DIR) / "eqfund" / "data" / "calendars"


def load(term: Term, lines: list[Line], programme: str = "grant") -> dict[str, int]:
    """Make the term's lines what the file says, for the affiliations that exist.

    The n-th line of an activity and round stays the n-th row, so that extensions keep theirs.
    """
    changed = {"made": 0, "updated": 0, "removed": 0}
    left = []
    for before, after in plan(term, lines, programme):
        if after is None:
            assert before is not None
            left.append(before.pk)
        elif before is None:
            after.save()
            changed["made"] += 1
        else:
            after.pk = before.pk
            after.save(force_update=True)
            changed["updated"] += 1
    changed["removed"] = len(left)
    CalendarLine.objects.filter(pk__in=left).delete()
    return changed


def plan(
    term: Term, lines: list[Line], programme: str = "grant"
) -> list[tuple[CalendarLine | None, CalendarLine | None]]:
    """What loading would change: each row as it is beside what it becomes; None is not there."""
    waiting: dict[tuple[Any, ...], list[CalendarLine]] = {}
    rows = CalendarLine.objects.filter(term=term, programme=programme) if term.pk else []
    for row in sorted(rows, key=lambda row: row.pk):
        waiting.setdefault(_key(row), []).append(row)
    found: list[tuple[CalendarLine | None, CalendarLine | None]] = []
    for row in _rows(term, lines, programme):
        kept = waiting.get(_key(row), [])
        before = kept.pop(0) if kept else None
        if before is None or _content(row) != _content(before):
            found.append((before, row))
    return found + [(row, None) for rows in waiting.values() for row in rows]


def term_of(key: TermKey, *, save: bool = True) -> Term:
    """The term; a new one runs from May to October, or from November to April."""
    first, last = (date(key.year.ce, 5, 1), date(key.year.ce, 10, 31))
    if key.number == 2:
        first, last = (date(key.year.ce, 11, 1), date(key.year.ce + 1, 4, 30))
    found = Term.objects.filter(year_be=key.year_be, number=key.number).first()
    if found is None:
        found = Term(year_be=key.year_be, number=key.number, opens_on=first, closes_on=last)
        if save:
            found.save()
    return found


def _rows(term: Term, lines: list[Line], programme: str) -> list[CalendarLine]:
    affiliations = {affiliation.code: affiliation for affiliation in Affiliation.objects.all()}
    return [
        CalendarLine(
            programme=programme,
            term=term,
            kind=line.kind,
            activity=line.activity,
            round_no=line.round_no,
            affiliation=affiliations[code],
            during=DateTimeTZRange(line.opens, line.closes),
            roles=line.roles,
            title_th=line.title_th,
            title_en=line.title_en,
            is_assumed=line.is_assumed or code in line.assumed_affiliations,
            source=line.source,
            source_line=line.source_line,
            note=line.note,
        )
        for line in lines
        for code in (*line.affiliations, *line.assumed_affiliations)
        if code in affiliations
    ]


def _key(row: CalendarLine) -> tuple[Any, ...]:
    return (row.kind, row.activity, row.round_no, row.affiliation_id)


def _content(row: CalendarLine) -> tuple[Any, ...]:
    during = (row.during.lower, row.during.upper)
    said = (row.roles, row.title_th, row.title_en, row.is_assumed)
    return (during, *said, row.source, row.source_line, row.note)
