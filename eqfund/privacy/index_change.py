"""Change the index key while everybody works; eqfund.privacy.index_keys tells of the phases.

Steps are taken by `manage.py rotate_index_key`, as the tables' owner, one after the other,
each safe to call again. What a step cannot do it refuses with a KeyChangeRefused that says why.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from eqfund import audit, clock, hooks, jobs
from eqfund.fields import indexed, ring
from eqfund.models import IndexKeyChange, Job
from eqfund.privacy import index_keys, index_swap
from eqfund.privacy.index_keys import IndexColumn, SomethingCame
from eqfund.privacy.index_swap import NUMBER, KeyChangeRefused, alone

SLICE = 5_000
SWAPS = 30  # how often the swap is tried anew because something came in between
FEW = 500  # rows that may be filled while everybody waits: some milliseconds
SETTLE = timedelta(minutes=10)  # how long after the swap a request may still be under way
DUAL, SWAPPED, FINISHED = (
    IndexKeyChange.Phase.DUAL,
    IndexKeyChange.Phase.SWAPPED,
    IndexKeyChange.Phase.FINISHED,
)

_WATCH = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE current integer; held bytea;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.{c} IS DISTINCT FROM OLD.{c} AND NEW.{n} IS NOT DISTINCT FROM OLD.{n} THEN
        NEW.{n} := NULL;
    END IF;
    IF NEW.{c} IS NOT NULL THEN
        SELECT CASE phase WHEN 'dual' THEN from_key ELSE to_key END INTO current
          FROM eqfund_indexkeychange ORDER BY id DESC LIMIT 1;
        IF {number_c} <> current THEN
            IF NEW.{n} IS NULL OR {number_n} <> current THEN
                RAISE EXCEPTION '{table}.{c}: written under an index key that is not in use; restart with the present INDEX_KEYS'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            held := NEW.{c};
            NEW.{c} := NEW.{n};
            NEW.{n} := held;
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {trigger} BEFORE INSERT OR UPDATE OF {c}, {n} ON {table}
    FOR EACH ROW EXECUTE FUNCTION {function}();
"""


def columns() -> list[IndexColumn]:
    """Every indexed column with its source, as apps registered them."""
    return list(hooks.index_columns)


def under_way() -> IndexKeyChange | None:
    """The change that is not finished, if one is."""
    return IndexKeyChange.objects.exclude(phase=FINISHED).first()


def begin() -> IndexKeyChange:
    """From now on every index is written under both keys."""
    _as_owner()
    if (change := under_way()) is not None:
        return change
    numbers = sorted(ring(tuple(settings.INDEX_KEYS)))
    current, _other = index_keys.in_use()
    newer = [number for number in numbers if number > current]
    if len(newer) != 1:
        raise KeyChangeRefused(
            "INDEX_KEYS must hold the key in use and one newer: add the new one at the end, on every process."
        )
    with alone(list(_by_table())):
        with connection.cursor() as cursor:
            for column in columns():
                cursor.execute(_WATCH.format(**_names(column)))
        change = IndexKeyChange.objects.create(
            from_key=current, to_key=newer[0], begun_at=clock.wall()
        )
        _note("begin", change, {})
    index_keys.forget()
    return change


def fill(
    change: IndexKeyChange,
    tell: Callable[[int, int], None] = lambda done, total: None,
    check: Callable[[], None] = lambda: None,
    slice_rows: int = SLICE,
) -> dict[str, int]:
    """Give every row its index under the new key, slice by slice; returns rows filled per column.

    A row that changes meanwhile is let be: its writer brings both, or the next pass fills it.
    """
    if change.phase != DUAL:
        raise KeyChangeRefused("The columns have changed places already.")
    total = sum(remaining(column, change) for column in columns())
    filled: dict[str, int] = {}
    done = 0
    for column in columns():
        filled[column.label] = 0
        for pks in _unfilled(column, change, slice_rows):
            with transaction.atomic():
                check()
                filled[column.label] += _fill(column, change, pks)
            done += len(pks)
            tell(min(done, total), total)
    return filled


