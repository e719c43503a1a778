"""Who does the jobs of a step: this process at once, or a real Celery worker beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from eqfund import clock, jobs
from eqfund.celery import app
from eqfund.models import Job

PATIENCE_SECONDS = 90


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
    command = [sys.executable, "-m", "celery", "-A", "eqfund", "worker", "--pool", "solo",
               "--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"]  # fmt: skip
    worker = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "eqfund.settings"},
        stdin=subprocess.DEVNULL,
    )
    here = jobs.run_now
    jobs.run_now = wait_for
    try:
        yield
    finally:
        jobs.run_now = here
        worker.terminate()
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def wait_for(job: Job) -> Job:
    """The job as the worker ended it; instead of jobs.run_now while a worker is at work."""
    deadline = clock.stopwatch() + PATIENCE_SECONDS
    while clock.stopwatch() < deadline:
        job.refresh_from_db()
        if job.is_over:
            return job
        time.sleep(0.05)
    raise TimeoutError(f"the worker did not end job {job.pk} ({job.kind}) in {PATIENCE_SECONDS} s")
