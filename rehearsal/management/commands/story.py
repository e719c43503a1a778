"""Play the whole term 1/2569 through the real actions and jobs, and print the book of it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from eqfund import clock
from rehearsal.columns import Printer
from rehearsal.story import EVERY_PAGE, WHAT_WAS_WRITTEN, begin, book, stage, tell


class Command(BaseCommand):
    help = "Play the term 1/2569 on a database of its own and print the book of what happened."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until", help="stop after this moment, e.g. 2026-07-14T09:00")
        parser.add_argument("--quiet", action="store_true", help="print the book alone")
        parser.add_argument("--keep", action="store_true", help="leave the database afterwards")
        parser.add_argument(
            "--pages", action="store_true", help="then ask for every page as every role"
        )
        parser.add_argument("--here", action="store_true", help="play in this process and database")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["here"]:
            sys.exit(in_its_own_database(options))
        until = moment(options["until"]) if options["until"] else None
        printer = Printer(sys.stdout, quiet=options["quiet"])
        sys.exit(play(printer, until, pages=options["pages"]))


def in_its_own_database(options: dict[str, Any]) -> int:
    """Play in a child process, as the application's role; its exit code."""
    arguments = ["story", "--here"]
    if options["until"]:
        arguments += ["--until", options["until"]]
    arguments += [f"--{name}" for name in ("quiet", "pages") if options[name]]
    with stage.fresh_database("eqfund_story", keep=options["keep"], fast=True) as environment:
        return stage.run_inside(environment, *arguments)


def play(printer: Printer, until: datetime | None, *, pages: bool = False) -> int:
    """Make the world and tell the story in this process's database; 0 if every promise was kept."""
    begun = clock.stopwatch()
    world = begin(Path(settings.VAR_DIR) / "story", printer)
    telling = tell(world, printer, until)
    if pages:
        tell(world, printer, steps=(EVERY_PAGE, WHAT_WAS_WRITTEN))
    broken = book.write(world, Printer(sys.stdout))
    printer.line()
    printer.line(f"{telling.played} steps, {clock.stopwatch() - begun:.0f} s")
    if telling.missing:
        printer.line(f"{telling.missing} steps are not there yet")
    return 1 if broken or telling.missing else 0


def moment(text: str) -> datetime:
    """An ISO day and time; Bangkok's when it names no zone."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=clock.BANGKOK)
