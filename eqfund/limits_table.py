"""A line of settings.RATE_LIMITS: a plain value, so that settings may import it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` requests to `pages` in `seconds`; with `when`, only those whose query has one of these."""

    most: int
    seconds: int
    pages: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
