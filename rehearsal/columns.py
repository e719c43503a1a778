"""Print figures in columns, where Thai marks take no room of their own."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TextIO

from eqfund import clock
from eqfund.thai_text import thai_date

TITLE_WIDTH = 54


def width(text: str) -> int:
    """How many columns a text takes: signs above and below a letter take none."""
    return sum(unicodedata.category(sign) not in ("Mn", "Cf") for sign in text)


def left(text: str, room: int) -> str:
    """The text filled up on its right, cut if it is too long."""
    while width(text) > room:
        text = text[:-1]
    return text + " " * (room - width(text))


def right(text: str, room: int) -> str:
    return " " * (room - width(text)) + text


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]], numbers_from: int = 1) -> list[str]:
    """Lines of a table: text columns on the left, figures on the right."""
    shown = [[_shown(cell) for cell in row] for row in rows]
    rooms = [max(width(row[i]) for row in [list(heads), *shown]) for i in range(len(heads))]
    lines = []
    for row in [list(heads), *shown]:
        cells = [
            left(cell, room) if i < numbers_from else right(cell, room)
            for i, (cell, room) in enumerate(zip(row, rooms, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * room for room in rooms))
    return lines


def _shown(cell: Any) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


class Printer:
    """Writes the story to a stream; nothing of it when quiet."""

    def __init__(self, out: TextIO, *, quiet: bool = False) -> None:
        self.out, self.quiet = out, quiet

    def line(self, text: str = "") -> None:
        if not self.quiet:
            self.out.write(text + "\n")
            self.out.flush()

    def step(
        self, moment: datetime, title: str, figures: Sequence[tuple[str, Any]], seconds: float
    ) -> None:
        self.line(f"{self._when(moment)}  {left(title, TITLE_WIDTH)} {seconds:6.1f} s")
        for label, figure in figures:
            self.line(f"{'':20}{left('· ' + label, TITLE_WIDTH - 1)} {right(_shown(figure), 14)}")

    def broke(self, moment: datetime, title: str, where: str) -> None:
        self.line(f"{self._when(moment)}  {left(title, TITLE_WIDTH)}   broke in {where}:")

    def missing(self, moment: datetime, title: str, where: str) -> None:
        self.line(f"{self._when(moment)}  {left(title, TITLE_WIDTH)}   not there yet ({where})")

    def _when(self, moment: datetime) -> str:
        local = moment.astimezone(clock.BANGKOK)
        return left(f"{thai_date(local.date())} {local:%H:%M}", 18)
