"""Readers that remember: what a column's cells were read as, for most of them repeat. Pure.

A full export has 91 columns, and but for names and numbers a column holds few texts. A
reader's answer is kept by the cell's text as long as the file is being read, and goes with it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from .errors import BadCell
from .sheet import letter

MOST_KEPT = 5_000  # of one column; then it begins anew, for what repeats stands close together


class Unread(NamedTuple):
    """What stands for the value of a cell that could not be read."""

    code: str


class Kept(dict[Any, Any]):
    """`kept[cell]` is what the reader makes of the cell, or Unread.

    Only texts are kept, alone or in pairs: 1, 1.0 and True are the same key.
    """

    def __init__(self, reader: Callable[..., Any], *, of_pairs: bool = False) -> None:
        super().__init__()
        self._reader, self._of_pairs = reader, of_pairs

    def __missing__(self, cell: Any) -> Any:
        try:
            value = self._reader(*cell) if self._of_pairs else self._reader(cell)
        except BadCell as bad:
            value = Unread(bad.code)
        parts = cell if self._of_pairs else (cell,)
        if all(type(part) is str for part in parts):
            if len(self) >= MOST_KEPT:
                self.clear()
            self[cell] = value
        return value


class Column(NamedTuple):
    """A column of the file: the key it fills, its place, how its cells are read.

    A key that the file has no column for stands at -1, where a padded row is empty.
    """

    key: str
    at: int
    read: Kept
    title: str

    @property
    def letter(self) -> str:
        return letter(max(self.at, 0))
