"""Write a compared import into pupils, identities, enrolments, guardians and registry records.

One statement for each step, whatever the number of rows; ciphertext is copied as it
is. Called by actions.confirm_registry_import, in its transaction, right after compare.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from eqfund import clock
from eqfund.models import Pupil, RegistryImport, StagingRow

_CLASSROOMS = """
INSERT INTO eqfund_classroom (id, school_id, year_be, grade, room, path)
SELECT m.id, m.school_id, %(year)s, m.grade, m.room, s.path || m.id || '/'
  FROM (SELECT nextval(pg_get_serial_sequence('eqfund_classroom', 'id')) AS id, w.*
          FROM (SELECT DISTINCT r.school_id, r.grade, r.room FROM eqfund_stagingrow r
                 WHERE r.registry_import_id = %(import)s AND r.kind NOT IN ('gone', 'left_out')) w
         WHERE NOT EXISTS (
               SELECT 1 FROM eqfund_classroom c
                WHERE c.school_id = w.school_id AND c.year_be = %(year)s AND c.grade = w.grade AND c.room = w.room)) m
  JOIN eqfund_school s ON s.id = m.school_id
"""

_SEATS = """
UPDATE eqfund_stagingrow r SET classroom_id = c.id FROM eqfund_classroom c
 WHERE r.registry_import_id = %(import)s AND r.kind NOT IN ('gone', 'left_out')
   AND c.school_id = r.school_id AND c.year_be = %(year)s AND c.grade = r.grade AND c.room = r.room
"""

# Keys are claimed ahead and kept in the row, so that every later step finds its rows by key.
_CLAIM_IDENTITIES = """
UPDATE eqfund_stagingrow r SET identity_id = nextval(pg_get_serial_sequence('eqfund_identity', 'id'))
 WHERE r.registry_import_id = %(import)s AND r.kind = 'new' AND r.identity_id IS NULL
"""

_IDENTITIES = """
INSERT INTO eqfund_identity (id, kind, id_index, number, last4)
SELECT r.identity_id, r.id_kind, r.id_index, r.number, r.last4 FROM eqfund_stagingrow r
 WHERE r.registry_import_id = %(import)s AND r.kind = 'new'
   AND NOT EXISTS (SELECT 1 FROM eqfund_identity i WHERE i.id = r.identity_id)
"""

_CLAIM_PUPILS = """
UPDATE eqfund_stagingrow r SET pupil_id = nextval(pg_get_serial_sequence('eqfund_pupil', 'id'))
 WHERE r.registry_import_id = %(import)s
   AND (r.kind = 'new' OR (r.kind = 'elsewhere' AND r.shadow_id IS NULL))
"""

# A number that studies elsewhere is written to the pupil without identity who stands for it here.
_SHADOWS = """
UPDATE eqfund_stagingrow r SET pupil_id = r.shadow_id
 WHERE r.registry_import_id = %(import)s AND r.kind = 'elsewhere' AND r.shadow_id IS NOT NULL
"""

_PUPILS = """
INSERT INTO eqfund_pupil (id, identity_id, title, first_name, last_name, sort_key, sex, birth_date, is_demo, path)
SELECT r.pupil_id, CASE WHEN r.kind = 'new' THEN r.identity_id END, r.title, r.first_name, r.last_name, r.sort_key,
       r.sex, r.birth_date, s.is_demo, c.path
  FROM eqfund_stagingrow r
  JOIN eqfund_school s ON s.id = r.school_id
  JOIN eqfund_classroom c ON c.id = r.classroom_id
 WHERE r.registry_import_id = %(import)s
   AND (r.kind = 'new' OR (r.kind = 'elsewhere' AND r.shadow_id IS NULL))
"""

# A duplicate that is settled: what was kept without identity goes to the child it belongs to.
_SETTLE = (
    """
DELETE FROM eqfund_registryrecord rec USING eqfund_stagingrow r
 WHERE r.registry_import_id = %(import)s AND r.kind = 'settled'
   AND rec.pupil_id = r.pupil_id AND rec.term_id = %(term)s
""",
    """
UPDATE eqfund_registryrecord rec SET pupil_id = r.pupil_id, duplicate_index = NULL FROM eqfund_stagingrow r
 WHERE r.registry_import_id = %(import)s AND r.kind = 'settled' AND rec.pupil_id = r.shadow_id
""",
    """
