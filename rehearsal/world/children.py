"""The invented children and their households, as plain values. Pure, and the same each time.

A household is poor to a degree (`Means`), which its children share; who of them holds a
grant already (`continuing`), who asks for one (`new`) and who is just at school (`none`)
follows from it. Nothing here knows the database: children come into being through the
registry files (rehearsal.world.files) and the real import.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from eqfund.school_year import GRADES
from rehearsal import names

from .plan import SCHOOLS, SchoolPlan

MAIN_CLASS = "P4"  # of the first school; its teacher is the person named `teacher`
TERM_BEGINS = date(2026, 5, 16)


class Means(StrEnum):
    """How poor a household is; what form 01 will find of a new pupil."""

    EXTREMELY_POOR = "extremely_poor"
    POOR = "poor"
    NOT_POOR = "not_poor"  # passes the gate of 3,000 baht, not the means test
    OVER_INCOME = "over_income"  # does not pass the gate
    WELL_OFF = "well_off"  # nobody asks


class Group(StrEnum):
    CONTINUING = "continuing"
    NEW = "new"
    NONE = "none"


class Channel(StrEnum):
    PUPIL = "promptpay_pupil"
    GUARDIAN = "promptpay_guardian"
    SCHOOL = "school_account"


@dataclass(frozen=True, slots=True)
class Adult:
    """A grown-up of a household. `relation` is in the registry's words: มารดา, ยาย."""

    title: str
    first_name: str
    last_name: str
    sex: str
    relation: str
    age: int
    number: str
    phone: str
    occupation: str
    income_baht: int

    @property
    def full_name(self) -> str:
        return f"{self.title}{self.first_name} {self.last_name}"


@dataclass(slots=True)
class Household:
    """People under one roof, with the address of the registry file."""

    key: int
    means: Means
    last_name: str
    adults: list[Adult]
    house_no: str
    moo: int
    road: str
    subdistrict_code: str
    latitude: float
    longitude: float
    children: list[Child] = field(default_factory=list)

    @property
    def guardian(self) -> Adult:
        return self.adults[0]

    @property
    def size(self) -> int:
        return len(self.adults) + len(self.children)

    @property
    def income_baht(self) -> int:
        """Of all members together, in a month."""
        return sum(adult.income_baht for adult in self.adults)


@dataclass(slots=True)
class Child:
    """One invented pupil: what the registry files say, and what the story has in mind."""

    key: int
    number: str
    sex: str
    title: str
    first_name: str
    birth_date: date
    school_no: int
    grade: str
    room: str
    student_number: str
    household: Household
    group: Group
    channel: Channel
    first_term: str = ""
    promptpay_fails: bool = False
    is_barely_known: bool = False  # the registry has the name, the id and the class, no more

    @property
    def last_name(self) -> str:
        return self.household.last_name

    @property
    def full_name(self) -> str:
        return f"{self.title}{self.first_name} {self.last_name}"

    @property
    def is_g_code(self) -> bool:
        return self.number.startswith("G")

    @property
    def flagged_poor(self) -> bool:
        """Whether the source registry marks the child ยากจน."""
        return self.group != Group.NONE

    @property
    def guardian(self) -> Adult:
        return self.household.guardian

    @property
    def destination(self) -> str:
        """The id that the money goes to; "" for the school's account."""
        return {Channel.PUPIL: self.number, Channel.GUARDIAN: self.guardian.number}.get(
            self.channel, ""
        )


_MEANS = {  # of 100 households
    Means.EXTREMELY_POOR: 33,
    Means.POOR: 12,
    Means.NOT_POOR: 3,
    Means.OVER_INCOME: 2,
    Means.WELL_OFF: 50,
}
_MOSTLY_GRANTED = (Means.EXTREMELY_POOR, Means.POOR)
_GUARDIANS = (  # relation, sex, age from, to
    ("มารดา", "f", 26, 45),
    ("มารดา", "f", 26, 45),
    ("บิดา", "m", 28, 48),
    ("ยาย", "f", 55, 72),
    ("ย่า", "f", 55, 72),
    ("ตา", "m", 58, 74),
    ("ป้า", "f", 38, 58),
)
_OCCUPATIONS = ("รับจ้าง", "เกษตรกร", "รับจ้าง", "ค้าขาย", "ไม่มีอาชีพ")
_AGE_OF = {grade: 3 + step for step, grade in enumerate(GRADES)}  # whole years at the term's start


