"""Provinces, districts and subdistricts, for the address of a form. Pure.

Source  geothai: the official list with its postcodes.
"""

from functools import lru_cache

import geothai

from eqfund.thai_text import sort_key

BANGKOK = "10"


@lru_cache(maxsize=1)
def provinces() -> tuple[tuple[str, str], ...]:
    """Return (code, Thai name) of every province, by name as Thai people sort."""
    named = [(province.code, province.name_th) for province in geothai.provinces()]
    return tuple(sorted(named, key=lambda one: sort_key(one[1])))


@lru_cache(maxsize=100)
def subdistricts(province_code: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return (district, ((code, subdistrict), ...)) of a province; empty for an unknown one."""
    if geothai.province(province_code) is None:
        return ()
    return tuple(
        (
            district.name_th,
            tuple((place.code, place.name_th) for place in geothai.subdistricts(district.code)),
        )
        for district in geothai.districts(province_code)
    )


def is_province(code: str) -> bool:
    """Say whether there is such a province."""
    return geothai.province(code) is not None


def is_subdistrict(code: str) -> bool:
    """Say whether there is such a subdistrict."""
    return geothai.subdistrict(code) is not None


def postcode_of(code: str) -> int | None:
    """Return the postcode of a subdistrict that has exactly one; None otherwise."""
    place = geothai.subdistrict(code)
    if place is None or len(place.postal_codes) != 1:
        return None
    return int(place.postal_codes[0])


def name_of(code: str) -> str:
    """Return a subdistrict in full, as an address ends; empty for an unknown code.

    >>> name_of("500101")
    'ต.ศรีภูมิ อ.เมืองเชียงใหม่ จ.เชียงใหม่'
    """
    place = geothai.subdistrict(code)
    if place is None:
        return ""
    district = geothai.district(place.district_code)
    province = geothai.province(place.province_code)
    assert district is not None  # every subdistrict lies in both
    assert province is not None
    if place.province_code == BANGKOK:
        return f"แขวง{place.name_th} {district.name_th} {province.name_th}"
    return f"ต.{place.name_th} อ.{district.name_th} จ.{province.name_th}"


def subdistrict_name(code: str) -> str:
    """Return a subdistrict with its kind, without what it lies in; empty for an unknown code.

    >>> subdistrict_name("500101")
    'ต.ศรีภูมิ'
    """
    return name_of(code).split(" ", 1)[0]


def province_name(code: str) -> str:
    """Return a province's name; empty for an unknown code."""
    province = geothai.province(code)
    return province.name_th if province else ""
