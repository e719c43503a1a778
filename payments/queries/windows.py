"""Which of a place's windows matters for a page."""

from __future__ import annotations

from datetime import datetime

from eqfund.models import Term
from eqfund.windows import Window, lines_for


def window_among(windows: list[Window], activities: tuple[str, ...], at: datetime) -> Window | None:
    """Of a place's windows for some activities: the open one that closes last, else the next, else the last."""
    fitting = [w for w in windows if w.line.kind == "window" and w.line.activity in activities]
    opened = [w for w in fitting if w.is_open(at)]
    if opened:
        return max(opened, key=lambda w: (w.closes_at is None, w.closes_at))
    coming = [w for w in fitting if w.opens_at and w.opens_at > at]
    if coming:
        return min(coming, key=lambda w: w.opens_at or at)
    return max(fitting, key=lambda w: w.closes_at or at, default=None)


def place_windows(term: Term, path: str) -> list[Window]:
    """Every window of a place in a term: read once a page."""
    return [window for window in lines_for(term, path) if window.line.kind == "window"]
