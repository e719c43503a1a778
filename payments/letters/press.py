"""Papers to PDF: one here and now, or many at once in processes of their own, one for each core.

Such a process is `python -m payments.letters.press`, which knows neither Django nor
the database: pages come in over a pipe, PDFs go out, each behind its length in four
bytes. It dies with the press, so the memory of a long run is given back, and a page
that breaks it breaks that run alone.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, BinaryIO, Self

from eqfund.pdf import to_pdf

ROOT = Path(__file__).resolve().parents[2]
SHEET = Path(__file__).with_name("paper.css")
LENGTH = struct.Struct(">I")


def print_one(page: str) -> bytes:
    """The PDF of one page of HTML."""
    return to_pdf(page, SHEET)


class PressError(RuntimeError):
    """A page could not be printed. Says nothing of its content."""


class Press:
    """A pool of printing processes. Use it in a `with`."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._free: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._all: list[subprocess.Popen[bytes]] = []
        self._threads = ThreadPoolExecutor(self.workers)

    def __enter__(self) -> Self:
        for _ in range(self.workers):
            worker = subprocess.Popen(
                [sys.executable, "-m", "payments.letters.press"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # its words may hold a child's name
            )
            self._all.append(worker)
            self._free.put(worker)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._threads.shutdown(wait=kind is None, cancel_futures=True)
        for worker in self._all:
            if kind is not None:
                worker.kill()
            with suppress(BrokenPipeError), worker:  # closes its pipes and waits
                pass

    def print_all(self, pages: Iterable[str]) -> Iterator[bytes]:
        """The PDF of each page, in order; pages are taken only a little ahead."""
        waiting: deque[Future[bytes]] = deque()
        for page in pages:
            waiting.append(self._threads.submit(self._print, page))
            if len(waiting) > 2 * self.workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _print(self, page: str) -> bytes:
        worker = self._free.get()
        try:
            pipes: Any = worker
            try:
                write_block(pipes.stdin, page.encode())
                pdf = read_block(pipes.stdout)
            except OSError:
                pdf = None
            if not pdf:
                raise PressError("a page could not be printed")
            return pdf
        finally:
            self._free.put(worker)


# --- the process that prints ------------------------------------------------


def read_block(source: BinaryIO) -> bytes | None:
    """One block behind its length; None at the end."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return source.read(LENGTH.unpack(head)[0])


def write_block(target: BinaryIO, block: bytes) -> None:
    target.write(LENGTH.pack(len(block)))
    target.write(block)
    target.flush()


def main() -> None:
    while (page := read_block(sys.stdin.buffer)) is not None:
        write_block(sys.stdout.buffer, print_one(page.decode()))


if __name__ == "__main__":
    main()
