"""Run a job here, in a command, and show how far it is; a run that was killed is taken up again."""

from __future__ import annotations

import time
from typing import Any

from django.db import models

from eqfund import jobs
from eqfund.models import Job


def take_up(
    kind: str, key: str, obj: models.Model | None = None, params: dict[str, Any] | None = None
) -> Job:
    """The unfinished job of this kind and key, or a new one."""
    earlier = Job.objects.filter(kind=kind, key__startswith=f"{key}-")
    alive = earlier.exclude(state=Job.State.DONE).order_by("-pk").first()
    name = alive.key if alive else f"{key}-{earlier.count() + 1}"
    return jobs.start(kind, by=None, obj=obj, key=name, params=params)


def see_through(job: Job, say: Any, every_seconds: float = 2.0) -> Job:
    """Do the job in this process, or wait while another does; says how far it is. Returns it when it is over."""
    shown = -1
    while True:
        job = jobs.run_now(job)
        if job.is_over:
            return job
        if job.done != shown:
            shown = job.done
            say(
                f"  at work elsewhere, or left by a run that was killed: {job.done:,} of {job.total:,}"
            )
        time.sleep(every_seconds)
