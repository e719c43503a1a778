"""Jobs and tasks of the care of personal data."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.db import transaction

from eqfund import clock, files, jobs
from eqfund.models import PersonExport
from eqfund.privacy import export, scrub, technical


@jobs.register("privacy.export_person")
def _export_job(run: jobs.JobRun) -> dict[str, Any]:
    """Gather one person's data and keep them as a zip under a password of its own."""
    wanted = PersonExport.objects.get(pk=run.job.object_id)
    if wanted.file_id is not None:
        return {"export": wanted.pk}
    password = export.new_password()
    data = export.zipped((wanted.subject_label, wanted.subject_id), clock.wall(), password)
    with transaction.atomic():
        run.check_fence()
        stored = files.store_bytes(
            data, purpose="person_export", kind="zip", path="TH/", by=run.by, at=run.moment
        )
        wanted.file, wanted.password = stored, password
        wanted.save(update_fields=["file", "password"])
    return {"export": wanted.pk, "bytes": len(data)}


@shared_task(name="eqfund.privacy.forget_exports")
def forget_exports() -> int:
    """Delete what has expired; every hour."""
    clock.refresh()
    return scrub.forget_exports(clock.wall())


@shared_task(name="eqfund.privacy.keep_time")
def keep_time() -> dict[str, int]:
    """Delete technical records whose time is over, and count the people who are due; every night, by real time."""
    clock.refresh()
    technical.count_due(clock.wall())
    return technical.forget_technical(clock.wall(), at=clock.now())
