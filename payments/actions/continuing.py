"""What the close of the continuing group keeps: one statement for all schools that it closes for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from eqfund import access, audit
from eqfund.models import CalendarLine
from payments.queries.continuing import standing_sql, under
from screening.fields import term_code

STORE = """
WITH standing AS ({standing}), kept AS (
    INSERT INTO payments_continuingclose
        (term_id, line_id, school_id, closed_at, pupils, confirmed, corrected, promptpay_open)
    SELECT %(term)s, %(line)s, school_id, %(at)s, count(*), count(*) FILTER (WHERE confirmed),
           count(*) FILTER (WHERE corrected), count(*) FILTER (WHERE promptpay_open)
      FROM standing GROUP BY school_id
    ON CONFLICT DO NOTHING
    RETURNING id, school_id, pupils, confirmed
), named AS (
    INSERT INTO payments_continuingleft (close_id, grant_id, enrolment_id, reason)
    SELECT kept.id, standing.grant_id, standing.enrolment_id, standing.reason
      FROM kept JOIN standing USING (school_id) WHERE NOT standing.confirmed
    RETURNING 1
)
SELECT (SELECT count(*) FROM kept), (SELECT coalesce(sum(pupils), 0)::bigint FROM kept),
       (SELECT coalesce(sum(confirmed), 0)::bigint FROM kept), (SELECT count(*) FROM named)
"""


@transaction.atomic
def store_close(
    line: CalendarLine, *, path: str, but_for: Sequence[str] = (), at: datetime
) -> dict[str, int]:
    """Keep how each school's continuing group stands at its close, and name whom nobody confirmed.

    `but_for` are places whose time lasts longer; their own close follows. The same close a second
    time keeps nothing more.
    """
    where, values = under([path])
    for number, place in enumerate(but_for):
        where += f" AND NOT (e.path >= %(but_{number})s AND e.path < %(but_to_{number})s)"
        values |= {f"but_{number}": place, f"but_to_{number}": access.next_path(place)}
    values |= {"term": line.term_id, "line": line.pk, "at": at, "code": term_code(line.term)}
    with connection.cursor() as cursor:
        cursor.execute(STORE.replace("{standing}", standing_sql(where)), values)
        schools, pupils, confirmed, named = cursor.fetchone()
    figures = {"schools": schools, "pupils": pupils, "confirmed": confirmed, "left": named}
    audit.record("store_close", line, by=None, at=at, path=path, facts=figures)
    return figures
