"""Who of the new group is to be visited at home, and in what order a teacher goes. Pure.

The letter names three reasons (`Reason`). What the registry, the grants, earlier scores and
the lists of the basic-needs subsidy say of a pupil is *evidence* for one of them; a pupil with
evidence stands ticked on the class's list, and people add or untick with a reason of their own.

Units     Money in satang. Distances in kilometres along a straight line.
Errors    ValueError for a record that cannot be true; a lack of data is no error and no evidence.
Source    Letter 004, line 66; the criterion of income is form 01's (DOMAIN section 2.1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Any

YEARS_RUNNING = 3
INCOME_GATE_SATANG = 300_000  # 3,000 baht a head and month; a released PMT model says its own
EARTH_KM = 6371.0


class Reason(StrEnum):
    """The letter's three reasons, in its order."""

    SUBSIDY_THREE_YEARS = "subsidy_three_years"
    GRANTEE_MOVED = "grantee_moved"
    LOW_INCOME = "low_income"


class Evidence(StrEnum):
    """What the data say, in the order in which it is shown."""

    SUBSIDY_LIST = "subsidy_list"
    GRANT_ELSEWHERE = "grant_elsewhere"
    MARKED_POOR = "marked_poor"
    MARKED_BEFORE = "marked_before"
    SCORED_POOR = "scored_poor"
    GRANT_OVER = "grant_over"
    REGISTRY_INCOME = "registry_income"


REASON_OF = {
    Evidence.SUBSIDY_LIST: Reason.SUBSIDY_THREE_YEARS,
    Evidence.GRANT_ELSEWHERE: Reason.GRANTEE_MOVED,
    Evidence.MARKED_POOR: Reason.LOW_INCOME,
    Evidence.MARKED_BEFORE: Reason.LOW_INCOME,
    Evidence.SCORED_POOR: Reason.LOW_INCOME,
    Evidence.GRANT_OVER: Reason.LOW_INCOME,
    Evidence.REGISTRY_INCOME: Reason.LOW_INCOME,
}


class SkipReason(StrEnum):
    """Why a pupil of the list is not visited after all."""

    NOT_POOR = "not_poor"
    DECLINED = "declined"
    NOT_HERE = "not_here"
    VISITED_BEFORE = "visited_before"
    OTHER = "other"


class Outcome(StrEnum):
    """What a visit found."""

    MET = "met"
    NOBODY_HOME = "nobody_home"
    NOT_FOUND = "not_found"
    DECLINED = "declined"


class FormerGrant(StrEnum):
    """A grant that gives no right any more, by where it was given."""

    NONE = "none"
    HERE = "here"
    ELSEWHERE = "elsewhere"


