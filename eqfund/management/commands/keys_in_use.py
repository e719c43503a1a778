"""Which keys the rows are under, and whether one may be dropped. Shows numbers, never keys."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from eqfund.fields import newest_key, ring
from eqfund.privacy import field_keys, index_change, index_keys


class Command(BaseCommand):
    help = "Count values by key number; with --drop N (--drop-index N) say whether that key may leave the ring"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--drop", type=int, help="a number of FIELD_KEYS")
        parser.add_argument("--drop-index", type=int, help="a number of INDEX_KEYS")
        parser.add_argument("--columns", action="store_true", help="column by column")

    def handle(self, *args: Any, **options: Any) -> None:
        sealed, indexes = field_keys.numbers_used(), index_change.numbers_used()
        self._show("FIELD_KEYS", sealed, settings.FIELD_KEYS, newest_key(), options["columns"])
        self._show(
            "INDEX_KEYS", indexes, settings.INDEX_KEYS, index_keys.in_use()[0], options["columns"]
        )
        self._may_go("FIELD_KEYS", sealed, options["drop"], newest_key())
        self._may_go("INDEX_KEYS", indexes, options["drop_index"], index_keys.in_use()[0])

    def _show(
        self,
        name: str,
        used: dict[str, dict[int, int]],
        entries: list[str],
        current: int,
        by_column: bool,
    ) -> None:
        counts: Counter[int] = Counter()
        for rows in used.values():
            counts.update(rows)
        present = ring(tuple(entries))
        self.stdout.write(name)
        for number in sorted({*counts, *present}):
            words = (
                "in use"
                if number == current
                else ("in the ring" if number in present else "NOT IN THE RING")
            )
            self.stdout.write(f"  key {number}: {counts[number]:,} values ({words})")
        if by_column:
            for column, rows in sorted(used.items()):
                told = ", ".join(
                    f"key {number}: {count:,}" for number, count in sorted(rows.items())
                )
                self.stdout.write(f"    {column}: {told}")
        if lost := set(counts) - set(present):
            raise CommandError(f"{name}: rows use key {sorted(lost)}, which is not in the ring.")

    def _may_go(
        self, name: str, used: dict[str, dict[int, int]], number: int | None, current: int
    ) -> None:
        if number is None:
            return
        if number == current:
            raise CommandError(f"{name}: key {number} is the one in use.")
        if holding := {column: rows[number] for column, rows in used.items() if number in rows}:
            told = ", ".join(f"{column} {count:,}" for column, count in sorted(holding.items()))
            raise CommandError(f"{name}: key {number} may not be dropped, rows use it: {told}")
        self.stdout.write(f"{name}: no row uses key {number}; put - in its place and restart.")