UPDATE eqfund_enrolment e SET pupil_id = r.pupil_id FROM eqfund_stagingrow r
 WHERE r.registry_import_id = %(import)s AND r.kind = 'settled' AND e.pupil_id = r.shadow_id
""",
    """
UPDATE eqfund_guardian g SET is_current = false FROM eqfund_stagingrow r
 WHERE r.registry_import_id = %(import)s AND r.kind = 'settled' AND g.pupil_id = r.pupil_id
   AND EXISTS (SELECT 1 FROM eqfund_guardian o WHERE o.pupil_id = r.shadow_id AND o.is_current)
""",
    """
UPDATE eqfund_guardian g SET pupil_id = r.pupil_id FROM eqfund_stagingrow r
 WHERE r.registry_import_id = %(import)s AND r.kind = 'settled' AND g.pupil_id = r.shadow_id
""",
)

_RENUMBER = """
UPDATE eqfund_identity i
   SET kind = r.id_kind, id_index = r.id_index, number = r.number, last4 = r.last4
  FROM eqfund_stagingrow r JOIN eqfund_pupil p ON p.id = r.pupil_id
 WHERE r.registry_import_id = %(import)s AND r.kind = 'renumbered' AND i.id = p.identity_id
"""

_LEAVE_OTHER_SCHOOL = """
UPDATE eqfund_enrolment e SET status = 'moved', ends_on = %(on)s FROM eqfund_stagingrow r
 WHERE r.registry_import_id = %(import)s AND r.kind = 'moved_here' AND e.id = r.enrolment_id
"""

_UPDATE_PUPILS = """
UPDATE eqfund_pupil p
   SET title = r.title, first_name = r.first_name, last_name = r.last_name, sort_key = r.sort_key,
       sex = r.sex, birth_date = r.birth_date, path = c.path
  FROM eqfund_stagingrow r JOIN eqfund_classroom c ON c.id = r.classroom_id
 WHERE r.registry_import_id = %(import)s
   AND r.kind IN ('changed', 'enrolled', 'moved_here', 'settled', 'renumbered', 'elsewhere')
   AND p.id = r.pupil_id
"""

# A change of class inside a school keeps the enrolment, so that forms and attendance go along.
_UPDATE_ENROLMENTS = """
UPDATE eqfund_enrolment e
   SET classroom_id = c.id, path = c.path, student_number = r.student_number
  FROM eqfund_stagingrow r JOIN eqfund_classroom c ON c.id = r.classroom_id
 WHERE r.registry_import_id = %(import)s AND r.kind IN ('changed', 'settled', 'renumbered', 'elsewhere')
   AND e.id = r.enrolment_id
   AND NOT EXISTS (SELECT 1 FROM eqfund_enrolment o
                    WHERE o.pupil_id = e.pupil_id AND o.term_id = e.term_id AND o.classroom_id = c.id AND o.id <> e.id)
"""

# A child who comes back to the class it left takes its enrolment up again; the others get a new one.
_ENROLMENTS = (
    """
UPDATE eqfund_stagingrow r SET enrolment_id = (
       SELECT e.id FROM eqfund_enrolment e
        WHERE e.pupil_id = r.pupil_id AND e.term_id = %(term)s AND e.classroom_id = r.classroom_id)
 WHERE r.registry_import_id = %(import)s
   AND (r.kind IN ('new', 'enrolled', 'moved_here') OR (r.kind = 'elsewhere' AND r.enrolment_id IS NULL))
""",
    """
UPDATE eqfund_enrolment e SET status = 'studying', ends_on = NULL, student_number = r.student_number
  FROM eqfund_stagingrow r
 WHERE r.registry_import_id = %(import)s AND r.kind IN ('enrolled', 'moved_here') AND e.id = r.enrolment_id
""",
    """
WITH claimed AS MATERIALIZED (
    SELECT r.id, nextval(pg_get_serial_sequence('eqfund_enrolment', 'id')) AS enrolment_id FROM eqfund_stagingrow r
     WHERE r.registry_import_id = %(import)s AND r.enrolment_id IS NULL
       AND r.kind IN ('new', 'enrolled', 'moved_here', 'elsewhere')
), kept AS (
    UPDATE eqfund_stagingrow r SET enrolment_id = claimed.enrolment_id FROM claimed WHERE r.id = claimed.id
)
INSERT INTO eqfund_enrolment (id, pupil_id, term_id, classroom_id, path, student_number, status, starts_on)
SELECT claimed.enrolment_id, r.pupil_id, %(term)s, c.id, c.path, r.student_number, 'studying', %(on)s
  FROM claimed
  JOIN eqfund_stagingrow r ON r.id = claimed.id
  JOIN eqfund_classroom c ON c.id = r.classroom_id
