"""A household and an institution, answered whole, for the tests of form 01."""

from types import SimpleNamespace

from eqfund.national_id import is_national_id

PLAIN = {
    "family_status": "together",
    "lives_with": "parents",
    "guardian_relationship": "mother",
    "guardian_education": "primary",
    "guardian_occupation": "farmer",
    "guardian_no_national_id": False,
    "guardian_has_state_welfare": True,
    "household_size": 3,
    "has_dependency": False,
    "housing_tenure": "own",
    "floor_material": "cement",
    "wall_material": "plank",
    "roof_material": "metal",
    "has_toilet": True,
    "farm_land": "lt1",
    "drinking_water": "well",
    "electricity": "meter",
    "has_vehicle": False,
    "appliances": [],
    "travel_method": "walk",
    "travel_km_day": 2.4,
    "travel_minutes_day": 40,
    "travel_cost_month": 0,
    "pocket_money_day": 20,
    "addr_province": "50",
    "addr_subdistrict_code": "500101",
    "addr_postcode": 50200,
    "photo_source": "teacher_visit",
    "visited_on": "2026-06-15",
    "pdpa_ack": True,
}


def member(name, relationship, age, **more):
    incomes = dict.fromkeys(
        ["income_wage", "income_farm_net", "income_business_net", "income_welfare", "income_other"],
        0,
    )
    return {
        "full_name": name,
        "relationship": relationship,
        "education": "primary",
        "age": age,
        "has_disability": False,
        "has_chronic_disease": False,
        **incomes,
        **more,
    }


PRIVATE = {
    "guardian_first_name": "สมศรี",
    "guardian_last_name": "ตัวอย่าง",
    "guardian_phone": "0812345678",
    "guardian_national_id": "1101700203450",
    "addr_house_no": "12",
    "members": [
        member("เด็กหญิงสมมติ ตัวอย่าง", "self", 10),
        member("นางสมศรี ตัวอย่าง", "mother", 34, national_id="1101700203450", income_wage=4_500),
        member("นายสมชาย ตัวอย่าง", "father", 36, income_farm_net=1_100),
    ],
}
SIGNED = frozenset({"pupil", "guardian", "teacher"})
INSTITUTION = {
    code: value
    for code, value in PLAIN.items()
    if code.startswith(
        ("family", "guardian", "travel", "pocket", "addr", "photo", "visited", "pdpa")
    )
} | {
    "lives_with": "institution",
    "inst_type": "temple",
    "inst_province": "50",
    "inst_since_month": "5",
    "inst_since_year": 2566,
    "inst_stay_type": "always",
    "inst_support": ["lodging", "food"],
    "inst_expense_per_student_year": 24_000,
    "inst_students_in_care": 35,
    "inst_donation_year": 500_000,
    "inst_wants_subsidy": True,
}
household = SimpleNamespace(
    institution_private={
        "inst_name": "วัดสมมติ",
        "inst_manager_name": "พระครูสมมติ",
        "inst_phone": "053000000",
    }
)

assert is_national_id("1101700203450")
