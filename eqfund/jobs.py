"""Long work: asked for as a row, done by a worker, seen by the person who asked.

A kind of job is a function that takes a JobRun and returns its result as plain
figures. It may run again from the start after a crash, so it commits its work
and nothing else; `run.check_fence()` inside the committing transaction keeps a
worker that lost the job from committing late.

Progress goes through a second connection, so that people see it while the
work's own transaction is still open.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connections, models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext

from eqfund import clock
from eqfund.models import Job, User
from eqfund.refusal import Refused

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
SENT_SECONDS = 300  # how long a message is trusted to lie in the queue before another is sent
MAX_TRIES = 5
KINDS: dict[str, Callable[[JobRun], dict[str, Any]]] = {}


class LostLease(Exception):
    """Another worker has taken the job; what this one did must not be committed."""


class JobRun:
    """One attempt at a job, holding its fence."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.params: dict[str, Any] = job.params
        self.moment = job.moment
        self.by = job.by

    def progress(self, done: int, total: int = 0, message: str = "") -> None:
        """Say how far the work is; also the heartbeat. Seen at once, outside the work's transaction."""
        mine = Job.objects.using(settings.PROGRESS_DATABASE).filter(
            pk=self.job.pk, fence=self.job.fence, state=Job.State.RUNNING
        )
        changed = mine.update(
            done=done, total=total, message=message[:200], heartbeat_at=clock.wall()
        )
        if not changed:
            raise LostLease(self.job.pk)

    @contextmanager
    def beating(self, every_seconds: float = 20) -> Iterator[None]:
        """Keep the lease through one long statement: another thread beats meanwhile.

        Without it a statement longer than the lease would be begun again by another worker.
        """
        over = threading.Event()

        def beat() -> None:
            mine = Job.objects.using(settings.PROGRESS_DATABASE).filter(
                pk=self.job.pk, fence=self.job.fence, state=Job.State.RUNNING
            )
            while not over.wait(every_seconds):
                mine.update(heartbeat_at=clock.wall())
            connections[settings.PROGRESS_DATABASE].close()  # this thread's own

        heart = threading.Thread(target=beat, daemon=True)
        heart.start()
        try:
            yield
        finally:
            over.set()
            heart.join()

    def check_fence(self) -> None:
        """Inside the committing transaction: hold the job's row, or stop if it is another's."""
        held = Job.objects.select_for_update().filter(pk=self.job.pk, fence=self.job.fence)
        if not held.filter(state=Job.State.RUNNING).exists():
            raise LostLease(self.job.pk)


def register(
    kind: str,
) -> Callable[[Callable[[JobRun], dict[str, Any]]], Callable[[JobRun], dict[str, Any]]]:
    """Name a function as the work of `kind`."""

    def keep(work: Callable[[JobRun], dict[str, Any]]) -> Callable[[JobRun], dict[str, Any]]:
        KINDS[kind] = work
        return work

    return keep


def start(
    kind: str,
    *,
    by: User | None,
    obj: models.Model | None = None,
    key: str | None = None,
    params: dict[str, Any] | None = None,
) -> Job:
    """Ask for work of `kind`; the same `key` gives the job already asked for.

    A key whose job failed asks again, as a new try of the same row.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of job: {kind}")
    fields = {
        "kind": kind,
        "by": by,
        "object_label": obj._meta.label if obj else "",
        "object_id": str(obj.pk) if obj else "",
        "params": params or {},
        "made_at": clock.wall(),
        "moment": clock.now(),
    }
    job, made = Job.objects.get_or_create(key=key or uuid.uuid4().hex, defaults=fields)
    if not made and job.state == Job.State.FAILED:
        again = Job.objects.filter(pk=job.pk, state=Job.State.FAILED)
        again.update(
            state=Job.State.QUEUED,
            ended_at=None,
            error="",
            tries=0,
            done=0,
            moment=clock.now(),
            by=by,
            params=params or {},
        )
        job.refresh_from_db()
    if job.state == Job.State.QUEUED:
        transaction.on_commit(lambda: _send(job.pk))
    return job


def _send(job_id: int) -> None:
    """Tell a worker. Should the broker be away, the sweeper sends again."""
    from eqfund.tasks import run_job

    try:
        run_job.delay(job_id)
        cache.set(_sent_key(job_id), 1, SENT_SECONDS)
    except Exception:  # the row is the truth, the message a hint
        log.warning("job %s was not sent; the sweeper will", job_id)


def _sent_key(job_id: int) -> str:
    """Where it is noted that a message is on its way: in the broker's own store, so both are lost together."""
    return f"job-sent-{job_id}"


def run_now(job: Job) -> Job:
    """Do the job here, in this process; returns it as it ended. For workers, the story and tests."""
    taken = _take(job.pk)
    if taken is None:
        job.refresh_from_db()
        return job
    run = JobRun(taken)
    try:
        with clock.rehearse(taken.moment):
            result = KINDS[taken.kind](run)
    except LostLease:
        log.warning("job %s was taken over", taken.pk)
    except Refused as refusal:
        _end(taken, Job.State.FAILED, error=str(refusal))
    except Exception as error:
        # Only the kind of error: its text may hold a child's data.
        log.exception("job %s of %s failed", taken.pk, taken.kind)
        _end(
            taken,
            Job.State.FAILED,
            error=gettext("The work stopped by an error (%(kind)s). Nothing was half done.")
            % {"kind": type(error).__name__},
        )
    else:
        _end(taken, Job.State.DONE, result=result)
    job.refresh_from_db()
    return job


def _take(job_id: int) -> Job | None:
    """Take the lease; None when another worker holds it, or the job is over."""
    moment = clock.wall()
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, heartbeat_at__lt=moment - LEASE)
    taken = Job.objects.filter(free, pk=job_id).update(
        state=Job.State.RUNNING,
        fence=F("fence") + 1,
        tries=F("tries") + 1,
        started_at=moment,
        heartbeat_at=moment,
    )
    return Job.objects.select_related("by").get(pk=job_id) if taken else None


def _end(job: Job, state: str, **fields: Any) -> None:
    Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.RUNNING).update(
        state=state, ended_at=clock.wall(), **fields
    )


def sweep() -> int:
    """Send again what a crash left unsent or half done; give up after MAX_TRIES. Returns how many.

    A job whose message still lies in a long queue is let be: on the last afternoon thousands of
    photos wait, and a second message for each every few seconds would bury the workers.
    """
    moment = clock.wall()
    stale = Job.objects.filter(
        Q(state=Job.State.QUEUED, made_at__lt=moment - timedelta(seconds=15))
        | Q(state=Job.State.RUNNING, heartbeat_at__lt=moment - LEASE)
    )
    stale.filter(tries__gte=MAX_TRIES).update(
        state=Job.State.FAILED,
        ended_at=moment,
        error=gettext(
            "The work was begun %(tries)d times and did not end. Ask the system administrator."
        )
        % {"tries": MAX_TRIES},
    )
    waiting = list(stale.filter(tries__lt=MAX_TRIES).values_list("pk", "state"))
    queued = {_sent_key(pk) for pk, state in waiting if state == Job.State.QUEUED}
    on_its_way = cache.get_many(queued)
    again = [pk for pk, _state in waiting if _sent_key(pk) not in on_its_way]
    for job_id in again:
        _send(job_id)
    return len(again)
