"""What a new form already knows: from the registry's record, from a sibling's form. Pure.

A teacher types only what is new. Every prefilled answer is marked with where it came
from and stays marked until it is changed. Nothing about the day itself is copied:
no photos, no consent, no signatures, no travel of another child.

Input     The registry's extras as eqfund.imports reads them; the answers of a sibling
          of the same school.
Units     The registry gives distance and time one way; the form asks both ways.
Errors    None: what cannot be understood is left for the teacher.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import geothai

from eqfund import relationships
from eqfund.thai_text import arabic_digits

from .rules import WORKED_OUT
from .spec import Answers

REGISTRY, SIBLING = "registry", "sibling"
METRES_FROM = 100  # a distance of 100 or more is in metres, not kilometres

FAMILY = {
    "อยู่ด้วยกัน": "together",
    "แยกกันอยู่": "separated",
    "หย่าร้าง": "divorced",
    "บิดาถึงแก่กรรม": "father_dead",
    "บิดาเสียชีวิต": "father_dead",
    "มารดาถึงแก่กรรม": "mother_dead",
    "มารดาเสียชีวิต": "mother_dead",
    "บิดามารดาถึงแก่กรรม": "both_dead",
    "บิดาและมารดาถึงแก่กรรม": "both_dead",
}
TRAVEL = {
    "เดินเท้า": "walk",
    "เดิน": "walk",
    "จักรยาน": "bicycle",
    "จักรยานยืมเรียน": "bicycle",
    "รถโรงเรียน": "school_bus",
    "รถรับส่ง": "school_bus",
    "จักรยานยนต์": "own_motorcycle",
    "รถจักรยานยนต์": "own_motorcycle",
    "รถยนต์": "own_car",
    "รถยนต์ส่วนตัว": "own_car",
    "เรือ": "own_boat",
    "จักรยานยนต์รับจ้าง": "hired_motorcycle",
    "รถโดยสารประจำทาง": "public_bus",
    "รถรับจ้าง": "public_bus",
    "เรือโดยสาร": "hired_boat",
}
OCCUPATIONS = {
    "เกษตรกร": "farmer",
    "ทำนา": "farmer",
    "ทำสวน": "farmer",
    "ทำไร่": "farmer",
    "ประมง": "fisher",
    "รับจ้าง": "labourer",
    "ค้าขาย": "trader",
    "ธุรกิจส่วนตัว": "trader",
    "รับราชการ": "state",
    "ข้าราชการ": "state",
    "พนักงานบริษัท": "employee",
    "แม่บ้าน": "household",
    "พ่อบ้าน": "household",
}
MEMBER_OF = {"father": "father", "mother": "mother", "elder_sibling": "sibling"}
GRANDPARENTS = {
    "paternal_grandfather",
    "paternal_grandmother",
    "maternal_grandfather",
    "maternal_grandmother",
}

# Of a sibling: the household, the home and the guardian; not the way to school.
FROM_SIBLING = frozenset(
    {
        "family_status",
        "lives_with",
        "guardian_title",
        "guardian_first_name",
        "guardian_last_name",
        "guardian_relationship",
        "guardian_relationship_other",
        "guardian_education",
        "guardian_occupation",
        "guardian_occupation_other",
        "guardian_phone",
        "guardian_no_national_id",
        "guardian_national_id",
        "guardian_has_state_welfare",
        "household_size",
        "has_dependency",
        "dependency",
        "housing_tenure",
        "rent_per_month",
        "floor_material",
        "floor_material_also",
        "wall_material",
        "wall_material_also",
        "roof_material",
        "roof_material_also",
        "has_toilet",
        "farm_land",
        "drinking_water",
        "drinking_water_also",
        "electricity",
        "has_vehicle",
        "veh_car",
        "veh_pickup",
        "veh_tractor",
        "veh_motorcycle_boat",
        "appliances",
        "addr_house_no",
        "addr_moo",
        "addr_soi",
        "addr_road",
        "addr_province",
        "addr_subdistrict_code",
        "addr_postcode",
        "lat",
        "lng",
        "gps_accuracy_m",
        "members",
    }
)


@dataclass(frozen=True, slots=True)
class Child:
    """The pupil a form is begun for, as the pupil's own record has it."""

    full_name: str
    national_id: str
    birth_date: date | None


@dataclass(slots=True)
class Prefill:
    """Answers known beforehand, and where each came from."""

    plain: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def take(self, values: Answers, private: frozenset[str], source: str) -> None:
        """Take the values that are there and not yet known."""
        for code, value in values.items():
            if value not in (None, "", [], {}) and code not in self.sources:
                target = self.private if code in private else self.plain
                target[code] = value
                self.sources[code] = source


def from_registry(extras: Answers, child: Child, on: date) -> dict[str, Any]:
    """Return the answers that the registry's record gives, the pupil's own row included."""
    guardian = extras.get("guardian") or {}
    found: dict[str, Any] = {
        "family_status": FAMILY.get(_squeezed(extras.get("parents_status"))),
        "guardian_title": guardian.get("title"),
        "guardian_first_name": guardian.get("first_name"),
        "guardian_last_name": guardian.get("last_name"),
        "guardian_national_id": guardian.get("national_id"),
        "guardian_phone": guardian.get("phone"),
        "guardian_occupation": _occupation(guardian.get("occupation")),
        "guardian_relationship": _relationship(guardian.get("relationship")),
        **way_to_school(extras),
        "members": _members(extras, child, on),
        **address_of(extras),
    }
    return {code: value for code, value in found.items() if value not in (None, "", [])}


