"""A map of the homes to visit, drawn by ourselves: nothing is asked of anybody's map service. Pure.

Places are laid on a flat sheet, north up, one scale in both directions; over a school's
neighbourhood the earth is flat enough. Homes too close to be told apart share one mark.

Units     Points are (latitude, longitude) in degrees, the sheet is in its own units, lengths in kilometres.
Errors    None: without a point there is no map.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, radians

WIDTH, HEIGHT, MARGIN = 440, 320, 40
RIGHT, BOTTOM = 56, 62  # room for the north and for the scale
MARK = 12  # the radius of a home's mark
KM_A_DEGREE = 111.32
LEAST_KM = 0.6  # a map never shows less, or two homes side by side would fill it
LENGTHS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Spot:
    """A home as the list numbers it."""

    number: int
    point: tuple[float, float]
    area: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One or several homes at a place of the sheet."""

    x: float
    y: float
    numbers: tuple[int, ...]

    @property
    def text(self) -> str:
        return short(self.numbers)

    @property
    def width(self) -> int:
        """How wide the mark must be for its text."""
        return max(2 * MARK, 7 * len(self.text) + 12)

    @property
    def baseline(self) -> float:
        """Where its text stands."""
        return round(self.y + 4.5, 1)

    @property
    def left(self) -> float:
        return round(self.x - self.width / 2, 1)

    @property
    def top(self) -> float:
        return round(self.y - MARK, 1)


@dataclass(frozen=True, slots=True)
class Label:
    """A subdistrict's name above its homes."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is drawn. `bar` is the length of the scale's bar on the sheet, `bar_km` what it stands for."""

    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]
    school: tuple[float, float] | None
    bar: float
    bar_km: float
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def bar_middle(self) -> float:
        return round(self.bar / 2, 1)


def draw(spots: Sequence[Spot], school: tuple[float, float] | None) -> Sheet | None:
    """Lay homes and school on a sheet; None while no home has a known place.

    >>> draw([], (18.0, 99.0)) is None
    True
    """
    if not spots:
        return None
    points = [spot.point for spot in spots] + ([school] if school else [])
    lay, scale = _projection(points)
    placed = [(spot, *lay(spot.point)) for spot in spots]
    bar_km = max((km for km in LENGTHS if km * scale <= WIDTH / 4), default=LENGTHS[0])
    marks = _marks(placed)
    return Sheet(
        marks,
        _labels(placed),
        lay(school) if school else None,
        round(bar_km * scale, 1),
        bar_km,
    )


def _projection(
    points: Sequence[tuple[float, float]],
) -> tuple[Callable[[tuple[float, float]], tuple[float, float]], float]:
    lats, lngs = [p[0] for p in points], [p[1] for p in points]
    lat, lng = (min(lats) + max(lats)) / 2, (min(lngs) + max(lngs)) / 2
    east = KM_A_DEGREE * cos(radians(lat))
    high = max((max(lats) - min(lats)) * KM_A_DEGREE, LEAST_KM)
    wide = max((max(lngs) - min(lngs)) * east, LEAST_KM)
    scale = min((WIDTH - MARGIN - RIGHT) / wide, (HEIGHT - MARGIN - BOTTOM) / high)
    middle = (MARGIN + WIDTH - RIGHT) / 2, (MARGIN + HEIGHT - BOTTOM) / 2

    def lay(point: tuple[float, float]) -> tuple[float, float]:
        x = middle[0] + (point[1] - lng) * east * scale
        y = middle[1] - (point[0] - lat) * KM_A_DEGREE * scale
        return round(x, 1), round(y, 1)

    return lay, scale


def _marks(placed: Sequence[tuple[Spot, float, float]]) -> tuple[Mark, ...]:
    """Homes nearer to each other than two marks are wide stand under one, by number."""
    found: list[tuple[float, float, list[int]]] = []
    for spot, x, y in sorted(placed, key=lambda one: one[0].number):
        for at, (other_x, other_y, numbers) in enumerate(found):
            if (x - other_x) ** 2 + (y - other_y) ** 2 < (2 * MARK) ** 2:
                found[at] = (other_x, other_y, [*numbers, spot.number])
                break
        else:
            found.append((x, y, [spot.number]))
    return tuple(Mark(x, y, tuple(numbers)) for x, y, numbers in found)


def _labels(placed: Sequence[tuple[Spot, float, float]]) -> tuple[Label, ...]:
    """Each named area once, above the northernmost of its homes."""
    by_area: dict[str, list[tuple[float, float]]] = {}
    for spot, x, y in placed:
        if spot.area:
            by_area.setdefault(spot.area, []).append((x, y))
    labels = []
    for text, places in by_area.items():
        x, y = min(places, key=lambda place: (place[1], place[0]))
        inside = min(max(x, MARGIN * 1.6), WIDTH - MARGIN * 1.6)
        labels.append(Label(round(inside, 1), round(max(y - MARK - 8, 16), 1), text))
    return tuple(labels)


def short(numbers: Sequence[int]) -> str:
    """The numbers of a mark, runs drawn together.

    >>> short([3]), short([1, 2, 3, 7]), short([1, 2])
    ('3', '1–3, 7', '1, 2')
    """
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = []
    for run in runs:
        words.append(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)))
    return ", ".join(words)
