"""Form 01: its life, its sums, and what is still missing. Pure.

Units     Typed amounts are whole baht a month (int). Amounts worked out are satang.
Rounding  Income per head is rounded half up to the satang, for showing and storing; the
          gate (screening.pmt.scoring.passes_gate) compares the sums without rounding.
Errors    ValueError for a record that cannot be true. What a teacher can put right is
          a Problem, never an exception.
Source    DOMAIN 1 (official form of 6 March 2569), 1.8 (states), 10.2 (worked incomes).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from eqfund import national_id

from .spec import NOT_TYPED, Answers, Field, Kind, Section, Spec

INCOME_COLUMNS = (
    "income_wage",
    "income_farm_net",
    "income_business_net",
    "income_welfare",
    "income_other",
)
SATANG = 100
GRID_DEGREES = 100  # cells of 0.01 degree: about 1.1 km in Thailand


class Status(StrEnum):
    """Where a form stands. The last two that lead on are the fund's doing and stand in its own rows."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CERTIFIED = "certified"
    REFUSED = "refused"
    SIGNED = "signed"
    SCORED = "scored"
    ANNOUNCED = "announced"
    WITHDRAWN = "withdrawn"


TRANSITIONS = {
    Status.DRAFT: {Status.SUBMITTED, Status.WITHDRAWN},
    Status.SUBMITTED: {
        Status.CERTIFIED,
        Status.REFUSED,
        Status.RETURNED,
        Status.WITHDRAWN,
    },
    Status.RETURNED: {Status.SUBMITTED, Status.WITHDRAWN},
    Status.CERTIFIED: {Status.SIGNED, Status.RETURNED},
    Status.REFUSED: {Status.RETURNED, Status.WITHDRAWN},
    Status.SIGNED: {Status.SCORED, Status.RETURNED},
    Status.SCORED: {Status.ANNOUNCED},
    Status.ANNOUNCED: set(),
    Status.WITHDRAWN: set(),
}
# Said by a score or a decision and its announcement, never stored with the form: see Form01.standing.
OF_THE_FUND = frozenset({Status.SCORED, Status.ANNOUNCED})
STORED = frozenset(Status) - OF_THE_FUND
EDITABLE = frozenset({Status.DRAFT, Status.RETURNED})
PAST_OFFICER = frozenset({Status.CERTIFIED, Status.SIGNED})
SENT = STORED - EDITABLE - {Status.WITHDRAWN}


class Slot(StrEnum):
    """What a photo of a form shows."""

    EXTERIOR = "exterior"
    INTERIOR = "interior"
    EXCEPTION = "exception"
    PORTRAIT = "portrait"


class Signer(StrEnum):
    """Who signs a form."""

    PUPIL = "pupil"
    GUARDIAN = "guardian"
    TEACHER = "teacher"
    OFFICER = "officer"
    DIRECTOR = "director"


class Means(StrEnum):
    """How somebody signed: on the screen, by their own account, by thumbprint, on the sheet.

    The last two leave a picture; an account signs for the person who is signed in.
    """

    SCREEN = "screen"
    ACCOUNT = "account"
    THUMBPRINT = "thumbprint"
    SHEET = "sheet"


class Capacity(StrEnum):
    """In what capacity the head of the school signs."""

    IN_POST = "in_post"
    ACTING = "acting"
    ON_BEHALF = "on_behalf"


WITH_PICTURE = frozenset({Means.THUMBPRINT, Means.SHEET})
BY_ACCOUNT = frozenset({Signer.TEACHER, Signer.DIRECTOR})
AT_HOME = (Signer.PUPIL, Signer.GUARDIAN, Signer.TEACHER)
SIGNATURE_FIELDS = {
    Signer.PUPIL: "sig_student",
    Signer.GUARDIAN: "sig_guardian",
    Signer.TEACHER: "sig_teacher",
}


class Why(StrEnum):
    """Why an answer keeps the form from being sent."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    ROWS_AND_SIZE_DIFFER = "rows_and_size_differ"
    NO_ROW_OF_THE_PUPIL = "no_row_of_the_pupil"
    SEVERAL_ROWS_OF_THE_PUPIL = "several_rows_of_the_pupil"
    SAME_ID_TWICE = "same_id_twice"
    NO_VEHICLE_NAMED = "no_vehicle_named"
    PHOTO_MISSING = "photo_missing"
    SIGNATURE_MISSING = "signature_missing"


class Hint(StrEnum):
    """What looks odd and stops nobody."""

    DISABLED_MEMBER = "disabled_member"
    CHRONIC_MEMBER = "chronic_member"
    ELDERLY_MEMBER = "elderly_member"
    NO_POINT = "no_point"
    NO_INCOME_BUT_CAR = "no_income_but_car"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right before sending: where, what, why; `row` counts members from 0."""

    section: int
    code: str
    why: Why
    row: int | None = None


