"""Plain values of a registry file: a pupil's row and the whole reading. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from .errors import CellError


class RegistryRow(NamedTuple):
    """One pupil as the registry has him or her. `line` counts as the sheet does, from 1.

    `extras` is what later prefills form 01: father, mother, guardian, registered and
    current address, siblings, travel, weight and height, what the pupil lacks. Only
    keys with a value are in it.
    """

    line: int
    school_code: str
    number: str
    grade: str
    room: str
    student_number: str
    sex: str
    title: str
    first_name: str
    last_name: str
    birth_date: date
    disadvantage_poor: bool
    extras: dict[str, Any]


@dataclass(slots=True)
class Reading:
    """What a file holds: its rows, its wrong cells, and what was passed over and why.

    `outside` counts pupils of grades above the programme; `lines` the rows with content
    under the header; `report_at` is the moment the file names as its own; `named` has the
    school code and name of every line, so that a child left out is not taken for gone.
    """

    layout: str
    report_at: datetime | None = None
    lines: int = 0
    outside: int = 0
    rows: list[RegistryRow] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    school_codes: set[str] = field(default_factory=set)
    school_column: tuple[str, str] = ("A", "")
    named: dict[int, tuple[str, str, str]] = field(default_factory=dict)

    @property
    def left_out(self) -> set[int]:
        """The rows that a wrong cell keeps out."""
        return {error.row for error in self.errors if error.leaves_row_out}

    @property
    def left(self) -> list[tuple[int, str, str, str]]:
        """Line, school code, first and last name of each row that is left out."""
        kept = {row.line for row in self.rows}
        return [(line, *name) for line, name in self.named.items() if line not in kept]
