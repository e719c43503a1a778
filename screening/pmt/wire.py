"""PostgreSQL's binary COPY, read and written as whole numpy arrays. Pure.

Two million vectors of facts pass in and their scores pass out without a Python
object for each: a row of facts has a fixed width, since every vector of a layout
has the same length, and so has a row of scores within one band.

Source    PostgreSQL manual, COPY, "Binary Format"; arrays as array_send writes them.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from .scoring import BAND_CODES, Scores

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
INT2, FLOAT4 = 21, 700

Rows = npt.NDArray[np.void]


def _array_of(name: str, element: tuple[str, str], length: int) -> list[tuple[Any, ...]]:
    """The columns of a one-dimensional array of `length` fixed-width elements."""
    head = [
        (f"{name}_{part}", ">i4")
        for part in ("bytes", "dimensions", "nulls", "type", "length", "lower")
    ]
    return [*head, (name, [("bytes", ">i4"), element], (length,))]


def facts_dtype(width: int) -> np.dtype[np.void]:
    """A row (form, income, size, facts) whose vector has `width` facts."""
    return np.dtype(
        [
            ("fields", ">i2"),
            ("form_bytes", ">i4"),
            ("form", ">i8"),
            ("income_bytes", ">i4"),
            ("income", ">i8"),
            ("size_bytes", ">i4"),
            ("size", ">i2"),
            *_array_of("facts", ("value", ">i2"), width),
        ]
    )


def read_facts(blocks: Iterable[bytes | memoryview], width: int) -> Rows:
    """The rows of one COPY ... TO STDOUT (FORMAT binary).

    ValueError when a row has another width: a vector of another layout.
    """
    data = b"".join(bytes(block) for block in blocks)
    dtype = facts_dtype(width)
    body = len(data) - len(HEADER) - len(TRAILER)
    if not data.startswith(HEADER[:11]) or body < 0 or body % dtype.itemsize:
        raise ValueError(f"these rows are not vectors of {width} facts")
    rows = np.frombuffer(data, dtype, count=body // dtype.itemsize, offset=len(HEADER))
    if len(rows) and not ((rows["fields"] == 4).all() and (rows["facts_length"] == width).all()):
        raise ValueError(f"these rows are not vectors of {width} facts")
    return rows


def write_scores(forms: npt.NDArray[np.int64], scoring: int, scores: Scores) -> Iterator[bytes]:
    """The rows (form, scoring, value, band, contributions) for COPY ... FROM STDIN (FORMAT binary)."""
    yield HEADER
    for index, band in enumerate(BAND_CODES):
        chosen = scores.band == index
        if chosen.any():
            has_value = not np.isnan(scores.value[chosen]).any()
            yield _rows(forms[chosen], scoring, scores, chosen, band.encode(), has_value).tobytes()
    yield TRAILER


def _rows(
    forms: npt.NDArray[np.int64],
    scoring: int,
    scores: Scores,
    chosen: npt.NDArray[np.bool_],
    band: bytes,
    has_value: bool,
) -> Rows:
    """Rows of one band, all of one width."""
    width = scores.contributions.shape[1] if has_value else 0
    value: list[tuple[Any, ...]] = [("value_bytes", ">i4")]
    array: list[tuple[Any, ...]] = [
        (f"sum_{part}", ">i4") for part in ("bytes", "dimensions", "nulls", "type")
    ]
    if has_value:
        value.append(("value", ">f8"))
        array = _array_of("sum", ("value", ">f4"), width)
    rows = np.zeros(
        len(forms),
        np.dtype(
            [
                ("fields", ">i2"),
                ("form_bytes", ">i4"),
                ("form", ">i8"),
                ("scoring_bytes", ">i4"),
                ("scoring", ">i8"),
                *value,
                ("band_bytes", ">i4"),
                ("band", f"S{len(band)}"),
                *array,
            ]
        ),
    )
    rows["fields"], rows["form_bytes"], rows["scoring_bytes"] = 5, 8, 8
    rows["form"], rows["scoring"] = forms, scoring
    rows["band_bytes"], rows["band"] = len(band), band
    rows["sum_type"] = FLOAT4
    if has_value:
        rows["value_bytes"], rows["value"] = 8, scores.value[chosen]
        rows["sum_bytes"], rows["sum_dimensions"] = 20 + 8 * width, 1
        rows["sum_length"], rows["sum_lower"] = width, 1
        rows["sum"]["bytes"], rows["sum"]["value"] = 4, scores.contributions[chosen]
    else:
        rows["value_bytes"], rows["sum_bytes"] = -1, 12
    return rows
