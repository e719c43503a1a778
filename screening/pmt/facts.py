"""From the answers of form 01 to the facts a model scores. Pure.

Only answers that identify nobody are read: codes, yes and no, and the household's
monthly total. Of materials and water the main one counts.

Units     Income in whole satang a month, for the household as a whole.
Errors    ValueError when an answer that the score needs is missing or unknown: a
          submitted form has them all, so this is a fault, not a poor household.
Outcome   None for an institutional household: it is not scored; two people of the
          fund decide (DESIGN section 11).
Source    Form 01 of 2569, sections 1 to 3; region by the school's province.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .layout import LAYOUT_2569
from .regions import region_of

INSTITUTION = "institution"
DEPENDENCY = ("disabled", "chronic", "elderly60", "single_parent", "unemployed_15_65")
APPLIANCES = ("computer", "aircon", "flat_tv", "washer", "fridge")
VEHICLES = {"car": "veh_car", "pickup": "veh_pickup", "tractor": "veh_tractor"}
SINGLE = {
    "tenure": "housing_tenure",
    "floor": "floor_material",
    "wall": "wall_material",
    "roof": "roof_material",
    "farm_land": "farm_land",
    "water": "drinking_water",
    "electricity": "electricity",
}


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """What a model needs of one household: its vector, and its income kept exact beside it."""

    layout: str
    facts: tuple[int, ...]
    income_satang: int
    household_size: int


def facts_from_answers(answers: Mapping[str, Any], province_code: str) -> HouseholdFacts | None:
    """The facts of a household's answers; None for an institutional household."""
    if answers.get("lives_with") == INSTITUTION:
        return None
    values = {"region": region_of(province_code), "dependency": str(_dependants(answers))}
    values |= {fact: _main(answers, code) for fact, code in SINGLE.items()}
    values["toilet"] = "yes" if _yes(answers, "has_toilet") else "none"
    values |= _vehicles(answers)
    values |= _appliances(answers)
    return HouseholdFacts(
        layout=LAYOUT_2569.code,
        facts=LAYOUT_2569.vector(values),
        income_satang=_whole(answers, "household_income_total_satang"),
        household_size=_whole(answers, "household_size"),
    )


def _dependants(answers: Mapping[str, Any]) -> int:
    """How many of the five kinds of dependency the household has."""
    if not _yes(answers, "has_dependency"):
        return 0
    return len(set(answers.get("dependency") or ()) & set(DEPENDENCY))


def _vehicles(answers: Mapping[str, Any]) -> dict[str, str]:
    if not _yes(answers, "has_vehicle"):
        return {**dict.fromkeys(VEHICLES, "none"), "motorcycle_boat": "no", "no_vehicle": "yes"}
    found = {fact: _main(answers, code) for fact, code in VEHICLES.items()}
    found["motorcycle_boat"] = "yes" if _yes(answers, "veh_motorcycle_boat") else "no"
    none_at_all = set(found.values()) <= {"none", "no"}
    return {**found, "no_vehicle": "yes" if none_at_all else "no"}


def _appliances(answers: Mapping[str, Any]) -> dict[str, str]:
    given = set(answers.get("appliances") or ())
    found = {code: "yes" if code in given else "no" for code in APPLIANCES}
    return {**found, "no_appliance": "no" if given & set(APPLIANCES) else "yes"}


def _main(answers: Mapping[str, Any], code: str) -> str:
    """One chosen code; the first of a list, where a version keeps the main one first."""
    answer = answers.get(code)
    if isinstance(answer, list):
        answer = answer[0] if answer else None
    if not isinstance(answer, str):
        raise ValueError(f"{code} is not answered")
    return answer


def _yes(answers: Mapping[str, Any], code: str) -> bool:
    answer = answers.get(code)
    if not isinstance(answer, bool):
        raise ValueError(f"{code} is not answered")
    return answer


def _whole(answers: Mapping[str, Any], code: str) -> int:
    answer = answers.get(code)
    if not isinstance(answer, int) or isinstance(answer, bool):
        raise ValueError(f"{code} is not a whole number")
    return answer
