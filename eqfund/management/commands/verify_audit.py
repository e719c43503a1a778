"""Prove the audit book: names every event and seal that is not as it was sealed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eqfund import clock
from eqfund.audit import verify

MOST_SHOWN = 200


class Command(BaseCommand):
    help = "Check every seal and every sealed event; exits with an error when one is not as it was sealed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head", default="", help="a head kept outside (number:hash), as seal_audit printed it"
        )
        parser.add_argument(
            "--skip-contents", action="store_true", help="do not open the encrypted changes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = clock.stopwatch()
        report = verify.verify(contents=not options["skip_contents"], kept_head=options["head"])
        verify.keep(report)
        for fault in report.faults[:MOST_SHOWN]:
            self.stderr.write(f"{fault.code}: {fault}")
        self.stdout.write(
            f"{report.seals} seals, {report.events} events, {report.contents} changes opened and true,"
            f" {report.destroyed} whose key was destroyed, {report.unsealed} not sealed yet"
            f" ({clock.stopwatch() - begun:.1f} s)"
        )
        self.stdout.write(f"head {report.head or 'none'}")
        if report.faults:
            raise CommandError(f"{len(report.faults)} faults: the book is not what was sealed")
