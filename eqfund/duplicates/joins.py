"""What the fund's joining of two rows of one child does, and the trial of it that is shown beforehand.

What a school or an office may not put together, because money, a grant or a form stands on both
rows, two people of the fund do (eqfund.duplicates.actions.joins). What is shown is a trial of the
very thing, undone again: so it is exactly what the decision does, and a digest of it holds the two
together. Nothing of the money's book is changed; a second payment is claimed back (hooks.rows_join).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from eqfund import clock, hooks
from eqfund.access import Role
from eqfund.handover import changing
from eqfund.handover.actions import moves
from eqfund.handover.rules_status import PupilStatus, Source
from eqfund.hooks import JoinLine
from eqfund.models import (
    Classroom,
    DuplicatePair,
    Pupil,
    PupilJoin,
    RegistryRecord,
    User,
)
from eqfund.privacy.export import PUPIL
from eqfund.refusal import Refused

from . import settling
from .joining import CannotJoin, join as join_rows
from .rules import Answer, Outcome
from .rules_joins import JoinStatus
from .settling import Child

# The row itself and its number; and the books of what was done and paid, which stay as they are.
NOT_COUNTED = {
    "eqfund.Pupil",
    "eqfund.Identity",
    "eqfund.Event",
    "eqfund.PersonExport",
    "payments.LedgerEntry",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What joining would do: the rows that go along, what is settled first, and what stands in the way."""

    moves: list[tuple[str, str, int]] = field(default_factory=list)  # label, words, how many
    lines: list[JoinLine] = field(default_factory=list)
    why_not: str = ""

    @property
    def claims(self) -> list[JoinLine]:
        return [line for line in self.lines if line.claimed]

    @property
    def others(self) -> list[JoinLine]:
        return [line for line in self.lines if not line.claimed]

    @property
    def claimed_satang(self) -> int:
        return sum(line.amount_satang for line in self.claims)

    @property
    def facts(self) -> dict[str, Any]:
        """What is decided on, without a word of anybody."""
        return {
            "moves": {label: count for label, _words, count in self.moves},
            "lines": [[line.code, line.amount_satang] for line in self.lines],
            "claimed_satang": self.claimed_satang,
        }

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.facts, sort_keys=True).encode()).hexdigest()


def preview(pair: DuplicatePair, *, keeps: int, studies: int, by: User, at: datetime) -> Preview:
    """What joining the pair so would do: it is done, looked at, and undone again."""
    leave = settling.children_of(pair)[2 - keeps].pupil  # keeps 1: the second, keeps 2: the first
    moves_along = _counted(leave) if leave else []
    lines: list[JoinLine] = []
    why_not = ""
    with transaction.atomic():
        trial = PupilJoin(
            pair=pair, path=pair.path, status=JoinStatus.PROPOSED, keeps=keeps, studies=studies,
            digest="-", reason="-", proposed_by=by, proposed_at=at,
        )  # fmt: skip
        known = PupilJoin.objects.waiting().filter(pair=pair).first()
        trial.pk = known.pk if known else None
        trial.save(force_insert=known is None, force_update=known is not None)
        try:
            with transaction.atomic():
                lines = carry_out(trial, sender=_another(by), by=by, at=at)
        except (Refused, CannotJoin) as why:
            why_not = str(why)
        transaction.set_rollback(True)
    return Preview(moves_along, lines, why_not)


# --- the deed


def carry_out(join: PupilJoin, *, sender: User, by: User, at: datetime) -> list[JoinLine]:
    """Settle what cannot simply go along, then let the row that stays have all of the other."""
    first, second = settling.children_of(join.pair, lock=True)
    keep, leave = (first, second) if join.keeps == 1 else (second, first)
    here = first if join.studies == 1 else second
    if keep.pupil is None or leave.pupil is None or keep.pupil.pk == leave.pupil.pk:
        raise Refused(gettext("One of the two rows is no longer there."))
    if keep.pupil.identity_id is None and leave.pupil.identity_id is not None:
        raise Refused(gettext("The row that stays has no number. Let the other one stay."))
    if here.enrolment is None:
        raise Refused(gettext("By its list, the child does not study at the school chosen."))
    if here is not keep and join.pair.apart != DuplicatePair.Apart.SCHOOL:
        _hand_over(keep, here, sender=sender, by=by, at=at)
    elif leave.enrolment is not None and not _one_class(keep, leave):
        _let_go(leave, join, by, at)
    lines: list[JoinLine] = []
    for settle in hooks.rows_join:
        lines += settle(join, keep.pupil, leave.pupil, here.side.path, by, at)
    join_rows(keep.pupil, leave.pupil, by=by, at=at, reason=join.reason, by_fund=True)
    of_term = RegistryRecord.objects.filter(pupil=keep.pupil.pk, term=join.pair.term_id)
    of_term.update(duplicate_index=None, duplicate_index_next=None)
    if join.pair.is_open:
        outcome = Outcome.ONE_FIRST if join.studies == 1 else Outcome.ONE_SECOND
        if join.pair.apart == DuplicatePair.Apart.SCHOOL:
            outcome = Outcome.MERGED
        ground = DuplicatePair.Ground.DECISION
        settling.close(
            join.pair, outcome, ground=ground, by=by, at=at, reason=join.reason, joined=True
        )
    return lines


def _one_class(keep: Child, leave: Child) -> bool:
    """Whether both rows stand in one class: their enrolments become one."""
    ours, theirs = keep.enrolment, leave.enrolment
    return bool(ours and theirs and ours.classroom_id == theirs.classroom_id)


def _hand_over(keep: Child, here: Child, *, sender: User, by: User, at: datetime) -> None:
    """The row that stays is at the school that lets go: it goes to the other, as with any move."""
    left = keep.enrolment or settling.last_at(keep)
    if left is None or here.enrolment is None:
        raise Refused(gettext("The row that stays was never enrolled: let the other one stay."))
    room = Classroom.objects.select_related("school__office").get(pk=here.enrolment.classroom_id)
    moves.hand_over_as_agreed(
        left, room, proposed_by=sender, by=by, at=at, takes_over=here.enrolment
    )


def _let_go(child: Child, join: PupilJoin, by: User, at: datetime) -> None:
    """End the enrolment where the child is not: as its school said, else as one who was not there."""
    assert child.enrolment is not None
    left = child.side.answer == Answer.LEFT
    today = at.astimezone(clock.BANGKOK).date()
    changing.change(
        child.enrolment,
        PupilStatus.MOVED if left else PupilStatus.NOT_PRESENT,
        on=(child.side.answered_on if left else None) or today,
        source=Source.PERSON,
        reason=gettext("Duplicate no. %(number)d") % {"number": join.pair_id},
        by=by,
        at=at,
    )


# --- parts


def _counted(leave: Pupil) -> list[tuple[str, str, int]]:
    """How many rows of each table are the leaving row's: label, words and number, none left out."""
    found = []
    for part in hooks.person_exports:
        label = part.model._meta.label
        if part.subject != PUPIL or label in NOT_COUNTED:
            continue
        count = part.model._base_manager.filter(**{part.lookup: leave.pk}).count()
        if count:
            found.append((label, str(part.title), count))
    return found


def _another(by: User) -> User:
    """Somebody else of the fund, to stand for the second person of a trial."""
    others = User.objects.filter(
        postings__role__in=(Role.FUND_OFFICER, Role.FUND_APPROVER), is_active=True
    )
    return others.exclude(pk=by.pk).first() or by
