"""Compare the rows of an import with our roll, in a few statements whatever their number.

For every row of the file that was not left out, and for every pupil of its schools
who is not in the file, `compare` says what confirming would do (StagingRow.Kind):

    new         nobody of this number is known
    same        studies here, nothing differs
    changed     studies here, `changes` names what differs and `was` what we knew
    enrolled    known at this school, not yet enrolled this term
    moved_here  known, last at another school that has let go (or that this file covers too)
    elsewhere   studying at another school that has not let go: kept without identity
    settled     was `elsewhere`, and the other school has let go since
    renumbered  a child with a G-code, by name and birth date, who now has a national id
    gone        studies here by our roll, not in the file

What another school knows of a child is never shown: `was` is filled only from the
uploader's own schools.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from eqfund.models import RegistryImport

_FORGET = """
DELETE FROM eqfund_stagingrow WHERE registry_import_id = %(import)s AND kind = 'gone'
"""

_MATCH = """
WITH found AS (
    SELECT r.id, i.id AS identity_id, s.path AS school_path,
           CASE WHEN e.id IS NULL AND d.pupil_id IS NOT NULL THEN 'settled'
                WHEN p.id IS NULL THEN 'new'
                WHEN ec.school_id = r.school_id THEN 'same'
                WHEN ec.school_id = ANY(%(schools)s) THEN 'moved_here'
                WHEN e.id IS NOT NULL THEN 'elsewhere'
                WHEN starts_with(p.path, s.path) THEN 'enrolled'
                ELSE 'moved_here' END AS kind,
           p.id AS pupil_id, d.pupil_id AS shadow_id,
           e.id AS enrolment_id, d.enrolment_id AS shadow_enrolment_id
      FROM eqfund_stagingrow r
      JOIN eqfund_school s ON s.id = r.school_id
      LEFT JOIN eqfund_identity i ON i.id_index = r.id_index
      LEFT JOIN eqfund_pupil p ON p.identity_id = i.id
      LEFT JOIN LATERAL (
            SELECT e.id, e.classroom_id FROM eqfund_enrolment e
             WHERE e.pupil_id = p.id AND e.term_id = %(term)s AND e.status IN ('studying', 'suspended')
             ORDER BY e.status DESC LIMIT 1) e ON true
      LEFT JOIN eqfund_classroom ec ON ec.id = e.classroom_id
      LEFT JOIN LATERAL (
            SELECT rec.pupil_id, rec.enrolment_id
              FROM eqfund_registryrecord rec
              JOIN eqfund_enrolment se ON se.id = rec.enrolment_id
              JOIN eqfund_classroom sc ON sc.id = se.classroom_id
             WHERE rec.duplicate_index = r.id_index AND rec.term_id = %(term)s
               AND sc.school_id = r.school_id AND se.status = 'studying' LIMIT 1) d ON true
     WHERE r.registry_import_id = %(import)s AND r.kind <> 'left_out'
)
UPDATE eqfund_stagingrow r
   SET kind = f.kind, identity_id = f.identity_id, pupil_id = f.pupil_id, shadow_id = f.shadow_id,
       enrolment_id = CASE WHEN f.kind IN ('settled', 'elsewhere') THEN f.shadow_enrolment_id
                           ELSE f.enrolment_id END,
       changes = '{}', was = '{}'
  FROM found f
 WHERE f.id = r.id
"""

# What differs, for children who already study at one of the uploader's schools.
_CHANGES = """
WITH known AS (
    SELECT r.id, p.id AS pupil_id, c.grade || '/' || c.room AS classroom, s.name AS school,
           p.title || p.first_name || ' ' || p.last_name AS name, p.sex, p.birth_date,
           e.student_number, rec.disadvantage_poor AS poor,
           array_remove(ARRAY[
               CASE WHEN (p.title, p.first_name, p.last_name) IS DISTINCT FROM (r.title, r.first_name, r.last_name)
                    THEN 'name' END,
               CASE WHEN p.sex <> r.sex THEN 'sex' END,
               CASE WHEN p.birth_date IS DISTINCT FROM r.birth_date THEN 'birth_date' END,
               CASE WHEN c.school_id <> r.school_id THEN 'school' END,
               CASE WHEN (c.school_id, c.grade, c.room) IS DISTINCT FROM (r.school_id, r.grade, r.room)
                    THEN 'classroom' END,
               CASE WHEN e.student_number <> r.student_number THEN 'student_number' END,
               CASE WHEN rec.disadvantage_poor <> r.disadvantage_poor THEN 'poor' END,
               CASE WHEN rec.extras_index IS DISTINCT FROM r.extras_index THEN 'extras' END], NULL) AS changes
      FROM eqfund_stagingrow r
      JOIN eqfund_enrolment e ON e.id = r.enrolment_id
      JOIN eqfund_classroom c ON c.id = e.classroom_id
      JOIN eqfund_school s ON s.id = c.school_id
      JOIN eqfund_pupil p ON p.id = e.pupil_id
      LEFT JOIN eqfund_registryrecord rec ON rec.pupil_id = p.id AND rec.term_id = %(term)s
     WHERE r.registry_import_id = %(import)s
       AND r.kind IN ('same', 'elsewhere', 'settled', 'moved_here', 'renumbered')
)
UPDATE eqfund_stagingrow r
   SET kind = CASE WHEN r.kind = 'same' AND k.changes <> '{}' THEN 'changed' ELSE r.kind END,
       changes = k.changes,
       was = (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(to_jsonb(k))
               WHERE key = ANY(k.changes))
  FROM known k
 WHERE k.id = r.id AND k.changes <> '{}'
