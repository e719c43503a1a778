"""Reads of the hand-overs' pages: what each person sees of a row, lists with their counts, the trail of a pupil."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from eqfund import access, hooks
from eqfund.models import Enrolment, EnrolmentStatusChange, Handover, Pupil, School, User
from eqfund.people import search
from eqfund.school_year import grade_label
from eqfund.thai_text import thai_date

from . import permissions, rules
from .rules import Fact, Side, Status, Way

LATE = "late"  # waiting, after the day by which an answer was expected
DIRECTIONS = ("out", "in")
OF_A_CHILD = frozenset({Fact.NAME, Fact.BIRTH_YEAR, Fact.LAST4, Fact.MESSAGE, Fact.HISTORY})


@dataclass(frozen=True, slots=True)
class Seen:
    """A hand-over as one person sees it: what is hidden from them is "" or None."""

    row: Handover
    sides: frozenset[Side]
    facts: frozenset[Fact]
    today: date

    def _if(self, fact: Fact, value: Any, other: Any = "") -> Any:
        return value if fact in self.facts else other

    @property
    def name(self) -> str:
        return str(self._if(Fact.NAME, self.row.child_name))

    @property
    def grade(self) -> str:
        return str(self._if(Fact.GRADE, self.row.grade))

    @property
    def birth_year_be(self) -> int | None:
        return self._if(Fact.BIRTH_YEAR, self.row.birth_year_be, None)  # type: ignore[no-any-return]

    @property
    def last4(self) -> str:
        return str(self._if(Fact.LAST4, self.row.last4))

    @property
    def from_name(self) -> str:
        return str(self._if(Fact.FROM_SCHOOL, self.row.from_name))

    @property
    def from_office(self) -> str:
        return str(self._if(Fact.FROM_SCHOOL, self.row.from_office))

    @property
    def to_name(self) -> str:
        return str(self._if(Fact.TO_SCHOOL, self.row.to_name))

    @property
    def message(self) -> str:
        return str(self._if(Fact.MESSAGE, self.row.message))

    @property
    def note(self) -> str:
        return str(self._if(Fact.MESSAGE, self.row.note))

    @property
    def shows_history(self) -> bool:
        return Fact.HISTORY in self.facts

    @property
    def is_out(self) -> bool:
        return Side.SENDER in self.sides

    @property
    def is_in(self) -> bool:
        return Side.RECEIVER in self.sides

    @property
    def is_late(self) -> bool:
        """Whether the day by which an answer was expected is past."""
        return self.row.is_open and self.today > self.row.due_on

    @property
    def has_lapsed(self) -> bool:
        return self.row.is_open and rules.has_lapsed(self.row.lapses_on, self.today)

    @property
    def pill(self) -> str:
        """A pill's colour."""
        if self.row.is_open:
            return "bad" if self.is_late else "sun"
        return {"accepted": "good", "refused": "bad"}.get(self.row.status, "")

    @property
    def answerer(self) -> str:
        """The side that answers: sender or receiver."""
        return rules.answers(Way(self.row.way)).value


def seen(rows: Iterable[Handover], user: User, today: date) -> list[Seen]:
    """Each row with what this person may read of it; no query."""
    return [_seen(row, user, today) for row in rows]


def _seen(row: Handover, user: User, today: date) -> Seen:
    paths = {Side.SENDER: row.from_path, Side.RECEIVER: row.to_path}
    sides = {side for side, path in paths.items() if access.may(user, "handover.read", path)}
    facts: set[Fact] = set()
    for side in sides:
        shown = rules.shown_to(side, Way(row.way), Status(row.status))
        reads_children = access.may(user, "read_child", paths[side])
        facts |= shown if reads_children else shown - OF_A_CHILD
    return Seen(row, frozenset(sides), frozenset(facts), today)


def for_table(
    user: User, today: date, *, direction: str = "", status: str = "", way: str = ""
) -> QuerySet[Handover]:
    """Hand-overs that the user may know of, the newest first; of those that are late, the longest so."""
    rows = Handover.objects.visible_to(user)
    if direction == "out":
        rows = Handover.objects.leaving(user)
    elif direction == "in":
        rows = Handover.objects.arriving(user)
    if status == LATE:
        rows = rows.waiting().filter(due_on__lt=today)
    elif status:
        rows = rows.filter(status=status)
    if way:
        rows = rows.filter(way=way)
    return rows.for_table().order_by("due_on", "pk") if status == LATE else rows.for_table()


