"""How far each school is: one query for each stage, whatever the number of schools."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count as CountOf, Exists, Min, OuterRef, Q, QuerySet, Sum

from attendance.models import ClassMonth, TermDays
from attendance.rules import System, months_between
from eqfund import access
from eqfund.models import (
    Classroom,
    Enrolment,
    ProfileConfirmation,
    RegistryRecord,
    School,
    SupervisingOffice,
    Term,
    User,
)
from eqfund.windows import Window, lines_for
from monitoring.progress.models import OfficeSnapshot, Reminder, StageSnapshot
from monitoring.progress.rules import ACTIVITY, Count, Moment, Stage, State, lateness, state
from payments.models import (
    ContinuingConfirmation,
    SchoolBankAccount,
    SchoolPayoutReport,
    Transfer,
)
from payments.rules.accounts import AccountStatus
from payments.rules.channels import ChannelKind
from payments.rules.payout import SchoolReportStatus
from payments.rules.rounds import PUBLISHED, TransferStatus
from screening.form01.rules import Status
from screening.models import AnnouncedPupil, CommitteeMeeting, Form01, Grant
from screening.queries.form01 import new_group
from screening.rules.committee import MeetingStatus
from screening.rules.grants import PupilGroup

OFFICE_SHOWN = 1_000  # schools of one office on one board; the largest has some 400
AT_REST = (State.DONE, State.NOTHING, State.NOT_OPEN)
RECORDED = (Status.SIGNED, Status.REFUSED)


@dataclass(frozen=True, slots=True)
class Cell:
    """One stage of one school."""

    stage: Stage
    count: Count
    state: State


@dataclass(frozen=True, slots=True)
class Row:
    """One school and its stages; `lateness` orders the board."""

    school: School
    cells: list[Cell]
    lateness: int

    @property
    def late(self) -> int:
        return sum(cell.state is State.LATE for cell in self.cells)

    @property
    def left(self) -> list[Stage]:
        """What the school could do, or should have done: late stages and those that are open."""
        return [cell.stage for cell in self.cells if cell.state not in AT_REST]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left at present."""
        return all(cell.state in AT_REST for cell in self.cells)


def board(
    schools: QuerySet[School], office: SupervisingOffice, term: Term, at: datetime
) -> list[Row]:
    """Every school of an office that `schools` holds, the latest first.

    A constant number of queries for any number of schools.
    """
    mine = list(schools.filter(office=office).order_by("name", "pk")[:OFFICE_SHOWN])
    counts = counts_of({school.pk for school in mine}, term, at)
    moments = moments_of(term, office.path, at)
    rows = []
    for school in mine:
        own = counts[school.pk]
        cells = [Cell(stage, own[stage], state(own[stage], moments[stage])) for stage in Stage]
        rows.append(Row(school, cells, lateness(own, moments)))
    rows.sort(key=lambda row: -row.lateness)
    return rows


def narrowed(rows: Iterable[Row], text: str) -> list[Row]:
    """Schools whose name or code holds `text`."""
    text = text.strip().casefold()
    return [
        row for row in rows if text in row.school.name.casefold() or text in row.school.moe_code
    ]


def in_state(rows: list[Row], state: str) -> list[Row]:
    """The rows that a tab of the board shows; all for no tab."""
    if state == "late":
        return [row for row in rows if row.late]
    if state == "left":
        return [row for row in rows if row.left]
    return [row for row in rows if row.is_complete] if state == "done" else rows


def last_reminders(rows: Iterable[Row], term: Term) -> dict[int, Reminder]:
    """school key -> the last reminder of the term."""
    found = Reminder.objects.filter(school__in=[row.school.pk for row in rows], term=term)
    return {row.school_id: row for row in found.select_related("by").order_by("day")}


@dataclass(frozen=True, slots=True)
class Closing:
    """The next close that somebody of an office has work left for: its window, and how many schools."""

    window: Window
    schools: int


def next_close(rows: Iterable[Row], term: Term, path: str, at: datetime) -> Closing | None:
    """The first window to close of those at which a school has something left; None when none does."""
    stages = [stage for row in rows for stage in row.left]
    activities = {ACTIVITY[stage]: stages.count(stage) for stage in set(stages)}
    windows = [
        window
        for window in lines_for(term, path)
        if window.line.activity in activities and window.closes_at and window.is_open(at)
    ]
    if not windows:
        return None
    first = min(windows, key=lambda window: window.closes_at or at)
    return Closing(first, activities[first.line.activity])


@dataclass(frozen=True, slots=True)
class Whole:
    """Several offices as one, as they were last counted."""

    schools: int
    late_schools: int
    complete_schools: int
    stages: dict[Stage, Count]
    offices: int
    uncounted: int
    counted_at: datetime | None


