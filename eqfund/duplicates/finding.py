"""Find pupils who may be one child: set-based, in the background, over those that were touched.

Two ways lead to a pair. A number: a registry file brought a child whose number studies at
another school, and it was kept without it (RegistryRecord.duplicate_index). And names: pupils
of the term with the same birth date and one name the same after normalising, the other at
least a little alike; or both names the same and the date a slip away. SQL finds these few
(three index look-ups for each touched pupil), `rules.band` decides.

`NameKey` holds the normalised names; a run first brings it up to date for its place, and what
changed there is what it looks at. So the first run over the country looks at all, each later
one at what is new. A pair is written once; a settled one is opened again only when what was
compared of it has changed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import batched
from typing import Any

from django.db import connection, transaction

from eqfund import access, audit, clock, working_days
from eqfund.calendar import holidays
from eqfund.models import DuplicatePair, DuplicateSide, Term

from . import rules, settling
from .rules import Band, Person

DAYS_TO_ANSWER = 10  # working days
FEWEST_TRIGRAMS = 0.1  # a coarse sieve before the exact rule
SLICE = 1000

_KEYS = f"""
SELECT p.id AS pupil_id, left({rules.name_sql("p.first_name")}, 120) AS first,
       left({rules.name_sql("p.last_name")}, 120) AS last, p.birth_date AS born
  FROM eqfund_pupil p WHERE p.path >= %(path)s AND p.path < %(after)s
"""

_TOUCHED = (
    "DROP TABLE IF EXISTS duplicate_touched",
    f"""
CREATE TEMP TABLE duplicate_touched ON COMMIT DROP AS
SELECT n.* FROM ({_KEYS}) n LEFT JOIN eqfund_namekey k ON k.pupil_id = n.pupil_id
 WHERE (k.first, k.last, k.born) IS DISTINCT FROM (n.first, n.last, n.born)
""",
    """
INSERT INTO eqfund_namekey (pupil_id, first, last, born) SELECT pupil_id, first, last, born FROM duplicate_touched
ON CONFLICT (pupil_id) DO UPDATE SET first = excluded.first, last = excluded.last, born = excluded.born
""",
)

# Whoever a file enrolled, though the name was known: the other of the pair may have come since.
_OF_IMPORT = """
INSERT INTO duplicate_touched
SELECT k.pupil_id, k.first, k.last, k.born FROM eqfund_namekey k
 WHERE k.pupil_id IN (SELECT r.pupil_id FROM eqfund_stagingrow r
                       WHERE r.registry_import_id = %(import)s AND r.kind NOT IN ('same', 'gone', 'left_out'))
   AND k.pupil_id NOT IN (SELECT pupil_id FROM duplicate_touched)
"""

_GONE_KEYS = """
DELETE FROM eqfund_namekey k WHERE NOT EXISTS (SELECT 1 FROM eqfund_pupil p WHERE p.id = k.pupil_id)
"""

# A child is where it studies now; a pupil without such an enrolment is nobody's duplicate.
_ALIVE = """
JOIN LATERAL (
    SELECT e.path FROM (SELECT * FROM eqfund_enrolment e WHERE e.pupil_id = {pupil} OFFSET 0) e
     WHERE e.term_id = %(term)s AND e.status IN ('studying', 'suspended') ORDER BY e.status DESC LIMIT 1
) {alias} ON true
"""
_BOTH_ALIVE = _ALIVE.format(pupil="a.id", alias="ea") + _ALIVE.format(pupil="b.id", alias="eb")
_COLUMNS = """
       a.id, a.first_name, a.last_name, a.birth_date, a.sex, coalesce(ia.kind, ''), ea.path,
       b.id, b.first_name, b.last_name, b.birth_date, b.sex, coalesce(ib.kind, ''), eb.path
"""
_NUMBERS_OF = """
  LEFT JOIN eqfund_identity ia ON ia.id = a.identity_id
  LEFT JOIN eqfund_identity ib ON ib.id = b.identity_id
