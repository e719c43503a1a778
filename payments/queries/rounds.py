"""Reads of rounds and of the forecast that join several models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, QuerySet

from eqfund.access import ROLE_NAMES, next_path
from eqfund.models import CalendarLine, Pupil, Term, User
from eqfund.pages import PAGE_SIZE
from eqfund.windows import Window
from payments import round_sql
from payments.hurdles import BY_CODE, PAID, Hurdle, all_hurdles, facts, first_hurdle
from payments.models import LeftOut, Transfer, TransferRound
from payments.models.rounds import sees_unpublished
from payments.queries.windows import window_among
from payments.rules.rounds import ALIVE, PUBLISHED, RoundStatus, RoundTakes, round_takes


@dataclass(frozen=True, slots=True)
class HurdleRow:
    """A hurdle as people read it: what, how many, who lifts it, and by when."""

    code: str
    count: int
    window: Window | None
    moment: datetime

    @property
    def hurdle(self) -> Hurdle:
        return BY_CODE[self.code]

    @property
    def name(self) -> Any:
        return self.hurdle.name

    @property
    def cure(self) -> Any:
        return self.hurdle.cure

    @property
    def fixed_by(self) -> Any:
        return ROLE_NAMES[self.hurdle.fixed_by]

    @property
    def is_closed(self) -> bool:
        return self.window is not None and self.window.is_past(self.moment)

    @property
    def is_open(self) -> bool:
        return self.window is not None and self.window.is_open(self.moment)


# Windows that serve one of the groups alone.
ONLY_CONTINUING, ONLY_NEW = "confirm_continuing", "choose_channel"


def hurdle_row(
    code: str, count: int, windows: list[Window], at: datetime, *, is_new: bool | None = None
) -> HurdleRow:
    """A hurdle with the window that lifts it; for one pupil, a window of the pupil's own group."""
    others = {None: "", True: ONLY_CONTINUING, False: ONLY_NEW}[is_new]
    activities = tuple(a for a in BY_CODE[code].windows if a != others)
    return HurdleRow(code, count, window_among(windows, activities, at) if activities else None, at)


def left_out_by_hurdle(
    transfer_round: TransferRound, user: User, windows: list[Window], at: datetime
) -> list[HurdleRow]:
    """The round's left-outs that the user may see, by first hurdle, the most first. One query."""
    rows = LeftOut.objects.visible_to(user, "payments.read_round_school")
    rows = rows.filter(round=transfer_round)
    counts = rows.values_list("hurdle").annotate(count=Count("pk")).order_by("-count", "hurdle")
    return [hurdle_row(code, count, windows, at) for code, count in counts]


def left_out_page(rows: QuerySet[LeftOut], count: int, number: str | None) -> Page[Any]:
    """A page of left-outs, whose count is known: keys first, then these few rows. Two queries."""
    pages = Paginator(rows.order_by("pk").values_list("pk", flat=True), PAGE_SIZE)
    pages.count = count
    page = pages.get_page(number)
    page.object_list = list(LeftOut.objects.filter(pk__in=list(page.object_list)).for_table())
    return page


def transfer_event(transfer_round: TransferRound) -> CalendarLine | None:
    """The calendar's line of the round: the days on which the fund transfers."""
    lines = CalendarLine.objects.filter(
        term_id=transfer_round.term_id, activity="transfer", round_no=transfer_round.number
    )
    return lines.order_by("pk").first()


def transfer_events(term: Term) -> dict[int, CalendarLine]:
    """The calendar's transfers of a term by round number: one line of each, whatever the affiliation."""
    found: dict[int, CalendarLine] = {}
    lines = CalendarLine.objects.filter(term=term, activity="transfer", round_no__gte=1)
    for line in lines.order_by("round_no", "pk"):
        found.setdefault(line.round_no, line)
    return found


@dataclass(frozen=True, slots=True)
class ComingRound:
    """The round that a forecast is about: to the fund the next one whose rows are not fixed yet, to
    all below it the next one whose result is not told. `is_awaited`: its transfers have begun by the
    calendar, so its rows may be fixed; `told_from` is the calendar's day of the publication."""

    number: int
    takes: str
    line: CalendarLine | None
    is_awaited: bool = False
    told_from: datetime | None = None

    @property
    def starts(self) -> datetime | None:
        return self.line.during.lower if self.line else None


def coming_round(term: Term, at: datetime, *, sees_all: bool) -> ComingRound | None:
    """The first round still to come; None after the last.

    To the fund: by the calendar and by what is built. To others only by what everybody may know: the
    first round not published, unless a later one is published or has begun by the calendar.
    """
    by_number = transfer_events(term)
    rounds = TransferRound.objects.filter(term=term)
    if sees_all:
        fixed = _numbers(rounds.exclude(status__in=NOT_FIXED))
        for number, line in by_number.items():
            if number not in fixed and (line.during.upper is None or line.during.upper > at):
                return ComingRound(number, round_takes(number), line)
        return None
    told = _numbers(rounds.filter(status__in=list(map(str, PUBLISHED))))
    begun = {number for number, line in by_number.items() if _has_begun(line, at)}
    passed = max(told | begun, default=0)
    for number, line in by_number.items():
        if number not in told and number >= passed:
            is_awaited = number in begun
            day = _told_from(term, number) if is_awaited else None
            return ComingRound(number, round_takes(number), line, is_awaited, day)
    return None


NOT_FIXED = [str(RoundStatus.PLANNED), str(RoundStatus.CANCELLED)]