def member_income(member: Answers) -> int:
    """Return one member's income in baht a month.

    >>> member_income({"income_wage": 4500, "income_welfare": 600})
    5100
    """
    return sum(member.get(column) or 0 for column in INCOME_COLUMNS)


def household_income(members: Iterable[Answers]) -> int:
    """Return the household's income in baht a month."""
    return sum(member_income(member) for member in members)


def income_per_head_satang(total_baht: int, size: int) -> int:
    """Return the average income per head in satang, half a satang rounded up.

    >>> income_per_head_satang(5_600, 3), income_per_head_satang(9_000, 3)
    (186667, 300000)
    """
    if size < 1 or total_baht < 0:
        raise ValueError("a household has a member and no negative income")
    return (2 * total_baht * SATANG + size) // (2 * size)


def rows_expected(size: int, spec: Spec) -> int:
    """Return how many member rows a household of `size` fills."""
    return min(size, spec.max_members)


def grid_of(latitude: float, longitude: float) -> str:
    """Return the cell of about 1 km that holds the point, by its south-west corner.

    >>> grid_of(18.5786, 99.0087)
    '18.57,99.00'
    """
    cells = (int(degrees * GRID_DEGREES // 1) for degrees in (latitude, longitude))
    return ",".join(
        f"{'-' if cell < 0 else ''}{abs(cell) // GRID_DEGREES}.{abs(cell) % GRID_DEGREES:02}"
        for cell in cells
    )


def worked_out(answers: Answers, private: Answers) -> dict[str, Any]:
    """Return what is computed from the answers; a figure that cannot be is left out."""
    found: dict[str, Any] = {}
    members, size = private.get("members") or [], answers.get("household_size")
    if size and members and answers.get("lives_with") != "institution":
        total = household_income(members)
        found["household_income_total_satang"] = total * SATANG
        found["income_per_capita_satang"] = income_per_head_satang(total, size)
    if private.get("lat") is not None and private.get("lng") is not None:
        found["home_grid"] = grid_of(private["lat"], private["lng"])
    return found


WORKED_OUT = ("household_income_total_satang", "income_per_capita_satang", "home_grid")


def only_asked(spec: Spec, answers: Answers) -> dict[str, Any]:
    """Return the answers without those to questions this household is not asked."""
    asked = {
        field.code
        for section in spec.sections_asked(answers)
        for field in section.fields_asked(answers)
    }
    known = {field.code for section in spec.sections for field in section.fields}
    return {code: value for code, value in answers.items() if code in asked or code not in known}


def problems(
    spec: Spec,
    answers: Answers,
    private: Answers,
    *,
    unread: Answers,
    photos: Iterable[str],
    signed_by: Iterable[str],
) -> list[Problem]:
    """List, in the form's order, what must be put right before it can be sent.

    `unread` holds what was typed and could not be read; `photos` the slots filled;
    `signed_by` who has signed.
    """
    given = {**answers, **private}
    evidence = _Evidence(frozenset(photos), frozenset(signed_by))
    found: list[Problem] = []
    for section in spec.sections_asked(given):
        if section.code == "certification":
            continue  # the official comes after the form is sent
        for field in section.fields_asked(given):
            found.extend(_field_problems(spec, section, field, given, unread, evidence))
    return found


@dataclass(frozen=True, slots=True)
class _Evidence:
    photos: frozenset[str]
    signed_by: frozenset[str]


def _field_problems(
    spec: Spec,
    section: Section,
    field: Field,
    given: Answers,
    unread: Answers,
    evidence: _Evidence,
) -> Iterator[Problem]:
    if field.kind is Kind.MEMBERS:
        yield from _member_problems(spec, section, field, given, unread.get(field.code, {}))
    elif field.code in unread:
        yield Problem(section.number, field.code, Why.UNREADABLE)
    elif field.kind is Kind.PHOTO:
        if not _photo_is_there(field.code, given, evidence.photos):
            yield Problem(section.number, field.code, Why.PHOTO_MISSING)
    elif field.kind is Kind.SIGNATURE:
        signer = next(who for who, code in SIGNATURE_FIELDS.items() if code == field.code)
        if signer not in evidence.signed_by:
            yield Problem(section.number, field.code, Why.SIGNATURE_MISSING)
    elif field.required and field.kind not in NOT_TYPED and _is_empty(field, given):
        yield Problem(section.number, field.code, Why.MISSING)
    elif field.code == "has_vehicle" and given.get("has_vehicle") and not _names_a_vehicle(given):
        yield Problem(section.number, field.code, Why.NO_VEHICLE_NAMED)


def _is_empty(field: Field, given: Answers) -> bool:
    value = given.get(field.code)
    if field.kind is Kind.TICK:
        return value is not True
    return value is None or value == "" or value == []


def _photo_is_there(code: str, given: Answers, photos: frozenset[str]) -> bool:
    if given.get("photo_exception"):
        return Slot.EXCEPTION in photos
    return code.removeprefix("photo_") in photos


def _names_a_vehicle(given: Answers) -> bool:
    """Say whether a vehicle is named, or may still be: an unanswered one is missing by itself."""
    kinds = ("veh_car", "veh_pickup", "veh_tractor")
    return any(given.get(kind) != "none" for kind in kinds) or (
        given.get("veh_motorcycle_boat") is not False
    )


def _member_problems(
    spec: Spec, section: Section, field: Field, given: Answers, unread: Mapping[str, Answers]
) -> Iterator[Problem]:
    rows: Sequence[Answers] = given.get(field.code) or []

    def problem(why: Why, code: str = field.code, row: int | None = None) -> Problem:
        return Problem(section.number, code, why, row)

    size = given.get("household_size")
    if not rows:
        yield problem(Why.MISSING)
        return
    if size is not None and len(rows) != rows_expected(size, spec):
        yield problem(Why.ROWS_AND_SIZE_DIFFER)
    pupils = sum(row.get("relationship") == "self" for row in rows)
    if pupils != 1 and all(row.get("relationship") for row in rows):
        yield problem(Why.SEVERAL_ROWS_OF_THE_PUPIL if pupils else Why.NO_ROW_OF_THE_PUPIL)
    seen: set[str] = set()
    for number, row in enumerate(rows):
        typed = unread.get(str(number), {})
        for column in field.columns:
            if column.code in typed:
                yield problem(Why.UNREADABLE, column.code, number)
            elif column.required and column.kind not in NOT_TYPED and _is_empty(column, row):
                yield problem(Why.MISSING, column.code, number)
        if (number_id := row.get("national_id")) and number_id in seen:
            yield problem(Why.SAME_ID_TWICE, "national_id", number)
        elif number_id:
            seen.add(number_id)


def sections_with(found: Iterable[Problem]) -> set[int]:
    """Return the numbers of the sections that have something to put right."""
    return {problem.section for problem in found}


HINTS: dict[Hint, Callable[[Answers], bool]] = {
    Hint.DISABLED_MEMBER: lambda given: (
        _some_member(given, "has_disability") and not _depends(given, "disabled")
    ),
    Hint.CHRONIC_MEMBER: lambda given: (
        _some_member(given, "has_chronic_disease") and not _depends(given, "chronic")
    ),
    Hint.ELDERLY_MEMBER: lambda given: (
        any((member.get("age") or 0) >= 60 for member in given.get("members") or [])
        and not _depends(given, "elderly60")
    ),
    Hint.NO_INCOME_BUT_CAR: lambda given: (
        bool(given.get("members"))
        and household_income(given["members"]) == 0
        and any(given.get(kind) in ("over15", "upto15") for kind in ("veh_car", "veh_pickup"))
    ),
    Hint.NO_POINT: lambda given: given.get("lat") is None or given.get("lng") is None,
}


def hints(answers: Answers, private: Answers) -> list[Hint]:
    """List what looks odd; nothing here keeps a form from being sent."""
    given = {**answers, **private}
    household = given.get("lives_with") != "institution"
    return [
        hint
        for hint, holds in HINTS.items()
        if (household or hint is Hint.NO_POINT) and holds(given)
    ]


def _some_member(given: Answers, tick: str) -> bool:
    return any(member.get(tick) for member in given.get("members") or [])


def _depends(given: Answers, code: str) -> bool:
    return code in (given.get("dependency") or [])


def ids_of_household(private: Answers) -> set[str]:
    """Return the national ids that name people of the household: guardian and members."""
    found = {private.get("guardian_national_id")}
    found |= {member.get("national_id") for member in private.get("members") or []}
    return {national_id.normalize(number) for number in found if number}


def officer_is_of_household(officer_id: str, private: Answers) -> bool:
    """Say whether the certifying official is the guardian or a member: they may not certify."""
    return national_id.normalize(officer_id) in ids_of_household(private)
