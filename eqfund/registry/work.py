"""The registry's long work: reading a file that was sent."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from eqfund import clock, files, jobs
from eqfund.imports import dmc
from eqfund.imports.errors import Wrong, WrongFile
from eqfund.imports.rows import Reading
from eqfund.models import RegistryImport, RegistryTitle
from eqfund.places import place_names

from . import difference, staging


@jobs.register("registry.read_file")
def read_file(run: jobs.JobRun) -> dict[str, Any]:
    """Read one registry file into the waiting room and compare it with the roll."""
    it = RegistryImport.objects.select_related("term", "file").get(pk=run.job.object_id)
    if it.status != RegistryImport.Status.READING:
        return {"status": it.status}
    run.progress(0, 3, gettext("Reading the file"))
    titles = RegistryTitle.objects.filter(registry=it.registry).values_list("title", "key")
    try:
        reading = dmc.read(files.read_bytes(it.file), on=it.term.opens_on, more=dict(titles))
        mine, others = staging.schools_of(reading.school_codes, it.path)
        if not mine:
            place = place_names({it.path}).get(it.path, "")
            raise WrongFile(
                "no_school_of_yours", place=place, found=sorted(reading.school_codes)[:8]
            )
    except WrongFile as wrong:
        return _refuse(run, it, wrong.wrong)
    staging.refuse_other_schools(reading, mine, others)
    run.progress(1, 3, gettext("Comparing with the roll"))
    with transaction.atomic():
        run.check_fence()
        it.rows.all().delete()  # of an attempt that a crash cut short
        it.cell_errors.all().delete()
        staging.put(it, reading, mine)
        counts = difference.compare(it)
        _previewed(it, reading, counts, len({school.pk for school in mine.values()}))
    return {key: value for key, value in counts.items() if key != "digest"}


def _refuse(run: jobs.JobRun, it: RegistryImport, wrong: Wrong) -> dict[str, Any]:
    with transaction.atomic():
        run.check_fence()
        RegistryImport.objects.filter(pk=it.pk, status="reading").update(
            status=RegistryImport.Status.REFUSED,
            refusal={"code": wrong.code, "params": wrong.params},
        )
    return {"refused": wrong.code}


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
