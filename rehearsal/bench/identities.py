"""Ids sealed, indexed and found again; keys changed under them. 1.3 million with --size 1300000.

Bounds: a bare COPY of the same ids in the clear into a table with a unique index; a look-up in that
table; a bare UPDATE that rewrites the same rows. Ids come in no order, as children do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from statistics import quantiles
from typing import Any

from django.conf import settings
from django.db import connection

from eqfund import clock
from eqfund.fields import blind_index, sealer
from eqfund.models import Identity
from eqfund.privacy import field_keys, index_change, index_keys

ROLE = "owner"
SIZE = 100_000
LOOK_UPS = 3_000
_numbers = count(1)

type Row = dict[str, Any]


def rows(size: int = SIZE) -> Iterator[Row]:
    """Seal and index, store, find, change both keys."""
    numbers = [f"{number:013d}" for number in Random(1).sample(range(10**13), size)]
    many = f"{size:,} ids"
    sealed: list[tuple[str, bytes, bytes, str]] = []
    seconds = _timed(lambda: sealed.extend(_sealed(numbers)))
    yield {"name": f"seal and index {many} (processor alone)", "seconds": seconds}
    yield {"name": "  ids a second", "seconds": round(size / seconds), "unit": "ids/s"}
    bare = _timed(lambda: _plain(numbers))
    stored = _timed(lambda: _store(sealed))
    yield _row(f"store {many} sealed and indexed, beside bare COPY in the clear", stored, bare)
    yield _row(f"seal, index and store {many} in all", seconds + stored, bare)
    yield from _finding(numbers, size)
    yield from _changing(many)


def _sealed(numbers: list[str]) -> Iterator[tuple[str, bytes, bytes, str]]:
    seal = sealer("national_id")
    for number in numbers:
        yield "national_id", blind_index(number), seal(number), number[-4:]


def _plain(numbers: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_plain (id bigserial PRIMARY KEY, number text UNIQUE)")
        with cursor.copy("COPY bench_plain (number) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["text"])
            for number in numbers:
                copy.write_row((number,))


def _store(sealed: list[tuple[str, bytes, bytes, str]]) -> None:
    statement = "COPY eqfund_identity (kind, id_index, number, last4) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["varchar", "bytea", "bytea", "varchar"])
        for row in sealed:
            copy.write_row(row)


def _finding(numbers: list[str], size: int) -> Iterator[Row]:
    """One id at a time: its index made, its row found, its number opened."""
    wanted = Random(2).choices(numbers, k=LOOK_UPS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE bench_plain; ANALYZE eqfund_identity")

        def plain(number: str) -> None:
            cursor.execute("SELECT id FROM bench_plain WHERE number = %s", [number])
            assert cursor.fetchone()

        def blind(number: str) -> None:
            cursor.execute(
                "SELECT id FROM eqfund_identity WHERE id_index = %s", [blind_index(number)]
            )
            assert cursor.fetchone()

        bare, ours = _each(plain, wanted), _each(blind, wanted)
    for name, place in (("p50", 49), ("p95", 94)):
        yield {
            **_row(f"find one of {size:,} by blind index, {name}", ours[place], bare[place]),
            "unit": "ms",
        }
    for name, figures in (("blind index", ours), ("plain b-tree", bare)):
        yield {
            "name": f"  look-ups a second by {name}",
            "seconds": round(1000 / figures[-1]),
            "unit": "/s",
        }

    def whole(number: str) -> None:
        assert Identity.objects.get(id_index=blind_index(number)).number == number

    through = _each(whole, wanted)
    yield {
        **_row("find one by the ORM and open its number, p95", through[94], bare[94]),
        "unit": "ms",
    }


def _changing(many: str) -> Iterator[Row]:
    """The data key, then the index key, over all the rows."""
    settings.FIELD_KEYS = [*settings.FIELD_KEYS, "the key that comes next"]
    bare = _timed(lambda: _update("UPDATE eqfund_identity SET last4 = last4"))
    seconds = _timed(field_keys.rotate)
    yield _row(f"change the data key of {many}, beside a bare UPDATE", seconds, bare)
    settings.INDEX_KEYS = [*settings.INDEX_KEYS, "the index key that comes next"]
    index_keys.forget()
    change = index_change.begin()
    seconds = _timed(lambda: index_change.fill(change))
    yield _row(f"write the next index of {many}, beside a bare UPDATE", seconds, bare)
    usual, _ = _writing_meanwhile(lambda: time.sleep(2))
    waited, seconds = _writing_meanwhile(lambda: index_change.swap(change))
    yield _row(f"swap the indexes of {many}, all of it", seconds, bare)
    for name, wait in (("usually", usual), ("while the indexes are swapped", waited)):
        yield {"name": f"  longest wait of a writer of ids {name}", "seconds": wait, "unit": "ms"}


def _writing_meanwhile(work: Callable[[], Any]) -> tuple[float, float]:
    """The longest time that one of another's inserts took, in milliseconds; and the work's seconds."""
    took: list[float] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            text = f"G{next(_numbers):012d}"
            child = Identity(
                kind="g_code", id_index=blind_index(text), number=text, last4=text[-4:]
            )
            took.append(_timed(child.save) * 1000)
            stop.wait(0.002)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seconds = _timed(work)
    finally:
        stop.set()
        writer.join()
    return round(max(took), 1), seconds


def _update(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _each(find: Callable[[str], None], wanted: list[str]) -> list[float]:
    """Percentiles 1 to 99 in milliseconds, and the mean at the end."""
    times = []
    for number in wanted:
        begun = clock.stopwatch()
        find(number)
        times.append((clock.stopwatch() - begun) * 1000)
    return [*(round(each, 4) for each in quantiles(times, n=100)), sum(times) / len(times)]


def _timed(work: Callable[[], Any]) -> float:
    begun = clock.stopwatch()
    work()
    return clock.stopwatch() - begun


def _row(name: str, seconds: float, bare: float) -> Row:
    ratio = round(seconds / bare, 2)
    return {"name": name, "seconds": seconds, "lower_bound_seconds": bare, "ratio": ratio}
