"""The score of a household, for one and for many. Pure.

    z     = region + weights of the facts + w_income * ln(income per head / gate)
    score = 1 / (1 + exp(-z))                      0..1, 1 is poorest

The gate comes first: an average above 3,000.00 baht a head is
`ineligible_income` and gets no score. It is compared in whole satang by
multiplication, never by division: 9,000 baht for three passes, 9,001 does not.

Units     Income is a household's total for a month, in satang; size in persons.
Rounding  None. Bands are read off the unrounded score: 0.905 is poor.
Errors    ValueError for a household without members, a negative income, or a
          vector that is not of the model's layout.
Sums      Always in the layout's order, income last, for one and for many alike.
Source    DOMAIN section 2.2. The shipped weights are a demonstration, not the fund's.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .definition import SCORED_BANDS, Case, Definition, PovertyBand

SAME = 1e-9
CASE_TOLERANCE = 5e-7
# What `Scores.band` holds, by index.
BAND_CODES: tuple[PovertyBand, ...] = (*SCORED_BANDS, PovertyBand.INELIGIBLE_INCOME)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """A household's score, its band, and what each fact and the income added.

    Beyond the gate there is a band only: no value, no contributions.
    """

    value: float | None
    band: PovertyBand
    contributions: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of many households, as arrays: row i is household i; `band` indexes BAND_CODES."""

    value: Floats
    band: npt.NDArray[np.int8]
    contributions: npt.NDArray[np.float32]


def passes_gate(income_satang: int, household_size: int, gate_satang: int) -> bool:
    """Whether the average income per head is not above the gate, exactly.

    >>> passes_gate(900_000, 3, 300_000), passes_gate(900_100, 3, 300_000)
    (True, False)
    """
    if household_size < 1:
        raise ValueError("a household has at least one member")
    if income_satang < 0:
        raise ValueError("an income is not below nought")
    return income_satang <= gate_satang * household_size


def band_of(value: float, bands: Sequence[tuple[PovertyBand, float]]) -> PovertyBand:
    """The band of an unrounded score.

    >>> band_of(0.905, [(PovertyBand.EXTREMELY_POOR, 0.91), (PovertyBand.POOR, 0.7)])
    <PovertyBand.POOR: 'poor'>
    """
    return next((band for band, edge in bands if value >= edge), PovertyBand.NOT_POOR)


def score(
    model: Definition, facts: Sequence[int], income_satang: int, household_size: int
) -> Score:
    """Score one household."""
    model.layout.named(facts)
    if not passes_gate(income_satang, household_size, model.gate_satang):
        return Score(None, PovertyBand.INELIGIBLE_INCOME)
    per_head = max(income_satang / household_size, float(model.floor_satang))
    income = model.income_weight * math.log(per_head / model.gate_satang)
    contributions = (*(weights[x] for weights, x in zip(model.weights, facts, strict=True)), income)
    z = 0.0
    for contribution in contributions:
        z += contribution
    value = 1 / (1 + math.exp(-z))
    return Score(value, band_of(value, model.bands), contributions)


def score_many(
    model: Definition,
    facts: npt.NDArray[np.int16],
    income_satang: npt.NDArray[np.int64],
    household_size: npt.NDArray[np.int16],
) -> Scores:
    """Score many households at once; rows beyond the gate hold NaN and zeros.

    The same as `score` row by row, to within rounding of the last digit.
    """
    rows, width = facts.shape
    if width != len(model.weights):
        raise ValueError(f"a vector of layout {model.layout.code} has {len(model.weights)} facts")
    sizes = household_size.astype(np.int64)
    if (sizes < 1).any() or (income_satang < 0).any():
        raise ValueError("a household without members, or an income below nought")
    contributions = np.empty((rows, width + 1), np.float32)
    z = np.zeros(rows)
    for column, weights in enumerate(model.weights):
        values = facts[:, column]
        if (values < 0).any() or (values >= len(weights)).any():
            raise ValueError(f"an unknown value of {model.layout.facts[column].code}")
        added = np.asarray(weights)[values]
        contributions[:, column] = added
        z += added
    per_head = np.maximum(income_satang / sizes, float(model.floor_satang))
    income = model.income_weight * np.log(per_head / model.gate_satang)
    contributions[:, width] = income
    z += income
    value = 1 / (1 + np.exp(-z))
    (_, high), (_, low) = model.bands
    band = np.where(value >= high, 0, np.where(value >= low, 1, 2)).astype(np.int8)
    beyond = income_satang > model.gate_satang * sizes
    band[beyond] = BAND_CODES.index(PovertyBand.INELIGIBLE_INCOME)
    value[beyond] = np.nan
    contributions[beyond] = 0
    return Scores(value, band, contributions)


def agrees(stored_value: float | None, stored_band: str, again: Score) -> bool:
    """Whether a score computed again proves the stored one."""
    if stored_band != again.band or (stored_value is None) != (again.value is None):
        return False
    return again.value is None or abs(again.value - (stored_value or 0.0)) <= SAME


def case_passes(model: Definition, case: Case) -> bool:
    """Whether the model says of a worked case what the case says it must."""
    found = score(model, case.facts, case.income_satang, case.household_size)
    if found.band != case.band or (found.value is None) != (case.value is None):
        return False
    return found.value is None or abs(found.value - (case.value or 0.0)) <= CASE_TOLERANCE


def failing_cases(model: Definition) -> list[Case]:
    """The worked cases that the model does not meet; a model is released only with none."""
    return [case for case in model.cases if not case_passes(model, case)]
