"""Reads of the pages of duplicates: tickets of one's places, and what each may show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from eqfund import access
from eqfund.models import DuplicatePair, DuplicateSide, Enrolment, PupilJoin, School, User
from eqfund.thai_text import thai_date, thai_datetime

from . import sentences
from .rules import school_of

State = DuplicatePair.State
MINE, WAITING, DISPUTED, SETTLED = "mine", "waiting", "disputed", "settled"
SHOWS = (MINE, WAITING, DISPUTED, SETTLED)


@dataclass(frozen=True, slots=True)
class Row:
    """A side as a list shows it: our child, what stands of the other, what there is to do."""

    side: DuplicateSide
    pair: DuplicatePair
    name: str
    agrees: str
    outcome: str
    pill: str


def sides_for_table(user: User, show: str = "", name: str = "") -> QuerySet[DuplicateSide]:
    """My side of each ticket, what is due first, then the settled; where both are mine, the first."""
    rows = _mine(user)
    for part in name.split()[:4]:
        rows = rows.filter(
            Q(pupil__first_name__icontains=part) | Q(pupil__last_name__icontains=part)
        )
    if show == MINE:
        rows = rows.filter(pk__in=waiting_for_answer(user).values("pk"))
    elif show == WAITING:
        rows = rows.filter(pair__state__in=[State.OPEN, State.ANSWERED])
    elif show in (DISPUTED, SETTLED):
        rows = rows.filter(pair__state=show)
    rows = rows.select_related("pair", "pupil")
    latest = F("pair__settled_at").desc(nulls_first=True)
    return rows.order_by(latest, "pair__due_at", "pair", "position")


def _mine(user: User) -> QuerySet[DuplicateSide]:
    """The sides at my places; of a pair wholly mine only the first, so that each ticket is one row."""
    rows = DuplicateSide.objects.visible_to(user)
    both = DuplicateSide.objects.visible_to(user).filter(position=1)
    return rows.filter(Q(position=1) | ~Q(pair__in=both.values("pair")))


def waiting_for_answer(user: User) -> QuerySet[DuplicateSide]:
    """The sides of my schools that nobody has answered; a school's own two rows wait as one."""
    rows = DuplicateSide.objects.visible_to(user, "duplicates.answer").filter(answer="")
    return rows.exclude(pair__state=State.SETTLED)


def pairs_for_table(user: User, show: str, at: datetime, name: str = "") -> QuerySet[DuplicatePair]:
    """Tickets that lie wholly at my places."""
    rows: QuerySet[DuplicatePair] = DuplicatePair.objects.visible_to(user)
    if show == "decide":
        rows = waiting_for_decision(user, at)
    elif show == WAITING:
        rows = rows.filter(state__in=[State.OPEN, State.ANSWERED])
    elif show in (DISPUTED, SETTLED):
        rows = rows.filter(state=show)
    if name:
        sides = DuplicateSide.objects.all()
        for part in name.split()[:4]:
            sides = sides.filter(
                Q(pupil__first_name__icontains=part) | Q(pupil__last_name__icontains=part)
            )
        rows = rows.filter(pk__in=sides.values("pair"))
    latest = F("settled_at").desc(nulls_first=True)
    return rows.select_related("decided_by").order_by(latest, "due_at", "pk")


def waiting_for_decision(user: User, at: datetime) -> QuerySet[DuplicatePair]:
    """What this person decides now: disputed, or late; the fund where no office is over both, or one is late."""
    rows = DuplicatePair.objects.visible_to(user, "duplicates.decide")
    rows = rows.exclude(apart=DuplicatePair.Apart.SCHOOL)
    rows = rows.exclude(Q(first_by=user.pk) | Q(second_by=user.pk))
    late = Q(due_at__lt=at) & ~Q(state=State.SETTLED)
    disputed = Q(state=State.DISPUTED)
    if "TH/" in access.paths_with(user, "duplicates.decide"):
        disputed &= Q(path="TH/")
        late &= Q(path="TH/") | Q(state=State.DISPUTED)
    return rows.filter(disputed | late)


def counts_of_sides(user: User) -> dict[str, int]:
    """How many tickets each filter of the list shows; two queries."""
    by_state = dict(_mine(user).values_list("pair__state").annotate(n=Count("pk")))
    return {
        "": sum(by_state.values()),
        MINE: waiting_for_answer(user).values("pair").distinct().count(),
        WAITING: by_state.get(State.OPEN, 0) + by_state.get(State.ANSWERED, 0),
        DISPUTED: by_state.get(State.DISPUTED, 0),
        SETTLED: by_state.get(State.SETTLED, 0),
    }


def counts_of_pairs(user: User, at: datetime) -> dict[str, int]:
    by_state = dict(
        DuplicatePair.objects.visible_to(user).values_list("state").annotate(n=Count("pk"))
    )
    return {
        "": sum(by_state.values()),
        "decide": waiting_for_decision(user, at).count(),
        WAITING: by_state.get(State.OPEN, 0) + by_state.get(State.ANSWERED, 0),
        DISPUTED: by_state.get(State.DISPUTED, 0),
        SETTLED: by_state.get(State.SETTLED, 0),
    }


def row_of(side: DuplicateSide) -> Row:
    """What may be shown of a side, without a query when pair and pupil are loaded."""
    pair = side.pair
    return Row(
        side=side,
        pair=pair,
        name=side.pupil.full_name if side.pupil else "–",
        agrees=sentences.agreeing(pair.agree),
        outcome=sentences.outcome_for(pair, side.position),
        pill=sentences.PILLS[pair.state],
    )


def last_join(pair: DuplicatePair) -> PupilJoin | None:
    """The fund's last joining of the pair, whatever came of it."""
    return pair.joins.order_by("-pk").first()


def schools_of(paths: Iterable[str]) -> dict[str, School]:
    """Schools by their path; one query."""
    rows = School.objects.filter(path__in={school_of(path) for path in paths})
    return {school.path: school for school in rows.select_related("office__affiliation")}


def enrolments_of(pair: DuplicatePair, sides: list[DuplicateSide]) -> dict[int, Enrolment]:
    """Where each side's child is or was at its school in the term, by position."""
    rows = Enrolment.objects.filter(pupil__in=[s.pupil_id for s in sides], term=pair.term_id)
    found: dict[int, Enrolment] = {}
    for enrolment in rows.select_related("classroom").order_by("status", "pk"):
        for side in sides:
            if enrolment.pupil_id == side.pupil_id and enrolment.path.startswith(side.path):
                found[side.position] = enrolment
    return found


def cells(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """The tickets as lines of a CSV: our own child, and of the other only what the ticket tells."""
    for side in rows:
        row = row_of(side)
        yield [
            row.pair.pk,
            row.name,
            str(row.pair.get_band_display()),
            row.agrees,
            str(row.pair.get_apart_display()),
            thai_date(row.pair.found_at),
            thai_datetime(row.pair.due_at),
            str(row.pair.get_state_display()),
            str(side.get_answer_display()) if side.answer else "",
            row.outcome,
        ]
