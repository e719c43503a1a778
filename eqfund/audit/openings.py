"""Open what events say, to compare it with what was sealed; and say where it can be opened no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidTag

from eqfund.fields import PERSON_FORMAT, unseal
from eqfund.models import PersonKey
from eqfund.privacy import person_keys

from .contents import digest_of

Row = tuple[int, bytes, bytes]  # id, sealed change, digest


class Opening(StrEnum):
    """What became of one event's change."""

    TRUE = "true"
    FALSE = "false"
    DESTROYED = "destroyed"  # with the person's key, by scrubbing


def openings(rows: list[Row]) -> Iterator[tuple[int, Opening]]:
    """For each event whether its change is what its digest stands for. Two queries for all.

    A changed byte does not open, and is false. So is a change whose key's row is
    gone: scrubbing destroys a key and leaves its row.
    """
    kept = _existing_keys(rows)
    under_persons = [row for row in rows if _key_of(row[1]) in kept and row[1] and row[2]]
    plain = dict(zip((row[0] for row in under_persons), _open_all(under_persons), strict=True))
    for pk, sealed, digest in rows:
        yield pk, _verdict(sealed, digest, plain.get(pk, False))


def _verdict(sealed: bytes, digest: bytes, plain: Any) -> Opening:
    """`plain`: what a person's key opened, None when it was destroyed, False when there was none to try."""
    if not sealed or not digest:
        return Opening.FALSE
    if sealed[0] != PERSON_FORMAT:
        plain = _under_the_ring(sealed)
    if plain is None:
        return Opening.DESTROYED
    return Opening.TRUE if plain is not False and digest_of(plain) == digest else Opening.FALSE


def _under_the_ring(sealed: bytes) -> Any:
    try:
        return json.loads(unseal(sealed, "audit_change"))
    except (ValueError, InvalidTag):
        return False


def _open_all(rows: list[Row]) -> list[Any]:
    """All at once; one by one when a changed byte is among them, so that only that one is false."""
    try:
        return list(person_keys.open_all(row[1] for row in rows))
    except (ValueError, InvalidTag):
        return [_open_one(row) for row in rows]


def _open_one(row: Row) -> Any:
    try:
        return person_keys.open_all([row[1]])[0]
    except (ValueError, InvalidTag):
        return False


def _key_of(sealed: bytes) -> int:
    return int.from_bytes(sealed[1:9], "big") if sealed[:1] == bytes((PERSON_FORMAT,)) else 0


def _existing_keys(rows: list[Row]) -> set[int]:
    asked = {_key_of(row[1]) for row in rows} - {0}
    asked = {pk for pk in asked if pk < 1 << 63}
    return set(PersonKey.objects.filter(pk__in=asked).values_list("pk", flat=True))
