"""Write a compared import into pupils, identities, enrolments, guardians and registry records.

One statement for each step, whatever the number of rows; ciphertext is copied as it
is. Called by actions.confirm_registry_import, in its transaction, right after compare.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import clock, hooks
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

# The rows that are to be written, each with the keys of what it becomes: known ones, and new ones claimed here,
# so that every later step finds its rows by key. A table of the transaction's own, written once and not logged.
# `back` marks a child who comes back to a class it left, and takes that enrolment up again.
_ENTERING = (
    "DROP TABLE IF EXISTS import_entering",
    """
CREATE TEMP TABLE import_entering ON COMMIT DROP AS
WITH rows AS MATERIALIZED (
    SELECT r.*, c.id AS seat_id, c.path AS seat_path, s.is_demo,
           r.kind = 'new' OR (r.kind = 'elsewhere' AND r.shadow_id IS NULL) AS is_new_pupil,
           r.kind IN ('new', 'enrolled', 'moved_here') OR (r.kind = 'elsewhere' AND r.enrolment_id IS NULL) AS enters
      FROM eqfund_stagingrow r
      JOIN eqfund_school s ON s.id = r.school_id
      JOIN eqfund_classroom c ON c.school_id = r.school_id AND c.year_be = %(year)s
           AND c.grade = r.grade AND c.room = r.room
     WHERE r.registry_import_id = %(import)s AND r.kind NOT IN ('gone', 'left_out', 'same')
)
SELECT id, kind, school_id, id_kind, id_index, number, last4, title, first_name, last_name, sort_key, sex, birth_date,
       student_number, disadvantage_poor, extras, extras_index, guardian_name, guardian_relationship, guardian_number,
       guardian_index, guardian_last4, guardian_phone, shadow_id, is_demo, is_new_pupil, enters,
       seat_id AS classroom_id, seat_path AS path,
       kind = 'new' AND identity_id IS NULL AS is_new_identity,
       CASE WHEN kind = 'new' AND identity_id IS NULL THEN nextval(pg_get_serial_sequence('eqfund_identity', 'id'))
            ELSE identity_id END AS identity_id,
       CASE WHEN is_new_pupil THEN nextval(pg_get_serial_sequence('eqfund_pupil', 'id'))
            WHEN kind = 'elsewhere' THEN shadow_id  -- who stands here for a number that studies elsewhere
            ELSE pupil_id END AS pupil_id,
       enrolment_id AS left_enrolment_id,
       back_id IS NOT NULL AS back,
       CASE WHEN NOT enters THEN enrolment_id
            WHEN back_id IS NOT NULL THEN back_id
            ELSE nextval(pg_get_serial_sequence('eqfund_enrolment', 'id')) END AS enrolment_id
  FROM rows
  LEFT JOIN LATERAL (
        SELECT e.id AS back_id
          FROM (SELECT * FROM eqfund_enrolment e WHERE e.pupil_id = rows.pupil_id OFFSET 0) e
         WHERE e.term_id = %(term)s AND e.classroom_id = seat_id AND rows.kind IN ('enrolled', 'moved_here')
       ) back ON true
""",
    "CREATE INDEX ON import_entering (pupil_id)",
    "ANALYZE import_entering (id, kind, pupil_id, shadow_id, enrolment_id)",
)

_IDENTITIES = """
INSERT INTO eqfund_identity (id, kind, id_index, number, last4)
SELECT r.identity_id, r.id_kind, r.id_index, r.number, r.last4 FROM import_entering r WHERE r.is_new_identity
"""

_PUPILS = """
INSERT INTO eqfund_pupil (id, identity_id, title, first_name, last_name, sort_key, sex, birth_date, is_demo, path)
SELECT r.pupil_id, CASE WHEN r.kind = 'new' THEN r.identity_id END, r.title, r.first_name, r.last_name, r.sort_key,
       r.sex, r.birth_date, r.is_demo, r.path
  FROM import_entering r WHERE r.is_new_pupil
"""

# A duplicate that is settled: what was kept without identity goes to the child it belongs to. A guardian
# is the child's from now on: the school that let go must not take the row for one it knew (payments).
_SETTLE = (
    """
DELETE FROM eqfund_registryrecord rec USING import_entering r
 WHERE r.kind = 'settled' AND rec.pupil_id = r.pupil_id AND rec.term_id = %(term)s
""",
    """
