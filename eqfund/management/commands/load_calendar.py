"""Load a term's calendar: one line for each affiliation it is for. Safe to run again."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from eqfund import audit
from eqfund.calendar.loading import FOLDER, load, term_of
from eqfund.imports.calendar import read_calendar
from eqfund.school_year import TermKey


class Command(BaseCommand):
    help = "Load a term's calendar from CSV, e.g. load_calendar 2569-1"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "calendar", help="a name in eqfund/data/calendars, or a file named YEAR-TERM.csv"
        )
        parser.add_argument("--programme", default="grant")

    def handle(self, *args: Any, **options: Any) -> None:
        file = Path(options["calendar"])
        if file.suffix != ".csv":
            file = FOLDER / f"{options['calendar']}.csv"
        if not file.exists():
            raise CommandError(f"There is no calendar {file}")
        year, number = (int(part) for part in file.stem.split("-"))
        with file.open(encoding="utf-8-sig", newline="") as text:
            lines = read_calendar(text)
        with transaction.atomic():
            term = term_of(TermKey(year, number))
            changed = load(term, lines, options["programme"])
            if any(changed.values()):
                audit.record("load_calendar", term, by=None, path="TH/", facts=changed)
        if options["verbosity"]:
            self.stdout.write(
                f"{term.label}: {changed['made']} made, {changed['updated']} updated, {changed['removed']} removed"
            )