def remaining(column: IndexColumn, change: IndexKeyChange) -> int:
    """Rows of a column that have no index under the new key yet."""
    with connection.cursor() as cursor:
        missing = index_swap.missing(column.name, change.to_key)
        cursor.execute(f"SELECT count(*) FROM {column.table} WHERE {missing}")
        return int(cursor.fetchone()[0])


def swap(change: IndexKeyChange) -> float:
    """Let the columns change places; returns the seconds for which others may have waited.

    All that takes long is done before and after, while everybody works. Called again after a
    run that was killed, it goes on with what is left.
    """
    _as_owner()
    kept_waiting = 0.0
    if change.phase == DUAL:
        index_swap.prepare(_by_table(), change.to_key)
        for attempt in range(SWAPS):
            fill(change)
            try:
                kept_waiting = _exchange(change)
                break
            except SomethingCame:
                if attempt == SWAPS - 1:
                    raise KeyChangeRefused(
                        "Rows without a second index keep coming (an import at work?). Run it again."
                    ) from None
    if change.phase == SWAPPED:
        index_swap.settle(_by_table())
    return kept_waiting


def _exchange(change: IndexKeyChange) -> float:
    """The moment itself. Raises SomethingCame when there is more to do than others should wait for."""
    after = [before() for before in hooks.index_swaps]
    with alone(list(_by_table())):
        begun = clock.stopwatch()
        for column in columns():
            _fill_the_last(column, change)
        for done in after:
            done()
        index_swap.exchange(_by_table())
        change.phase, change.swapped_at = SWAPPED, clock.wall()
        try:
            change.save(update_fields=["phase", "swapped_at"])
            _note("swap", change, {})
        except BaseException:
            change.phase, change.swapped_at = DUAL, None
            raise
    index_keys.forget()
    return clock.stopwatch() - begun


def _fill_the_last(column: IndexColumn, change: IndexKeyChange) -> None:
    """What was written without its second index a moment ago, if it is little."""
    late = next(_unfilled(column, change, FEW + 1), [])
    if len(late) > FEW:
        raise SomethingCame
    if len(late) - _fill(column, change, late):
        raise KeyChangeRefused(
            f"{column.label}: {remaining(column, change)} rows hold an index whose text is not found."
        )


def finish(change: IndexKeyChange, settle: timedelta = SETTLE, slice_rows: int = SLICE) -> int:
    """Empty the second column and take the triggers away; returns rows emptied. Then the old key may go.

    Not before everything that began before the swap is over, so that nothing comes in the old way.
    """
    _as_owner()
    if change.phase == DUAL or change.swapped_at is None:
        raise KeyChangeRefused("The columns have not changed places yet.")
    if (left := change.swapped_at + settle - clock.wall()) > timedelta():
        raise KeyChangeRefused(
            f"Wait {int(left.total_seconds()) + 1} seconds more: what began before the swap may still write."
        )
    old = Job.objects.filter(state=Job.State.RUNNING, started_at__lt=change.swapped_at)
    if old.exists():
        raise KeyChangeRefused("A job that began before the swap is still at work.")
    index_swap.settle(_by_table())
    if change.phase == SWAPPED:
        change.phase, change.finished_at = FINISHED, clock.wall()
        change.save(update_fields=["phase", "finished_at"])
        _note("finish", change, {})
        index_keys.forget()
        time.sleep(min(settle.total_seconds(), 2 * index_keys.SECONDS))  # the others hear of it
    emptied = sum(_empty(table, names, slice_rows) for table, names in _by_table().items())
    with alone(list(_by_table())), connection.cursor() as cursor:
        for column in columns():
            names = _names(column)
            cursor.execute(f"DROP TRIGGER IF EXISTS {names['trigger']} ON {names['table']}")
            cursor.execute(f"DROP FUNCTION IF EXISTS {names['function']}()")
    return emptied


def numbers_used() -> dict[str, dict[int, int]]:
    """How many rows of each column stand under each key, in either column."""
    found: dict[str, dict[int, int]] = {}
    with connection.cursor() as cursor:
        for column in columns():
            for name in (column.name, f"{column.name}_next"):
                cursor.execute(
                    f"SELECT {NUMBER.format(name)}, count(*) FROM {column.table}"
                    f" WHERE {name} IS NOT NULL GROUP BY 1"
                )
                if rows := dict(cursor.fetchall()):
                    found[f"{column.model._meta.label}.{name}"] = rows
    return found


