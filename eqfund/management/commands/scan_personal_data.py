"""Look for sealed ids, phones, accounts and names where they should not stand; tells places, never values."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eqfund.privacy import scan


class Command(BaseCommand):
    help = "Look through all columns of text, sessions, cache and queue for what should be sealed"

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = scan.secrets()
        self.stdout.write(
            f"{len(wanted.numbers):,} numbers and {len(wanted.names):,} names looked for"
        )
        found = [*scan.in_database(wanted), *scan.in_sessions(wanted), *scan.in_store(wanted)]
        if found:
            raise CommandError("Found in: " + ", ".join(found))
        self.stdout.write("Found nowhere.")
