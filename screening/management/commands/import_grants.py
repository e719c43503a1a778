"""Load the predecessor's list of continuing grants, and settle what it can."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eqfund import clock, national_id
from eqfund.models import Term
from eqfund.school_year import TermKey
from eqfund.thai_text import arabic_digits
from screening.actions.grants import ListRow, load_grants, settle_grants
from screening.rules.grants import FormerChannel

# What the columns and channels are called, in either language.
COLUMNS = {
    "number": {
        "id",
        "national_id",
        "เลขประจำตัวประชาชน",
        "เลขประจำตัวประชาชน/เลขรหัส g",
        "เลขบัตรประชาชน",
    },
    "school": {"school_code", "school", "รหัสสถานศึกษา", "รหัสโรงเรียน"},
    "first": {"first_term", "ภาคเรียนแรก", "ภาคเรียนที่ได้รับทุนครั้งแรก"},
    "channel": {"channel", "ช่องทาง", "ช่องทางรับเงิน"},
}
CHANNELS = {
    **{channel.value: channel for channel in FormerChannel},
    "พร้อมเพย์เลขบัตรประชาชนนักเรียน": FormerChannel.PROMPTPAY_PUPIL,
    "พร้อมเพย์เลขบัตรประชาชนผู้ปกครอง": FormerChannel.PROMPTPAY_GUARDIAN,
    "บัญชีธนาคารสถานศึกษา": FormerChannel.SCHOOL_ACCOUNT,
    "": "",
}


class BadRow(ValueError):
    """Why a row cannot be read, without the value itself: it may be a child's id."""


class Command(BaseCommand):
    """`manage.py import_grants FILE [--term 1/2569]`: id, school code, first term, channel."""

    help = "Load the predecessor's continuing grants (CSV: id, school code, first term, channel)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--term", help="the term whose pupils they are given to, by default the present one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        moment = clock.now()
        term = self._term(options["term"])
        rows = []
        for number, found in _read(options["file"]):
            if isinstance(found, BadRow):
                self.stdout.write(f"row {number}: {found}")
            else:
                rows.append(found)
        known = load_grants(rows, by=None, at=moment)
        for number in sorted(known):
            self.stdout.write(f"row {number}: this child is already in the list")
        counts = settle_grants(term, by=None, at=moment)
        told = ", ".join(f"{outcome} {count}" for outcome, count in counts.items())
        self.stdout.write(
            f"read {len(rows)}, new {len(rows) - len(known)}; of the whole list: {told}"
        )

    def _term(self, label: str | None) -> Term:
        if not label:
            found = Term.objects.current(clock.now())
        else:
            key = TermKey.parse(label)
            found = Term.objects.filter(year_be=key.year_be, number=key.number).first()
        if found is None:
            raise CommandError(f"there is no term {label or 'yet'}")
        return found


def _read(path: Path) -> Iterator[tuple[int, ListRow | BadRow]]:
    """The file's rows by number, as a spreadsheet counts them; empty ones are passed over."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = [name.strip().lower() for name in next(reader, [])]
        places = {
            column: next((i for i, name in enumerate(header) if name in names), None)
            for column, names in COLUMNS.items()
        }
        if None in (places["number"], places["school"], places["first"]):
            raise CommandError("the columns must be: id, school_code, first_term, channel")
        for number, cells in enumerate(reader, start=2):
            if any(cell.strip() for cell in cells):
                yield number, _row(number, cells, places)


def _row(number: int, cells: list[str], places: dict[str, int | None]) -> ListRow | BadRow:
    """One row, or why it cannot be read."""
    texts = {
        column: cells[place].strip() if place is not None and place < len(cells) else ""
        for column, place in places.items()
    }
    child = national_id.normalize(texts["number"])
    if national_id.kind_of(child) is None:
        return BadRow("the id is wrong (check digit or length)")
    school = arabic_digits(texts["school"]).replace("-", "")
    if not school.isdigit() or len(school) not in (8, 10):
        return BadRow("the school code must have 10 or 8 digits")
    try:
        first = TermKey.parse(texts["first"])
    except ValueError:
        return BadRow("the first term must look like 1/2568")
    channel = CHANNELS.get(texts["channel"].strip())
    if channel is None:
        return BadRow("the channel is not one of the three")
    return ListRow(number, child, school, first, str(channel))
