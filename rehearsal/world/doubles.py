"""Children who stand twice under two numbers, as registries have them. Pure.

Beside the two whose number stands at two schools (CLAIMED): a child of the first school who also
stands, with a G-code, at a school of the same office, its first name misspelt; one who does at a
school of another affiliation; and one typed twice at the first school itself, in two classes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rehearsal import names

from .children import Child, Group
from .plan import SCHOOLS

HOME = 1
BESIDE, FAR = 3, 10  # under the same office; of another affiliation
GRADES = ("P1", "P2", "P3")


def doubles(children: list[Child]) -> dict[int, list[Child]]:
    """The further rows of each school's file, by the school's number."""
    beside, far, twice = _three(children)
    provinces = {number: SCHOOLS[number - 1].province_code for number in (BESIDE, FAR, HOME)}
    # of the year before, so that they meet none of this one's
    of_province = {code: names.g_codes(68, code) for code in set(provinces.values())}
    codes = {number: of_province[code] for number, code in provinces.items()}
    return {
        BESIDE: [
            _again(beside, BESIDE, next(codes[BESIDE]), first_name=misspelt(beside.first_name))
        ],
        FAR: [_again(far, FAR, next(codes[FAR]))],
        HOME: [_again(twice, HOME, next(codes[HOME]), grade=_other_grade(twice.grade))],
    }


def _three(children: list[Child]) -> list[Child]:
    """Three of the first school's whom nobody pays, of different homes."""
    found: dict[int, Child] = {}
    for child in children:
        if (
            child.school_no == HOME
            and child.group == Group.NONE
            and child.grade in GRADES
            and not child.is_g_code
            and len(child.first_name) > 3
        ):
            found.setdefault(child.household.key, child)
    return list(found.values())[:3]


def _again(child: Child, school_no: int, number: str, **changes: str) -> Child:
    student_number = str(8000 + child.key)
    fields: dict[str, Any] = {"number": number, "room": "1", "student_number": student_number}
    return replace(child, school_no=school_no, **fields | changes)


def _other_grade(grade: str) -> str:
    return "P2" if grade != "P2" else "P3"


def misspelt(name: str) -> str:
    """The name with its last letter doubled, as a hand slips.

    >>> misspelt("กมล")
    'กมลล'
    """
    return name + name[-1]
