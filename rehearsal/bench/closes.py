"""A close of form 01 over the whole country: 30,000 schools kept as they stood, beside a bare INSERT of the same rows.

The close counts forms and unvisited pupils over every enrolment of the term, then writes one record
and a row each school by one statement. The bound writes rows of the same columns into the same table.
A tick that dies before the commit leaves nothing; the next one does it whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from eqfund import clock, edges
from eqfund.calendar import closes
from eqfund.models import CalendarLine, CloseRecord, Edge, SchoolAtClose
from rehearsal.bench import _country

ROLE = "owner"
SCHOOLS = 30_000
SIZE = 300_000  # pupils of the term
LIMIT = 3.0

_BARE = """
INSERT INTO eqfund_schoolatclose (record_id, school_id, path, is_finished, done, total, drafts)
SELECT %(record)s, s.id, s.path, false, 0, 1, 0 FROM eqfund_school s WHERE s.office_id = %(office)s
"""


def rows(size: int = SIZE) -> Iterator[dict[str, Any]]:
    """Count the country, keep the close, and do the second beside its bound."""
    moment, office = _world(size)
    begun = clock.stopwatch()
    work = closes.work_of(moment)
    counted = clock.stopwatch() - begun
    assert work is not None
    assert len(work) == SCHOOLS
    yield _country.row(f"count form 01 of {SCHOOLS:,} schools and {size:,} pupils", counted)
    spare = CloseRecord.objects.create(
        edge=Edge.objects.create(line=moment.line, event="remind_2h", at=moment.at),
        term=moment.line.term,
        activity="bench",
        title_th="bench",
        path="TH/",
        closed_at=moment.at,
        schools=SCHOOLS,
        unfinished=SCHOOLS,
    )
    values = {"record": spare.pk, "office": office.pk}
    best = _country.by_turns(
        {
            "bare": lambda: _run(_BARE, values),
            "kept": lambda: closes.record_work(moment, work),
        },
        3,
        "eqfund_schoolatclose",
    )
    yield _country.row(
        f"keep a close of {SCHOOLS:,} schools", best["kept"][1], best["bare"][1], LIMIT
    )
    figures = closes.record_close(moment)
    assert figures is not None
    assert SchoolAtClose.objects.filter(record__edge=moment.edge).count() == SCHOOLS
    assert closes.record_close(moment) == figures


def _world(size: int) -> tuple[edges.EdgeMoment, Any]:
    """Schools with pupils of a term, marked by no registry, and a line that has just closed."""
    office, term = _country.office("CLSE"), _country.far_term(2590)
    values = {
        "office": office.pk,
        "path": office.path,
        "schools": SCHOOLS,
        "year": 2590,
        "pupils": size,
        "term": term.pk,
        "id": b"",
    }
    _country.fill([*_country.SCHOOLS, *_country.PUPILS, *_country.ENROLMENTS], values)
    at = datetime(2047, 7, 24, 17, tzinfo=clock.BANGKOK)
    line = CalendarLine.objects.create(
        term=term,
        kind="window",
        activity="form01",
        affiliation=office.affiliation,
        during=DateTimeTZRange(at - timedelta(days=17), at),
        title_th="bench",
    )
    return edges.moment_of(Edge.objects.create(line=line, event="closes", at=at)), office


def _run(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
