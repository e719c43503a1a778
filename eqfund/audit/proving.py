"""Have the book proved from the auditor's page: the same as `manage.py verify_audit`, as a job."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access, audit, jobs
from eqfund.models import Job, User
from eqfund.refusal import Refused

from . import verify

KIND = "audit.prove"
MOST_SHOWN = 50
FAULTS = {
    "seal_missing": _("this seal is gone"),
    "seal_unlinked": _("it does not follow from the seal before it"),
    "seal_gap": _("it does not begin where the one before it ends"),
    "seal_changed": _("the seal itself was changed"),
    "seal_key_unknown": _("its key is not among the keys of the seals"),
    "seal_forged": _("it was not made with the key of the seals"),
    "event_missing": _("this event was taken out"),
    "event_inserted": _("this event was put in after the sealing"),
    "event_changed": _("this event was changed after the sealing"),
    "content_changed": _("what this event says was changed"),
}


@transaction.atomic
def prove_book(*, by: User, at: datetime) -> Job:
    """Start to prove every seal and every sealed event; one run at a time, whoever asked first."""
    if reason := access.why_not(by, "read_audit", "TH/"):
        raise Refused(reason)
    under_way = Job.objects.filter(kind=KIND, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    if under_way.exists():
        raise Refused(gettext("The book is being proved already. Its result will stand here."))
    job = jobs.start(KIND, by=by)
    audit.record("audit.prove", job, by=by, at=at, path="TH/")
    return job


@jobs.register(KIND)
def prove(run: jobs.JobRun) -> dict[str, Any]:
    """Go through the whole chain, open what is encrypted, and write down what was found."""
    with run.beating():
        report = verify.verify()
    with transaction.atomic():
        run.check_fence()
        verify.keep(report)
    return {
        "events": report.events,
        "head": report.head,
        "faults": [[it.code, it.seal, it.event] for it in report.faults[:MOST_SHOWN]],
    }


def faults_in_words(job: Job | None) -> list[str]:
    """What the last run found, each with its seal and event."""
    found = (job.result or {}).get("faults", []) if job else []
    return [
        gettext("Seal %(seal)s, event %(event)s: %(fault)s")
        % {"seal": seal, "event": event or "–", "fault": FAULTS.get(code, code)}
        for code, seal, event in found
    ]
