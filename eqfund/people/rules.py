"""Who gives whom which post where, and which posts one person may not hold at once. Pure.

Roles are their codes (eqfund.access.Role), places are paths whose segments are keys:
TH/<affiliation>/<office>/<school>/<classroom>/. Days are dates; None is "without end".

Source    letter 004 (a homeroom teacher asks the school admin, a school admin asks the
          supervising office); DESIGN section 5. What the letter leaves open is decided
          in docs/adr/0005-posts-of-one-person.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SCHOOL_ROLES = (
    "homeroom_teacher",
    "screening_teacher",
    "registry_keeper",
    "school_admin",
    "school_director",
)
FUND_ROLES = ("fund_officer", "fund_approver", "fund_finance")
ROLES = (
    *SCHOOL_ROLES,
    "office_admin",
    "affiliation_officer",
    *FUND_ROLES,
    "auditor",
    "system_admin",
)

# The chain, read upward: a post is given, changed and ended by those who hold one of these
# roles at the place itself or above it. A system administrator makes the next one, since
# nobody is above; nobody gives a post to themselves.
GRANTERS: dict[str, tuple[str, ...]] = {
    "homeroom_teacher": ("school_admin",),
    "screening_teacher": ("school_admin",),
    "registry_keeper": ("school_admin",),
    "school_admin": ("office_admin",),
    "school_director": ("office_admin",),
    "office_admin": ("affiliation_officer", "fund_officer"),
    "affiliation_officer": ("system_admin",),
    "fund_officer": ("system_admin",),
    "fund_approver": ("system_admin",),
    "fund_finance": ("system_admin",),
    "auditor": ("system_admin",),
    "system_admin": ("system_admin",),
}

# Number of segments of the path at which a role is posted.
SEGMENTS: dict[str, int] = {
    "homeroom_teacher": 5,
    "screening_teacher": 4,
    "registry_keeper": 4,
    "school_admin": 4,
    "school_director": 4,
    "office_admin": 3,
    "affiliation_officer": 2,
} | dict.fromkeys((*FUND_ROLES, "auditor", "system_admin"), 1)

# Whose posts each role sees on the page of people, at and under its own place.
SEES: dict[str, tuple[str, ...]] = {
    "school_admin": SCHOOL_ROLES,
    "school_director": SCHOOL_ROLES,
    "office_admin": ("school_admin", "school_director", "office_admin"),
    "affiliation_officer": ("office_admin", "affiliation_officer"),
    "fund_officer": ("office_admin", "affiliation_officer", *FUND_ROLES),
    "system_admin": (
        "office_admin",
        "affiliation_officer",
        *FUND_ROLES,
        "auditor",
        "system_admin",
    ),
    "auditor": ROLES,
}


class Clash(StrEnum):
    """Why two posts are not one person's."""

    MONEY_NEEDS_THREE = "money_needs_three"
    FUND_AND_FIELD = "fund_and_field"
    AUDITOR_ALONE = "auditor_alone"
    ADMINISTRATOR_SEES_NO_CHILD = "administrator_sees_no_child"
    OFFICE_OVER_OWN_SCHOOL = "office_over_own_school"


@dataclass(frozen=True, slots=True)
class Post:
    """What a posting says, without its person."""

    role: str
    path: str
    starts_on: date
    ends_on: date | None = None


def granters_of(role: str) -> tuple[str, ...]:
    """The roles that give, change and end posts of this role.

    >>> granters_of("homeroom_teacher")
    ('school_admin',)
    """
    return GRANTERS[role]


def gives(role: str) -> tuple[str, ...]:
    """The roles that one who serves as `role` may give, in the order of the table.

    >>> gives("office_admin")
    ('school_admin', 'school_director')
    """
    return tuple(given for given, givers in GRANTERS.items() if role in givers)


def grants(giver_role: str, giver_path: str, role: str, path: str) -> bool:
    """Whether one who serves as `giver_role` at `giver_path` may give `role` at `path`.

    >>> grants("school_admin", "TH/1/2/3/", "homeroom_teacher", "TH/1/2/3/4/")
    True
    >>> grants("school_admin", "TH/1/2/3/", "school_admin", "TH/1/2/3/")
    False
    """
    return giver_role in GRANTERS[role] and path.startswith(giver_path) and is_level_of(role, path)


def is_level_of(role: str, path: str) -> bool:
    """Whether the path is of the level at which the role serves: a class for its teacher."""
    return path.startswith("TH/") and path.endswith("/") and path.count("/") == SEGMENTS[role]


def sees(role: str, path: str, other_role: str, other_path: str) -> bool:
    """Whether a post lets its holder see another post on the page of people."""
    return other_role in SEES.get(role, ()) and other_path.startswith(path)


def clash(a_role: str, a_path: str, b_role: str, b_path: str) -> Clash | None:
    """Why one person may not hold both posts at once; None if they may. The order does not matter.

    The same role twice is no clash: a teacher of two schools.
    """
    pair = {a_role, b_role}
    if len(pair) == 1:
        return None
    if "auditor" in pair:
        return Clash.AUDITOR_ALONE
    if "system_admin" in pair:
        return None if "affiliation_officer" in pair else Clash.ADMINISTRATOR_SEES_NO_CHILD
    if pair <= set(FUND_ROLES):
        return Clash.MONEY_NEEDS_THREE
    if pair & set(FUND_ROLES) and pair & {*SCHOOL_ROLES, "office_admin"}:
        return Clash.FUND_AND_FIELD
    if "office_admin" in pair and pair & {"school_admin", "school_director"}:
        nested = a_path.startswith(b_path) or b_path.startswith(a_path)
        return Clash.OFFICE_OVER_OWN_SCHOOL if nested else None
    return None


def overlap(a: Post, b: Post) -> bool:
    """Whether two posts share a day; the last day counts."""
    a_before_b = a.ends_on is not None and a.ends_on < b.starts_on
    b_before_a = b.ends_on is not None and b.ends_on < a.starts_on
    return not (a_before_b or b_before_a)


def first_clash(new: Post, held: list[Post]) -> tuple[Post, Clash] | None:
    """The first post held that does not go with the new one on some day, and why."""
    for post in held:
        reason = clash(new.role, new.path, post.role, post.path)
        if reason and overlap(new, post):
            return post, reason
    return None


def same_again(new: Post, held: list[Post]) -> Post | None:
    """A post held already of the same role at the same place on some same day."""
    for post in held:
        if (post.role, post.path) == (new.role, new.path) and overlap(new, post):
            return post
    return None
