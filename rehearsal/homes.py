"""Invented homes: what a visiting teacher finds, as answers to form 01. Plain values.

How poor a household is (`Means`) decides what the home is made of; brothers and sisters
find the same home. One child lives in a temple.
"""

from __future__ import annotations

import base64
import io
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from eqfund import relationships
from screening.form01.prefill import GRANDPARENTS, age_on
from screening.form01.rules import INCOME_COLUMNS

from . import names
from .world import Child, Means, World

VISITED = "2026-06-{day:02}"
OCCUPATIONS = {"รับจ้าง": "labourer", "เกษตรกร": "farmer", "ค้าขาย": "trader"}
# By how poor: what each question may be answered with.
HOMES: dict[Means, dict[str, tuple[Any, ...]]] = {
    Means.EXTREMELY_POOR: {
        "housing_tenure": ("own", "free", "free"),
        "floor_material": ("plank", "bamboo", "soil", "plank"),
        "wall_material": ("zinc", "bamboo_scrap", "plank"),
        "roof_material": ("metal", "natural", "plastic"),
        "has_toilet": (True, True, False),
        "farm_land": ("none", "lt1", "lt1"),
        "drinking_water": ("rain_stream", "well"),
        "electricity": ("meter", "shared_battery", "none", "generator_solar"),
        "vehicle": ("", "", "motorcycle"),
        "appliances": ((), (), ("fridge",)),
        "dependants": (1, 2, 3),
    },
    Means.POOR: {
        "housing_tenure": ("own", "own", "rent"),
        "floor_material": ("tile", "cement", "tile"),
        "wall_material": ("plastered", "brick", "plastered"),
        "roof_material": ("metal", "tile"),
        "has_toilet": (True,),
        "farm_land": ("none", "r1_5", "r1_5"),
        "drinking_water": ("tap", "bottled"),
        "electricity": ("meter",),
        "vehicle": ("motorcycle",),
        "appliances": (("flat_tv", "fridge"), ("flat_tv", "washer", "fridge")),
        "dependants": (0, 1, 1),
    },
    Means.NOT_POOR: {
        "housing_tenure": ("own", "own", "dorm"),
        "floor_material": ("tile", "parquet", "vinyl"),
        "wall_material": ("plastered", "brick"),
        "roof_material": ("tile", "metal"),
        "has_toilet": (True,),
        "farm_land": ("none", "r1_5", "gt5"),
        "drinking_water": ("bottled", "tap"),
        "electricity": ("meter",),
        "vehicle": ("car_old", "pickup_new", "tractor"),
        "appliances": (
            ("flat_tv", "washer", "fridge"),
            ("computer", "aircon", "flat_tv", "fridge"),
        ),
        "dependants": (0, 0, 1),
    },
}
HOMES[Means.OVER_INCOME] = HOMES[Means.WELL_OFF] = HOMES[Means.NOT_POOR]
VEHICLES: dict[str, dict[str, Any]] = {
    "motorcycle": {"veh_motorcycle_boat": True},
    "car_old": {"veh_car": "over15", "veh_motorcycle_boat": True},
    "pickup_new": {"veh_pickup": "upto15"},
    "tractor": {"veh_tractor": "over15", "veh_car": "over15"},
}
NO_VEHICLE: dict[str, Any] = {
    "veh_car": "none",
    "veh_pickup": "none",
    "veh_tractor": "none",
    "veh_motorcycle_boat": False,
}


