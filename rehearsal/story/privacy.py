"""What the whole term wrote names nobody: columns of text, sessions, cache, queue, addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eqfund.privacy import field_keys, scan
from rehearsal.world import World

# Every address that the walk through the pages saw in their links and forms.
ADDRESSES: set[str] = set()


def play(world: World) -> Iterator[tuple[str, Any]]:
    """Look for everything that is sealed where it should not stand."""
    wanted = scan.secrets()
    yield "numbers looked for", len(wanted.numbers)
    yield "names looked for", len(wanted.names)
    found = [*scan.in_database(wanted), *scan.in_sessions(wanted), *scan.in_store(wanted)]
    yield "addresses", len(ADDRESSES)
    if scan.in_texts(wanted, ADDRESSES):
        found.append("addresses of pages")
    if found:
        raise AssertionError(f"what should be sealed stands in: {', '.join(found)}")
    yield "found", 0
    yield "columns that are sealed", len(field_keys.numbers_used())