class Maker:
    """Makes households and children from one source of chance; each number once."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.child_ids = names.national_ids(1)
        self.failing_child_ids = names.national_ids(1, ending=names.FAILING_ENDINGS)
        self.adult_ids = names.national_ids(3)
        self.failing_adult_ids = names.national_ids(3, ending=names.FAILING_ENDINGS)
        self.phones = names.phones()
        self.g_codes = {
            province: names.g_codes(69, province)
            for province in {plan.province_code for plan in SCHOOLS}
        }
        self.households: list[Household] = []
        self.children: list[Child] = []

    def household(self, plan: SchoolPlan) -> Household:
        rng = self.rng
        means = rng.choices(list(_MEANS), weights=list(_MEANS.values()))[0]
        last_name = names.family_name(rng)
        adults = self._adults(means, last_name)
        made = Household(
            key=len(self.households) + 1,
            means=means,
            last_name=last_name,
            adults=adults,
            house_no=f"{rng.randint(1, 240)}" + rng.choice(("", "", "/1", "/2")),
            moo=rng.randint(1, 12),
            road=rng.choice(names.STREETS),
            subdistrict_code=plan.subdistrict_code,
            latitude=round(plan.latitude + rng.uniform(-0.03, 0.03), 6),
            longitude=round(plan.longitude + rng.uniform(-0.03, 0.03), 6),
        )
        self.households.append(made)
        return made

    def _adults(self, means: Means, last_name: str) -> list[Adult]:
        rng = self.rng
        first = rng.choice(_GUARDIANS)
        wanted = [first]
        if first[0] in ("มารดา", "บิดา") and rng.random() < 0.55:
            wanted.append(("บิดา", "m", 28, 48) if first[0] == "มารดา" else ("มารดา", "f", 26, 45))
        if rng.random() < 0.3:
            wanted.append(("ยาย", "f", 60, 78) if first[0] != "ยาย" else ("ตา", "m", 60, 78))
        incomes = self._incomes(means, len(wanted))
        return [
            Adult(
                title=names.adult_title(rng, sex),
                first_name=names.adult_name(rng, sex),
                last_name=last_name,
                sex=sex,
                relation=relation,
                age=rng.randint(low, high),
                number=next(self.adult_ids),
                phone=next(self.phones),
                occupation=rng.choice(_OCCUPATIONS),
                income_baht=income,
            )
            for (relation, sex, low, high), income in zip(wanted, incomes, strict=True)
        ]

    def _incomes(self, means: Means, adults: int) -> list[int]:
        """Monthly incomes in hundreds of baht that keep poor households under the gate."""
        low, high = {
            Means.EXTREMELY_POOR: (8, 20),
            Means.POOR: (15, 28),
            Means.NOT_POOR: (20, 28),
            Means.OVER_INCOME: (190, 240),
            Means.WELL_OFF: (90, 200),
        }[means]
        return [100 * self.rng.randint(low, high) for _ in range(adults)]

    def child(self, plan: SchoolPlan, grade: str, room: str, household: Household) -> Child:
        rng = self.rng
        sex = "m" if plan.of_novices else rng.choice("mf")
        age = _AGE_OF[grade]
        born = TERM_BEGINS - timedelta(days=365 * age + age // 4 + rng.randint(1, 360))
        group, channel, first_term = self._group(household, grade)
        g_code = channel == Channel.SCHOOL and rng.random() < 0.12
        number = next(self.g_codes[plan.province_code] if g_code else self.child_ids)
        made = Child(
            key=len(self.children) + 1,
            number=number,
            sex=sex,
            title=names.NOVICE if plan.of_novices else names.child_title(sex, age),
            first_name=names.child_name(rng, sex),
            birth_date=born,
            school_no=plan.number,
            grade=grade,
            room=room,
            student_number=str(3000 + len(self.children) + 1),
            household=household,
            group=group,
            channel=channel,
            first_term=first_term,
        )
        self._perhaps_failing(made)
        household.children.append(made)
        self.children.append(made)
        return made

    def _group(self, household: Household, grade: str) -> tuple[Group, Channel, str]:
        rng = self.rng
        channel = rng.choices(list(Channel), weights=(30, 30, 40))[0]
        if household.means == Means.WELL_OFF:
            return Group.NONE, channel, ""
        known = {child.channel for child in household.children}
        if Channel.GUARDIAN in known:
            channel = Channel.GUARDIAN  # brothers and sisters share the guardian's PromptPay
        grantee = household.means in _MOSTLY_GRANTED and rng.random() < 0.87
        if not grantee or grade == GRADES[0]:
            return Group.NEW, channel, ""
        return Group.CONTINUING, channel, rng.choice(("1/2567", "1/2568", "1/2568", "2/2568"))

    def _perhaps_failing(self, child: Child) -> None:
        """Let the PromptPay of some fail at the bank: of a grantee's own id, or the guardian's."""
        if child.group == Group.NONE or child.is_g_code or self.rng.random() >= 0.06:
            return
        if child.channel == Channel.PUPIL:
            child.number = next(self.failing_child_ids)
            child.promptpay_fails = True
        elif child.channel == Channel.GUARDIAN and not child.household.children:
            adults = child.household.adults
            adults[0] = replace(adults[0], number=next(self.failing_adult_ids))
            child.promptpay_fails = True


def make(rng: Random) -> list[Child]:
    """All children of all schools, some with brothers and sisters."""
    maker = Maker(rng)
    for plan in SCHOOLS:
        if not plan.adds_names:
            _fill(maker, plan)
    _late_arrivals(maker)
    for plan in SCHOOLS:
        if plan.adds_names:
            _fill(maker, plan)
    _share_failing(maker.children)
    return maker.children


def _fill(maker: Maker, plan: SchoolPlan) -> None:
    """The children of one school, class by class."""
    rng = maker.rng
    here: list[Household] = []
    for grade, room in plan.classes:
        taken: set[int] = set()
        for _ in range(plan.class_size):
            household = _sibling_home(rng, here, taken) or maker.household(plan)
            taken.add(household.key)
            maker.child(plan, grade, room, household)
            if household not in here[-120:]:
                here.append(household)


def _late_arrivals(maker: Maker) -> None:
    """Three more in the main class, all poor, without a grant: the visitor's own homes to visit.

    The first has a sister or brother among the new, whose form fills in much of this one's; of
    the second the registry knows next to nothing.
    """
    plan = SCHOOLS[0]
    taken = {c.household.key for c in maker.children if c.grade == MAIN_CLASS and c.school_no == 1}
    sibling = next(
        child.household
        for child in of_group(maker.children, Group.NEW)
        if child.school_no == plan.number
        and child.household.means in _MOSTLY_GRANTED
        and child.household.key not in taken
    )
    homes = [sibling, _poor_home(maker, plan), _poor_home(maker, plan)]
    for number, home in enumerate(homes):
        child = maker.child(plan, MAIN_CLASS, "1", home)
        child.group, child.first_term = Group.NEW, ""
        child.is_barely_known = number == 1


def _poor_home(maker: Maker, plan: SchoolPlan) -> Household:
    home = maker.household(plan)
    while home.means not in _MOSTLY_GRANTED:
        home = maker.household(plan)
    return home


def _sibling_home(rng: Random, here: list[Household], taken: set[int]) -> Household | None:
    """Now and then a household of the school with fewer than three children and none in this class."""
    if not here or rng.random() >= 0.16:
        return None
    home = rng.choice(here)
    return home if home.key not in taken and len(home.children) < 3 else None


def _share_failing(children: list[Child]) -> None:
    """A guardian's failing PromptPay fails for all the children it serves."""
    for child in children:
        child.promptpay_fails = child.destination.endswith(names.FAILING_ENDINGS)


def in_july(children: list[Child]) -> list[Child]:
    """The first school's roll of July: one more child came, and the registry knows all of the others."""
    roll = [replace(c, is_barely_known=False) for c in children if c.school_no == 1]
    twelve = f"1{90_000_000_001:011d}"
    come = replace(
        roll[-1],
        key=len(children) + 1,
        number=twelve + names.check_digit(twelve),
        first_name="ณัฐวดี",
        title=names.child_title("f", 8),
        sex="f",
        student_number=str(3000 + len(children) + 1),
        grade="P2",
    )
    return [*roll, come]


def of_group(children: list[Child], group: Group) -> Iterator[Child]:
    return (child for child in children if child.group == group)