def snapshots(user: User, term: Term) -> QuerySet[OfficeSnapshot]:
    """Snapshots of the offices that lie wholly at the person's places: the sums of others tell too much."""
    return OfficeSnapshot.objects.visible_to(user).filter(term=term)


def late_by_stage(term: Term, paths: Iterable[str]) -> dict[Stage, int]:
    """Schools late at each stage under these places, by the last counts; stages where none is are left out."""
    rows: Any = StageSnapshot.objects.filter(snapshot__term=term, late__gt=0)
    rows = rows.filter(access.within(paths, "snapshot__office__path")).order_by().values("stage")
    found = {Stage(row["stage"]): row["schools"] for row in rows.annotate(schools=Sum("late"))}
    return {stage: found[stage] for stage in Stage if stage in found}


type OfficeRow = tuple[SupervisingOffice, OfficeSnapshot | None, list[tuple[Stage, Count]]]


def with_snapshots(
    offices: Iterable[SupervisingOffice], rows: QuerySet[OfficeSnapshot]
) -> list[OfficeRow]:
    """Each office with its snapshot and its stages in order; nothing where it is not the person's to see."""
    shown = list(offices)
    kept = {row.office_id: row for row in rows.filter(office__in=shown).prefetch_related("stages")}
    found = []
    for office in shown:
        row = kept.get(office.pk)
        counts = {s.stage: Count(s.done, s.total) for s in row.stages.all()} if row else {}
        found.append((office, row, [(stage, counts.get(stage, Count())) for stage in Stage]))
    return found


def whole(rows: QuerySet[OfficeSnapshot]) -> Whole:
    """The sums over all snapshots; two queries for any number of offices."""
    found = rows.order_by().aggregate(
        schools=Sum("schools", default=0),
        late_schools=Sum("late_schools", default=0),
        complete_schools=Sum("complete_schools", default=0),
        offices=CountOf("pk"),
        uncounted=CountOf("pk", filter=Q(counted_at=None)),
        counted_at=Min("counted_at"),
    )
    stages = StageSnapshot.objects.filter(snapshot__in=rows).order_by().values("stage")
    sums_of = {
        Stage(row["stage"]): Count(row["d"], row["t"])
        for row in stages.annotate(d=Sum("done"), t=Sum("total"))
    }
    return Whole(stages={stage: sums_of.get(stage, Count()) for stage in Stage}, **found)


def moments_of(term: Term, path: str, at: datetime) -> dict[Stage, Moment]:
    """Where `at` lies to each stage's time, over all its windows or due days at a place."""
    found: dict[str, list[Any]] = {}
    for window in lines_for(term, path):
        if window.line.kind in ("window", "deadline"):
            found.setdefault(window.line.activity, []).append(window)
    return {stage: _moment(found.get(activity, []), at) for stage, activity in ACTIVITY.items()}


def _moment(windows: list[Any], at: datetime) -> Moment:
    if not windows or any(window.is_open(at) for window in windows):
        return Moment.OPEN
    if all(window.opens_at and at < window.opens_at for window in windows):
        return Moment.BEFORE
    return Moment.PAST


def sums(rows: Iterable[Row]) -> dict[Stage, Count]:
    """The counts of several schools as one."""
    done = dict.fromkeys(Stage, 0)
    total = dict.fromkeys(Stage, 0)
    for row in rows:
        for cell in row.cells:
            done[cell.stage] += cell.count.done
            total[cell.stage] += cell.count.total
    return {stage: Count(done[stage], total[stage]) for stage in Stage}


def counts_of(schools: set[int], term: Term, at: datetime) -> dict[int, dict[Stage, Count]]:
    """Done and total of each stage for each school key."""
    stages = {
        Stage.PROFILE: _profile(schools, term),
        Stage.REGISTRY: _registry(schools, term),
        Stage.ACCOUNT: _account(schools),
        Stage.CONTINUING: _continuing(schools, term),
        Stage.FORM01: _form01(schools, term),
        Stage.FORM05: _form05(schools, term),
        Stage.PAYOUT: _payout(schools, term),
        Stage.REPORT: _report(schools, term),
        Stage.ATTENDANCE: _attendance(schools, term, at),
    }
    empty = Count()
    return {pk: {stage: found.get(pk, empty) for stage, found in stages.items()} for pk in schools}


def _by(rows: QuerySet[Any], school: str) -> dict[int, int]:
    """school key -> number of rows."""
    grouped = rows.order_by().values_list(school).annotate(n=CountOf("pk"))
    return {row[0]: row[1] for row in grouped}


def _both(rows: QuerySet[Any], school: str, done: Q) -> dict[int, Count]:
    """school key -> (rows that are done, rows), in one query."""
    grouped = rows.order_by().values_list(school)
    grouped = grouped.annotate(
        done=CountOf("pk", filter=done, distinct=True), n=CountOf("pk", distinct=True)
    )
    return {row[0]: Count(row[1], row[2]) for row in grouped}