"""

# NOT IN of a list that knows no NULL: one hash, whatever the planner believes of a table filled a second ago.
_GONE = """
INSERT INTO eqfund_stagingrow (
    registry_import_id, kind, school_id, grade, room, id_kind, number, last4, title, first_name, last_name,
    sort_key, sex, birth_date, student_number, disadvantage_poor, extras, guardian_name, guardian_relationship,
    guardian_number, guardian_last4, guardian_phone, pupil_id, enrolment_id, changes, was)
SELECT %(import)s, 'gone', c.school_id, c.grade, c.room, coalesce(i.kind, ''), '', coalesce(i.last4, ''), p.title,
       p.first_name, p.last_name, p.sort_key, p.sex, p.birth_date, e.student_number, false, '', '', '', '', '', '',
       p.id, e.id, '{}', '{}'
  FROM eqfund_enrolment e
  JOIN eqfund_classroom c ON c.id = e.classroom_id
  JOIN eqfund_pupil p ON p.id = e.pupil_id
  LEFT JOIN eqfund_identity i ON i.id = p.identity_id
 WHERE e.term_id = %(term)s AND e.status = 'studying' AND c.school_id = ANY(%(schools)s)
   AND p.id NOT IN (SELECT r.pupil_id FROM eqfund_stagingrow r
                     WHERE r.registry_import_id = %(import)s AND r.pupil_id IS NOT NULL)
   AND p.id NOT IN (SELECT r.shadow_id FROM eqfund_stagingrow r
                     WHERE r.registry_import_id = %(import)s AND r.shadow_id IS NOT NULL)
   AND (p.first_name, p.last_name) NOT IN (SELECT r.first_name, r.last_name FROM eqfund_stagingrow r
                                            WHERE r.registry_import_id = %(import)s AND r.kind = 'left_out')
"""

# A G-code that became a national id: one new row and one gone, alike in school, name and birth date.
_RENUMBERED = """
WITH gone AS MATERIALIZED (
    SELECT * FROM eqfund_stagingrow
     WHERE registry_import_id = %(import)s AND kind = 'gone' AND id_kind = 'g_code'
), pairs AS (
    SELECT n.id AS new_id, g.id AS gone_id, g.pupil_id, g.enrolment_id,
           count(*) OVER (PARTITION BY n.id) AS of_new, count(*) OVER (PARTITION BY g.id) AS of_gone
      FROM eqfund_stagingrow n
      JOIN gone g
        ON g.school_id = n.school_id AND g.first_name = n.first_name AND g.last_name = n.last_name
       AND g.birth_date = n.birth_date
     WHERE n.registry_import_id = %(import)s AND n.kind = 'new' AND n.id_kind = 'national_id'
       AND n.identity_id IS NULL
), taken AS (
    DELETE FROM eqfund_stagingrow g USING pairs
     WHERE g.id = pairs.gone_id AND of_new = 1 AND of_gone = 1
)
UPDATE eqfund_stagingrow n
   SET kind = 'renumbered', pupil_id = pairs.pupil_id, enrolment_id = pairs.enrolment_id
  FROM pairs
 WHERE n.id = pairs.new_id AND of_new = 1 AND of_gone = 1
"""

_COUNTS = """
SELECT kind, count(*) FROM eqfund_stagingrow WHERE registry_import_id = %(import)s GROUP BY kind
"""

_DIGEST = """
SELECT md5(coalesce(string_agg(
           concat_ws(' ', kind, line, pupil_id, shadow_id, enrolment_id, array_to_string(changes, '+')), ';'
           ORDER BY line, enrolment_id), ''))
  FROM eqfund_stagingrow WHERE registry_import_id = %(import)s
"""

_SCHOOLS = """
SELECT coalesce(array_agg(DISTINCT school_id), '{}') FROM eqfund_stagingrow
 WHERE registry_import_id = %(import)s AND school_id IS NOT NULL AND kind <> 'gone'
"""


def compare(it: RegistryImport) -> dict[str, Any]:
    """Say of every row what confirming would do; return the counts of each kind and a digest.

    Safe to run again: the roll may have changed since. Call it in a transaction.
    """
    params: dict[str, Any] = {"import": it.pk, "term": it.term_id}
    with connection.cursor() as cursor:
        cursor.execute(_SCHOOLS, params)
        params["schools"] = cursor.fetchone()[0]
        for statement in (_FORGET, _MATCH, _GONE, _RENUMBERED, _CHANGES):
            cursor.execute(statement, params)
        cursor.execute(_COUNTS, params)
        counts: dict[str, Any] = dict(cursor.fetchall())
        cursor.execute(_DIGEST, params)
        counts["digest"] = cursor.fetchone()[0]
    return counts
