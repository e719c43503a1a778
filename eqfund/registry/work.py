"""The registry's long work: reading a file that was sent, and recording it when it is confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from eqfund import clock, files, jobs
from eqfund.imports import dmc
from eqfund.imports.errors import Wrong, WrongFile
from eqfund.imports.rows import Reading
from eqfund.models import RegistryImport
from eqfund.places import place_names
from eqfund.privacy.logs import covered
from eqfund.refusal import Refused

from . import actions, difference, mappings, staging


@jobs.register("registry.read_file")
def read_file(run: jobs.JobRun) -> dict[str, Any]:
    """Read one registry file into the waiting room and compare it with the roll."""
    it = RegistryImport.objects.select_related("term", "file").get(pk=run.job.object_id)
    if it.status != RegistryImport.Status.READING:
        return {"status": it.status}
    run.progress(0, 0, gettext("Opening the file"))
    told = _Told(run, it)
    try:
        reading = dmc.read(
            files.read_bytes(it.file),
            on=it.term.opens_on,
            how=mappings.of(it.registry),
            tell=told.reading,
        )
        mine, others = staging.schools_of(reading.school_codes, it.path)
        if not mine:
            place = place_names({it.path}).get(it.path, "")
            raise WrongFile(
                "no_school_of_yours", place=place, found=sorted(reading.school_codes)[:8]
            )
    except WrongFile as wrong:
        return _refuse(run, it, wrong.wrong)
    staging.refuse_other_schools(reading, mine, others)
    told.total = max(reading.lines, 1)
    with run.beating(), transaction.atomic():
        it.rows.all().delete()  # of an attempt that a crash cut short
        it.cell_errors.all().delete()
        staging.put(it, reading, mine, told.keeping)
        told.comparing()
        counts = difference.compare(it)
        _previewed(it, reading, counts, len({school.pk for school in mine.values()}))
        run.check_fence()
    return {key: value for key, value in counts.items() if key != "digest"}


@jobs.register("registry.record_file")
def record_file(run: jobs.JobRun) -> dict[str, Any]:
    """Record a confirmed file; it is recorded whole, once, or not at all."""
    it = RegistryImport.objects.get(pk=run.job.object_id)
    if it.status != RegistryImport.Status.RECORDING or it.job_id != run.job.pk:
        return {"status": it.status}
    assert run.by is not None
    run.progress(0, 0, gettext("Comparing with the roll once more"))
    try:
        with run.beating():
            counts = actions.record_registry_import(
                it,
                by=run.by,
                at=datetime.fromisoformat(run.params["at"]),
                gone=run.params["gone"],
                seen=run.params["seen"],
                tell=run.progress,
                check_fence=run.check_fence,
            )
    except actions.StalePreview:
        actions.renew_preview(it, "roll_changed", check_fence=run.check_fence)
        return {"stale": True}
    except Refused:
        actions.renew_preview(it, "not_yours_any_more", check_fence=run.check_fence)
        raise
    return {key: value for key, value in counts.items() if key != "digest"}


class _Told:
    """What people see of a reading: a third each for reading, sealing and comparing, in lines."""

    def __init__(self, run: jobs.JobRun, it: RegistryImport) -> None:
        self.run, self.total = run, 0

    def reading(self, lines: int) -> None:
        self.run.progress(0, 0, gettext("Reading: row %(rows)s") % {"rows": f"{lines:,}"})

    def keeping(self, rows: int) -> None:
        what = gettext("Checked, being compared: %(rows)s of %(total)s")
        shown = {"rows": f"{rows:,}", "total": f"{self.total:,}"}
        self.run.progress(rows, self.total * 2, what % shown)

    def comparing(self) -> None:
        self.run.progress(self.total, self.total * 2, gettext("Comparing with the roll"))


def _refuse(run: jobs.JobRun, it: RegistryImport, wrong: Wrong) -> dict[str, Any]:
    with transaction.atomic():
        run.check_fence()
        RegistryImport.objects.filter(pk=it.pk, status="reading").update(
            status=RegistryImport.Status.REFUSED,
            refusal={"code": wrong.code, "params": _without_children(wrong.params)},
        )
    return {"refused": wrong.code}


def _without_children(params: dict[str, Any]) -> dict[str, Any]:
    """What was found is kept in the clear: where an id stands among it, it is a child's row, and not titles."""

    def tells(value: Any) -> bool:
        return isinstance(value, list) and any(covered(str(cell)) != str(cell) for cell in value)

    return {key: ["…"] if tells(value) else value for key, value in params.items()}


def _previewed(it: RegistryImport, reading: Reading, counts: dict[str, Any], schools: int) -> None:
    report_at = reading.report_at.replace(tzinfo=clock.BANGKOK) if reading.report_at else None
    RegistryImport.objects.filter(pk=it.pk, status="reading").update(
        status=RegistryImport.Status.PREVIEWED,
        layout=reading.layout,
        report_at=report_at,
        lines=reading.lines,
        outside=reading.outside,
        school_count=schools,
        counts=counts | {"errors": len(reading.errors)},
    )
