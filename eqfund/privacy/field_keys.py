"""Change the data key while everybody works: slices are sealed anew under the newest key of the ring.

Readers open every key of the ring and writers seal under the newest, so nobody waits. A slice
is written with compare-and-set on the ciphertext: a row that somebody changed meanwhile is
theirs, and already under the newest key. A run that was killed goes on with what is left.

What lies in the audit book is not touched: it is sealed under its persons' own keys, and those
are rows like any other here (eqfund.privacy.person_keys).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from eqfund import audit, hooks, jobs
from eqfund.fields import (
    FORMAT,
    EncryptedTextField,
    PersonSealedJSONField,
    SealedField,
    newest_key,
    ring,
    seal,
    unseal,
)

SLICE = 2_000
MAX_PASSES = 20
# A value sealed under a key of the ring: not empty, and of that format.
# The planner may ask the conditions of a WHERE in any order, and an empty value has no byte: hence CASE.
SEALED = f"CASE WHEN octet_length({{0}}) > 14 THEN get_byte({{0}}, 0) = {FORMAT} ELSE false END"
NUMBER = "CASE WHEN octet_length({0}) > 14 THEN get_byte({0}, 1) END"


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column of sealed values, and the purposes they may be sealed for."""

    label: str
    table: str
    key: str
    name: str
    purposes: tuple[str, ...]
    rotates: bool = True


@dataclass(frozen=True, slots=True)
class SealedElsewhere:
    """Values sealed inside a table that is not ours, where no column says so (hooks.sealed_elsewhere)."""

    label: str
    numbers_used: Callable[[], dict[int, int]]
    seal_anew: Callable[[], int]


def sealed_columns() -> list[SealedColumn]:
    """Every column of every table of ours that holds sealed values."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if not isinstance(field, EncryptedTextField | SealedField) or not model._meta.managed:
                continue
            found.append(
                SealedColumn(
                    label=f"{model._meta.label}.{field.name}",
                    table=model._meta.db_table,
                    key=str(model._meta.pk.column),
                    name=str(field.column),
                    purposes=field.purposes if isinstance(field, SealedField) else (field.purpose,),
                    rotates=not isinstance(field, PersonSealedJSONField),
                )
            )
    return found


def numbers_used() -> dict[str, dict[int, int]]:
    """How many values of each column are sealed under each key."""
    found: dict[str, dict[int, int]] = {}
    with connection.cursor() as cursor:
        for column in sealed_columns():
            cursor.execute(
                f"SELECT {NUMBER.format(column.name)}, count(*) FROM {column.table}"
                f" WHERE {SEALED.format(column.name)} GROUP BY 1"
            )
            if rows := dict(cursor.fetchall()):
                found[column.label] = rows
    return found | {
        other.label: rows for other in hooks.sealed_elsewhere if (rows := other.numbers_used())
    }


def unreadable() -> dict[str, int]:
    """Columns with values under a key that is not in the ring, and how many there are at least."""
    numbers = list(ring(tuple(settings.FIELD_KEYS)))
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for column in sealed_columns():
            cursor.execute(
                f"SELECT count(*) FROM (SELECT 1 FROM {column.table} WHERE {SEALED.format(column.name)}"
                f" AND {NUMBER.format(column.name)} <> ALL(%s) LIMIT 100) lost",
                [numbers],
            )
            if count := cursor.fetchone()[0]:
                found[column.label] = count
    for other in hooks.sealed_elsewhere:
        if lost := sum(n for key, n in other.numbers_used().items() if key not in numbers):
            found[other.label] = lost
    return found


def rotate(
    tell: Callable[[int, int], None] = lambda done, total: None,
    check: Callable[[], None] = lambda: None,
    slice_rows: int = SLICE,
) -> dict[str, int]:
    """Seal every value anew that is not under the newest key; returns values written per column.

    Goes through all columns again until a pass finds nothing: SQL may have copied an old
    ciphertext into a table that was done.
    """
    newest = newest_key()
    columns = [column for column in sealed_columns() if column.rotates]
    total = sum(_left(column, newest) for column in columns)
    written: dict[str, int] = {}
    done = 0
    for _pass in range(MAX_PASSES):
        found = 0
        for column in columns:
            for rows in _old(column, newest, slice_rows):
                with transaction.atomic():
                    check()
                    count = _write(column, rows)
                written[column.label] = written.get(column.label, 0) + count
                found += len(rows)
                done += count
                tell(done, max(done, total))
        if not found:
            elsewhere = {other.label: other.seal_anew() for other in hooks.sealed_elsewhere}
            return written | {label: count for label, count in elsewhere.items() if count}
    raise RuntimeError("old ciphertexts keep coming: does a process still seal under an old key?")


def _left(column: SealedColumn, newest: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {column.table} WHERE {SEALED.format(column.name)}"
            f" AND {NUMBER.format(column.name)} <> %s",
            [newest],
        )
        return int(cursor.fetchone()[0])


def _old(column: SealedColumn, newest: int, slice_rows: int) -> Iterator[list[tuple[Any, bytes]]]:
    """The values under an older key, with their rows' keys, a slice at a time."""
    after: Any = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {column.key}, {column.name} FROM {column.table}"
                f" WHERE {column.key} > %s AND {SEALED.format(column.name)}"
                f" AND {NUMBER.format(column.name)} <> %s ORDER BY {column.key} LIMIT %s",
                [after, newest, slice_rows],
            )
            rows = [(pk, bytes(value)) for pk, value in cursor.fetchall()]
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def _write(column: SealedColumn, rows: list[tuple[Any, bytes]]) -> int:
    """Write the slice sealed anew, each value only where it is still the one that was read."""
    pks, olds = [pk for pk, _old in rows], [old for _pk, old in rows]
    news = [_anew(old, column.purposes) for old in olds]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {column.table} t SET {column.name} = v.new"
            " FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]) AS v(id, old, new)"
            f" WHERE t.{column.key} = v.id AND t.{column.name} = v.old",
            [pks, olds, news],
        )
        return int(cursor.rowcount)


def _anew(old: bytes, purposes: tuple[str, ...]) -> bytes:
    """The same value under the newest key. Raises InvalidTag when it is of none of the purposes."""
    for purpose in purposes:
        try:
            return seal(unseal(old, purpose), purpose)
        except InvalidTag:
            continue
    raise InvalidTag


@jobs.register("privacy.rotate_field_keys")
def _rotate_job(run: jobs.JobRun) -> dict[str, Any]:
    """Seal everything anew under the newest key; begun again after a crash it goes on with what is left."""
    written = rotate(run.progress, run.check_fence, int(run.params.get("slice", SLICE)))
    audit.record(
        "privacy.rotate_field_keys",
        run.job,
        by=run.by,
        path="TH/",
        facts={"key": newest_key(), "values": sum(written.values())},
    )
    return {"key": newest_key(), "values": sum(written.values()), "columns": written}
