"""Which index key is in use, and how it is changed: a second column, written under both, then swapped.

    begin    from now on every index is written under the old key and the new one; triggers watch
    fill     rows written before, and those copied by SQL, get their second index (slices, resumable)
    swap     twins of the indexes are built; then, in one transaction of some milliseconds, the
             columns and all that rests on them change their names (eqfund.privacy.index_swap)
    finish   the old key's indexes are emptied; the old key may leave the ring

Uniqueness rests on the first column alone, which holds indexes of one key only, at every
moment: triggers put what a late writer brings the old way round the right way, and refuse
what cannot be put right. Looking up asks for both, so that a reader that began before the
swap finds its row after it. Nobody waits for filling, building and looking through; all who
ask for these tables wait while the names change, and for nothing else.

`in_use` is asked for each index made, so it asks the database only while the ring holds two
keys, and at most once in SECONDS.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from eqfund.fields import BlindIndexField, ring

SECONDS = 1.0
Phase = str

_known: tuple[float, tuple[int, int | None]] | None = None


class SomethingCame(Exception):
    """Between the preparation of a swap and its moment something new came: prepare again."""


@dataclass(frozen=True, slots=True)
class IndexColumn:
    """One indexed column: its table, and how its rows' texts are found again.

    `texts(pks)` gives for each row the texts that its index may be of (one, or a few: the
    right one is known by its index under the old key). `purpose` is blind_index's.
    """

    model: Any
    name: str
    purpose: str
    texts: Callable[[Sequence[int]], dict[int, Iterable[str]]]

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def label(self) -> str:
        return f"{self.model._meta.label}.{self.name}"


def fields() -> list[tuple[Any, str]]:
    """Every indexed column of ours: (model, field name)."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, BlindIndexField)
    ]


def in_use() -> tuple[int, int | None]:
    """The number of the key that indexes are written and found under, and of the one beside it."""
    numbers = sorted(ring(tuple(settings.INDEX_KEYS)))
    if len(numbers) == 1:
        return numbers[0], None
    current, other = _state()
    if current is None:
        current = numbers[0]
    if current not in numbers:
        raise ImproperlyConfigured(f"index key {current} is in use and not in INDEX_KEYS")
    return current, other if other in numbers else None


def forget() -> None:
    """Ask the database anew at the next index: after a phase began, and between tests."""
    global _known
    _known = None


def _state() -> tuple[int | None, int | None]:
    global _known
    now = time.monotonic()  # how old the answer is; no programme time
    if _known is not None and now - _known[0] < SECONDS:
        return _known[1]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT from_key, to_key, phase FROM eqfund_indexkeychange ORDER BY id DESC LIMIT 1"
        )
        row = cursor.fetchone()
    state: tuple[int | None, int | None] = (None, None)
    if row is not None:
        state = {
            "dual": (row[0], row[1]),
            "swapped": (row[1], row[0]),
            "finished": (row[1], None),
        }[row[2]]
    _known = (now, state)  # type: ignore[assignment]
    return state
