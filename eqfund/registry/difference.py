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
    gone        studies here by our roll, not in the file; nobody where one pupil was typed in by hand

What another school knows of a child is never shown: `was` is filled only from the
uploader's own schools.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from eqfund.models import RegistryImport

from . import typed

# The work is done in tables of the transaction's own, whose statistics are right: those of the waiting room say
# it is empty, and a plan made for an empty table takes minutes over an office. OFFSET 0 keeps each look-up one by
# key, for the same reason.
_FOUND = (
    "DROP TABLE IF EXISTS import_found",
    """
CREATE TEMP TABLE import_found ON COMMIT DROP AS
WITH found AS (
    SELECT r.id, r.line, r.school_id, r.grade, r.room, r.id_kind, r.title, r.first_name, r.last_name, r.sex,
           r.birth_date, r.student_number, r.disadvantage_poor, r.extras_index, i.id AS identity_id,
           CASE WHEN r.kind = 'left_out' THEN 'left_out'
                WHEN e.id IS NULL AND d.pupil_id IS NOT NULL THEN 'settled'
                WHEN p.id IS NULL THEN 'new'
                WHEN ec.school_id = r.school_id THEN 'same'
                WHEN ec.school_id = ANY(%(schools)s) THEN 'moved_here'
                WHEN e.id IS NOT NULL THEN 'elsewhere'
                WHEN starts_with(p.path, s.path) THEN 'enrolled'
                ELSE 'moved_here' END AS kind,
           p.id AS pupil_id, d.pupil_id AS shadow_id,
           e.id AS enrolment_id, d.enrolment_id AS shadow_enrolment_id
      FROM eqfund_stagingrow r
      LEFT JOIN eqfund_school s ON s.id = r.school_id
      LEFT JOIN LATERAL (
            SELECT i.id FROM eqfund_identity i WHERE i.id_index = r.id_index OFFSET 0) i ON true
      LEFT JOIN LATERAL (
            SELECT p.id, p.path FROM eqfund_pupil p WHERE p.identity_id = i.id OFFSET 0) p ON true
      LEFT JOIN LATERAL (
            SELECT e.id, e.classroom_id
              FROM (SELECT * FROM eqfund_enrolment e WHERE e.pupil_id = p.id OFFSET 0) e
             WHERE e.term_id = %(term)s AND e.status IN ('studying', 'suspended')
             ORDER BY e.status DESC LIMIT 1) e ON true
      LEFT JOIN LATERAL (
            SELECT c.school_id FROM eqfund_classroom c WHERE c.id = e.classroom_id OFFSET 0) ec ON true
      LEFT JOIN LATERAL (
            SELECT rec.pupil_id, rec.enrolment_id
              FROM (SELECT * FROM eqfund_registryrecord rec WHERE rec.duplicate_index = r.id_index OFFSET 0) rec
              JOIN eqfund_enrolment se ON se.id = rec.enrolment_id
              JOIN eqfund_classroom sc ON sc.id = se.classroom_id
             WHERE rec.term_id = %(term)s
               AND sc.school_id = r.school_id AND se.status = 'studying' LIMIT 1) d ON true
     WHERE r.registry_import_id = %(import)s AND r.kind <> 'gone'
)
SELECT found.*, CASE WHEN kind IN ('settled', 'elsewhere') THEN shadow_enrolment_id ELSE enrolment_id END AS alive_id,
       '{}'::varchar[] AS changes, '{}'::jsonb AS was
  FROM found
""",
    "ANALYZE import_found",
)

_GONE = (
    "DROP TABLE IF EXISTS import_gone",
    """
CREATE TEMP TABLE import_gone ON COMMIT DROP AS
SELECT c.school_id, c.grade, c.room, coalesce(i.kind, '') AS id_kind, coalesce(i.last4, '') AS last4, p.title,
       p.first_name, p.last_name, p.sort_key, p.sex, p.birth_date, e.student_number, p.id AS pupil_id, e.id AS enrolment_id
  FROM eqfund_classroom c
  JOIN LATERAL (
        SELECT e.id, e.pupil_id, e.student_number
          FROM (SELECT * FROM eqfund_enrolment e WHERE e.classroom_id = c.id OFFSET 0) e
         WHERE e.term_id = %(term)s AND e.status = 'studying') e ON true
  JOIN eqfund_pupil p ON p.id = e.pupil_id
  LEFT JOIN eqfund_identity i ON i.id = p.identity_id
 WHERE c.school_id = ANY(%(schools)s)
   AND p.id NOT IN (SELECT pupil_id FROM import_found WHERE pupil_id IS NOT NULL)
   AND p.id NOT IN (SELECT shadow_id FROM import_found WHERE shadow_id IS NOT NULL)
   AND (p.first_name, p.last_name) NOT IN (SELECT first_name, last_name FROM import_found WHERE kind = 'left_out')
""",
    "ANALYZE import_gone",
)

