"""What a close leaves behind: where each school stood, kept once, whatever happens.

    record_close(moment)    in the moment's own transaction: one statement, however many schools
    start_notices(until)    when every line that closes at an instant is recorded, its people are told

A crash before the commit leaves nothing and the next tick does it whole; after it, the record is
there and a second one is refused by its edge. Places whose extension lasts longer are not among
the schools: they close by a moment, and a record, of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from eqfund import access, hooks, jobs
from eqfund.edges import CLOSES, MAX_TRIES, EdgeMoment
from eqfund.models import CloseRecord, Edge, School, SchoolAtClose

TOLD = "calendar.told"

# The schools with their counts, the record with its sums, then the rows: one statement. A record
# of the same edge that is there already leaves `record` empty, and so writes no row.
_RECORD = """
WITH stood AS (
    SELECT s.id AS school_id, s.path, least(w.done, w.total) AS done, w.total, w.drafts
      FROM unnest(%(keys)s::bigint[], %(done)s::int[], %(total)s::int[], %(drafts)s::int[])
           AS w(school_id, done, total, drafts)
      JOIN eqfund_school s ON s.id = w.school_id
     WHERE starts_with(s.path, %(path)s)
       AND NOT EXISTS (SELECT FROM unnest(%(but_for)s::text[]) AS other WHERE starts_with(s.path, other))
), record AS (
    INSERT INTO eqfund_closerecord
           (edge_id, term_id, activity, round_no, title_th, path, closed_at, schools, unfinished, drafts)
    SELECT %(edge)s, %(term)s, %(activity)s, %(round_no)s, %(title)s, %(path)s, %(at)s,
           count(*), count(*) FILTER (WHERE done < total), coalesce(sum(drafts), 0)
      FROM stood
    ON CONFLICT (edge_id) DO NOTHING
    RETURNING id
)
INSERT INTO eqfund_schoolatclose (record_id, school_id, path, is_finished, done, total, drafts)
SELECT record.id, stood.school_id, stood.path, stood.done = stood.total, stood.done, stood.total, stood.drafts
  FROM stood CROSS JOIN record
"""


def record_close(moment: EdgeMoment) -> dict[str, Any] | None:
    """Keep where each school stood; None for work that no app can count."""
    work = work_of(moment)
    if work is None:
        return None
    record_work(moment, work)
    made = CloseRecord.objects.get(edge=moment.edge.pk)
    return {"schools": made.schools, "unfinished": made.unfinished, "drafts": made.drafts}


def record_work(moment: EdgeMoment, work: dict[int, hooks.Work]) -> None:
    """Write the record and a row each school, by one statement; a second time for the same edge nothing."""
    line = moment.line
    params: dict[str, Any] = {
        "keys": list(work),
        "done": [each.done for each in work.values()],
        "total": [each.total for each in work.values()],
        "drafts": [each.drafts for each in work.values()],
        "path": moment.path,
        "but_for": list(moment.but_for),
        "edge": moment.edge.pk,
        "term": line.term_id,
        "activity": line.activity,
        "round_no": line.round_no,
        "title": line.title_th,
        "at": moment.at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, params)


def work_of(moment: EdgeMoment) -> dict[int, hooks.Work] | None:
    """How far each school of the moment is, over all apps that count its activity; None when none does."""
    line = moment.line
    asked = [it for it in hooks.unfinished if it.activity == line.activity]
    if not asked or not moment.path:
        return None
    found: dict[int, hooks.Work] = {}
    for it in asked:
        where = (line.term, line.round_no, moment.path, moment.at)
        counted = it.work(*where) if it.work else _whole_schools(moment.path, it.schools(*where))
        for key, work in counted.items():
            before = found.get(key, hooks.Work(0, 0))
            found[key] = hooks.Work(
                before.done + work.done, before.total + work.total, before.drafts + work.drafts
            )
    return {key: work for key, work in found.items() if work.total}


def _whole_schools(path: str, unfinished: Iterable[int]) -> dict[int, hooks.Work]:
    """Every school of a place as one piece of work, done but for the unfinished."""
    left = set(unfinished)
    keys = School.objects.filter(access.within([path], "path")).values_list("pk", flat=True)
    return {key: hooks.Work(0 if key in left else 1, 1) for key in keys}


@hooks.edge_rounds.register
def start_notices(until: datetime) -> None:
    """Have people told of each close, once all that closed at its instant is recorded: one mail, not several."""
    untold = Edge.objects.filter(event=CLOSES, at__lte=until, close_record__isnull=False).exclude(
        results__has_key=TOLD
    )
    for at in sorted(set(untold.values_list("at", flat=True))):
        waiting = Edge.objects.filter(event=CLOSES, at=at, done_at=None, tries__lt=MAX_TRIES)
        if not waiting.exists():
            _start(at)


@transaction.atomic
def _start(at: datetime) -> None:
    """Ask for the notices of an instant, and note it with each of its edges."""
    rows = Edge.objects.select_for_update(of=["self"]).filter(
        event=CLOSES, at=at, close_record__isnull=False
    )
    edges = [edge for edge in rows if TOLD not in edge.results]
    if not edges:
        return
    job = jobs.start(
        "calendar.tell_close",
        by=None,
        key=f"close-told-{at.isoformat()}",
        params={"at": at.isoformat()},
    )
    for edge in edges:
        edge.results[TOLD] = {"job": job.pk}
        edge.save(update_fields=["results"])


def grace_of(activity: str) -> int:
    """For how many hours after the close drafts of the activity may still be sent; 0 for none."""
    return max((it.grace_hours for it in hooks.unfinished if it.activity == activity), default=0)


class Left(NamedTuple):
    """What a school had left at a close; light, for a close may leave thirty thousand."""

    done: int
    total: int
    drafts: int


def left_at(records: Iterable[CloseRecord]) -> dict[int, dict[str, Left]]:
    """record key -> path of a school that had not finished -> what it had left; one query."""
    found: dict[int, dict[str, Left]] = {record.pk: {} for record in records}
    rows = SchoolAtClose.objects.filter(record__in=found, is_finished=False)
    for record, path, *counts in rows.values_list("record", "path", "done", "total", "drafts"):
        found[record][path] = Left(*counts)
    return found
