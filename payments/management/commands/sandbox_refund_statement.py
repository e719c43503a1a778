"""Play the bank's part for refunds: a statement in which every waiting slip was paid."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eqfund import clock
from payments.sandbox_statement import waiting_slips_paid


class Command(BaseCommand):
    help = (
        "SANDBOX: write the bank's bill payment file in which every waiting refund slip was paid."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, help="the file to write")

    def handle(self, *args: Any, target: Path, **options: Any) -> None:
        data, count = waiting_slips_paid(clock.now())
        if target.exists():
            raise CommandError(f"{target} is there already; a statement is never written over.")
        target.write_bytes(data)
        if options["verbosity"]:
            self.stdout.write(f"{count} refund slips paid, in {target}")
