"""The first sheet of a workbook, opened by another process with little memory and time of its own.

A workbook names its cells: five kilobytes may say that there is one in the last column of row
99,999. Its reader then asks for a grid of all that lies between, 50 GB, and dies with its process.
So that process is not ours. It is this very file, run alone: it knows python-calamine and nothing
of the project, reads the workbook from its input and writes where the sheet ends, then its rows.
"""

import io
import marshal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

MOST_BYTES = 3 << 30  # an office's 60,000 rows in the full layout take less than half
MOST_SECONDS = 120  # of the processor's time
AT_ONCE = 500  # rows
_PLAIN = frozenset((str, float, int, bool))
_TIMES: dict[str, Any] = {
    "datetime": datetime,
    "date": date,
    "time": time,
}  # a datetime is a date too: first


class Unreadable(ValueError):
    """No workbook, or one that takes more than it may."""


def first_sheet(content: bytes) -> tuple[int, int, Iterator[list[Any]]]:
    """The last row and column of the first sheet, counted from 1, and its rows as they are read.

    Raises Unreadable, at once or while the rows are read.
    """
    rows = _from_child(content)
    last_row, last_column = next(rows)
    return last_row, last_column, rows


def _from_child(content: bytes) -> Iterator[Any]:
    command = [sys.executable, "-I", __file__]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as child:
        assert child.stdin
        assert child.stdout
        try:
            child.stdin.write(content)
            child.stdin.close()
            yield marshal.load(child.stdout)
            while batch := marshal.load(child.stdout):
                for row in batch:
                    yield row if type(row) is list else list(map(_cell, row))
        except (OSError, EOFError, ValueError, TypeError) as error:
            raise Unreadable from error


def _row(row: list[Any]) -> list[Any] | tuple[Any, ...]:
    """The row as it may be told; one with days or times in it, which are rare, as a tuple."""
    return row if _PLAIN.issuperset(map(type, row)) else tuple(map(_told, row))


def _told(cell: Any) -> Any:
    """A time as its kind and its text or seconds; anything else as it is."""
    if isinstance(cell, timedelta):
        return ("", cell.total_seconds())
    kind = next((kind for kind, each in _TIMES.items() if isinstance(cell, each)), "")
    return (kind, cell.isoformat()) if kind else cell


def _cell(told: Any) -> Any:
    if type(told) is not tuple:
        return told
    kind, value = told
    return _TIMES[kind].fromisoformat(value) if kind else timedelta(seconds=value)


def _tell() -> None:
    import resource  # not on every system; asked for by the child alone

    from python_calamine import load_workbook

    for what, most in (
        (resource.RLIMIT_AS, MOST_BYTES),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    sheet = load_workbook(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
    last_row, last_column = sheet.end or (-1, -1)
    out = sys.stdout.buffer
    marshal.dump((last_row + 1, last_column + 1), out)
    batch: list[Any] = []
    for row in sheet.iter_rows():
        batch.append(_row(row))
        if len(batch) == AT_ONCE:
            marshal.dump(batch, out)
            batch = []
    if batch:
        marshal.dump(batch, out)
    marshal.dump([], out)


if __name__ == "__main__":
    _tell()