def from_sibling(given: Answers, child: Child) -> dict[str, Any]:
    """Return what a sibling's form says of the household, seen from this child.

    The row of the sibling becomes a brother or sister; the child's own row, known by
    national id, else by name, becomes the pupil's. A household that does not list the
    child gives no members.
    """
    found = {code: value for code, value in given.items() if code in FROM_SIBLING}
    rows = [_seen_from(row, child) for row in found.pop("members", [])]
    if sum(row.get("relationship") == "self" for row in rows) == 1:
        found["members"] = rows
    else:
        found.pop("household_size", None)
    for code in WORKED_OUT:
        found.pop(code, None)
    return found


def _seen_from(row: Answers, child: Child) -> dict[str, Any]:
    number = row.get("national_id")
    same = number == child.national_id if number else row.get("full_name") == child.full_name
    if same:
        return {**row, "relationship": "self"}
    if row.get("relationship") == "self":
        return {**row, "relationship": "sibling"}
    return dict(row)


def age_on(birth_date: date | None, on: date) -> int | None:
    """Return the age in whole years.

    >>> age_on(date(2016, 7, 25), date(2026, 7, 24))
    9
    """
    if birth_date is None or birth_date > on:
        return None
    before = (on.month, on.day) < (birth_date.month, birth_date.day)
    return on.year - birth_date.year - before


def _members(extras: Answers, child: Child, on: date) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "full_name": child.full_name,
            "relationship": "self",
            "national_id": child.national_id,
            "age": age_on(child.birth_date, on),
        }
    ]
    seen = {child.full_name}
    for who in ("father", "mother", "guardian"):
        person = extras.get(who) or {}
        name = _full_name(person)
        if not name or name in seen:
            continue
        seen.add(name)
        rows.append(
            {
                "full_name": name,
                "relationship": _as_member(who, person),
                "national_id": person.get("national_id"),
                "income_wage": _baht(person.get("income_satang")),
            }
        )
    return [{key: value for key, value in row.items() if value not in (None, "")} for row in rows]


def _as_member(who: str, person: Answers) -> str:
    relationship = who if who != "guardian" else _relationship(person.get("relationship"))
    if relationship in GRANDPARENTS:
        return "grandparent"
    return MEMBER_OF.get(relationship or "", "relative")


def _full_name(person: Answers) -> str:
    given = f"{person.get('title', '')}{person.get('first_name', '')}"
    return f"{given} {person.get('last_name', '')}".strip()


def _baht(satang: Any) -> int | None:
    return int(satang) // 100 if isinstance(satang, int) and satang > 0 else None


def _squeezed(text: Any) -> str:
    return re.sub(r"\s", "", str(text or ""))


def _relationship(text: Any) -> str | None:
    word = _squeezed(text)
    if word in relationships.LABELS:
        return word
    code = relationships.code_of(word)
    return code if code != "other" else None


def _occupation(text: Any) -> str | None:
    word = _squeezed(text)
    return next((code for start, code in OCCUPATIONS.items() if word.startswith(start)), None)


def _km_both_ways(extras: Answers) -> float | None:
    parts = [extras.get(f"distance_{kind}") for kind in ("unpaved", "paved", "water")]
    total = sum(float(part) for part in parts if isinstance(part, (int, float)))
    if total <= 0:
        return None
    one_way = total / 1000 if total >= METRES_FROM else total
    return round(2 * one_way, 1)


def _minutes_both_ways(text: Any) -> int | None:
    words = arabic_digits(str(text or ""))
    hours = re.search(r"(\d+)\s*(?:ชั่วโมง|ชม)", words)
    minutes = re.search(r"(\d+)\s*(?:นาที|$)", words)
    one_way = 60 * int(hours[1] if hours else 0) + int(minutes[1] if minutes else 0)
    return 2 * one_way if 0 < one_way <= 360 else None


def address_of(extras: Answers) -> dict[str, Any]:
    """Return the address that the registry gives, by the form's codes: the present one, else the registered."""
    return _address(extras.get("current") or extras.get("registered") or {})


def way_to_school(extras: Answers) -> dict[str, Any]:
    """Return method, kilometres and minutes of the way, both ways, as far as the registry gives them."""
    return {
        "travel_method": TRAVEL.get(_squeezed(extras.get("travel_mode"))),
        "travel_km_day": _km_both_ways(extras),
        "travel_minutes_day": _minutes_both_ways(extras.get("travel_time")),
    }


def _address(place: Mapping[str, Any]) -> dict[str, Any]:
    code = _subdistrict_code(
        _squeezed(place.get("province")),
        _squeezed(place.get("district")),
        _squeezed(place.get("subdistrict")),
    )
    return {
        "addr_house_no": place.get("house_no"),
        "addr_moo": place.get("moo"),
        "addr_road": place.get("road"),
        "addr_subdistrict_code": code,
        "addr_province": code[:2] if code else None,
        "addr_postcode": _postcode(place.get("postcode")),
    }


def _postcode(text: Any) -> int | None:
    digits = arabic_digits(_squeezed(text))
    return int(digits) if re.fullmatch(r"[1-9]\d{4}", digits) else None


@lru_cache(maxsize=4096)
def _subdistrict_code(province: str, district: str, subdistrict: str) -> str | None:
    """Return the code of a subdistrict named by its province, district and own name."""
    plain = [
        re.sub(f"^(?:{prefixes})", "", name)
        for name, prefixes in (
            (province, r"จังหวัด|จ\."),
            (district, r"อำเภอ|เขต|อ\."),
            (subdistrict, r"ตำบล|แขวง|ต\."),
        )
    ]
    for one in geothai.provinces():
        if one.name_th != plain[0]:
            continue
        for two in geothai.districts(one.code):
            if two.name_th.removeprefix("เขต") != plain[1]:
                continue
            for three in geothai.subdistricts(two.code):
                if three.name_th == plain[2]:
                    return three.code
    return None
