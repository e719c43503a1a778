"""After a backup was brought back: let the audit book go on where it ended."""

from typing import Any

from django.core.management.base import BaseCommand

from eqfund.audit import seals


class Command(BaseCommand):
    help = "Begin a new volume of the audit book when the database was restored; else does nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        volume = seals.continue_book()
        self.stdout.write(
            f"a new volume: positions go on with {volume.shift} added"
            if volume
            else "nothing to do: positions rise as they should"
        )
