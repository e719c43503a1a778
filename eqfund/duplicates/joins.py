"""The fund joins two rows of one child: asked for, shown beforehand, proposed by one, decided by another.

What a school or an office may not put together, because money, a grant or a form stands on both
rows, two people of the fund do. What is shown beforehand is a trial of the very thing, undone
again: so it is exactly what the decision does, and a digest of it holds the two together. Nothing
of the money's book is changed; a second payment is claimed back (hooks.rows_join of payments).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit, clock, hooks
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

from . import permissions, settling
from .joining import CannotJoin, join as join_rows
from .rules import Answer, Outcome
from .rules_joins import JoinStatus
from .settling import Child

NOT_COUNTED = {
    "eqfund.Pupil",
    "eqfund.Identity",
    "eqfund.Event",
    "eqfund.PersonExport",
}  # the books of what was done stay


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


# --- the steps


def ask_join(pair: DuplicatePair, *, reason: str, by: User, at: datetime) -> PupilJoin:
    """A school or an office that may not join two rows asks the fund to; nothing changes by it."""
    if why := permissions.why_not_ask_join(pair, by):
        raise Refused(why)
    if not reason.strip():
        raise Refused(gettext("Say how you know that it is one child: the fund reads it."))
    try:
        with transaction.atomic():
            asked = PupilJoin.objects.create(
                pair=pair,
                path=pair.path,
                status=JoinStatus.ASKED,
                asked_by=by,
                asked_at=at,
                asked_reason=reason.strip(),
            )
            _record("duplicates.ask_join", asked, by, at)
    except IntegrityError:
        raise Refused(gettext("The fund has been asked already.")) from None
    return asked


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
                lines = _carry_out(trial, sender=_another(by), by=by, at=at)
        except (Refused, CannotJoin) as why:
            why_not = str(why)
        transaction.set_rollback(True)
    return Preview(moves_along, lines, why_not)


@transaction.atomic
def propose_join(
    pair: DuplicatePair,
    *,
    keeps: int,
    studies: int,
    reason: str,
    digest: str,
    by: User,
    at: datetime,
) -> PupilJoin:
    """Propose, as it was shown: another person of the fund decides. `digest` is of what was shown."""
    pair = DuplicatePair.objects.select_for_update().get(pk=pair.pk)
    if why := permissions.why_not_propose_join(pair, by):
        raise Refused(why)
    if not reason.strip():
        raise Refused(gettext("Say why it is one child: both schools read it."))
    shown = preview(pair, keeps=keeps, studies=studies, by=by, at=at)
    if shown.why_not:
        raise Refused(shown.why_not)
    if shown.digest != digest:
        raise Refused(_changed())
    fields = {
        "status": JoinStatus.PROPOSED,
        "keeps": keeps,
        "studies": studies,
        "digest": digest,
        "reason": reason.strip(),
        "proposed_by": by,
        "proposed_at": at,
        "told": shown.facts,
    }
    made = PupilJoin.objects.waiting().filter(pair=pair).first()
    if made is None:
        made = PupilJoin(pair=pair, path=pair.path)
    for name, value in fields.items():
        setattr(made, name, value)
    made.save()
    _record("duplicates.propose_join", made, by, at, facts=shown.facts)
    return made


@transaction.atomic
def decide_join(
    proposed: PupilJoin, *, yes: bool, answer: str = "", by: User, at: datetime
) -> PupilJoin:
    """Join the two rows as proposed, or say why not. What moved since it was proposed is refused."""
    pair = DuplicatePair.objects.select_for_update().get(pk=proposed.pair_id)
    join = PupilJoin.objects.select_related("proposed_by").get(pk=proposed.pk)
    join.pair = pair
    if why := permissions.why_not_decide_join(join, by, yes=yes):
        raise Refused(why)
    answer = answer.strip()
    if not yes and not answer:
        raise Refused(gettext("Say why the two rows are not joined: whoever asked reads it."))
    join.answer, join.decided_by, join.decided_at = answer, by, at
    join.status = JoinStatus.JOINED if yes else JoinStatus.REFUSED
    if yes:
        assert join.keeps and join.studies and join.proposed_by  # a constraint: proposed says what
        now = preview(pair, keeps=join.keeps, studies=join.studies, by=by, at=at)
        if now.why_not or now.digest != join.digest:
            raise Refused(now.why_not or _changed())
    join.save(update_fields=["answer", "decided_by", "decided_at", "status"])
    if yes:
        try:
            _carry_out(join, sender=join.proposed_by, by=by, at=at)
        except CannotJoin as why_not:
            raise Refused(str(why_not)) from None
    _record("duplicates.decide_join", join, by, at, facts={"joined": yes, **join.told})
    return join


# --- the deed


def _carry_out(join: PupilJoin, *, sender: User, by: User, at: datetime) -> list[JoinLine]:
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


def _changed() -> str:
    return gettext(
        "What would move or be claimed back is no longer what was shown. Look again, and propose anew."
    )


def _record(
    verb: str, join: PupilJoin, by: User, at: datetime, facts: dict[str, Any] | None = None
) -> None:
    """In the book at both places, of both children."""
    for side in join.pair.sides.order_by("position"):
        audit.record(
            verb,
            join,
            by=by,
            at=at,
            path=side.path,
            pupil=side.pupil_id,
            facts={"pair": join.pair_id, **(facts or {})},
        )
