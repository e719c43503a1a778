"""Who does the jobs of a step: this process at once, or a real Celery worker beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.conf import settings

from eqfund import clock, jobs
from eqfund.celery import app
from eqfund.management.commands.serve import end_with_parent
from eqfund.models import Job

PATIENCE_SECONDS = 180


@contextmanager
def eager_jobs() -> Iterator[None]:
    """Do each job right after the transaction that asked for it, in this process."""
    before = app.conf.task_always_eager
    app.conf.task_always_eager = True
    try:
        yield
    finally:
        app.conf.task_always_eager = before


@contextmanager
def jobs_by_worker() -> Iterator[None]:
    """Send jobs through the broker to a worker of their own process, and wait for each that is asked for."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "eqfund", "worker", "--pool", "solo",
               "--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"]  # fmt: skip
    worker = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "eqfund.settings",
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
        },
        stdin=subprocess.DEVNULL,
        preexec_fn=end_with_parent if sys.platform == "linux" else None,
    )

    def wait_for(job: Job) -> Job:
        """The job as the worker ended it."""
        deadline = clock.stopwatch() + PATIENCE_SECONDS
        while clock.stopwatch() < deadline and worker.poll() is None:
            job.refresh_from_db()
            if job.is_over:
                return job
            time.sleep(0.05)
        raise TimeoutError(f"the worker did not end job {job.pk} ({job.kind})")

    try:
        with patch.object(jobs, "run_now", wait_for):
            yield
    finally:
        worker.terminate()
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