def _profile(schools: set[int], term: Term) -> dict[int, Count]:
    confirmed = ProfileConfirmation.objects.alive().filter(school__in=schools, term=term)
    done = set(confirmed.values_list("school", flat=True))
    return {pk: Count(int(pk in done), 1) for pk in schools}


def _registry(schools: set[int], term: Term) -> dict[int, Count]:
    rows = Enrolment.objects.filter(term=term, classroom__school__in=schools)
    done = _by(rows, "classroom__school")
    return {pk: Count(int(pk in done), 1) for pk in schools}


def _account(schools: set[int]) -> dict[int, Count]:
    accepted = SchoolBankAccount.objects.filter(school__in=schools, status=AccountStatus.ACCEPTED)
    done = set(accepted.values_list("school", flat=True))
    return {pk: Count(int(pk in done), 1) for pk in schools}


def _continuing(schools: set[int], term: Term) -> dict[int, Count]:
    grants = Grant.objects.alive_in(term).filter(
        group=PupilGroup.CONTINUING, enrolment__classroom__school__in=schools
    )
    confirmed = Q(pk__in=ContinuingConfirmation.objects.filter(term=term).values("grant"))
    return _both(grants, "enrolment__classroom__school", confirmed)


def _form01(schools: set[int], term: Term) -> dict[int, Count]:
    """Forms signed or refused, of those begun and of pupils marked poor who have none yet.

    Where a registry marks nobody, only what a school has begun can be counted.
    """
    forms = Form01.objects.alive().in_term(term).filter(enrolment__classroom__school__in=schools)
    begun = _both(forms, "enrolment__classroom__school", Q(status__in=RECORDED))
    marked = RegistryRecord.objects.filter(enrolment=OuterRef("pk"), disadvantage_poor=True)
    unvisited = new_group(term).filter(Exists(marked), form_pk=None, classroom__school__in=schools)  # type: ignore[misc]
    left = _by(unvisited, "classroom__school")
    none = Count()
    return {
        pk: Count(begun.get(pk, none).done, begun.get(pk, none).total + left.get(pk, 0))
        for pk in begun.keys() | left.keys()
    }


def _form05(schools: set[int], term: Term) -> dict[int, Count]:
    announced = AnnouncedPupil.objects.filter(
        announcement__term=term, enrolment__classroom__school__in=schools
    )
    needed = _by(announced, "enrolment__classroom__school")
    locked = CommitteeMeeting.objects.filter(
        school__in=schools, term=term, status=MeetingStatus.LOCKED
    )
    done = set(locked.values_list("school", flat=True))
    return {pk: Count(int(pk in done), 1) for pk in needed}


def _through_school(schools: set[int], term: Term) -> QuerySet[Transfer]:
    """Transfers that reached a school's account in published rounds."""
    return Transfer.objects.filter(
        round__term=term,
        round__status__in=[str(status) for status in PUBLISHED],
        school__in=schools,
        kind=ChannelKind.SCHOOL_ACCOUNT,
        status=TransferStatus.SUCCESS,
    )


def _payout(schools: set[int], term: Term) -> dict[int, Count]:
    paid = Q(receipts__isnull=False, receipts__voided_at=None)
    settled = paid | Q(refund_lines__is_alive=True) | Q(cannot_pay__isnull=False)
    return _both(_through_school(schools, term), "school", settled)


def _report(schools: set[int], term: Term) -> dict[int, Count]:
    pairs = _through_school(schools, term).order_by().values_list("school", "round").distinct()
    total: dict[int, int] = {}
    for school, _round in pairs:
        total[school] = total.get(school, 0) + 1
    signed = SchoolPayoutReport.objects.filter(
        school__in=schools, round__term=term, status=SchoolReportStatus.SIGNED
    )
    done = _by(signed, "school")
    return {pk: Count(min(done.get(pk, 0), n), n) for pk, n in total.items()}


def _attendance(schools: set[int], term: Term, at: datetime) -> dict[int, Count]:
    """Class months recorded, of those whose month is over; a school without term days has none yet."""
    first_of_this_month = at.date().replace(day=1)
    rooms = _by(Classroom.objects.filter(school__in=schools, year_be=term.year_be), "school")
    recorded = ClassMonth.objects.filter(
        classroom__school__in=schools, term=term, month__lt=first_of_this_month
    )
    done = _by(recorded, "classroom__school")
    found = {}
    for days in TermDays.objects.filter(school__in=schools, term=term, system=System.HERE):
        months = [
            m for m in months_between(days.opens_on, days.closes_on) if m < first_of_this_month
        ]
        total = len(months) * rooms.get(days.school_id, 0)
        found[days.school_id] = Count(min(done.get(days.school_id, 0), total), total)
    return found