UPDATE eqfund_registryrecord rec SET pupil_id = r.pupil_id, duplicate_index = NULL FROM import_entering r
 WHERE r.kind = 'settled' AND rec.pupil_id = r.shadow_id
""",
    """
UPDATE eqfund_enrolment e SET pupil_id = r.pupil_id FROM import_entering r
 WHERE r.kind = 'settled' AND e.pupil_id = r.shadow_id
""",
    """
UPDATE eqfund_guardian g SET is_current = false FROM import_entering r
 WHERE r.kind = 'settled' AND g.pupil_id = r.pupil_id
   AND EXISTS (SELECT 1 FROM eqfund_guardian o WHERE o.pupil_id = r.shadow_id AND o.is_current)
""",
    """
UPDATE eqfund_guardian g SET pupil_id = r.pupil_id, since = GREATEST(g.since, %(at)s) FROM import_entering r
 WHERE r.kind = 'settled' AND g.pupil_id = r.shadow_id
""",
    """
UPDATE eqfund_formername f SET pupil_id = r.pupil_id FROM import_entering r
 WHERE r.kind = 'settled' AND f.pupil_id = r.shadow_id
""",
)

# What stood there before is kept: the number, and below the name.
_FORMER_NUMBERS = """
INSERT INTO eqfund_formernumber (identity_id, kind, number, last4, until, source, registry_import_id, reason)
SELECT i.id, i.kind, i.number, i.last4, %(at)s, 'registry', %(import)s, ''
  FROM import_entering r
  JOIN eqfund_pupil p ON p.id = r.pupil_id
  JOIN eqfund_identity i ON i.id = p.identity_id
 WHERE r.kind = 'renumbered'
"""

_FORMER_NAMES = """
INSERT INTO eqfund_formername (pupil_id, title, first_name, last_name, until, source, registry_import_id, reason)
SELECT p.id, p.title, p.first_name, p.last_name, %(at)s, 'registry', %(import)s, ''
  FROM import_entering r
  JOIN eqfund_pupil p ON p.id = r.pupil_id
 WHERE NOT r.is_new_pupil
   AND (p.title, p.first_name, p.last_name) IS DISTINCT FROM (r.title, r.first_name, r.last_name)
"""

_RENUMBER = """
UPDATE eqfund_identity i
   SET kind = r.id_kind, id_index = r.id_index, number = r.number, last4 = r.last4
  FROM import_entering r JOIN eqfund_pupil p ON p.id = r.pupil_id
 WHERE r.kind = 'renumbered' AND i.id = p.identity_id
"""

_LEAVE_OTHER_SCHOOL = """
UPDATE eqfund_enrolment e SET status = 'moved', ends_on = %(on)s FROM import_entering r
 WHERE r.kind = 'moved_here' AND e.id = r.left_enrolment_id
"""

_UPDATE_PUPILS = """
UPDATE eqfund_pupil p
   SET title = r.title, first_name = r.first_name, last_name = r.last_name, sort_key = r.sort_key,
       sex = r.sex, birth_date = r.birth_date, path = r.path
  FROM import_entering r
 WHERE NOT r.is_new_pupil AND p.id = r.pupil_id
"""

# A change of class inside a school keeps the enrolment, so that forms and attendance go along.
_UPDATE_ENROLMENTS = """
UPDATE eqfund_enrolment e
   SET classroom_id = r.classroom_id, path = r.path, student_number = r.student_number
  FROM import_entering r
 WHERE NOT r.enters AND e.id = r.enrolment_id
   AND NOT EXISTS (SELECT 1 FROM eqfund_enrolment o
                    WHERE o.pupil_id = e.pupil_id AND o.term_id = e.term_id AND o.classroom_id = r.classroom_id
                      AND o.id <> e.id)
"""

_ENROLMENTS = (
    """
UPDATE eqfund_enrolment e SET status = 'studying', ends_on = NULL, student_number = r.student_number
  FROM import_entering r
 WHERE r.back AND e.id = r.enrolment_id
""",
    """
INSERT INTO eqfund_enrolment (id, pupil_id, term_id, classroom_id, path, student_number, status, starts_on)
SELECT r.enrolment_id, r.pupil_id, %(term)s, r.classroom_id, r.path, r.student_number, 'studying', %(on)s
  FROM import_entering r WHERE r.enters AND NOT r.back