class Stage(StrEnum):
    """Where a line of the list stands; from the first form 01 on, where the form stands."""

    TO_VISIT = "to_visit"
    VISITED = "visited"
    SKIPPED = "skipped"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one pupil who studies this term.

    `marked_poor` is None without a registry record of the school; `marked_before` is what the
    former school's said, of a pupil handed over: it speaks only until there is one. `income_per_head_satang` is what the
    registry lets one reckon (`registry_income`), None where it does not.
    """

    has_grant: bool = False
    marked_poor: bool | None = None
    marked_before: bool = False
    subsidy_years: int = 0
    former_grant: FormerGrant = FormerGrant.NONE
    scored_poor: bool = False
    income_per_head_satang: int | None = None

    def __post_init__(self) -> None:
        if self.subsidy_years < 0:
            raise ValueError("years are not below nought")


def evidence(facts: Facts, gate_satang: int = INCOME_GATE_SATANG) -> tuple[Evidence, ...]:
    """All that speaks for a visit, in the order of `Evidence`; nothing for a pupil who holds a grant.

    >>> [str(one) for one in evidence(Facts(marked_poor=True, former_grant=FormerGrant.ELSEWHERE))]
    ['grant_elsewhere', 'marked_poor']
    """
    if facts.has_grant:
        return ()
    income = facts.income_per_head_satang
    speaks = {
        Evidence.SUBSIDY_LIST: facts.subsidy_years >= YEARS_RUNNING,
        Evidence.GRANT_ELSEWHERE: facts.former_grant is FormerGrant.ELSEWHERE,
        Evidence.MARKED_POOR: facts.marked_poor is True,
        Evidence.MARKED_BEFORE: facts.marked_poor is None and facts.marked_before,
        Evidence.SCORED_POOR: facts.scored_poor,
        Evidence.GRANT_OVER: facts.former_grant is FormerGrant.HERE,
        Evidence.REGISTRY_INCOME: income is not None and income <= gate_satang,
    }
    return tuple(one for one in Evidence if speaks[one])


def reasons(found: Sequence[str]) -> tuple[Reason, ...]:
    """The letter's reasons that the evidence stands for, each once, in the letter's order."""
    said = {REASON_OF[Evidence(one)] for one in found}
    return tuple(reason for reason in Reason if reason in said)


def registry_income(extras: Mapping[str, Any]) -> int | None:
    """Reckon the household's income per head from the registry's own columns, in satang a month.

    Father, mother, and the guardian where that is a third person; the children are the pupil,
    brothers and sisters. Where a named adult's income is not written nothing is reckoned: a dash
    is no nought.

    >>> registry_income({"father": {"first_name": "ก", "income_satang": 600_000}, "elder_brothers": "1"})
    200000
    """
    adults: dict[str, int | None] = {}
    for who in ("father", "mother", "guardian"):
        person = extras.get(who) or {}
        if name := f"{person.get('first_name', '')} {person.get('last_name', '')}".strip():
            adults.setdefault(name, person.get("income_satang"))
    if not adults or any(income is None for income in adults.values()):
        return None
    total = sum(income or 0 for income in adults.values())
    return total // (len(adults) + 1 + _brothers_and_sisters(extras))


def _brothers_and_sisters(extras: Mapping[str, Any]) -> int:
    keys = ("elder_brothers", "younger_brothers", "elder_sisters", "younger_sisters")
    written = [str(extras.get(key) or "") for key in keys]
    return sum(int(text) for text in written if text.isascii() and text.isdigit())


def stage(*, is_ticked: bool, is_visited: bool, has_form: bool) -> Stage:
    """Where a line stands: a form that was begun outweighs what the list says."""
    if has_form:
        return Stage.FORM
    if not is_ticked:
        return Stage.SKIPPED
    return Stage.VISITED if is_visited else Stage.TO_VISIT


# --- the order of going ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Home:
    """A home to go to. `turn` is the teacher's own wish; `point` is (latitude, longitude)."""

    key: int
    subdistrict: str = ""
    moo: str = ""
    name: str = ""
    turn: int | None = None
    point: tuple[float, float] | None = None


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance between two points of the earth.

    >>> round(kilometres((18.0, 99.0), (18.0, 99.01)), 2)
    1.06
    """
    lat1, lng1, lat2, lng2 = map(radians, (*one, *other))
    a = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lng2 - lng1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, a)))


def going_order(
    homes: Sequence[Home], school: tuple[float, float] | None, own_subdistrict: str = ""
) -> list[Home]:
    """The homes as one goes: by subdistrict, the school's own first, those without one last.

    Inside a subdistrict the teacher's own turns come first; then each next home is the one
    nearest to the last, beginning at the school; a home without a known place follows the
    last of its village, or stands at the end by village and name.
    """
    found: list[Home] = []
    for code in sorted({home.subdistrict for home in homes}, key=_before(own_subdistrict)):
        found += _within([home for home in homes if home.subdistrict == code], school)
    return found


def _before(own: str) -> Any:
    return lambda code: (code != own or not code, not code, code)


def _within(homes: list[Home], school: tuple[float, float] | None) -> list[Home]:
    wished = sorted(
        (h for h in homes if h.turn is not None), key=lambda h: (h.turn, *_by_village(h))
    )
    rest = [home for home in homes if home.turn is None]
    start = next((h.point for h in reversed(wished) if h.point), school)
    going = _nearest_next([home for home in rest if home.point is not None], start)
    for home in sorted((h for h in rest if h.point is None), key=_by_village):
        same = [at for at, one in enumerate(going) if home.moo and one.moo == home.moo]
        going.insert(same[-1] + 1 if same else len(going), home)
    return wished + going


def _nearest_next(homes: list[Home], start: tuple[float, float] | None) -> list[Home]:
    left, found = sorted(homes, key=_by_village), []
    here = start
    while left:
        spot = here
        nearest = (
            min(left, key=lambda home: kilometres(spot, home.point or spot)) if spot else left[0]
        )
        left.remove(nearest)
        found.append(nearest)
        here = nearest.point
    return found


def _by_village(home: Home) -> tuple[int, str, str, int]:
    number = int(home.moo) if home.moo.isascii() and home.moo.isdigit() else 10_000
    return (number, home.moo, home.name, home.key)