def counts(rows: QuerySet[Handover], today: date) -> dict[str, int]:
    """How many of each state, and how many of the waiting are late; one query."""
    is_late = Q(status=Status.PROPOSED, due_on__lt=today)
    sums = (
        rows.order_by().values("status").annotate(n=Count("pk"), late=Count("pk", filter=is_late))
    )
    found = {row["status"]: row["n"] for row in sums}
    return {**found, LATE: sum(row["late"] for row in sums)}


def to_answer(user: User) -> QuerySet[Handover]:
    """Open hand-overs that this person's schools answer, begun by somebody else."""
    of_receiver = Q(way=Way.SENT) & access.path_filter(user, "handover.answer", "to_path")
    of_sender = Q(way__in=[Way.ASKED, Way.REGISTRY]) & access.path_filter(
        user, "handover.answer", "from_path"
    )
    rows = Handover.objects.waiting().exclude(proposed_by=user)
    return rows.filter(of_receiver | of_sender)


def in_a_row(user: User) -> QuerySet[Handover]:
    """Those of `to_answer` whose child a registry file has moved: they may be answered together."""
    return to_answer(user).filter(way=Way.REGISTRY, to_enrolment__isnull=False)


def trail(pupil: Pupil, user: User, today: date) -> list[Seen]:
    """The moves of a pupil that this person may know of, the last first."""
    rows = Handover.objects.visible_to(user).filter(pupil=pupil).for_table()
    return seen(rows[:20], user, today)


def duties_for(handover: Handover, found: Seen | None, user: User, at: Any) -> dict[str, list[Any]]:
    """What the move means, by side, for the sides whose children this person reads."""
    duties = [duty for hook in hooks.handover_duties for duty in hook(handover, at)]
    paths = {Side.SENDER: handover.from_path, Side.RECEIVER: handover.to_path}
    return {
        side.value: [duty for duty in duties if duty.side == side]
        for side, path in paths.items()
        if path and access.may(user, "read_child", path)
    }


def history_of(enrolments: Iterable[Enrolment]) -> list[EnrolmentStatusChange]:
    """Every change of state of these enrolments, the last first; one query."""
    rows = EnrolmentStatusChange.objects.filter(enrolment__in=list(enrolments))
    rows = rows.select_related("by", "undone_by", "enrolment")
    return list(rows.order_by("-at", "-pk"))


def schools_called(text: str, *, but: School) -> search.Found | None:
    """Schools by name or code, as everybody may look them up; None when too little was typed."""
    found = search.find(affiliation="", province="", q=text.strip())
    if found is not None:
        found.schools[:] = [school for school in found.schools if school.pk != but.pk]
    return found


TITLES = (
    _("Pupil"),
    _("Grade"),
    _("Former school"),
    _("Former school's office"),
    _("New school"),
    _("New school's office"),
    _("Day of moving"),
    _("How it began"),
    _("State"),
    _("Begun on"),
    _("Answer expected by"),
    _("Settled on"),
)


def cells(found: Seen) -> list[Any]:
    """A row of the CSV, with what this person may read."""
    row = found.row
    to_office = row.to_office if found.to_name else ""
    return [
        found.name or (f"…{found.last4}" if found.last4 else ""),
        grade_label(found.grade) if found.grade else "",
        found.from_name,
        found.from_office,
        found.to_name,
        to_office,
        thai_date(row.moved_on),
        row.get_way_display(),
        row.get_status_display(),
        thai_date(row.proposed_at),
        thai_date(row.due_on),
        thai_date(row.closed_at) if row.closed_at else "",
    ]


def lines(rows: QuerySet[Handover], user: User, today: date) -> Iterator[list[Any]]:
    """The rows of the CSV, read in pieces."""
    for row in rows.iterator(chunk_size=2_000):
        yield cells(_seen(row, user, today))


def school_of(enrolment: Enrolment) -> School:
    """The school of an enrolment, with its office."""
    return School.objects.select_related("office").get(path=permissions.school_path(enrolment.path))
