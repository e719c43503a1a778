"""The board as a file, with the same scope as the page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from monitoring.progress.queries import Row
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
