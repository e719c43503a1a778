"""What is known of a household before it is scored: the facts, in the model's order. Pure.

A household's facts are a vector of small integers, one for each `Fact` of the
layout, each an index into that fact's values. The vector is stored with the form
when it is submitted, so a score can be made and repeated without opening the
form. A layout never changes; a year that asks something else gets another one.

Units     Indices into `Fact.values` (int). Income is not a fact: it is kept
          beside the vector in whole satang, so that the gate stays exact.
Errors    ValueError for a value that the layout does not know.
Source    Form 01 of 2569, section 3 (DOMAIN 1.3): the eight dimensions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from .regions import REGIONS

NO_YES = ("no", "yes")
VEHICLE = ("none", "over15", "upto15")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known of a household: its code, its dimension on the form, its possible values."""

    code: str
    dimension: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The facts of one form, in the order in which vectors hold them."""

    code: str
    facts: tuple[Fact, ...]

    def vector(self, values: Mapping[str, str]) -> tuple[int, ...]:
        """The vector of named values; ValueError unless every fact has a known one."""
        if set(values) != {fact.code for fact in self.facts}:
            raise ValueError(f"facts of layout {self.code}: missing or unknown names")
        try:
            return tuple(fact.values.index(values[fact.code]) for fact in self.facts)
        except ValueError:
            raise ValueError(f"facts of layout {self.code}: unknown value") from None

    def named(self, vector: Sequence[int]) -> dict[str, str]:
        """The values of a vector by name; ValueError for a vector that is not of this layout."""
        if len(vector) != len(self.facts):
            raise ValueError(f"a vector of layout {self.code} has {len(self.facts)} facts")
        for fact, index in zip(self.facts, vector, strict=True):
            if not 0 <= index < len(fact.values):
                raise ValueError(f"{index} is not a value of {fact.code}")
        return {
            fact.code: fact.values[index] for fact, index in zip(self.facts, vector, strict=True)
        }


LAYOUT_2569 = Layout(
    "2569",
    (
        Fact("region", "region", REGIONS),
        Fact("dependency", "3.1", ("0", "1", "2", "3", "4", "5")),
        Fact("tenure", "3.2", ("own", "rent", "free", "dorm")),
        Fact(
            "floor",
            "3.3",
            ("tile", "parquet", "cement", "plank", "vinyl", "bamboo", "soil", "other"),
        ),
        Fact(
            "wall",
            "3.3",
            (
                "plastered",
                "brick",
                "zinc",
                "plank",
                "plywood",
                "board",
                "bamboo_scrap",
                "soil",
                "vinyl",
                "other",
            ),
        ),
        Fact("roof", "3.3", ("metal", "tile", "plank", "natural", "plastic", "other")),
        Fact("toilet", "3.3", ("yes", "none")),
        Fact("farm_land", "3.4", ("none", "lt1", "r1_5", "gt5")),
        Fact("water", "3.5", ("bottled", "tap", "well", "rain_stream")),
        Fact("electricity", "3.6", ("none", "generator_solar", "shared_battery", "meter")),
        Fact("car", "3.7", VEHICLE),
        Fact("pickup", "3.7", VEHICLE),
        Fact("tractor", "3.7", VEHICLE),
        Fact("motorcycle_boat", "3.7", NO_YES),
        Fact("no_vehicle", "3.7", NO_YES),
        Fact("computer", "3.8", NO_YES),
        Fact("aircon", "3.8", NO_YES),
        Fact("flat_tv", "3.8", NO_YES),
        Fact("washer", "3.8", NO_YES),
        Fact("fridge", "3.8", NO_YES),
        Fact("no_appliance", "3.8", NO_YES),
    ),
)

LAYOUTS: Mapping[str, Layout] = MappingProxyType({LAYOUT_2569.code: LAYOUT_2569})
