"""Find one's school or office without an account: by name or code, in a province or an affiliation.

Names and phones of schools and offices are public; nothing else is read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Q
from django.db.models.functions import Upper

from eqfund.addresses import province_name
from eqfund.models import School, SupervisingOffice

MOST = 30
SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives: at most thirty of each, and whether there are more."""

    schools: list[School]
    offices: list[SupervisingOffice]
    more: bool

    @property
    def is_empty(self) -> bool:
        return not self.schools and not self.offices


def find(*, affiliation: str, province: str, q: str) -> Found | None:
    """Two queries; None when what was asked is too little to look for."""
    words = q.split()
    if not any(len(word) >= SHORTEST for word in words):
        return None
    schools = School.objects.select_related("office__affiliation")
    offices = SupervisingOffice.objects.select_related("affiliation")
    if affiliation:
        schools = schools.filter(office__affiliation__code=affiliation)
        offices = offices.filter(affiliation__code=affiliation)
    if province:
        schools = schools.filter(province_code=province)
        offices = offices.filter(province_code=province)
    schools = schools.alias(upper=Upper("name")).filter(
        Q(moe_code=q) | Q(smis_code=q) | _all_words("upper__contains", words)
    )
    named = _all_words("name__icontains", words) | _all_words("short_name__icontains", words)
    found = list(schools.order_by("name", "pk")[: MOST + 1])
    places = list(offices.filter(named).order_by("name")[: MOST + 1])
    more = len(found) > MOST or len(places) > MOST
    for place in (*found, *places):
        place.province = province_name(place.province_code)  # type: ignore[attr-defined]
    return Found(found[:MOST], places[:MOST], more)


def _all_words(lookup: str, words: list[str]) -> Any:
    return reduce(and_, (Q(**{lookup: word.upper()}) for word in words))
