"""The arithmetic of the chain: one spelling for a row, what a seal covers, what a key adds. No database.

A leaf is an event's id in 8 bytes and SHA-256 of its canonical row. A seal's hash
covers the previous hash, its own head and its leaves. The canonical row holds no
ciphertext, only the digest of the plain change: changing keys changes no seal.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .contents import canonical

ROW_FORMAT = 1
LEAF_BYTES = 40
NOTHING_BEFORE = bytes(32)
# What the canonical row is made of, in this order for ever; a new column begins a new ROW_FORMAT.
COLUMNS = (
    "id",
    "position",
    "wall_at",
    "at",
    "kind",
    "actor_id",
    "actor_name",
    "verb",
    "object_label",
    "object_id",
    "pupil_id",
    "path",
    "facts",
    "change_digest",
)


@dataclass(frozen=True, slots=True)
class Head:
    """What a seal says of itself, beside its leaves."""

    number: int
    from_position: int
    below_position: int
    events: int
    first_event_id: int | None
    last_event_id: int | None
    sealed_at: datetime


def spelled(value: Any) -> Any:
    """A column's value as it stands in the canonical row: instants in UTC, bytes in hex, JSON as values."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value


def row_digest(row: tuple[Any, ...]) -> bytes:
    """SHA-256 of an event's canonical row; `row` in the order of COLUMNS, facts as JSON text or value."""
    values = dict(zip(COLUMNS, row, strict=True))
    if isinstance(values["facts"], str):
        values["facts"] = json.loads(values["facts"])
    return hashlib.sha256(
        canonical([ROW_FORMAT, *(spelled(values[name]) for name in COLUMNS)])
    ).digest()


def leaves_of(rows: Iterable[tuple[Any, ...]]) -> bytes:
    """The leaves of events, given in order of (position, id)."""
    return b"".join(int(row[0]).to_bytes(8, "big") + row_digest(row) for row in rows)


def read_leaves(leaves: bytes) -> Iterator[tuple[int, bytes]]:
    """(event id, row digest) of each leaf. ValueError when the bytes are not whole leaves."""
    if len(leaves) % LEAF_BYTES:
        raise ValueError("leaves are not whole")
    for start in range(0, len(leaves), LEAF_BYTES):
        leaf = leaves[start : start + LEAF_BYTES]
        yield int.from_bytes(leaf[:8], "big"), leaf[8:]


def seal_hash(previous: bytes, head: Head, leaves: bytes) -> bytes:
    """What stands for this seal and, through `previous`, for all before it."""
    told = canonical(
        [
            "eqfund seal 1",
            head.number,
            head.from_position,
            head.below_position,
            head.events,
            head.first_event_id,
            head.last_event_id,
            spelled(head.sealed_at),
        ]
    )
    return hashlib.sha256(previous + told + hashlib.sha256(leaves).digest()).digest()


def mac_of(secret: str, hash_: bytes) -> bytes:
    """The hash under a key that the database does not hold."""
    key = hashlib.sha256(f"eqfund seal {secret}".encode()).digest()
    return hmac.digest(key, hash_, "sha256")
