"""What follows a recorded registry file, each follower beside the bare INSERT of the rows it wrote.

The bound copies exactly those rows into an empty table of the same columns, checks and indexes, in
the same run: what PostgreSQL needs to store them when it knows them already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db import connection, transaction

from eqfund import clock, hooks, jobs
from eqfund.models import Job, RegistryImport

from . import _country

# Each follower by its function's name: what it is called, and the tables its rows went to.
WROTE = {
    "follow_registry": (
        "hand-overs begun, grants ended",
        ("eqfund_handover", "eqfund_enrolmentstatuschange", "eqfund_event"),
    ),
    "settle_after_import": ("awaited grants given", ("screening_grant",)),
    "propose_after_import": ("homes to visit named", ("screening_homevisit",)),
    "look_after_import": ("the look for duplicates asked for", ()),
}
FEW = 1_000
RECORDED = (
    *("eqfund_classroom", "eqfund_identity", "eqfund_pupil", "eqfund_enrolment"),
    *("eqfund_guardian", "eqfund_registryrecord"),
)


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """The seconds of each follower of a file recorded inside, by its function's name."""
    seconds: dict[str, float] = {}

    def clocked(follow: Callable[..., None]) -> Callable[..., None]:
        def one(it: Any, at: Any) -> None:
            begun = clock.stopwatch()
            follow(it, at)
            seconds[follow.__name__] = clock.stopwatch() - begun

        return one

    followers = [clocked(follow) for follow in hooks.registry_imported]
    with mock.patch.object(hooks, "registry_imported", followers):
        yield seconds


def last_keys() -> dict[str, int]:
    """The last key of every table written to; what is written afterwards lies above."""
    tables = {*RECORDED, *(table for _name, tables in WROTE.values() for table in tables)}
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(tables):
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


def rows(seconds: dict[str, float], since: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Each follower with how many rows it wrote, beside their bare INSERT."""
    for name, spent in seconds.items():
        called, tables = WROTE[name]
        bound, count = bare({table: since[table] for table in tables})
        yield _country.row(f"  then {called}: {count:,} rows", spent, _told(bound, count))


def _told(bound: float, count: int) -> float | None:
    """A bound of few rows says nothing: what is measured then is the looking."""
    return bound if count >= FEW else None


def bare_of_recorded(since: dict[str, int]) -> float | None:
    """The bound of a recording: of the pupils, classes and records that it made."""
    return _told(*bare({table: since[table] for table in RECORDED}))


def bare(since: dict[str, int]) -> tuple[float, int]:
    """Insert what was written since into tables made the same way; the seconds, and how many rows."""
    seconds, count = 0.0, 0
    with transaction.atomic(), connection.cursor() as cursor:
        for table, mark in since.items():
            taken, copied = _again(cursor, table, f"WHERE id > {mark}")
            seconds, count = seconds + taken, count + copied
        transaction.set_rollback(True)
    return seconds, count


def duplicates(it: RegistryImport) -> Iterator[dict[str, Any]]:
    """The look for duplicates that the file asked for, in the background."""
    job = Job.objects.get(key=f"find-duplicates-of-import-{it.pk}")
    begun = clock.stopwatch()
    done = jobs.run_now(job)
    spent = clock.stopwatch() - begun
    assert done.state == "done", done.error
    with transaction.atomic(), connection.cursor() as cursor:
        bound, count = _again(cursor, "eqfund_namekey")
        transaction.set_rollback(True)
    yield _country.row(f"  later: duplicates looked for among {count:,}", spent, bound)


def _again(cursor: Any, table: str, where: str = "") -> tuple[float, int]:
    cursor.execute(f"CREATE TABLE bench_again (LIKE {table} INCLUDING ALL)")
    begun = clock.stopwatch()
    cursor.execute(f"INSERT INTO bench_again OVERRIDING SYSTEM VALUE SELECT * FROM {table} {where}")
    seconds, count = clock.stopwatch() - begun, cursor.rowcount
    cursor.execute("DROP TABLE bench_again")
    return seconds, count
