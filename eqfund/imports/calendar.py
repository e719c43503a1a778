"""Read a term's calendar from its CSV file. Pure.

Units     Instants in Bangkok. `closes` is exclusive; None means without bound.
Errors    ValueError naming the row, for a kind we do not know or a close before its opening.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

COLUMNS = (
    *("kind", "activity", "round", "opens", "closes", "affiliations", "assumed_affiliations"),
    *("roles", "title_th", "source", "source_line", "note"),
)
OPTIONAL = ("title_en",)  # the letters are in Thai alone
KINDS = ("window", "deadline", "event", "outside")
_BANGKOK = ZoneInfo("Asia/Bangkok")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a calendar as the letter has it, for all its affiliations."""

    kind: str
    activity: str
    round_no: int
    opens: datetime | None
    closes: datetime | None
    affiliations: tuple[str, ...]
    assumed_affiliations: tuple[str, ...]
    roles: str
    title_th: str
    source: str
    source_line: str
    note: str
    title_en: str = ""

    @property
    def is_assumed(self) -> bool:
        return self.source == "assumed"


def read_calendar(lines: Iterable[str]) -> list[Line]:
    """The lines of a calendar file, in its order. ValueError also for a file without the columns."""
    reader = csv.DictReader(lines)
    if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
        raise ValueError(f"columns are missing: {', '.join(missing)}")
    return [_line(number, row) for number, row in enumerate(reader, 2)]


def _line(number: int, row: dict[str, str]) -> Line:
    if None in row or None in row.values():
        raise ValueError(f"row {number}: too many or too few columns")
    if row["kind"] not in KINDS:
        raise ValueError(f"row {number}: unknown kind {row['kind']!r}")
    opens, closes = _instant(row["opens"]), _instant(row["closes"])
    if opens and closes and closes <= opens:
        raise ValueError(f"row {number}: closes before it opens")
    return Line(
        kind=row["kind"],
        activity=row["activity"],
        round_no=int(row["round"] or 0),
        opens=opens,
        closes=closes,
        affiliations=_codes(row["affiliations"]),
        assumed_affiliations=_codes(row["assumed_affiliations"]),
        roles=row["roles"],
        title_th=row["title_th"],
        source=row["source"],
        source_line=row["source_line"],
        note=row["note"],
        title_en=row.get("title_en", ""),
    )


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=_BANGKOK) if text else None


def _codes(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(";")))
