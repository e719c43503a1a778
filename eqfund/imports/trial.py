"""Try a file: how each of its columns would be read, and what could not be. Nothing is kept. Pure.

Names and numbers of children are counted, never given back; only the words of columns that decide
something (sex, disadvantage) are shown, each with what it means.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice

from . import cells, dmc
from .errors import WrongFile
from .line import LineReader
from .mapping import VALUES, HowRead, meaning_of, nearest_known
from .sheet import Row, letter, rows_of

MOST_LINES = 5_000
MOST_WORDS = 12


@dataclass(slots=True)
class TrialColumn:
    """One column of the file: its title, the key it fills ("" for none), and how its cells went."""

    letter: str
    title: str
    key: str
    near: str = ""
    filled: int = 0
    wrong: dict[str, int] = field(default_factory=dict)
    words: Counter[str] = field(default_factory=Counter)
    means: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Trial:
    """What trying a file found."""

    columns: list[TrialColumn]
    lines: int = 0
    good: int = 0
    outside: int = 0
    is_cut: bool = False


def try_file(content: bytes, *, on: date, how: HowRead) -> Trial:
    """Read the first lines of a file as the import would. WrongFile as there."""
    sheet = rows_of(content)
    head = list(islice(sheet, dmc.HEADER_WITHIN))
    at, columns = dmc.header(head, how)
    by_place = {place: key for key, place in columns.index.items()}
    tried = [
        _column(place, str(cell), by_place.get(place, ""), how)
        for place, cell in enumerate(head[at])
        if cells.text(cell)
    ]
    lines = LineReader(columns, on, how)
    found = Trial(tried)
    places = {column.letter: column for column in tried}
    for line, row in enumerate(chain(head[at + 1 :], sheet), at + 2):
        if found.lines >= MOST_LINES:
            found.is_cut = True
            break
        if not dmc.is_blank(row) and not dmc.is_header(row, columns):
            _try_line(line, row, lines, found, places)
    if not found.lines:
        raise WrongFile("file_without_rows")
    for column in tried:
        if column.key in VALUES:
            column.means = {
                word: meaning_of(column.key, word, how)
                for word, _count in column.words.most_common(MOST_WORDS)
            }
    return found


def _column(place: int, title: str, key: str, how: HowRead) -> TrialColumn:
    near = "" if key else nearest_known(title, how)
    return TrialColumn(letter(place), title.strip(), key, near)


def _try_line(
    line: int, row: Row, lines: LineReader, found: Trial, places: dict[str, TrialColumn]
) -> None:
    found.lines += 1
    for place, cell in enumerate(row):
        column = places.get(letter(place))
        if column is not None and (word := cells.text(cell)):
            column.filled += 1
            if column.key in VALUES:
                column.words[word[:80]] += 1
    padded = lines.padded(row)
    if lines.grade.read[padded[lines.grade.at]]:
        found.outside += 1
        return
    fault = lines.fault_of_school(padded)
    _made, errors = lines.pupil(line, padded, "")
    if fault:
        _count(places[lines.school_code.letter], fault)
    for error in errors:
        if error.column in places:
            _count(places[error.column], error.code)
    found.good += not fault and not any(error.leaves_row_out for error in errors)


def _count(column: TrialColumn, code: str) -> None:
    column.wrong[code] = column.wrong.get(code, 0) + 1