"""

# A key that holds for more children says nothing of any two of them (a day that stands for "not known", a name
# typed as a dash), and would pair each with each. So a child meets at most so many others by each of the ways.
MOST_ALIKE = 60


def _few(one: str, two: str) -> str:
    """The touched keys that hold for some children, but not for many."""
    return f"""
    SELECT t.{one}, t.{two} FROM (SELECT DISTINCT {one}, {two} FROM duplicate_touched) t
     CROSS JOIN LATERAL (
           SELECT count(*) AS n FROM (SELECT 1 FROM eqfund_namekey k WHERE k.{one} = t.{one} AND k.{two} = t.{two}
                                       LIMIT {MOST_ALIKE + 1}) k) held
     WHERE held.n BETWEEN 2 AND {MOST_ALIKE}
    """


_ALIKE = f"""
WITH met AS (
    SELECT t.pupil_id AS one, k.pupil_id AS two
      FROM duplicate_touched t JOIN ({_few("born", "last")}) few USING (born, last)
      JOIN LATERAL (SELECT * FROM eqfund_namekey k WHERE k.born = t.born AND k.last = t.last OFFSET 0) k ON true
     WHERE k.pupil_id <> t.pupil_id AND (k.first = t.first OR similarity(k.first, t.first) >= {FEWEST_TRIGRAMS})
    UNION ALL
    SELECT t.pupil_id, k.pupil_id
      FROM duplicate_touched t JOIN ({_few("born", "first")}) few USING (born, first)
      JOIN LATERAL (SELECT * FROM eqfund_namekey k WHERE k.born = t.born AND k.first = t.first OFFSET 0) k ON true
     WHERE k.pupil_id <> t.pupil_id AND k.last <> t.last AND similarity(k.last, t.last) >= {FEWEST_TRIGRAMS}
    UNION ALL
    SELECT t.pupil_id, k.pupil_id
      FROM duplicate_touched t JOIN ({_few("last", "first")}) few USING (last, first)
      JOIN LATERAL (SELECT * FROM eqfund_namekey k WHERE k.last = t.last AND k.first = t.first OFFSET 0) k ON true
     WHERE k.pupil_id <> t.pupil_id AND k.born <> t.born
), pairs AS (
    SELECT DISTINCT least(one, two) AS one, greatest(one, two) AS two FROM met
)
SELECT {_COLUMNS}, false
  FROM pairs JOIN eqfund_pupil a ON a.id = pairs.one JOIN eqfund_pupil b ON b.id = pairs.two
  {_BOTH_ALIVE} {_NUMBERS_OF}
 WHERE a.first_name <> '' AND b.first_name <> ''
