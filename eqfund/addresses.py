"""Names and codes of provinces, districts and subdistricts. Pure.

Codes are those of the civil registration: province 2 digits, district 4, subdistrict 6.
Source  geothai (data CC-BY-4.0).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import geothai

from eqfund.thai_text import sort_key

BANGKOK = "10"


@dataclass(frozen=True, slots=True)
class Place:
    """A subdistrict and what it lies in, names without their kind."""

    code: str
    subdistrict: str
    district: str
    province: str
    postcode: str

    def __str__(self) -> str:
        if self.code.startswith(BANGKOK):
            return (
                f"แขวง{self.subdistrict} เขต{self.district} {self.province} {self.postcode}".strip()
            )
        return f"ต.{self.subdistrict} อ.{self.district} จ.{self.province} {self.postcode}".strip()


@lru_cache(maxsize=1)
def provinces() -> dict[str, str]:
    """Code -> name of all 77, by code."""
    return {province.code: province.name_th for province in geothai.provinces()}


def province_name(code: str) -> str:
    """
    >>> province_name("86"), province_name("00")
    ('ชุมพร', '')
    """
    return provinces().get(code, "")


def place_of(subdistrict_code: str) -> Place | None:
    """
    >>> str(place_of("860201"))
    'ต.ท่าแซะ อ.ท่าแซะ จ.ชุมพร 86140'
    """
    found = geothai.address(subdistrict_code) if subdistrict_code else None
    return _place(found) if found else None


def find(subdistrict: str, district: str = "", province: str = "") -> Place | None:
    """The one subdistrict of these names, as registries write them; None when none or several fit.

    >>> find("ต.ท่าแซะ", "ท่าแซะ", "จ.ชุมพร").code
    '860201'
    """
    if not subdistrict:
        return None
    found = geothai.match(subdistrict, district=district or None, province=province or None)
    return _place(found[0]) if len(found) == 1 else None


def subdistricts_of(province_code: str) -> list[Place]:
    """All subdistricts of a province, by code; empty for an unknown one."""
    return [
        place
        for district in geothai.districts(province_code)
        for subdistrict in geothai.subdistricts(district.code)
        if (place := place_of(subdistrict.code))
    ]


def districts_of(province_code: str) -> list[tuple[str, str]]:
    """Code and name of the districts of a province, by name; empty for an unknown one.

    >>> districts_of("86")[0], districts_of("00")
    (('8602', 'ท่าแซะ'), [])
    """
    if province_code not in provinces():
        return []
    found = [(it.code, it.name_th.removeprefix("เขต")) for it in geothai.districts(province_code)]
    return sorted(found, key=lambda pair: sort_key(pair[1]))


def subdistricts_in(district_code: str) -> list[tuple[str, str]]:
    """Code and name of the subdistricts of a district, by name; empty for an unknown one.

    >>> len(subdistricts_in("8602")), subdistricts_in("0000"), subdistricts_in("")
    (10, [], [])
    """
    if not district_code or geothai.district(district_code) is None:
        return []
    found = [(it.code, it.name_th) for it in geothai.subdistricts(district_code)]
    return sorted(found, key=lambda pair: sort_key(pair[1]))


def postcodes_of(subdistrict_code: str) -> tuple[str, ...]:
    """The post codes of a subdistrict: one, or several where two post offices serve it.

    >>> postcodes_of("860201"), postcodes_of("000000")
    (('86140',), ())
    """
    found = geothai.address(subdistrict_code) if subdistrict_code else None
    return tuple(found.subdistrict.postal_codes) if found else ()


def _place(found: geothai.Address) -> Place:
    subdistrict = found.subdistrict
    return Place(
        code=subdistrict.code,
        subdistrict=subdistrict.name_th,
        district=found.district.name_th.removeprefix("เขต"),
        province=found.province.name_th,
        postcode=subdistrict.postal_codes[0] if subdistrict.postal_codes else "",
    )
