"""The audit book as a file, made by a job: what the auditor asked for, in words, without before and after."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from eqfund import access, audit, clock, files, jobs, sheets
from eqfund.models import Event, Job, User
from eqfund.refusal import Refused
from eqfund.thai_text import thai_datetime

from . import queries

KIND = "audit.export"
PURPOSE = "audit_export"
MOST = 200_000


@transaction.atomic
def export_events(wanted: queries.Wanted, *, format: str, by: User, at: datetime) -> Job:
    """Start to write the events asked for into a file; the book records who took what."""
    if reason := access.why_not(by, "audit.export", "TH/"):
        raise Refused(reason)
    if format not in ("csv", "xlsx"):
        raise Refused(gettext("Choose CSV or XLSX."))
    params = {"wanted": dataclasses.asdict(wanted), "format": format}
    job = jobs.start(KIND, by=by, key=f"audit-export-{by.pk}-{uuid.uuid4().hex}", params=params)
    facts = {k: v for k, v in params["wanted"].items() if v not in (None, "")}  # type: ignore[attr-defined]
    audit.record("export_audit", job, by=by, at=at, path="TH/", facts={"format": format, **facts})
    return job


@jobs.register(KIND)
def write_export(run: jobs.JobRun) -> dict[str, Any]:
    """Write the file; at most MOST events, and it says so when there are more."""
    by = run.job.by
    assert by is not None
    with translation.override("th"):
        rows = queries.events_for(by, queries.Wanted.of(run.job.params["wanted"]))
        counted: list[int] = []
        lines = _lines(rows, run, counted)
        if run.job.params["format"] == "csv":
            data, kind = "".join(sheets.csv_lines(_titles(), lines)).encode(), "text"
        else:
            data, kind = sheets.xlsx(_titles(), lines), "sheet"
    with transaction.atomic():
        run.check_fence()
        stored = files.store_bytes(
            data, purpose=PURPOSE, kind=kind, path="TH/", by=by, at=run.job.moment
        )
    return {"file": stored.pk, "events": len(counted), "cut": len(counted) >= MOST}


def _titles() -> list[str]:
    return [
        gettext("Number in the book"),
        gettext("Real time"),
        gettext("Programme time"),
        gettext("Kind"),
        gettext("Person"),
        gettext("Person's number"),
        gettext("What was done"),
        gettext("To what"),
        gettext("Its number"),
        gettext("Child's number"),
        gettext("Where it was"),
        gettext("Facts"),
    ]


def _lines(rows: Any, run: jobs.JobRun, counted: list[int]) -> Iterator[list[Any]]:
    kinds = dict(Event.Kind.choices)
    for found in queries.in_slices(rows, MOST):
        for line in queries.lines_of(found):
            event = line.event
            counted.append(event.pk)
            yield [
                event.pk,
                thai_datetime(event.wall_at.astimezone(clock.BANGKOK)),
                thai_datetime(event.at.astimezone(clock.BANGKOK)),
                str(kinds.get(event.kind, event.kind)),
                event.actor_name,
                event.actor_id or "",
                line.word,
                line.label,
                event.object_id,
                event.pupil_id or "",
                line.place or event.path,
                "; ".join(f"{key}={value}" for key, value in event.facts.items()),
            ]
        run.progress(len(counted), 0, gettext("%(count)d events written") % {"count": len(counted)})
