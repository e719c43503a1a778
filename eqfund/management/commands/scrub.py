"""Forget people whose term of retention has ended; says what it would do unless --do-it is given."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eqfund import clock
from eqfund.models import RetentionRule
from eqfund.privacy import scrub


class Command(BaseCommand):
    help = (
        "Say whose data would be scrubbed now; with --do-it scrub them (docs/runbooks/retention.md)"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--do-it", action="store_true", help="scrub; it cannot be taken back")
        parser.add_argument(
            "--people",
            type=int,
            help="with --do-it: how many the look beforehand said, so that it was taken",
        )
        parser.add_argument("--on", help="as of this day, YYYY-MM-DD; without --do-it only")

    def handle(self, *args: Any, **options: Any) -> None:
        on = clock.wall().date()
        if options["on"] and not options["do_it"]:
            on = date.fromisoformat(options["on"])
        if options["do_it"]:
            self._looked_at(on, options["people"])
        for kind in scrub.LABELS:
            rule = RetentionRule.objects.filter(kind=kind).first()
            if rule is None:
                self.stdout.write(f"{kind}: no rule, nothing is scrubbed")
                continue
            self.stdout.write(f"{kind}: {rule.years} years ({rule.ground})")
            self._kind(kind, on, options["do_it"])
        if options["do_it"]:
            self.stdout.write(f"exports that expired: {scrub.forget_exports(clock.wall()):,}")
            self.stdout.write(f"bulk papers: {scrub.forget_papers(on):,}")

    def _looked_at(self, on: date, said: int | None) -> None:
        """Whoever scrubs says the number that the look beforehand gave: nobody does it blindly."""
        found = sum(len(keys) for kind in scrub.LABELS for keys in scrub.due(kind, on))
        if said != found:
            raise CommandError(
                f"{found:,} people would be scrubbed. Let two people look at the figures (without --do-it),"
                " then call it with --do-it --people and that number. Nothing was changed."
            )

    def _kind(self, kind: str, on: date, do_it: bool) -> None:
        people, rows = 0, Counter[str]()
        for keys in scrub.due(kind, on):
            people += len(keys)
            if do_it:
                rows.update(scrub.forget(kind, keys, clock.now()))
        word = "were scrubbed" if do_it else "would be scrubbed"
        self.stdout.write(f"  {people:,} {word}")
        for name, count in rows.items():
            self.stdout.write(f"    {name}: {count:,} rows")
