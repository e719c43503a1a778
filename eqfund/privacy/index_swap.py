"""The swap of the index columns: names change, no row does.

    prepare    beside each index that rests on a first column, its twin on the second one is built,
               while everybody works; so is a small index of the rows that have no second index yet
    exchange   in one transaction: columns, indexes and constraints change their names
    settle     what the exchange took on trust (NOT NULL, checks) is looked at in all rows,
               while everybody works

`exchange` alone keeps others waiting: readers and writers, for some milliseconds. It takes its
lock only if it gets it within WAIT_MS; otherwise it steps back, lets everybody pass, and asks
again. Each part is safe to begin again, whatever a killed run left.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction

WAIT_MS = 200
TRIES = 120
PAUSE_SECONDS = 0.25
# The key number of an index: its first byte, or 0 for the 32 bytes that carry none.
NUMBER = "(CASE WHEN octet_length({0}) = 32 THEN 0 ELSE get_byte({0}, 0) END)"

type Tables = dict[str, list[str]]  # the first columns of each table


class KeyChangeRefused(Exception):
    """A step that may not be taken now; its text says why, and holds nothing personal."""


@dataclass(frozen=True, slots=True)
class Twin:
    """An index that rests on a first column, and how the same is made on the second."""

    table: str
    name: str
    definition: str  # of the twin, from USING on
    unique: bool
    constraint: str  # "" for an index that is no constraint

    @property
    def twin(self) -> str:
        return f"{self.name[:58]}_next"


def missing(column: str, to_key: int) -> str:
    """The condition of rows that have an index and not yet the one under the new key.

    Not IS NOT NULL: where a column is that anyway, the planner drops the condition and then
    does not see that the small index of these rows answers it.
    """
    n = f"{column}_next"
    return f"octet_length({column}) > 0 AND ({n} IS NULL OR {NUMBER.format(n)} <> {int(to_key)})"


def prepare(tables: Tables, to_key: int) -> None:
    """Build what the exchange needs. Waits for old transactions; nobody waits for it."""
    _no_view_rests_on(tables)
    _drop_half_built(tables)
    for table, columns in tables.items():
        for column in columns:
            _build(
                f"INDEX {{how}} IF NOT EXISTS {_watch_name(table, column)}"
                f" ON {table} (id) WHERE {missing(column, to_key)}"
            )
        for twin in twins(table, columns):
            kind = "UNIQUE INDEX" if twin.unique else "INDEX"
            _build(f"{kind} {{how}} IF NOT EXISTS {twin.twin} ON {table} {twin.definition}")
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {table}")


def exchange(tables: Tables) -> None:
    """Let the names change places. In a transaction that holds the tables alone."""
    for table, columns in tables.items():
        here = twins(table, columns)
        checks = _checks(table, columns)
        steps = [f"DROP CONSTRAINT {name}" for name, _text in checks]
        steps += [f"DROP CONSTRAINT {twin.constraint}" for twin in here if twin.constraint]
        required = [column for column in columns if _is_required(table, column)]
        steps += [f"ALTER COLUMN {column} DROP NOT NULL" for column in required]
        with connection.cursor() as cursor:
            if steps:
                cursor.execute(f"ALTER TABLE {table} {', '.join(steps)}")
            for twin in here:
                if not twin.constraint:
                    cursor.execute(f"DROP INDEX {twin.name}")
            for column in columns:
                cursor.execute(f"DROP INDEX {_watch_name(table, column)}")
                for old, new in (
                    (column, f"{column}_held"),
                    (f"{column}_next", column),
                    (f"{column}_held", f"{column}_next"),
                ):
                    cursor.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
            for twin in here:
                cursor.execute(f"ALTER INDEX {twin.twin} RENAME TO {twin.name}")
            trusted = [
                f"ADD CONSTRAINT {twin.constraint} UNIQUE USING INDEX {twin.name}"
                for twin in here
                if twin.constraint
            ]
            trusted += [f"ADD CONSTRAINT {name} {text} NOT VALID" for name, text in checks]
            trusted += [
                f"ADD CONSTRAINT {_filled_name(table, column)} CHECK ({column} IS NOT NULL) NOT VALID"
                for column in required
            ]
            if trusted:
                cursor.execute(f"ALTER TABLE {table} {', '.join(trusted)}")


def settle(tables: Tables) -> None:
    """Look at all rows for what the exchange took on trust, then say NOT NULL again."""
    for table, columns in tables.items():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT quote_ident(conname) FROM pg_constraint"
                " WHERE conrelid = %s::regclass AND contype = 'c' AND NOT convalidated",
                [table],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass", [table]
            )
            standing = {name for (name,) in cursor.fetchall()}
        filled = [column for column in columns if _filled_name(table, column) in standing]
        if filled:
            with alone([table]), connection.cursor() as cursor:
                for column in filled:  # the check that stands proves it: no row is read
                    cursor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL")
                    cursor.execute(
                        f"ALTER TABLE {table} DROP CONSTRAINT {_filled_name(table, column)}"
                    )


@contextmanager
def alone(tables: Sequence[str]) -> Iterator[None]:
    """A transaction in which nobody else reads or writes the tables, or KeyChangeRefused.

    First a lock that only vacuums and changes of tables mind, so that none of them begins
    meanwhile. Then, a little at a time, the one that all mind: whoever comes behind us waits
    for WAIT_MS and passes when we did not get it.
    """
    names = ", ".join(sorted(tables))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {names} IN SHARE UPDATE EXCLUSIVE MODE")
        for attempt in range(TRIES):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL statement_timeout = {WAIT_MS}")
                    cursor.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
                    cursor.execute("SET LOCAL statement_timeout = 0; SET CONSTRAINTS ALL IMMEDIATE")
                break
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") not in {"57014", "55P03"}:
                    raise
                if attempt == TRIES - 1:
                    raise KeyChangeRefused(
                        "Somebody reads or writes these tables without a pause (a long export, a backup?)."
                        " Nothing was changed: run it again when that is over."
                    ) from None
                time.sleep(PAUSE_SECONDS)
        yield


def twins(table: str, columns: Sequence[str]) -> list[Twin]:
    """Every index of the table that rests on a first column."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, pg_get_indexdef(i.indexrelid), i.indisunique, COALESCE(k.conname, '')"
            " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid"
            " WHERE i.indrelid = %s::regclass ORDER BY 1",
            [table],
        )
        rows = cursor.fetchall()
    found = []
    for name, definition, unique, constraint in rows:
        rests = definition[definition.index(" USING ") + 1 :]
        if _mentions(rests, columns) and not _mentions(rests, [f"{c}_next" for c in columns]):
            found.append(Twin(table, name, _on_the_second(rests, columns), unique, constraint))
    return found


