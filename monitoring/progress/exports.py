"""The boards as files, with the same scope as the pages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from eqfund.thai_text import thai_datetime
from monitoring.progress.queries import OfficeRow, Row
from monitoring.progress.words import STAGE_NAMES, STATE_NAMES


def titles() -> list[str]:
    """The title row: the school, then three columns a stage."""
    found = [gettext("School"), gettext("MOE code")]
    for name in STAGE_NAMES.values():
        found += [
            f"{name} ({gettext('done')})",
            f"{name} ({gettext('all')})",
            f"{name} ({gettext('state')})",
        ]
    return found


def cells(row: Row) -> list[Any]:
    """One school, in the order of `titles`."""
    found: list[Any] = [row.school.name, row.school.moe_code]
    for cell in row.cells:
        found += [cell.count.done, cell.count.total, str(STATE_NAMES[cell.state])]
    return found


def titles_of_offices() -> list[str]:
    """The title row of the offices: place, schools, when counted, then two columns a stage."""
    found = [gettext("Supervising office"), gettext("Affiliation"), gettext("Schools")]
    found += [gettext("Late schools"), gettext("Counted")]
    for name in STAGE_NAMES.values():
        found += [f"{name} ({gettext('done')})", f"{name} ({gettext('all')})"]
    return found


def cells_of_office(row: OfficeRow) -> list[Any]:
    """One office, in the order of `titles_of_offices`; figures are empty where none were counted yet."""
    office, snapshot, counts = row
    found: list[Any] = [office.name, office.affiliation.short_name]
    if snapshot is None or snapshot.counted_at is None:
        return found
    found += [snapshot.schools, snapshot.late_schools, thai_datetime(snapshot.counted_at)]
    for _stage, count in counts:
        found += [count.done, count.total]
    return found
