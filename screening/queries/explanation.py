"""Why a pupil's household was found poor or not: what was recorded, the gate, the band; and the proof.

Everyone who may see the pupil reads the same page; what each answer added to the
score is shown to people of the fund alone, lest answers be adjusted to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext, gettext_lazy as _, pgettext

from screening.form01.v2569 import choices
from screening.models import Form01, InstitutionDecision, PmtFacts, PmtModel, PmtScore
from screening.models.pmt import band_name
from screening.pmt import definition, regions, scoring
from screening.pmt.layout import Layout

DIMENSION_NAMES = {
    "region": _("Region"),
    "3.1": _("3.1 Dependants"),
    "3.2": _("3.2 Dwelling"),
    "3.3": _("3.3 State of the house"),
    "3.4": _("3.4 Farm land"),
    "3.5": _("3.5 Drinking water"),
    "3.6": _("3.6 Electricity"),
    "3.7": _("3.7 Vehicles"),
    "3.8": _("3.8 Appliances"),
}
FACT_NAMES = {
    "region": _("Region of the school"),
    "dependency": _("Kinds of dependants in the household"),
    "tenure": _("Dwelling"),
    "floor": _("Floor"),
    "wall": _("Walls"),
    "roof": _("Roof"),
    "toilet": _("Toilet"),
    "farm_land": _("Farm land"),
    "water": _("Drinking water"),
    "electricity": _("Electricity"),
    "car": _("Passenger car"),
    "pickup": _("Pick-up, small truck or van"),
    "tractor": _("Tractor, harvester or the like"),
    "motorcycle_boat": _("Motorcycle or small fishing boat"),
    "no_vehicle": _("No vehicle at all"),
    "computer": _("Computer"),
    "aircon": _("Air conditioner"),
    "flat_tv": _("Flat-screen television"),
    "washer": _("Washing machine"),
    "fridge": _("Refrigerator"),
    "no_appliance": _("None of the five appliances"),
}
REGION_NAMES = {
    regions.NORTH: _("North"),
    regions.NORTHEAST: _("Northeast"),
    regions.CENTRAL: _("Central"),
    regions.SOUTH: _("South"),
}
CHOICES = {
    "tenure": choices.HOUSING_TENURE,
    "floor": choices.FLOOR,
    "wall": choices.WALL,
    "roof": choices.ROOF,
    "farm_land": choices.FARM_LAND,
    "water": choices.DRINKING_WATER,
    "electricity": choices.ELECTRICITY,
    "car": choices.VEHICLE,
    "pickup": choices.VEHICLE,
    "tractor": choices.VEHICLE,
}
DERIVED = {"no_vehicle", "no_appliance"}


@dataclass(frozen=True, slots=True)
class Row:
    """One recorded fact in words, and what it added."""

    dimension: str
    label: str
    value: str
    added: float | None


def value_label(fact: str, value: str) -> str:
    """The value of a fact in words."""
    if fact == "region":
        return str(REGION_NAMES[value])
    if fact == "dependency":
        return gettext("%(count)s of 5") % {"count": value} if value != "0" else gettext("has none")
    if fact in CHOICES:
        label = next(choice.label for choice in CHOICES[fact] if choice.code == value)
        return gettext(label)
    if fact in DERIVED:
        return pgettext("fact", "yes") if value == "yes" else pgettext("fact", "no")
    return gettext("has one") if value == "yes" else gettext("has none")


@dataclass(frozen=True)
class Explanation:
    """All that the page of one form shows."""

    form: Form01
    facts: PmtFacts | None
    score: PmtScore | None
    decision: InstitutionDecision | None
    with_contributions: bool

    @cached_property
    def model(self) -> PmtModel | None:
        return self.score.scoring.model if self.score else None

    @cached_property
    def rules(self) -> definition.Definition | None:
        return definition.read(self.model.definition) if self.model else None

    @property
    def band(self) -> str:
        """The band found, by the model or by the fund's two people; "" before that."""
        if self.score:
            return self.score.band
        decided = self.decision is not None and self.decision.status == "decided"
        return self.decision.band if self.decision is not None and decided else ""

    @property
    def band_label(self) -> Any:
        return band_name(self.band) if self.band else ""

    @property
    def per_head_satang(self) -> int | None:
        """The average income per head, rounded half up to the satang for showing."""
        if self.facts is None:
            return None
        size = self.facts.household_size
        return (2 * self.facts.income_satang + size) // (2 * size)

    @property
    def passes_gate(self) -> bool | None:
        if self.facts is None or self.rules is None:
            return None
        return scoring.passes_gate(
            self.facts.income_satang, self.facts.household_size, self.rules.gate_satang
        )

    @property
    def edges(self) -> list[tuple[Any, float]]:
        """The bands and the score from which each begins."""
        return [(band_name(band), edge) for band, edge in self.rules.bands] if self.rules else []

    @property
    def income_added(self) -> float | None:
        """What the income added, for the fund."""
        if not (self.with_contributions and self.score and self.score.contributions):
            return None
        return float(self.score.contributions[-1])

    def rows(self) -> list[Row]:
        """What was recorded, in the order of the form; derived facts only beside contributions."""
        if self.facts is None or self.rules is None or self.score is None:
            return []
        named = self.rules.layout.named(self.facts.facts)
        shown = self.with_contributions and bool(self.score.contributions)
        added = self.score.contributions if shown else [None] * len(named)
        return [
            Row(
                str(DIMENSION_NAMES[fact.dimension]),
                str(FACT_NAMES[fact.code]),
                value_label(fact.code, named[fact.code]),
                added[number],
            )
            for number, fact in enumerate(self.rules.layout.facts)
            if shown or fact.code not in DERIVED
        ]

    def computed_again(self) -> bool:
        """Whether the model as stored, on the facts as stored, gives the stored score again."""
        if self.facts is None or self.rules is None or self.score is None or self.model is None:
            return False
        again = scoring.score(
            self.rules, self.facts.facts, self.facts.income_satang, self.facts.household_size
        )
        untouched = definition.digest(self.model.definition) == self.model.digest
        return untouched and scoring.agrees(self.score.value, self.score.band, again)


def explain(form: Form01, *, with_contributions: bool) -> Explanation:
    """The explanation of one form's result."""
    return Explanation(
        form=form,
        facts=PmtFacts.objects.filter(form=form).first(),
        score=PmtScore.objects.filter(form=form).select_related("scoring__model").first(),
        decision=InstitutionDecision.objects.filter(form=form).first(),
        with_contributions=with_contributions,
    )


def weights_table(
    layout: Layout, model: definition.Definition
) -> list[tuple[str, str, list[tuple[str, float]]]]:
    """A model's weights in words: dimension, fact, and each value with its weight."""
    return [
        (
            str(DIMENSION_NAMES[fact.dimension]),
            str(FACT_NAMES[fact.code]),
            [
                (value_label(fact.code, value), weight)
                for value, weight in zip(fact.values, weights, strict=True)
            ],
        )
        for fact, weights in zip(layout.facts, model.weights, strict=True)
    ]
