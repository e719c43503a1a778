"""The board as a file, with the same scope as the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext

from eqfund import sheets
from monitoring.progress.queries import Row
from monitoring.progress.words import STAGE_NAMES, STATE_NAMES


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The CSV line by line: a title row, then one row a school, three columns a stage."""
    titles = [gettext("School"), gettext("MOE code")]
    for name in STAGE_NAMES.values():
        titles += [
            f"{name} ({gettext('done')})",
            f"{name} ({gettext('all')})",
            f"{name} ({gettext('state')})",
        ]
    return sheets.csv_lines(titles, map(_cells, rows))


def _cells(row: Row) -> list[Any]:
    cells: list[Any] = [row.school.name, row.school.moe_code]
    for cell in row.cells:
        cells += [cell.count.done, cell.count.total, str(STATE_NAMES[cell.state])]
    return cells