""",
)

# Whom the school has entered here is never overwritten by the registry.
_GUARDIANS = """
INSERT INTO eqfund_guardian (pupil_id, full_name, relationship, national_id, id_index, last4, phone, is_current, since)
SELECT r.pupil_id, r.guardian_name, r.guardian_relationship, r.guardian_number, r.guardian_index, r.guardian_last4,
       r.guardian_phone, true, %(at)s
  FROM eqfund_stagingrow r
 WHERE r.registry_import_id = %(import)s AND r.kind NOT IN ('gone', 'left_out') AND r.guardian_name <> ''
   AND NOT EXISTS (SELECT 1 FROM eqfund_guardian g WHERE g.pupil_id = r.pupil_id AND g.is_current)
"""

_RECORDS = """
INSERT INTO eqfund_registryrecord (
    pupil_id, term_id, enrolment_id, source_id, registry, disadvantage_poor, extras, extras_index, duplicate_index)
SELECT r.pupil_id, %(term)s, r.enrolment_id, %(import)s, %(registry)s, r.disadvantage_poor, r.extras, r.extras_index,
       CASE WHEN r.kind = 'elsewhere' THEN r.id_index END
  FROM eqfund_stagingrow r
 WHERE r.registry_import_id = %(import)s AND r.kind NOT IN ('gone', 'left_out', 'same')
ON CONFLICT (pupil_id, term_id) DO UPDATE
   SET enrolment_id = excluded.enrolment_id, source_id = excluded.source_id, registry = excluded.registry,
       disadvantage_poor = excluded.disadvantage_poor, extras = excluded.extras,
       extras_index = excluded.extras_index, duplicate_index = excluded.duplicate_index
"""

_LEAVE = """
UPDATE eqfund_enrolment e SET status = %(gone)s, ends_on = %(on)s FROM eqfund_stagingrow r
 WHERE r.registry_import_id = %(import)s AND r.kind = 'gone' AND e.id = r.enrolment_id AND e.status = 'studying'
"""

_EMPTY = """
UPDATE eqfund_stagingrow
   SET number = '', id_index = NULL, extras = '', extras_index = NULL, guardian_name = '', guardian_number = '',
       guardian_index = NULL, guardian_last4 = '', guardian_phone = ''
 WHERE registry_import_id = %(import)s
"""

STEPS = (
    _CLASSROOMS,
    _SEATS,
    _CLAIM_IDENTITIES,
    _IDENTITIES,
    _CLAIM_PUPILS,
    _SHADOWS,
    _PUPILS,
    *_SETTLE,
    _RENUMBER,
    _LEAVE_OTHER_SCHOOL,
    _UPDATE_PUPILS,
    _UPDATE_ENROLMENTS,
    *_ENROLMENTS,
    _GUARDIANS,
    _RECORDS,
)


def record_rows(it: RegistryImport, *, at: datetime, gone: str = "") -> None:
    """Write every row; `gone` is the status for pupils who are not in the file, "" leaves them."""
    params: dict[str, Any] = {
        "import": it.pk,
        "term": it.term_id,
        "year": it.term.year_be,
        "registry": it.registry,
        "on": at.astimezone(clock.BANGKOK).date(),
        "at": at,
        "gone": gone,
    }
    settled = list(it.rows.filter(kind=StagingRow.Kind.SETTLED).values_list("shadow_id", flat=True))
    with connection.cursor() as cursor:
        for statement in STEPS:
            cursor.execute(statement, params)
        if gone:
            cursor.execute(_LEAVE, params)
    _remove_shadows(settled)
    empty(it)


def empty(it: RegistryImport) -> None:
    """Take what is sealed out of the waiting room; names and kinds stay for the page."""
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, {"import": it.pk})


def _remove_shadows(pks: list[int]) -> None:
    """Remove pupils without identity that nothing refers to any more; one that is still named stays."""
    for pk in pks:
        try:
            with transaction.atomic():
                Pupil.objects.filter(pk=pk, identity=None)._raw_delete("default")
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except IntegrityError:
            continue