# A G-code that became a national id: one new row and one gone, alike in school, name and birth date.
_RENUMBERED = """
WITH pairs AS (
    SELECT n.id AS new_id, g.pupil_id, g.enrolment_id,
           count(*) OVER (PARTITION BY n.id) AS of_new, count(*) OVER (PARTITION BY g.pupil_id) AS of_gone
      FROM import_found n
      JOIN import_gone g
        ON g.school_id = n.school_id AND g.first_name = n.first_name AND g.last_name = n.last_name
       AND g.birth_date = n.birth_date
     WHERE n.kind = 'new' AND n.id_kind = 'national_id' AND n.identity_id IS NULL AND g.id_kind = 'g_code'
), taken AS (
    DELETE FROM import_gone g USING pairs WHERE g.pupil_id = pairs.pupil_id AND of_new = 1 AND of_gone = 1
)
UPDATE import_found n
   SET kind = 'renumbered', pupil_id = pairs.pupil_id, alive_id = pairs.enrolment_id
  FROM pairs
 WHERE n.id = pairs.new_id AND of_new = 1 AND of_gone = 1
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
      FROM import_found r
      JOIN eqfund_enrolment e ON e.id = r.alive_id
      JOIN eqfund_classroom c ON c.id = e.classroom_id
      JOIN eqfund_school s ON s.id = c.school_id
      JOIN eqfund_pupil p ON p.id = e.pupil_id
      LEFT JOIN LATERAL (
            SELECT rec.disadvantage_poor, rec.extras_index
              FROM (SELECT * FROM eqfund_registryrecord rec WHERE rec.pupil_id = p.id OFFSET 0) rec
             WHERE rec.term_id = %(term)s) rec ON true
     WHERE r.kind IN ('same', 'elsewhere', 'settled', 'moved_here', 'renumbered')
)
UPDATE import_found r
   SET kind = CASE WHEN r.kind = 'same' THEN 'changed' ELSE r.kind END,
       changes = k.changes,
       was = (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(to_jsonb(k))
               WHERE key = ANY(k.changes))
  FROM known k
 WHERE k.id = r.id AND k.changes <> '{}'
"""

# Back into the waiting room; rows for which nothing is new are not written again.
_KEEP = (
    "DELETE FROM eqfund_stagingrow WHERE registry_import_id = %(import)s AND kind = 'gone'",
    """
INSERT INTO eqfund_stagingrow (
    registry_import_id, kind, school_id, grade, room, id_kind, number, last4, title, first_name, last_name,
    sort_key, sex, birth_date, student_number, disadvantage_poor, extras, guardian_name, guardian_relationship,
    guardian_number, guardian_last4, guardian_phone, pupil_id, enrolment_id, changes, was)
SELECT %(import)s, 'gone', g.school_id, g.grade, g.room, g.id_kind, '', g.last4, g.title, g.first_name, g.last_name,
       g.sort_key, g.sex, g.birth_date, g.student_number, false, '', '', '', '', '', '', g.pupil_id, g.enrolment_id,
       '{}', '{}'
  FROM import_gone g
""",
    "SET LOCAL enable_nestloop = off",
    """
UPDATE eqfund_stagingrow r
   SET kind = f.kind, identity_id = f.identity_id, pupil_id = f.pupil_id, shadow_id = f.shadow_id,
       enrolment_id = f.alive_id, changes = f.changes, was = f.was
  FROM import_found f
 WHERE f.id = r.id AND r.registry_import_id = %(import)s
   AND (r.kind, r.identity_id, r.pupil_id, r.shadow_id, r.enrolment_id, r.changes, r.was)
       IS DISTINCT FROM (f.kind, f.identity_id, f.pupil_id, f.shadow_id, f.alive_id, f.changes, f.was)
""",
    "SET LOCAL enable_nestloop = on",
)

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
        nobody_gone = ("DELETE FROM import_gone",) if it.layout == typed.LAYOUT else ()
        for statement in (*_FOUND, *_GONE, _RENUMBERED, *nobody_gone, _CHANGES, *_KEEP):
            cursor.execute(statement, params)
        cursor.execute(_COUNTS, params)
        counts: dict[str, Any] = dict(cursor.fetchall())
        cursor.execute(_DIGEST, params)
        counts["digest"] = cursor.fetchone()[0]
    return counts