def _numbers(rounds: QuerySet[TransferRound]) -> set[int]:
    return set(rounds.values_list("number", flat=True))


def _has_begun(line: CalendarLine, at: datetime) -> bool:
    return line.during.lower is not None and line.during.lower <= at


def _told_from(term: Term, number: int) -> datetime | None:
    """The calendar's day from which schools read the status of a round's transfers."""
    lines = CalendarLine.objects.filter(term=term, activity="transfer_status", round_no=number)
    line = lines.order_by("pk").first()
    return line.during.lower if line else None


@dataclass(slots=True)
class ForecastRow:
    """One grantee: nothing stands (paid in the coming round), or what does, first things first."""

    pupil_id: int
    enrolment_id: int | None
    is_new: bool
    channel_kind: str
    hurdles: list[str]
    amount_satang: int | None
    pupil: Pupil | None = None
    transfer: Transfer | None = None
    reasons: list[HurdleRow] = field(default_factory=list)

    @property
    def is_paid(self) -> bool:
        return PAID in self.hurdles

    @property
    def will_be_paid(self) -> bool:
        return not self.hurdles


PUPILS = f"""
SELECT f.pupil_id, f.enrolment_id, f.is_new, COALESCE(f.channel_kind, ''), {all_hurdles()},
       COALESCE(f.amount_satang, f.rate_satang)
  FROM ({{facts}}) f
"""
COUNTS = f"""
SELECT place, hurdle, count(*)
  FROM (SELECT split_part(f.path, '/', %(segment)s)::bigint AS place, {first_hurdle()} AS hurdle
          FROM ({{facts}}) f) counted
 GROUP BY place, hurdle
"""


def forecast_pupils(
    term: Term, path: str, takes: str, *, sees_all: bool, pupil_id: int | None = None
) -> list[ForecastRow]:
    """Every grantee under a place with all hurdles that stand; one query. Pupils are not loaded."""
    where = "AND p.path >= %(low)s AND p.path < %(high)s"
    if pupil_id is not None:
        where += " AND p.id = %(pupil)s"
    given = round_sql.parameters(term, takes, building=False)
    given |= {"low": path, "high": next_path(path), "pupil": pupil_id}
    with connection.cursor() as cursor:
        cursor.execute(PUPILS.replace("{facts}", facts(where, told_only=not sees_all)), given)
        return [ForecastRow(*row) for row in cursor.fetchall()]


@dataclass(slots=True)
class ForecastCount:
    """A place's grantees: how many the coming round pays, how many are paid, and why the others are not."""

    paid: int = 0
    ready: int = 0
    hurdles: dict[str, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return sum(self.hurdles.values())

    @property
    def total(self) -> int:
        return self.paid + self.ready + self.waiting

    def add(self, hurdle: str | None, count: int) -> None:
        if hurdle is None:
            self.ready += count
        elif hurdle == PAID:
            self.paid += count
        else:
            self.hurdles[hurdle] = self.hurdles.get(hurdle, 0) + count


def forecast_counts(
    term: Term, path: str, takes: str, *, sees_all: bool
) -> dict[int, ForecastCount]:
    """By the key of the place one level below `path`: who is paid, who will be, and first hurdles. One query."""
    given = round_sql.parameters(term, takes, building=False)
    given |= {"low": path, "high": next_path(path), "segment": path.count("/") + 1}
    where = "AND p.path >= %(low)s AND p.path < %(high)s"
    found: dict[int, ForecastCount] = {}
    with connection.cursor() as cursor:
        cursor.execute(COUNTS.replace("{facts}", facts(where, told_only=not sees_all)), given)
        for place, hurdle, count in cursor.fetchall():
            found.setdefault(place, ForecastCount()).add(hurdle, count)
    return found


def sum_of(counts: Iterable[ForecastCount]) -> ForecastCount:
    total = ForecastCount()
    for count in counts:
        total.paid += count.paid
        total.ready += count.ready
        for hurdle, number in count.hurdles.items():
            total.hurdles[hurdle] = total.hurdles.get(hurdle, 0) + number
    return total


def with_pupils(
    rows: list[ForecastRow], term: Term, user: User, windows: list[Window], at: datetime
) -> list[ForecastRow]:
    """Load what the table shows; rows whose pupil the user may not see are dropped. By name. Two queries."""
    ids = [row.pupil_id for row in rows]
    pupils = {
        p.pk: p
        for p in Pupil.objects.visible_to(user).filter(pk__in=ids).select_related("identity")
    }
    transfers = Transfer.objects.filter(
        entitlement__grant__pupil__in=ids,
        entitlement__term=term,
        status__in=list(map(str, ALIVE)),
    ).select_related("round", "entitlement__grant")
    if not sees_unpublished(user):
        transfers = transfers.published()
    alive = {transfer.entitlement.grant.pupil_id: transfer for transfer in transfers}
    for row in rows:
        row.pupil, row.transfer = pupils.get(row.pupil_id), alive.get(row.pupil_id)
        row.reasons = [
            hurdle_row(code, 1, windows, at, is_new=row.is_new)
            for code in row.hurdles
            if code != PAID
        ]
    order = {pk: (pupil.sort_key, pk) for pk, pupil in pupils.items()}
    seen = [row for row in rows if row.pupil_id in order]
    return sorted(seen, key=lambda row: order[row.pupil_id])


def takes_of(coming: ComingRound | None) -> str:
    return coming.takes if coming else RoundTakes.EVERYONE_LEFT
