"""Several people at the same instant: threads with connections of their own. For tests of real transactions."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connections

from eqfund.refusal import Refused


def together(*acts: Callable[[], object]) -> list[object]:
    """Do the acts at once, each on its own connection; what each returned or was refused."""
    found: list[object] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def do(number: int) -> None:
        ready.wait()
        try:
            found[number] = acts[number]()
        except Refused as refusal:
            found[number] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
