"""Change the key of the blind indexes, in four steps, while everybody works."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eqfund.models import IndexKeyChange, Job
from eqfund.privacy import index_change
from eqfund.privacy.index_swap import KeyChangeRefused
from eqfund.privacy.running import see_through, take_up


class Command(BaseCommand):
    help = "Change the index key: --begin, --fill, --swap, --finish; without a step, say where it stands"

    def add_arguments(self, parser: Any) -> None:
        steps = parser.add_mutually_exclusive_group()
        for step in ("begin", "fill", "swap", "finish"):
            steps.add_argument(f"--{step}", dest="step", action="store_const", const=step)
        parser.add_argument(
            "--settle",
            type=int,
            default=int(index_change.SETTLE.total_seconds()),
            help="seconds after the swap before the old key may go",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._take(options["step"], options["settle"])
        except KeyChangeRefused as refusal:
            raise CommandError(str(refusal)) from None

    def _take(self, step: str | None, settle: int) -> None:
        change = index_change.begin() if step == "begin" else index_change.under_way()
        if change is None and step == "finish":
            change = IndexKeyChange.objects.order_by("-pk").first()
        if change is None:
            self.stdout.write("No change of the index key is under way.")
            return
        if step == "fill":
            job = see_through(
                take_up("privacy.fill_index", f"fill-index-{change.pk}", change), self.stdout.write
            )
            if job.state != Job.State.DONE:
                raise CommandError(f"{job.error} Run it again: it goes on with what is left.")
            self.stdout.write(f"{job.result['rows']:,} rows were given their second index.")
        if step == "swap":
            seconds = index_change.swap(change)
            self.stdout.write(f"Others waited {seconds * 1000:.0f} ms at most for the swap itself.")
        if step == "finish":
            emptied = index_change.finish(change, timedelta(seconds=settle))
            self.stdout.write(f"{emptied:,} indexes under the old key were emptied.")
        self._say(change)

    def _say(self, change: IndexKeyChange) -> None:
        self.stdout.write(f"From key {change.from_key} to key {change.to_key}: {change.phase}.")
        if change.phase == IndexKeyChange.Phase.DUAL:
            for column in index_change.columns():
                self.stdout.write(
                    f"  {column.label}: {index_change.remaining(column, change):,} rows to fill"
                )
