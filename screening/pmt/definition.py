"""A PMT model as data: how it is read, checked and fingerprinted. Pure.

A definition is a JSON object, kept whole in the database and shown whole on its
page. `read` turns it into a `Definition` or says everything that is wrong with
it; nothing is guessed and nothing has a default, since a weight that is missing
must not silently be nought.

Units     Weights are plain numbers on the log-odds scale. Income per head, its
          floor and its gate are whole baht in the file, satang in Python.
Bands     Lower edges on the score, highest first, half-open: a score belongs to
          the first band whose edge it reaches; below all it is not_poor.
Source    DOMAIN section 2.2; bands of 2562 from letter 003.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .layout import LAYOUTS, Layout

OTHER = "other"
KEYS = {"layout", "weights", "income", "bands", "cases", "note"}


class PovertyBand(StrEnum):
    """What screening finds of a household."""

    EXTREMELY_POOR = "extremely_poor"
    POOR = "poor"
    NOT_POOR = "not_poor"
    INELIGIBLE_INCOME = "ineligible_income"


SCORED_BANDS = (PovertyBand.EXTREMELY_POOR, PovertyBand.POOR, PovertyBand.NOT_POOR)


@dataclass(frozen=True, slots=True)
class Case:
    """A worked case: a household and what the model must say of it."""

    name: str
    facts: tuple[int, ...]
    income_satang: int
    household_size: int
    band: PovertyBand
    value: float | None


@dataclass(frozen=True, slots=True)
class Definition:
    """A model that can score: weights in the layout's order, income term, bands, worked cases."""

    layout: Layout
    weights: tuple[tuple[float, ...], ...]
    income_weight: float
    floor_satang: int
    gate_satang: int
    bands: tuple[tuple[PovertyBand, float], ...]
    cases: tuple[Case, ...]


class BadDefinition(ValueError):
    """A definition that cannot score. `problems` has one code and place for each fault."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def digest(data: Mapping[str, Any]) -> str:
    """SHA-256 over the definition's canonical JSON: the same numbers, the same fingerprint.

    >>> digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    True
    """
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read(data: Mapping[str, Any]) -> Definition:
    """The definition in `data`; BadDefinition with every fault found."""
    if not isinstance(data, Mapping) or set(data) != KEYS:
        raise BadDefinition([f"top level must have exactly: {', '.join(sorted(KEYS))}"])
    layout = LAYOUTS.get(str(data["layout"]))
    if layout is None:
        raise BadDefinition([f"layout: unknown {data['layout']!r}"])
    problems = _problems_of_weights(layout, data["weights"])
    problems += _problems_of_income(data["income"])
    problems += _problems_of_bands(data["bands"])
    if problems:
        raise BadDefinition(problems)
    cases, problems = _cases(layout, data["cases"])
    if problems:
        raise BadDefinition(problems)
    return Definition(
        layout=layout,
        weights=tuple(
            tuple(float(data["weights"][f.code][v]) for v in f.values) for f in layout.facts
        ),
        income_weight=float(data["income"]["weight"]),
        floor_satang=100 * data["income"]["floor_baht"],
        gate_satang=100 * data["income"]["gate_baht"],
        bands=tuple((PovertyBand(band), float(edge)) for band, edge in data["bands"]),
        cases=tuple(cases),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1_000


def _problems_of_weights(layout: Layout, weights: Any) -> list[str]:
    if not isinstance(weights, Mapping) or set(weights) != {fact.code for fact in layout.facts}:
        return ["weights: must name exactly the facts of the layout"]
    problems = []
    for fact in layout.facts:
        given = weights[fact.code]
        if not isinstance(given, Mapping) or set(given) != set(fact.values):
            problems.append(f"weights.{fact.code}: must name exactly {', '.join(fact.values)}")
        elif not all(_is_number(weight) for weight in given.values()):
            problems.append(f"weights.{fact.code}: a weight is not a number")
        elif given.get(OTHER, 0) != 0:
            problems.append(f"weights.{fact.code}.other: must weigh 0")
    return problems


def _problems_of_income(income: Any) -> list[str]:
    if not isinstance(income, Mapping) or set(income) != {"weight", "floor_baht", "gate_baht"}:
        return ["income: must have weight, floor_baht and gate_baht"]
    floor, gate = income["floor_baht"], income["gate_baht"]
    if (
        not all(isinstance(baht, int) and not isinstance(baht, bool) for baht in (floor, gate))
        or not 0 < floor < gate
    ):
        return ["income: floor_baht and gate_baht must be whole baht, 0 < floor < gate"]
    if not _is_number(income["weight"]) or income["weight"] > 0:
        return ["income.weight: must not be above 0, or more income would mean poorer"]
    return []


def _problems_of_bands(bands: Any) -> list[str]:
    names = [PovertyBand.EXTREMELY_POOR, PovertyBand.POOR]
    pairs = isinstance(bands, list) and all(
        isinstance(pair, list) and len(pair) == 2 for pair in bands
    )
    if not pairs or [pair[0] for pair in bands] != names:
        return ["bands: must be extremely_poor, then poor, each with its lower edge"]
    edges = [pair[1] for pair in bands]
    if not all(_is_number(edge) for edge in edges) or not 1 > edges[0] > edges[1] > 0:
        return ["bands: edges must fall, between 1 and 0"]
    return []


def _cases(layout: Layout, given: Any) -> tuple[list[Case], list[str]]:
    if not isinstance(given, list) or not given:
        return [], ["cases: a model needs worked cases"]
    cases, problems = [], []
    for number, case in enumerate(given, start=1):
        try:
            cases.append(
                Case(
                    name=str(case["name"]),
                    facts=layout.vector(case["facts"]),
                    income_satang=int(case["income_satang"]),
                    household_size=int(case["household_size"]),
                    band=PovertyBand(case["band"]),
                    value=None if case["value"] is None else float(case["value"]),
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            problems.append(f"cases.{number}: {error}")
    return cases, problems
