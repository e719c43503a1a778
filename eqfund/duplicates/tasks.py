"""The work in the background: after a registry file, and every night over what changed in the country."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils.translation import gettext

from eqfund import clock, jobs
from eqfund.models import Job, Term

from . import finding


@jobs.register("duplicates.find")
def find(run: jobs.JobRun) -> dict[str, Any]:
    """Look for children that stand twice, at the place and for the file that the job names."""
    term = Term.objects.get(pk=run.params["term"])
    run.progress(0, 0, gettext("Looking for children who stand twice"))
    with run.beating():
        return finding.find(
            term,
            path=run.params["path"],
            at=run.moment,
            import_pk=run.params.get("import"),
            tell=run.progress,
        )


def look(term: Term, *, path: str, import_pk: int | None = None, key: str = "") -> Job:
    """Ask for a look at what changed at a place; the same key is the same look."""
    params = {"term": term.pk, "path": path, "import": import_pk}
    return jobs.start("duplicates.find", by=None, key=key or None, params=params)


@shared_task(name="eqfund.duplicates.find_everywhere")
def find_everywhere(on: str | None = None) -> int | None:
    """Once a night over the country; `on` is an ISO date, by default today. The job's key, if there is a term."""
    clock.refresh()
    at = clock.now()
    term = Term.objects.current(at)
    if term is None:
        return None
    day = on or at.astimezone(clock.BANGKOK).date().isoformat()
    return look(term, path="TH/", key=f"find-duplicates-{day}").pk
