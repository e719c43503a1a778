"""Every page is asked for by every role, near and far, when every kind of row exists."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.test import override_settings

from eqfund.audit.words import WORDS
from eqfund.models import Event
from rehearsal import access_walk
from rehearsal.story import privacy
from rehearsal.world import World

MOST_SHOWN = 20
TABLE = settings.BASE_DIR / "docs" / "access.md"


def play(world: World) -> Iterator[tuple[str, Any]]:
    """Zero leaks, and the committed table is what was walked (EQFUND_WRITE_ACCESS=1 writes it anew)."""
    refusals = logging.getLogger("django.request")  # a thousand 403 and 404 are what is asked for
    before = refusals.level
    refusals.setLevel(logging.CRITICAL)
    try:
        with override_settings(RATE_LIMITS={}, STRICT_READS=True):
            found = access_walk.walk(world)
    finally:
        refusals.setLevel(before)
    privacy.ADDRESSES |= found.addresses
    yield "pages", len(found.reached)
    yield "requests", found.requests
    yield "leaks", len(found.leaks)
    if found.leaks:
        raise AssertionError("\n".join(found.leaks[:MOST_SHOWN]))
    unread = sorted(found.unread)
    yield "pages that named a child and recorded no reading", len(unread)
    if unread:
        raise AssertionError(f"mark them with @audit.reads: {', '.join(unread)}")
    wordless = set(Event.objects.order_by().values_list("verb", flat=True).distinct()) - set(WORDS)
    if wordless:
        raise AssertionError(f"no words in eqfund/audit/words.py for: {', '.join(wordless)}")
    table = access_walk.table(found)
    if os.environ.get("EQFUND_WRITE_ACCESS"):
        TABLE.write_text(table)
    if not TABLE.exists() or TABLE.read_text() != table:
        raise AssertionError(
            "docs/access.md is not what was walked: look at it, then EQFUND_WRITE_ACCESS=1 CI=1 make story"
        )
    yield "docs/access.md", "as walked"
