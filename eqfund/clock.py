"""The only module that reads the time.

`now()` is programme time: windows, papers, due days. In demo mode a rehearsal
offset moves it, the same for web, worker and beat. `wall()` is real time:
leases, sessions, limits, retention. The audit book keeps both.

The rehearsal clock is one row (`RehearsalClock`), read once per request, task
and tick: whoever begins a unit of work calls `refresh()`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")

_offset: ContextVar[timedelta] = ContextVar("rehearsal_offset", default=timedelta())
_frozen: ContextVar[datetime | None] = ContextVar("rehearsed_instant", default=None)


def wall() -> datetime:
    """Real time, aware, in Bangkok."""
    return datetime.now(UTC).astimezone(BANGKOK)


def stopwatch() -> float:
    """Seconds of a clock that only runs forward; for durations alone."""
    return time.monotonic()


def now() -> datetime:
    """Programme time, aware, in Bangkok: real time plus the rehearsal offset."""
    return _frozen.get() or wall() + _offset.get()


def today() -> date:
    """The programme's day in Bangkok."""
    return now().date()


def refresh() -> None:
    """Read the rehearsal offset anew; outside demo mode there is none."""
    from django.conf import settings

    if not settings.DEMO_MODE:
        _offset.set(timedelta())
        return
    from eqfund.models import RehearsalClock

    seconds = RehearsalClock.objects.values_list("offset_seconds", flat=True).first()
    _offset.set(timedelta(seconds=seconds or 0))


def is_rehearsed() -> bool:
    """Whether programme time differs from real time here and now."""
    return _frozen.get() is not None or bool(_offset.get())


@contextmanager
def rehearse(at: datetime) -> Iterator[datetime]:
    """Stop programme time at `at` inside the block. For the story and for tests."""
    if at.tzinfo is None:
        raise ValueError("a rehearsed instant needs a time zone")
    token = _frozen.set(at.astimezone(BANGKOK))
    try:
        yield at
    finally:
        _frozen.reset(token)
