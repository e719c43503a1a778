"""What a recorded registry file means for hand-overs: the child is moved, the history is not.

The registry is the affiliation's truth: a child stands in class where its file says. So the import
moves the enrolment at once, and a hand-over begins by itself, which the former school answers;
until then the new school reads nothing of the history. What does not travel (a grant, a channel)
ends with the move itself, so that the new school can visit and screen in time.
Set-based: at the turn of a school year a whole office's leavers move in one file.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from eqfund import audit, hooks, jobs
from eqfund.audit import Noted
from eqfund.clock import BANGKOK
from eqfund.models import Handover, RegistryImport

from . import drafts, rules
from .rules import Lapse

# Children whom the file has brought from another school, with the enrolment they left.
_CAME = """
CREATE TEMP TABLE handover_came ON COMMIT DROP AS
SELECT r.pupil_id, r.school_id, e.id AS enrolment_id, e.classroom_id, e.path,
       o.id AS left_id, o.path AS left_path, o.school_id AS left_school_id, o.grade
  FROM eqfund_stagingrow r
  JOIN eqfund_enrolment e ON e.id = r.enrolment_id AND e.pupil_id = r.pupil_id
  JOIN LATERAL (
        SELECT o.id, o.path, c.school_id, c.grade
          FROM (SELECT * FROM eqfund_enrolment o WHERE o.pupil_id = r.pupil_id OFFSET 0) o
          JOIN eqfund_classroom c ON c.id = o.classroom_id AND c.school_id <> r.school_id
          JOIN eqfund_term t ON t.id = o.term_id
         ORDER BY t.opens_on DESC, o.ends_on DESC NULLS FIRST, o.id DESC LIMIT 1) o ON true
 WHERE r.registry_import_id = %(import)s AND r.kind IN ('moved_here', 'settled')
"""
_ARRIVED = """
UPDATE eqfund_handover h SET to_enrolment_id = c.enrolment_id, to_classroom_id = c.classroom_id, to_path = c.path
  FROM handover_came c
 WHERE h.pupil_id = c.pupil_id AND h.status = 'proposed' AND h.to_school_id = c.school_id
RETURNING h.id
"""
# Came back to the school that had sent the child away, or went on to a third one.
_OVERTAKEN = """
UPDATE eqfund_handover h
   SET status = 'lapsed', closed_at = %(at)s,
       lapse = CASE WHEN h.from_school_id = c.school_id THEN %(came_back)s ELSE %(went_elsewhere)s END
  FROM handover_came c
 WHERE h.pupil_id = c.pupil_id AND h.status = 'proposed' AND h.to_school_id <> c.school_id
RETURNING h.id, h.pupil_id, h.lapse
"""
_BEGIN = """
INSERT INTO eqfund_handover (
    pupil_id, term_id, way, status, from_enrolment_id, from_school_id, from_path, from_name, from_office,
    to_school_id, to_classroom_id, to_enrolment_id, to_path, to_name, to_office, child_name, birth_year_be,
    grade, last4, moved_on, message, proposed_by_id, proposed_at, due_on, lapses_on, refusal, lapse, note)
SELECT c.pupil_id, %(term)s, 'registry', 'proposed', c.left_id, c.left_school_id, c.left_path, ls.name,
       coalesce(nullif(lo.short_name, ''), lo.name), c.school_id, c.classroom_id, c.enrolment_id, c.path, s.name,
       coalesce(nullif(o.short_name, ''), o.name), p.title || p.first_name || ' ' || p.last_name,
       extract(year FROM p.birth_date)::int + 543, c.grade, coalesce(i.last4, ''), %(on)s, ''::bytea, %(by)s,
       %(at)s, %(due)s, %(lapses)s, '', '', ''::bytea
  FROM handover_came c
  JOIN eqfund_pupil p ON p.id = c.pupil_id
  LEFT JOIN eqfund_identity i ON i.id = p.identity_id
  JOIN eqfund_school s ON s.id = c.school_id
  JOIN eqfund_supervisingoffice o ON o.id = s.office_id
  JOIN eqfund_school ls ON ls.id = c.left_school_id
  JOIN eqfund_supervisingoffice lo ON lo.id = ls.office_id
 WHERE c.pupil_id <> ALL(%(came_back_pupils)s)
   AND NOT EXISTS (SELECT 1 FROM eqfund_handover h WHERE h.pupil_id = c.pupil_id AND h.status = 'proposed')
RETURNING id
"""
# The history of states: who is not in the file, and whom it took from another school.
_CHANGED = """
INSERT INTO eqfund_enrolmentstatuschange (enrolment_id, was, became, "on", source, reason, by_id, at)
SELECT e.id, 'studying', e.status, e.ends_on, 'registry', ''::bytea, %(by)s, %(at)s
  FROM (SELECT r.enrolment_id FROM eqfund_stagingrow r
         WHERE r.registry_import_id = %(import)s AND r.kind = 'gone'
         UNION SELECT left_id FROM handover_came) left_here
  JOIN eqfund_enrolment e ON e.id = left_here.enrolment_id
 WHERE e.status NOT IN ('studying', 'suspended') AND e.ends_on = %(on)s
   AND NOT EXISTS (SELECT 1 FROM eqfund_enrolmentstatuschange x WHERE x.enrolment_id = e.id AND x.became = e.status)
RETURNING id
"""


def follow_registry(it: RegistryImport, at: datetime) -> None:
    """Begin, carry on or end hand-overs as the recorded file has it; in the import's transaction."""
    today = at.astimezone(BANGKOK).date()
    due = drafts.due_on(today)
    by = RegistryImport.objects.select_related("confirmed_by").get(pk=it.pk).confirmed_by
    assert by is not None  # it has just been recorded
    params: dict[str, Any] = {
        "import": it.pk,
        "term": it.term_id,
        "by": by.pk,
        "at": at,
        "on": today,
        "due": due,
        "lapses": max(due, rules.lapses_on(today, it.term.closes_on)),
        "came_back": Lapse.CAME_BACK,
        "went_elsewhere": Lapse.WENT_ELSEWHERE,
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS handover_came")
        cursor.execute(_CAME, params)
        cursor.execute("ANALYZE handover_came")
        cursor.execute(_CHANGED, params)
        changed = [row[0] for row in cursor.fetchall()]
        cursor.execute(_ARRIVED, params)
        arrived = [row[0] for row in cursor.fetchall()]
        cursor.execute(_OVERTAKEN, params)
        overtaken = cursor.fetchall()
        params["came_back_pupils"] = [row[1] for row in overtaken if row[2] == Lapse.CAME_BACK]
        cursor.execute(_BEGIN, params)
        begun = [row[0] for row in cursor.fetchall()]
    _note_overtaken([row[0] for row in overtaken], at)
    for hook, keys in ((hooks.states_changed, changed), (hooks.children_moved, arrived + begun)):
        for follow in hook:
            if keys:
                follow(keys, by, at)
    if begun:
        audit.record("handover.begin", it, by=by, at=at, facts={"pupils": len(begun)})
        key = f"handover.tell_of_request-import-{it.pk}-{at.isoformat(timespec='seconds')}"
        jobs.start("handover.tell_of_request", by=None, key=key, params={"ids": begun})


def _note_overtaken(keys: list[int], at: datetime) -> None:
    lapsed = (
        Noted(handover, handover.from_path, handover.pupil_id, {"why": handover.lapse})
        for handover in Handover.objects.filter(pk__in=keys)
    )
    audit.record_each("handover.lapse", lapsed, by=None, at=at)
