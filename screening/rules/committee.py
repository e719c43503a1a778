"""The committee's certification (แบบ นร.05) and its plan (ก.001). Pure.

A meeting certifies, pupil by pupil, that the child really is at the school and
may be put forward. It counts only with a quorum; a member related to a pupil
leaves the decision on that pupil to the others; a refusal has a reason.

Units     Members are counted (int); money is whole satang.
Quorum    At least half of the members, as for administrative committees
          (Administrative Procedure Act B.E. 2539, section 79): 5 of 9, 8 of 15.
Abstain   Those who stay for one pupil must still be two: one person is no
          committee. Ours; the letters are silent.
Source    Letter 003 lines 34 and 66; DOMAIN 3.1. Kept in 2569 by assumption.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

LEAST_DECIDING = 2


class MeetingStatus(StrEnum):
    DRAFT = "draft"
    LOCKED = "locked"
    REOPENED = "reopened"


TRANSITIONS = {
    MeetingStatus.DRAFT: {MeetingStatus.LOCKED},
    MeetingStatus.LOCKED: {MeetingStatus.REOPENED},
    MeetingStatus.REOPENED: {MeetingStatus.LOCKED},
}
OPEN = (MeetingStatus.DRAFT, MeetingStatus.REOPENED)


class MemberRole(StrEnum):
    """Whom a member of the committee represents; chair and secretary sign."""

    CHAIR = "chair"
    SECRETARY = "secretary"
    PARENTS = "parents"
    TEACHERS = "teachers"
    COMMUNITY = "community"
    LOCAL_AUTHORITY = "local_authority"
    ALUMNI = "alumni"
    RELIGION = "religion"
    EXPERT = "expert"


class Decision(StrEnum):
    CERTIFY = "certify"
    REFUSE = "refuse"


class PlanPurpose(StrEnum):
    """What the school-run share may be spent on (ก.001)."""

    FOOD = "food"
    TRAVEL = "travel"
    SUPPLIES = "supplies"
    LIFE_SKILLS = "life_skills"


class Fault(StrEnum):
    """Why a meeting cannot be signed yet."""

    NO_MEMBERS = "no_members"
    NO_CHAIR = "no_chair"
    NO_SECRETARY = "no_secretary"
    NO_QUORUM = "no_quorum"
    NO_LINES = "no_lines"
    UNDECIDED = "undecided"
    TOO_FEW_DECIDING = "too_few_deciding"
    NO_PLAN = "no_plan"
    PLAN_DIFFERS = "plan_differs"
    NO_MINUTES = "no_minutes"


def quorum_of(members: int) -> int:
    """How many members must be present: at least half.

    >>> quorum_of(9), quorum_of(15), quorum_of(2)
    (5, 8, 1)
    """
    if members < 1:
        raise ValueError("a committee has at least one member")
    return (members + 1) // 2


def has_quorum(members: int, present: int) -> bool:
    """Whether the meeting counts."""
    if not 0 <= present <= members:
        raise ValueError("more present than there are members")
    return members > 0 and present >= quorum_of(members)


def may_decide(present: int, abstaining: int) -> bool:
    """Whether enough members stay to decide on one pupil.

    >>> may_decide(present=5, abstaining=3), may_decide(present=5, abstaining=4)
    (True, False)
    """
    if not 0 <= abstaining <= present:
        raise ValueError("more abstain than are present")
    return present - abstaining >= LEAST_DECIDING


@dataclass(frozen=True, slots=True)
class Member:
    role: str
    is_present: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What was decided on one pupil, and how many present members abstained."""

    decision: str
    abstaining: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    share_satang: int
    items_satang: int

    @property
    def is_nil(self) -> bool:
        return self.share_satang == 0 and self.items_satang == 0


def faults(
    members: Sequence[Member], lines: Sequence[Line], plan: Plan | None, has_minutes: bool
) -> list[Fault]:
    """All that keeps a meeting from being signed, in the order in which people mend it."""
    found = _faults_of_members(members)
    present = sum(member.is_present for member in members)
    if not lines:
        found.append(Fault.NO_LINES)
    if any(not line.decision for line in lines):
        found.append(Fault.UNDECIDED)
    if any(line.abstaining > present or not may_decide(present, line.abstaining) for line in lines):
        found.append(Fault.TOO_FEW_DECIDING)
    if plan is None:
        found.append(Fault.NO_PLAN)
    elif plan.items_satang != plan.share_satang:
        found.append(Fault.PLAN_DIFFERS)
    if not has_minutes:
        found.append(Fault.NO_MINUTES)
    return found


def _faults_of_members(members: Sequence[Member]) -> list[Fault]:
    if not members:
        return [Fault.NO_MEMBERS]
    present = [member.role for member in members if member.is_present]
    found = []
    if MemberRole.CHAIR not in present:
        found.append(Fault.NO_CHAIR)
    if MemberRole.SECRETARY not in present:
        found.append(Fault.NO_SECRETARY)
    if not has_quorum(len(members), len(present)):
        found.append(Fault.NO_QUORUM)
    return found


def share_of(certified: int, per_pupil_satang: int) -> int:
    """The school-run share that the plan must spend, in satang."""
    if certified < 0 or per_pupil_satang < 0:
        raise ValueError("neither pupils nor money are below nought")
    return certified * per_pupil_satang
