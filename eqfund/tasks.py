"""The kernel's tasks: run a job, send again what was left."""

from celery import shared_task

from eqfund import clock, edges, files, jobs
from eqfund.audit import seals
from eqfund.handover.actions.moves import lapse_handovers
from eqfund.models import Job
from eqfund.registry.forgetting import forget_old_rows


@shared_task(name="eqfund.tasks.run_job")
def run_job(job_id: int) -> None:
    """Do one job. A second delivery finds it taken or over, and does nothing."""
    clock.refresh()
    job = Job.objects.filter(pk=job_id).first()
    if job is not None:
        jobs.run_now(job)


@shared_task(name="eqfund.tasks.sweep_jobs")
def sweep_jobs() -> int:
    """Send again what a crash left unsent; every 20 seconds."""
    return jobs.sweep()


@shared_task(name="eqfund.tasks.seal_audit")
def seal_audit() -> int:
    """Append to the audit book's chain what was written since; every minute."""
    return seals.seal_all()


@shared_task(name="eqfund.tasks.scan_again")
def scan_again() -> int:
    """Scan the pictures that came while the virus scanner was away; every five minutes."""
    clock.refresh()
    return files.scan_again()


@shared_task(name="eqfund.tasks.calendar_tick")
def calendar_tick() -> int:
    """Let the calendar's due moments come; every minute. Returns how many were looked after."""
    clock.refresh()
    return len(edges.run_due(clock.now()))


@shared_task(name="eqfund.tasks.lapse_handovers")
def lapse_late_handovers() -> int:
    """End the hand-overs that nobody answered by their last day; every night. Returns how many."""
    clock.refresh()
    return lapse_handovers(at=clock.now())


@shared_task(name="eqfund.tasks.forget_registry_rows")
def forget_registry_rows() -> int:
    """Forget the rows of registry files whose time is over; every night. Returns of how many files."""
    clock.refresh()
    return forget_old_rows(clock.wall(), at=clock.now())
