"""Seal the audit book now, as the beat does each minute; print the head to keep outside."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eqfund.audit import seals


class Command(BaseCommand):
    help = "Seal all events that can be sealed, and print the chain's head: keep it outside the database."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = seals.seal_all()
        except seals.BookWentBack as error:
            raise CommandError(f"{error}. Run manage.py continue_audit first.") from None
        self.stdout.write(f"{made} seals made; head {seals.head() or 'none'}")
