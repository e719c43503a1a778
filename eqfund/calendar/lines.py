"""The term's calendar as its readers and its editor see it: a line for several affiliations, one row each.

groups_of(term)      the lines, by when they begin
group.line           the line as a calendar file has it
group.print          changes with anything of it: for compare-and-set
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from eqfund import clock
from eqfund.imports.calendar import Line
from eqfund.models import CalendarLine, Term
from eqfund.models.calendar import title_in_words

from .history import Times


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of the calendar that differ by their affiliation alone."""

    rows: tuple[CalendarLine, ...]

    @property
    def pk(self) -> int:
        """The key by which pages name the line: its first row's."""
        return min(row.pk for row in self.rows)

    @property
    def line(self) -> Line:
        first = self.rows[0]
        whose = [row.affiliation.code for row in self.rows]
        assumed = [row.affiliation.code for row in self.rows if row.is_assumed]
        if first.source == "assumed":
            assumed = []
        return Line(
            kind=first.kind,
            activity=first.activity,
            round_no=first.round_no,
            opens=_in_bangkok(first.during.lower),
            closes=_in_bangkok(first.during.upper),
            affiliations=tuple(code for code in whose if code not in assumed),
            assumed_affiliations=tuple(assumed),
            roles=first.roles,
            title_th=first.title_th,
            source=first.source,
            source_line=first.source_line,
            note=first.note,
            title_en=first.title_en,
        )

    @property
    def title(self) -> str:
        """What the line is called in the reader's language."""
        return title_in_words(self.line.title_th, self.line.title_en)

    @property
    def times(self) -> Times:
        return times_of(self.line)

    @property
    def print(self) -> str:
        """A short digest of all that the line says."""
        keys = sorted(row.pk for row in self.rows)
        return hashlib.sha256(repr((keys, self.line)).encode()).hexdigest()[:24]


def times_of(line: Line) -> Times:
    whose = frozenset((*line.affiliations, *line.assumed_affiliations))
    return Times(line.kind, line.activity, line.round_no, line.opens, line.closes, whose)


def groups_of(term: Term, programme: str = "grant") -> list[Group]:
    """The term's lines, by when they begin; one query."""
    rows = CalendarLine.objects.filter(term=term, programme=programme)
    ordered = sorted(
        rows.select_related("affiliation"), key=lambda row: (*_shared(row), row.affiliation_id)
    )
    return [Group(tuple(group)) for _key, group in groupby(ordered, key=_shared)]


def group_with(groups: Iterable[Group], pk: int) -> Group | None:
    """The line that one of its rows names."""
    return next((group for group in groups if any(row.pk == pk for row in group.rows)), None)


def _shared(row: CalendarLine) -> tuple[Any, ...]:
    """What the rows of one line have in common; sorts by when it begins."""
    lower, upper = _key(row.during.lower), _key(row.during.upper)
    what = (row.kind, row.activity, row.round_no, row.roles, row.title_th, row.title_en)
    return (lower, upper, *what, row.source, row.source_line, row.note)


def _key(at: datetime | None) -> str:
    return at.astimezone(clock.BANGKOK).strftime("%Y-%m-%dT%H:%M") if at else ""


def _in_bangkok(at: datetime | None) -> datetime | None:
    return at.astimezone(clock.BANGKOK) if at else None