""",
)

# Whom the school has entered here is never overwritten by the registry.
_GUARDIANS = """
INSERT INTO eqfund_guardian (pupil_id, full_name, relationship, national_id, id_index, last4, phone, is_current, since)
SELECT r.pupil_id, r.guardian_name, r.guardian_relationship, r.guardian_number, r.guardian_index, r.guardian_last4,
       r.guardian_phone, true, %(at)s
  FROM import_entering r
 WHERE r.guardian_name <> ''
   AND NOT EXISTS (SELECT 1 FROM eqfund_guardian g WHERE g.pupil_id = r.pupil_id AND g.is_current)
"""

_RECORDS = """
INSERT INTO eqfund_registryrecord (
    pupil_id, term_id, enrolment_id, source_id, registry, disadvantage_poor, extras, extras_index, duplicate_index)
SELECT r.pupil_id, %(term)s, r.enrolment_id, %(import)s, %(registry)s, r.disadvantage_poor, r.extras, r.extras_index,
       CASE WHEN r.kind = 'elsewhere' THEN r.id_index END
  FROM import_entering r
ON CONFLICT (pupil_id, term_id) DO UPDATE
   SET enrolment_id = excluded.enrolment_id, source_id = excluded.source_id, registry = excluded.registry,
       disadvantage_poor = excluded.disadvantage_poor, extras = excluded.extras,
       extras_index = excluded.extras_index, duplicate_index = excluded.duplicate_index
"""

_LEAVE = """
UPDATE eqfund_enrolment e SET status = %(gone)s, ends_on = %(on)s FROM eqfund_stagingrow r
 WHERE r.registry_import_id = %(import)s AND r.kind = 'gone' AND e.id = r.enrolment_id AND e.status = 'studying'
"""

# What is secret leaves the waiting room; what the page shows stays, with the keys of what the rows became.
_EMPTY = (
    "SET LOCAL enable_nestloop = off",
    """
UPDATE eqfund_stagingrow r
   SET number = '', id_index = NULL, extras = '', extras_index = NULL, guardian_name = '', guardian_number = '',
       guardian_index = NULL, guardian_last4 = '', guardian_phone = '',
       classroom_id = became.classroom_id, identity_id = coalesce(became.identity_id, r.identity_id),
       pupil_id = coalesce(became.pupil_id, r.pupil_id), enrolment_id = coalesce(became.enrolment_id, r.enrolment_id)
  FROM eqfund_stagingrow o LEFT JOIN import_entering became ON became.id = o.id
 WHERE o.id = r.id AND r.registry_import_id = %(import)s AND o.registry_import_id = %(import)s
   AND o.kind NOT IN ('gone', 'left_out')
""",
    "SET LOCAL enable_nestloop = on",
)

# Each with what people are told meanwhile.
STEPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("Classes"), (_CLASSROOMS, *_ENTERING)),
    (_("Numbers"), (_IDENTITIES, _FORMER_NUMBERS, _RENUMBER)),
    (_("Pupils"), (_PUPILS, *_SETTLE, _LEAVE_OTHER_SCHOOL, _FORMER_NAMES, _UPDATE_PUPILS)),
    (_("Enrolments"), (_UPDATE_ENROLMENTS, *_ENROLMENTS)),
    (_("Guardians"), (_GUARDIANS,)),
    (_("What the registry says"), (_RECORDS,)),
)


def record_rows(
    it: RegistryImport,
    *,
    at: datetime,
    gone: str = "",
    tell: Callable[[int, int, str], None] = lambda done, total, what: None,
) -> None:
    """Write every row; `gone` is the status for pupils who are not in the file, "" leaves them.

    `tell` hears before each step how many are done, of how many, and what comes.
    """
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
        for done, (what, statements) in enumerate(STEPS):
            tell(done, len(STEPS) + 1, str(what))
            for statement in statements:
                if statement is _RENUMBER:
                    _tell_of_numbers(cursor)
                cursor.execute(statement, params)
        if gone:
            cursor.execute(_LEAVE, params)
        tell(len(STEPS), len(STEPS) + 1, gettext("Tidying up"))
        for statement in _EMPTY:
            cursor.execute(statement, params)
    _remove_shadows(settled)


def _tell_of_numbers(cursor: Any) -> None:
    """Whose number the file corrects, before it does."""
    cursor.execute(
        "SELECT p.identity_id FROM import_entering r JOIN eqfund_pupil p ON p.id = r.pupil_id"
        " WHERE r.kind = 'renumbered'"
    )
    if keys := [row[0] for row in cursor.fetchall()]:
        for keep in hooks.numbers_change:
            keep(keys)


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
