"""Seal every value anew under the newest key of FIELD_KEYS, while everybody works."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eqfund.fields import newest_key
from eqfund.models import Job
from eqfund.privacy import field_keys
from eqfund.privacy.running import see_through, take_up


class Command(BaseCommand):
    help = (
        "Seal every encrypted value anew under the newest key of FIELD_KEYS (docs/runbooks/keys.md)"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--slice", type=int, default=field_keys.SLICE, help="rows at a time")
        parser.add_argument(
            "--worker", action="store_true", help="let a worker do it; return at once"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        newest = newest_key()
        job = take_up(
            "privacy.rotate_field_keys",
            f"rotate-field-keys-{newest}",
            params={"slice": options["slice"]},
        )
        if options["worker"]:
            self.stdout.write(f"Job {job.pk} is asked for; see /jobs/{job.pk}/.")
            return
        job = see_through(job, self.stdout.write)
        if job.state != Job.State.DONE:
            raise CommandError(f"{job.error} Run it again: it goes on with what is left.")
        for column, count in sorted(job.result["columns"].items()):
            self.stdout.write(f"  {column}  {count:,}")
        self.stdout.write(f"{job.result['values']:,} values are now under key {newest}.")