"""

# One number: who holds it and who claims it, where both study; and two who claim it of a child who left.
_ONE_NUMBER = f"""
WITH claims AS (
    SELECT rec.pupil_id, rec.duplicate_index
      FROM eqfund_registryrecord rec JOIN eqfund_pupil p ON p.id = rec.pupil_id
     WHERE rec.term_id = %(term)s AND rec.duplicate_index IS NOT NULL AND p.identity_id IS NULL
), pairs AS (
    SELECT least(c.pupil_id, p.id) AS one, greatest(c.pupil_id, p.id) AS two
      FROM claims c JOIN eqfund_identity i ON i.id_index = c.duplicate_index JOIN eqfund_pupil p ON p.identity_id = i.id
    UNION
    SELECT least(c.pupil_id, d.pupil_id), greatest(c.pupil_id, d.pupil_id)
      FROM claims c JOIN claims d ON d.duplicate_index = c.duplicate_index AND d.pupil_id < c.pupil_id
)
SELECT {_COLUMNS}, true
  FROM pairs JOIN eqfund_pupil a ON a.id = pairs.one JOIN eqfund_pupil b ON b.id = pairs.two
  {_BOTH_ALIVE} {_NUMBERS_OF}
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Two pupils of the term taken for one child."""

    first: int
    second: int
    band: Band
    agree: tuple[str, ...]
    first_path: str
    second_path: str
    digest: str


def find(
    term: Term,
    *,
    path: str,
    at: datetime,
    import_pk: int | None = None,
    tell: Callable[[int, int, str], None] = lambda done, total, what: None,
) -> dict[str, int]:
    """Look at what changed at a place, write the pairs; return how many of each band, and how many ended.

    Safe to run twice and at once: a pair is unique, and one run at a time writes.
    """
    params: dict[str, Any] = {
        "term": term.pk,
        "path": path,
        "after": access.next_path(path),
        "import": import_pk,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('duplicates', 0))")
        for statement in _TOUCHED:
            cursor.execute(statement, params)
        if import_pk is not None:
            cursor.execute(_OF_IMPORT, params)
        if path == "TH/":
            cursor.execute(_GONE_KEYS)
        cursor.execute("ANALYZE duplicate_touched")
        cursor.execute("SELECT count(*) FROM duplicate_touched")
        touched = cursor.fetchone()[0]
        tell(0, touched, "")
        ended = settling.settle_ended(term, at=at)
        cursor.execute(_ONE_NUMBER, params)
        found = {(it.first, it.second): it for it in _judged(cursor.fetchall())}
        with (
            connection.chunked_cursor() as alike
        ):  # the candidates of a country do not fit into memory
            alike.execute(_ALIKE, params)
            while rows := alike.fetchmany(SLICE):
                for it in _judged(rows):
                    found.setdefault((it.first, it.second), it)
        counts = Counter(touched=touched, ended=ended)
        for slice_ in batched(found.values(), SLICE, strict=False):
            counts.update(_write(slice_, term, at))
        tell(touched, touched, "")
    return dict(counts)


def _judged(rows: list[tuple[Any, ...]]) -> Iterator[Found]:
    """The candidates that the rules take for one child."""
    for row in rows:
        a, b = Person(*row[1:5]), Person(*row[8:12])
        one_number = row[14]
        numbers = rules.Numbers.SAME if one_number else rules.numbers_of(row[5], row[12])
        band = rules.band(a, b, numbers)
        if band is None:
            continue
        agree = tuple(rules.agreeing(a, b, numbers))
        compared = "|".join((band, *agree, *sorted((row[5], row[12]))))
        first_path, second_path = (rules.school_of(path) for path in (row[6], row[13]))
        digest = hashlib.sha256(compared.encode()).hexdigest()
        yield Found(row[0], row[7], band, agree, first_path, second_path, digest)


def _write(found: tuple[Found, ...], term: Term, at: datetime) -> Counter[str]:
    """Make the pairs that are new; open those again whose comparison has changed."""
    keys = {(it.first, it.second): it for it in found}
    known = {
        (pair.first_key, pair.second_key): pair
        for pair in DuplicatePair.objects.select_for_update().filter(
            first_key__in=[it.first for it in found], second_key__in=[it.second for it in found]
        )
    }
    counts: Counter[str] = Counter()
    fresh = []
    for key, it in keys.items():
        pair = known.get(key)
        if pair is None:
            fresh.append(it)
            counts[it.band] += 1
        elif pair.digest != it.digest or (pair.is_open and pair.term_id != term.pk):
            _look_again(pair, it, term, at)
            counts["again"] += 1
    _make(fresh, term, at)
    return counts


def _fields(it: Found, term: Term, at: datetime) -> dict[str, Any]:
    return {
        "term": term,
        "band": it.band,
        "agree": list(it.agree),
        "apart": rules.apart(it.first_path, it.second_path),
        "path": rules.place_of_both(it.first_path, it.second_path),
        "digest": it.digest,
    }


def _make(found: list[Found], term: Term, at: datetime) -> None:
    """New pairs, each with its two sides and a line in the book at both places: three statements."""
    due = due_after(at)
    pairs = DuplicatePair.objects.bulk_create(
        DuplicatePair(
            first_key=it.first,
            second_key=it.second,
            found_at=at,
            due_at=due,
            **_fields(it, term, at),
        )
        for it in found
    )
    DuplicateSide.objects.bulk_create(
        DuplicateSide(pair=pair, position=position, path=path, pupil_id=pupil)
        for pair, it in zip(pairs, found, strict=True)
        for position, path, pupil in (
            (1, it.first_path, it.first),
            (2, it.second_path, it.second),
        )
    )
    _note("duplicates.found", zip(pairs, found, strict=True), at)


def _look_again(pair: DuplicatePair, it: Found, term: Term, at: datetime) -> None:
    """What was compared has changed: a settled pair is asked about anew, an open one tells what agrees now."""
    if pair.is_open:
        DuplicatePair.objects.filter(pk=pair.pk).update(**_fields(it, term, at))
        return
    DuplicatePair.objects.filter(pk=pair.pk).update(
        state=DuplicatePair.State.OPEN,
        outcome="",
        ground="",
        reason="",
        decided_by=None,
        settled_at=None,
        first_by=None,
        second_by=None,
        found_at=at,
        due_at=due_after(at),
        **_fields(it, term, at),
    )
    for position, path in ((1, it.first_path), (2, it.second_path)):
        pair.sides.filter(position=position).update(
            path=path, answer="", answered_on=None, note="", proof=None, answered_at=None
        )
    _note("duplicates.found_again", [(pair, it)], at)


def _note(verb: str, pairs: Iterable[tuple[DuplicatePair, Found]], at: datetime) -> None:
    """In the book at both places, of both children."""
    audit.record_each(
        verb,
        (
            audit.Noted(pair, path, pupil, {"band": it.band, "agree": list(it.agree)})
            for pair, it in pairs
            for path, pupil in ((it.first_path, it.first), (it.second_path, it.second))
        ),
        by=None,
        at=at,
    )


def due_after(at: datetime) -> datetime:
    """The close of the tenth working day from the next: when both schools should have answered."""
    on = at.astimezone(clock.BANGKOK).date() + timedelta(days=1)
    return datetime.combine(_last_day(on), time(17), clock.BANGKOK)


def _last_day(start: date) -> date:
    try:
        return working_days.last_day(start, DAYS_TO_ANSWER, holidays.in_force())
    except ValueError:  # a year of which no holiday is known: two weeks
        return start + timedelta(days=13)
