"""Children who stand twice, looked for over a country and after one file. 2 million with --size 2000000.

Bounds: the least that the keys need, a bare INSERT of the same names, not normalised, into a table
with the same indexes. Every thousandth child stands a second time, with a G-code.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from django.db import connection, transaction

from eqfund import clock
from eqfund.duplicates import finding
from eqfund.models import DuplicatePair
from rehearsal import names

from . import _country

ROLE = "owner"
SIZE = 200_000
SCHOOLS_TO = 400  # pupils to a school
TOUCHED = 6_000
YEAR = 2590

_NAMES = """
UPDATE eqfund_pupil p
   SET first_name = f.names[1 + n.n * 104729 %% cardinality(f.names)],
       last_name = f.families[1 + n.n * 7919 %% cardinality(f.families)],
       birth_date = date '2011-05-16' + (n.n * 15485863 %% 4400)::int
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM eqfund_pupil) n,
       (SELECT %(names)s::text[] AS names, %(families)s::text[] AS families) f
 WHERE p.id = n.id
"""
# Every thousandth child once more at the school of the next one, with a G-code of its own.
_AGAIN = (
    """INSERT INTO eqfund_identity (kind, id_index, number, last4)
        SELECT 'g_code', sha256(convert_to('twice' || id, 'UTF8')), %(id)s, '0001' FROM eqfund_pupil WHERE id %% 1000 = 0""",
    """INSERT INTO eqfund_pupil (identity_id, title, first_name, last_name, sort_key, sex, birth_date, is_demo, path)
        SELECT i.id, p.title, p.first_name, p.last_name, p.sort_key, p.sex, p.birth_date, false, q.path
        FROM eqfund_pupil p JOIN eqfund_pupil q ON q.id = p.id + 1
        JOIN eqfund_identity i ON i.id_index = sha256(convert_to('twice' || p.id, 'UTF8')) WHERE p.id %% 1000 = 0""",
)
_BARE = """
CREATE TEMP TABLE bench_keys (pupil_id bigint PRIMARY KEY, first varchar(120) COLLATE "C", last varchar(120) COLLATE "C", born date);
CREATE INDEX ON bench_keys (born, last); CREATE INDEX ON bench_keys (born, first); CREATE INDEX ON bench_keys (last, first);
INSERT INTO bench_keys SELECT id, first_name, last_name, birth_date FROM eqfund_pupil
"""

type Row = dict[str, Any]


def rows(size: int = SIZE) -> Iterator[Row]:
    """The first look over all, a second over nothing, one after a file of some thousands."""
    term = _country.far_term(YEAR)
    _fill(term.pk, size)
    bare = _timed(_bare)
    first, counts = _look(term)
    yield _country.row(f"look for duplicates among {size:,} pupils, the first time", first, bare)
    yield {"name": "  pairs found", "seconds": _pairs(counts), "unit": "pairs"}
    _country.vacuum("eqfund_namekey")
    nothing, _counts = _look(term)
    yield _country.row(f"  again over {size:,}, nothing changed", nothing)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM eqfund_namekey WHERE pupil_id %% 100 = 0 OR pupil_id < %s", [TOUCHED]
        )
        touched = cursor.rowcount
    some, _counts = _look(term)
    yield _country.row(f"  again, {touched:,} pupils touched", some)


def _fill(term: int, size: int) -> None:
    office = _country.office("DUPL")
    rng = Random(YEAR)
    values: dict[str, Any] = {
        "office": office.pk,
        "path": office.path,
        "schools": max(1, size // SCHOOLS_TO),
        "year": YEAR,
        "pupils": size,
        "term": term,
        "id": b"",
        "names": sorted({names.child_name(rng, sex) for sex in "mf" for _ in range(2000)}),
        "families": sorted({names.family_name(rng) for _ in range(20_000)}),
    }
    _country.fill((*_country.SCHOOLS, *_country.PUPILS, _NAMES), values)
    _country.fill((*_AGAIN, *_country.ENROLMENTS), values)


def _bare() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BARE)
        transaction.set_rollback(True)


def _look(term: Any) -> tuple[float, dict[str, int]]:
    begun = clock.stopwatch()
    counts = finding.find(term, path="TH/", at=clock.now())
    return clock.stopwatch() - begun, counts


def _pairs(counts: dict[str, int]) -> int:
    assert DuplicatePair.objects.exists()
    return sum(counts.get(band, 0) for band in ("certain", "likely", "possible"))


def _timed(work: Any) -> float:
    begun = clock.stopwatch()
    work()
    return clock.stopwatch() - begun
