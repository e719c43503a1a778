"""Compile the Thai catalogues, or check that they are complete."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from eqfund import translations


class Command(BaseCommand):
    help = "Compile every catalogue; with --check, only find what has no Thai yet."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        raise SystemExit(translations.main("check" if options["check"] else "compile"))
