"""Fill an empty database with the demo: the story, left half way (in the middle of July 2569 unless told)."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from eqfund import audit, clock, demo
from eqfund.access import ROLE_NAMES, Role
from eqfund.models import RehearsalClock, User
from eqfund.registry import actions
from rehearsal import world
from rehearsal.columns import Printer, left
from rehearsal.story import begin, tell
from rehearsal.story.queue import eager_jobs
from rehearsal.world import World

MOMENT = "2569-07-14 09:00"
SENT = "2569-07-13 16:10"


class Command(BaseCommand):
    help = f"Fill an empty database with the invented country as of {MOMENT}."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
        parser.add_argument(
            "--until", default=MOMENT, help=f"tell the story until another moment than {MOMENT}"
        )
        parser.add_argument(
            "--awaited",
            action="store_true",
            help="let the predecessor's list of grants wait for its pupils: an empty term, with --until before its first files",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError(
                "The demo's people have no password and sign in by one click: DEMO_MODE=true alone."
            )
        if User.objects.exists():
            raise CommandError("The database is not empty. The demo fills an empty one only.")
        printer = Printer(sys.stdout, quiet=options["quiet"])
        moment = world.at(options["until"])
        made = begin(Path(settings.VAR_DIR) / "demo", printer)
        made.by_hand = True
        telling = tell(made, printer, moment)
        leave_a_preview(made, moment)
        if options["awaited"]:
            let_grants_wait(made, moment)
        if telling.missing:
            printer.line(f"{telling.missing} steps are not there yet")
        set_clock(moment)
        for line in people():
            printer.line(line)


def leave_a_preview(made: World, moment: datetime) -> None:
    """The main school has sent its file of July; the keeper who looks at its preview is the visitor."""
    sent_at = world.at(SENT)
    if made.july_registry_file is None or moment < sent_at:
        return
    school, keeper, path = made.july_registry_file
    with translation.override("th"), clock.rehearse(sent_at), eager_jobs():
        upload = SimpleUploadedFile(path.name, path.read_bytes())
        actions.upload_registry_file(upload, path=school.path, by=keeper, at=sent_at)


def let_grants_wait(made: World, moment: datetime) -> None:
    """The predecessor's list is loaded; its grants begin when a registry file brings their pupils."""
    with translation.override("th"), clock.rehearse(moment), eager_jobs():
        call_command(
            "import_grants",
            str(made.predecessor_file),
            "--term",
            made.term.label,
            stdout=StringIO(),
        )


def set_clock(moment: datetime) -> None:
    """Let programme time be that moment now, and run on from there."""
    offset = demo.offset_to(moment)
    RehearsalClock.objects.update_or_create(
        pk=1, defaults={"offset_seconds": int(offset.total_seconds()), "moved_by": None}
    )
    with clock.rehearse(moment):
        audit.record(
            "seed_demo", "eqfund.RehearsalClock", by=None, facts={"to": moment.isoformat()}
        )


def people() -> list[str]:
    """One person of each role: name to type, role, full name."""
    lines, shown = [], set()
    for user in demo.people():
        for posting in user.postings.all():
            if posting.role not in shown:
                shown.add(posting.role)
                lines.append(
                    f"{left(user.username, 14)} {ROLE_NAMES[Role(posting.role)]}  ({user.full_name})"
                )
    return lines