def answers_for(pupil: Any, child: Child, on: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answers of a whole form for this pupil: what identifies nobody, and what is private."""
    home = child.household
    rng = Random(f"home {home.key}")  # brothers and sisters find the same one
    own = Random(f"child {child.key}")
    kinds = HOMES[home.means]
    dependants = _dependants(child, rng.choice(kinds["dependants"]))
    tenure = rng.choice(kinds["housing_tenure"])
    vehicle = rng.choice(kinds["vehicle"])
    guardian = home.guardian
    plain: dict[str, Any] = {
        "family_status": _family(home),
        "lives_with": _lives_with(guardian.relation),
        "guardian_relationship": relationships.code_of(guardian.relation),
        "guardian_education": rng.choice(("none", "primary", "primary", "lower_secondary")),
        "guardian_occupation": OCCUPATIONS.get(guardian.occupation, "none"),
        "guardian_no_national_id": False,
        "guardian_has_state_welfare": home.means in (Means.EXTREMELY_POOR, Means.POOR),
        "household_size": home.size,
        "has_dependency": bool(dependants),
        "dependency": dependants,
        "housing_tenure": tenure,
        **({"rent_per_month": 100 * rng.randint(5, 15)} if tenure == "rent" else {}),
        **{code: rng.choice(kinds[code]) for code in SIMPLE},
        "has_vehicle": bool(vehicle),
        **({**NO_VEHICLE, **VEHICLES[vehicle]} if vehicle else {}),
        "appliances": list(rng.choice(kinds["appliances"])),
        **_way_to_school(own, child),
        "addr_province": home.subdistrict_code[:2],
        "addr_subdistrict_code": home.subdistrict_code,
        "photo_source": "teacher_visit",
        "visited_on": VISITED.format(day=own.randint(1, 18)),
        "pdpa_ack": True,
    }
    private: dict[str, Any] = {
        "guardian_title": guardian.title,
        "guardian_first_name": guardian.first_name,
        "guardian_last_name": guardian.last_name,
        "guardian_phone": guardian.phone,
        "guardian_national_id": guardian.number,
        "members": _members(pupil, child, rng, on),
        "addr_house_no": home.house_no,
        "addr_moo": str(home.moo),
        "lat": home.latitude,
        "lng": home.longitude,
        "gps_accuracy_m": own.randint(4, 20),
    }
    if not dependants:
        del plain["dependency"]
    if plain["guardian_relationship"] == "other":
        private["guardian_relationship_other"] = guardian.relation
    return plain, private


SIMPLE = (
    "floor_material",
    "wall_material",
    "roof_material",
    "has_toilet",
    "farm_land",
    "drinking_water",
    "electricity",
)
OF_HOUSEHOLD = frozenset(
    {
        "household_size",
        "has_dependency",
        "dependency",
        "housing_tenure",
        "rent_per_month",
        "has_vehicle",
        "appliances",
        *SIMPLE,
        *NO_VEHICLE,
    }
)


def in_a_temple(
    plain: dict[str, Any], private: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same child as a temple's: sections 2 and 3 are skipped, section 4 is answered."""
    kept = {code: value for code, value in plain.items() if code not in OF_HOUSEHOLD}
    private = {code: value for code, value in private.items() if code != "members"}
    return kept | {
        "lives_with": "institution",
        "inst_type": "temple",
        "inst_province": plain["addr_province"],
        "inst_since_month": "5",
        "inst_since_year": 2567,
        "inst_stay_type": "always",
        "inst_support": ["lodging", "food", "education"],
        "inst_expense_per_student_year": 18_000,
        "inst_students_in_care": 24,
        "inst_land_rai": 6,
        "inst_donation_year": 320_000,
        "inst_wants_subsidy": True,
    }, private | {
        "inst_name": "วัดป่าสมมติ",
        "inst_manager_name": "พระครูสมมติธรรมคุณ",
        "inst_phone": "053000111",
    }


def child_at(world: World, pupil: Any, number: int) -> Child:
    """What the world knows of a pupil; of one without identity, somebody like them."""
    return world.child_of(pupil) or world.newcomers()[number % len(world.newcomers())]


def photo(key: str) -> bytes:
    """A small picture of no home in particular, different for every key."""
    rng = Random(key)
    picture = Image.new("RGB", (160, 120), _colour(rng))
    draw = ImageDraw.Draw(picture)
    for _each in range(14):
        left, top = rng.randint(0, 130), rng.randint(0, 90)
        right, bottom = left + rng.randint(15, 90), top + rng.randint(15, 70)
        draw.rectangle((left, top, right, bottom), fill=_colour(rng))
    draw.polygon([(20, 60), (80, rng.randint(10, 40)), (140, 60)], fill=_colour(rng))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


def signature(key: str) -> str:
    """A scrawl as the screen draws it: PNG as base64, different for every key."""
    rng = Random(key)
    picture = Image.new("RGBA", (120, 40))
    line = [(6 + 9 * step, rng.randint(6, 34)) for step in range(12)]
    ImageDraw.Draw(picture).line(line, fill=(24, 35, 42, 255), width=2)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def official(rng: Random) -> tuple[str, str, str]:
    """A headman: name, national id, position."""
    name = f"นาย{names.adult_name(rng, 'm')} {names.family_name(rng)}"
    twelve = f"3{rng.randint(10**10, 10**11 - 1)}"
    return name, twelve + names.check_digit(twelve), rng.choice(("ผู้ใหญ่บ้าน", "กำนัน"))


def _colour(rng: Random) -> tuple[int, int, int]:
    return rng.randint(40, 220), rng.randint(40, 200), rng.randint(30, 180)


def _family(home: Any) -> str:
    """What the registry does not say, from who lives there."""
    relations = {adult.relation for adult in home.adults}
    if {"บิดา", "มารดา"} <= relations:
        return "together"
    if "มารดา" in relations or "บิดา" in relations:
        return Random(f"family {home.key}").choice(("separated", "divorced"))
    return "abandoned"


def _lives_with(relation: str) -> str:
    return "parents" if relation in ("มารดา", "บิดา") else "relatives"


def _dependants(child: Child, wanted: int) -> list[str]:
    """Who depends on others: what the members say first, then as many as are wanted."""
    adults = child.household.adults
    found = []
    if any(adult.age >= 60 for adult in adults):
        found.append("elderly60")
    if len(adults) == 1 and adults[0].relation in ("มารดา", "บิดา"):
        found.append("single_parent")
    if wanted > len(found) and any(adult.occupation == "ไม่มีอาชีพ" for adult in adults):
        found.append("unemployed_15_65")
    order = ("elderly60", "single_parent", "unemployed_15_65")
    return [code for code in order if code in found]


def _way_to_school(rng: Random, child: Child) -> dict[str, Any]:
    rich = child.household.means in (Means.NOT_POOR, Means.OVER_INCOME, Means.WELL_OFF)
    km = rng.randint(4, 120) / 10
    return {
        "travel_method": "own_motorcycle" if rich else "walk" if km < 4 else "school_bus",
        "travel_km_day": km,
        "travel_minutes_day": 10 + int(km * (8 if km < 4 else 4)),
        "travel_cost_month": 0 if km < 4 else 50 * rng.randint(4, 12),
        "pocket_money_day": 5 * rng.randint(2, 8),
    }


def _members(pupil: Any, child: Child, rng: Random, on: Any) -> list[dict[str, Any]]:
    """The pupil, brothers and sisters, then the adults with their incomes."""
    nothing = dict.fromkeys(INCOME_COLUMNS, 0)
    rows = [
        {
            **nothing,
            "full_name": pupil.full_name if one is child else one.full_name,
            "relationship": "self" if one is child else "sibling",
            **({"national_id": one.number} if one is not child or pupil.identity_id else {}),
            "education": "preschool" if one.grade.startswith("K") else "primary",
            "age": age_on(one.birth_date, on) or 5,
            "has_disability": False,
            "has_chronic_disease": False,
        }
        for one in child.household.children
    ]
    for adult in child.household.adults:
        column = "income_farm_net" if adult.occupation == "เกษตรกร" else "income_wage"
        pension = 600 if adult.age >= 60 else 0
        rows.append(
            {
                **nothing,
                "full_name": adult.full_name,
                "relationship": _relationship(adult.relation),
                "national_id": adult.number,
                "education": rng.choice(("none", "primary", "lower_secondary")),
                "age": adult.age,
                column: max(adult.income_baht - pension, 0),
                "income_welfare": min(pension, adult.income_baht),
                "has_disability": False,
                "has_chronic_disease": False,
            }
        )
    return rows


def _relationship(relation: str) -> str:
    code = relationships.code_of(relation)
    if code in GRANDPARENTS:
        return "grandparent"
    return {"father": "father", "mother": "mother"}.get(code, "relative")
