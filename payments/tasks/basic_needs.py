"""Reading a list of the basic-needs subsidy: cells first, then who the children are."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from eqfund import files, jobs
from eqfund.imports.errors import WrongFile
from payments import subsidy_file
from payments.actions.basic_needs import keep_reading
from payments.models import SubsidyList
from payments.queries.basic_needs import recognise
from payments.rules.basic_needs import ListStatus


@jobs.register("payments.read_subsidy_list")
def read_subsidy_list(run: jobs.JobRun) -> dict[str, Any]:
    """Read one file; run twice, it gives the same once."""
    found = SubsidyList.objects.select_related("office", "term", "file").get(pk=run.job.object_id)
    if found.status != ListStatus.READING:
        return {"status": found.status}
    run.progress(0, 0, gettext("Opening the file"))

    def tell(lines: int) -> None:
        run.progress(lines, 0, gettext("Reading: row %(rows)s") % {"rows": f"{lines:,}"})

    try:
        reading = subsidy_file.read(files.read_bytes(found.file), tell)
    except WrongFile as wrong:
        refusal = {"code": wrong.wrong.code, "params": wrong.wrong.params}
        status = keep_reading(found, [], [], lines=0, refusal=refusal, check_fence=run.check_fence)
        return {"status": status.value}
    run.progress(reading.lines, reading.lines, gettext("Looking the pupils up"))
    with run.beating():
        rows = recognise(found, reading)
        status = keep_reading(
            found,
            rows,
            sorted(reading.faults, key=lambda fault: fault.line),
            lines=reading.lines,
            refusal={},
            check_fence=run.check_fence,
        )
    return {"status": status.value, "rows": len(rows), "faults": len(reading.faults)}
