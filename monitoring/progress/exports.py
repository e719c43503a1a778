"""The board as a file, with the same scope as the page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext

from monitoring.progress.queries import Row
from monitoring.progress.words import STAGE_NAMES, STATE_NAMES

BOM = "\ufeff"  # Excel reads Thai in a CSV only with it
FORMULA = ("=", "+", "-", "@", "\t")


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The CSV line by line: a title row, then one row a school, three columns a stage."""
    titles = [gettext("School"), gettext("MOE code")]
    for name in STAGE_NAMES.values():
        titles += [
            f"{name} ({gettext('done')})",
            f"{name} ({gettext('all')})",
            f"{name} ({gettext('state')})",
        ]
    yield BOM + _line(titles)
    for row in rows:
        cells: list[str | int] = [row.school.name, row.school.moe_code]
        for cell in row.cells:
            cells += [cell.count.done, cell.count.total, str(STATE_NAMES[cell.state])]
        yield _line(cells)


def _line(cells: Iterable[str | int]) -> str:
    """One CSV line; a text that a spreadsheet would run as a formula is kept as text."""
    out = io.StringIO()
    csv.writer(out).writerow(
        [f"'{c}" if isinstance(c, str) and c.startswith(FORMULA) else c for c in cells]
    )
    return out.getvalue()