# --- inside -------------------------------------------------------------------------------------


def _build(what: str) -> None:
    """CREATE it. Nobody waits; within a transaction, which cannot do that, nobody else is there."""
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"CREATE {what.format(how=_how())}")


def _how() -> str:
    return "" if connection.in_atomic_block else "CONCURRENTLY"


def _drop_half_built(tables: Tables) -> None:
    """A run that was killed while it built left an index that serves nothing.

    Its builder may still be at work, not knowing that nobody waits for it: it is let finish first.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(sorted(tables))} IN SHARE UPDATE EXCLUSIVE MODE")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(c.relname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE NOT i.indisvalid AND i.indrelid = ANY(%s::regclass[])",
            [list(tables)],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {_how()} IF EXISTS {name}")


def _no_view_rests_on(tables: Tables) -> None:
    """A view keeps to its column whatever that is called: it would show the old key's indexes."""
    with connection.cursor() as cursor:
        for table, columns in tables.items():
            cursor.execute(
                "SELECT DISTINCT r.ev_class::regclass::text FROM pg_depend d"
                " JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass"
                " JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid"
                " WHERE d.refobjid = %s::regclass AND a.attname = ANY(%s)",
                [table, [name for c in columns for name in (c, f"{c}_next")]],
            )
            if row := cursor.fetchone():
                raise KeyChangeRefused(f"The view {row[0]} rests on an index column of {table}.")


def _checks(table: str, columns: Sequence[str]) -> list[tuple[str, str]]:
    """The table's checks that speak of a first column, with their texts: they speak of names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', '')"
            " FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
            [table],
        )
        return [(name, text) for name, text in cursor.fetchall() if _mentions(text, columns)]


def _is_required(table: str, column: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s",
            [table, column],
        )
        return bool(cursor.fetchone()[0])


def _mentions(text: str, columns: Sequence[str]) -> bool:
    return any(re.search(rf"\b{column}\b", text) for column in columns)


def _on_the_second(text: str, columns: Sequence[str]) -> str:
    for column in columns:
        text = re.sub(rf"\b{column}\b", f"{column}_next", text)
    return text


def _watch_name(table: str, column: str) -> str:
    return f"{table}_{column}_missing"[:63]


def _filled_name(table: str, column: str) -> str:
    return f"{table}_{column}_filled"[:63]