# --- inside -------------------------------------------------------------------------------------


def _names(column: IndexColumn) -> dict[str, str]:
    c, n = column.name, f"{column.name}_next"
    return {
        "table": column.table,
        "c": c,
        "n": n,
        "function": f"index_watch_{column.table}_{c}",
        "trigger": _trigger(c),
        "number_c": NUMBER.format(f"NEW.{c}"),
        "number_n": NUMBER.format(f"NEW.{n}"),
    }


def _trigger(column_name: str) -> str:
    return f"{column_name}_is_under_the_key_in_use"


def _by_table() -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for column in columns():
        tables.setdefault(column.table, []).append(column.name)
    return tables


def _unfilled(column: IndexColumn, change: IndexKeyChange, slice_rows: int) -> Iterator[list[int]]:
    """Keys of rows without the new index, a slice at a time, each row once."""
    missing = index_swap.missing(column.name, change.to_key)
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {column.table} WHERE id > %s AND {missing} ORDER BY id LIMIT %s",
                [after, slice_rows],
            )
            pks = [row[0] for row in cursor.fetchall()]
        if not pks:
            return
        yield pks
        after = pks[-1]


def _fill(column: IndexColumn, change: IndexKeyChange, pks: Sequence[int]) -> int:
    """Write the new index of these rows, unless the old one changed meanwhile; returns rows written."""
    if not pks:
        return 0
    texts = column.texts(pks)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {column.name} FROM {column.table} WHERE id = ANY(%s)", [list(pks)]
        )
        held = {pk: bytes(index) for pk, index in cursor.fetchall() if index is not None}
        found: list[tuple[int, bytes, bytes]] = []
        for pk, index in held.items():
            for text in texts.get(pk, ()):
                if indexed(text, column.purpose, change.from_key) == index:
                    found.append((pk, index, indexed(text, column.purpose, change.to_key)))
                    break
        if not found:
            return 0
        ids, olds, news = (list(part) for part in zip(*found, strict=True))
        cursor.execute(
            f"UPDATE {column.table} t SET {column.name}_next = v.new"
            " FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]) AS v(id, old, new)"
            f" WHERE t.id = v.id AND t.{column.name} = v.old",
            [ids, olds, news],
        )
        return int(cursor.rowcount)


def _empty(table: str, names: list[str], slice_rows: int) -> int:
    some = " OR ".join(f"{name}_next IS NOT NULL" for name in names)
    nothing = ", ".join(f"{name}_next = NULL" for name in names)
    after, emptied = 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"WITH held AS (SELECT id FROM {table} WHERE id > %s AND ({some}) ORDER BY id LIMIT %s FOR UPDATE),"
                f" emptied AS (UPDATE {table} t SET {nothing} FROM held WHERE t.id = held.id)"
                " SELECT count(*), max(id) FROM held",
                [after, slice_rows],
            )
            count, last = cursor.fetchone()
        if not count:
            return emptied
        after, emptied = last, emptied + count


def _as_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, tableowner, 'USAGE') FROM pg_tables"
            " WHERE tablename = 'eqfund_identity'"
        )
        if not cursor.fetchone()[0]:
            raise KeyChangeRefused("Run this as the tables' owner: EQFUND_DATABASE_ROLE=owner.")


def _note(step: str, change: IndexKeyChange, facts: dict[str, Any]) -> None:
    audit.record(
        f"privacy.index_key_{step}",
        change,
        by=None,
        path="TH/",
        facts={"from": change.from_key, "to": change.to_key, **facts},
    )


@jobs.register("privacy.fill_index")
def _fill_job(run: jobs.JobRun) -> dict[str, Any]:
    """Fill the second column; begun again after a crash it goes on with what is missing."""
    change = IndexKeyChange.objects.get(pk=run.job.object_id)
    return {"rows": sum(fill(change, run.progress, run.check_fence).values())}
