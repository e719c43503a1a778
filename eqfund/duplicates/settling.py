"""What settling a pair does to its two children: who studies where, and whose the number is.

Called in the transaction of the act that settles: a school's answer, a supervisor's decision,
or the finding, when one of the two has left meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from eqfund import audit, clock
from eqfund.handover import changing
from eqfund.handover.actions import moves
from eqfund.handover.rules_status import PupilStatus, Source
from eqfund.models import (
    Classroom,
    DuplicatePair,
    DuplicateSide,
    Enrolment,
    Pupil,
    PupilJoin,
    RegistryRecord,
    Term,
    User,
)
from eqfund.refusal import Refused

from . import rules
from .joining import CannotJoin, join, links_to
from .rules import Answer, Outcome
from .rules_joins import JoinStatus

ALIVE = (Enrolment.Status.STUDYING, Enrolment.Status.SUSPENDED)
TWO_CHILDREN = (Outcome.DIFFERENT, Outcome.WRONG_FIRST, Outcome.WRONG_SECOND)


@dataclass
class Child:
    """One side with its pupil and where that pupil studies at the side's school, if it does."""

    side: DuplicateSide
    pupil: Pupil | None
    enrolment: Enrolment | None


def children_of(pair: DuplicatePair, *, lock: bool = False) -> tuple[Child, Child]:
    """The two sides in their order, each with its child; the rows are held when `lock`."""
    sides = list(pair.sides.order_by("position"))
    rows = Pupil.objects.filter(pk__in=[side.pupil_id for side in sides]).order_by("pk")
    if lock:
        rows = rows.select_for_update()
    pupils = {pupil.pk: pupil for pupil in rows}
    enrolments = Enrolment.objects.filter(
        pupil__in=list(pupils), term=pair.term_id, status__in=ALIVE
    )
    alive = list(enrolments.select_for_update() if lock else enrolments)
    first, second = (
        Child(
            side,
            pupils.get(side.pupil_id),
            next(
                (e for e in alive if e.pupil_id == side.pupil_id and e.path.startswith(side.path)),
                None,
            ),
        )
        for side in sides
    )
    return first, second


def settle(
    pair: DuplicatePair,
    outcome: Outcome,
    *,
    ground: str,
    by: User | None,
    at: datetime,
    reason: str = "",
) -> None:
    """Carry an outcome out and close the ticket; Refused leaves everything as it was."""
    first, second = children_of(pair, lock=True)
    joined = False
    for child in (first, second):
        if child.side.answer in rules.GONE:
            _let_go(child, by, at, pair)
    match outcome:
        case Outcome.ONE_FIRST:
            joined = _one_child(pair, first, second, by=by, at=at, reason=reason)
        case Outcome.ONE_SECOND:
            joined = _one_child(pair, second, first, by=by, at=at, reason=reason)
        case Outcome.WRONG_FIRST:
            _number_to(second, wrong=first)
        case Outcome.WRONG_SECOND:
            _number_to(first, wrong=second)
    close(pair, outcome, ground=ground, by=by, at=at, reason=reason, joined=joined)


def close(
    pair: DuplicatePair,
    outcome: Outcome,
    *,
    ground: str,
    by: User | None,
    at: datetime,
    reason: str,
    joined: bool = False,
) -> None:
    """The ticket is settled; the book says so at both places, of both children."""
    decided = ground in (DuplicatePair.Ground.DECISION, DuplicatePair.Ground.SCHOOL)
    changed = DuplicatePair.objects.filter(pk=pair.pk).exclude(state="settled")
    if not changed.update(
        state=DuplicatePair.State.SETTLED,
        outcome=outcome,
        ground=ground,
        reason=reason.strip(),
        decided_by=by if decided else None,
        settled_at=at,
    ):
        raise Refused(gettext("This ticket is settled already."))
    if by is not None and (joined or outcome in TWO_CHILDREN):
        waiting = PupilJoin.objects.waiting().filter(pair=pair)
        said = gettext("The ticket was settled otherwise meanwhile.")
        waiting.update(status=JoinStatus.REFUSED, decided_by=by, decided_at=at, answer=said)
    facts = {"outcome": outcome, "ground": ground, "joined": joined}
    after = {"reason": reason.strip()} if reason.strip() else None
    for side in pair.sides.order_by("position"):
        audit.record(
            "duplicates.settle",
            pair,
            by=by,
            at=at,
            path=side.path,
            pupil=side.pupil_id,
            facts=facts,
            after=after,
        )


def _let_go(child: Child, by: User | None, at: datetime, pair: DuplicatePair) -> None:
    """End the enrolment of a child who is not at this school: as its school said, or as was decided."""
    side, enrolment = child.side, child.enrolment
    if enrolment is None or enrolment.status not in ALIVE:
        return
    held_the_number = child.pupil is not None and child.pupil.identity_id is not None
    if side.answer in rules.GONE:
        moved = side.answer == Answer.LEFT
    else:
        moved = held_the_number
    on = at.astimezone(clock.BANGKOK).date()
    said = side.answered_on if side.answer == Answer.LEFT else None
    changing.change(
        enrolment,
        PupilStatus.MOVED if moved else PupilStatus.NOT_PRESENT,
        on=said or on,
        source=Source.PERSON,
        reason=gettext("Duplicate no. %(number)d") % {"number": pair.pk},
        by=by,
        at=at,
    )


def _one_child(
    pair: DuplicatePair, stays: Child, goes: Child, *, by: User | None, at: datetime, reason: str
) -> bool:
    """The child studies with `stays`; whether its two rows became one.

    Where the other school's row has the better number, that row is the child: it is handed over
    (hand_over_as_agreed: its history goes along, its grant and channel end as with any move) and
    takes over all that the new school has recorded. Else the other school keeps its own row, as
    of a child who is not there.
    """
    if stays.pupil is None or goes.pupil is None or stays.enrolment is None:
        return False
    if _rank(goes.pupil) <= _rank(stays.pupil):
        _let_go(goes, by, at, pair)
        return False
    left = goes.enrolment or last_at(goes)
    if left is None:
        return False
    sender, receiver = _people(pair, goes, stays, left, by)
    room = Classroom.objects.select_related("school__office").get(pk=stays.enrolment.classroom_id)
    moves.hand_over_as_agreed(
        left, room, proposed_by=sender, by=receiver, at=at, takes_over=stays.enrolment
    )
    try:
        join(goes.pupil, stays.pupil, by=by or receiver, at=at, reason=reason)
    except CannotJoin as why:
        said = gettext("The two rows stay apart. %(why)s Ask the fund to join them.")
        raise Refused(said % {"why": why}) from None
    RegistryRecord.objects.filter(pupil=goes.pupil.pk, term=pair.term_id).update(
        duplicate_index=None, duplicate_index_next=None
    )
    return True


def last_at(child: Child) -> Enrolment | None:
    """The child's last enrolment at its school, where it no longer studies."""
    rows = Enrolment.objects.filter(pupil=child.side.pupil_id, path__startswith=child.side.path)
    return rows.order_by("-term__opens_on", "-starts_on", "-pk").first()


def _people(
    pair: DuplicatePair, goes: Child, stays: Child, left: Enrolment, by: User | None
) -> tuple[User, User]:
    """Who sends the child and who receives it: those who answered, who decided, or who recorded it so."""
    answered = {1: pair.first_by, 2: pair.second_by}
    sender, receiver = answered[goes.side.position], answered[stays.side.position]
    if by is not None and by not in (sender, receiver):  # a decision: for the school that stays
        sender, receiver = sender or receiver, by
    elif by is None:
        change = left.status_changes.select_related("by").order_by("-pk").first()
        record = (
            stays.enrolment
            and stays.enrolment.registry_records.select_related("source__confirmed_by").first()
        )
        sender = sender or (change.by if change else None)
        receiver = receiver or (record.source.confirmed_by if record else None)
    if sender is None or receiver is None:
        raise Refused(
            gettext(
                "Neither school has answered. Ask one of them to answer first: without it the child's history cannot be handed over."
            )
        )
    return sender, receiver


def _rank(pupil: Pupil) -> int:
    """2 for a national id, 1 for a G-code, 0 for none."""
    if pupil.identity is None:
        return 0
    return 2 if pupil.identity.kind == "national_id" else 1


def _number_to(right: Child, *, wrong: Child) -> None:
    """The number is the child's whose school has it right; the other waits for its own without any."""
    if wrong.pupil is None or right.pupil is None or not wrong.pupil.identity_id:
        return  # it is there already: whoever has it wrong was kept without
    number = wrong.pupil.identity
    assert number is not None
    claims = RegistryRecord.objects.filter(pupil=right.pupil.pk, term=right.side.pair.term_id)
    claimed = claims.exclude(duplicate_index=None).first()
    if claimed is not None and bytes(claimed.duplicate_index) != bytes(number.id_index):
        return  # corrected meanwhile; the next file brings the number to whose it is
    if _is_paid(number):
        raise Refused(
            gettext(
                "Money of a term is recorded under this number. The school that has it wrong first corrects the child's number in its roll, by the papers: the money stays with that child. Then settle this ticket again."
            )
        )
    Pupil.objects.filter(pk=wrong.pupil.pk).update(identity=None)
    Pupil.objects.filter(pk=right.pupil.pk).update(identity=number)
    of_term = {"term": right.side.pair.term_id}
    RegistryRecord.objects.filter(pupil=right.pupil.pk, **of_term).update(
        duplicate_index=None, duplicate_index_next=None
    )
    RegistryRecord.objects.filter(pupil=wrong.pupil.pk, **of_term).update(
        duplicate_index=number.id_index, duplicate_index_next=number.id_index_next
    )


def _is_paid(number: Any) -> bool:
    """Whether anything but a pupil and the numbers before it rests on this identity."""
    return any(
        field.model._base_manager.filter(**{field.attname: number.pk}).exists()
        for field in links_to(type(number))
        if field.model._meta.label not in ("eqfund.Pupil", "eqfund.FormerNumber")
    )


# --- who has left meanwhile

_ENDED = """
SELECT p.id FROM eqfund_duplicatepair p
 WHERE p.term_id = %(term)s AND p.state <> 'settled'
   AND (SELECT count(*) FROM eqfund_duplicateside s
         WHERE s.pair_id = p.id
           AND EXISTS (SELECT 1 FROM eqfund_enrolment e
                        WHERE e.pupil_id = s.pupil_id AND e.term_id = p.term_id
                          AND e.status IN ('studying', 'suspended') AND starts_with(e.path, s.path))) < 2
"""


def settle_ended(term: Term, *, at: datetime) -> int:
    """Close the tickets of whose two children one studies no more, as their schools recorded; how many.

    Of one number it then goes to the school that still has the child.
    """
    ended = 0
    with connection.cursor() as cursor:
        cursor.execute(_ENDED, {"term": term.pk})
        keys = [row[0] for row in cursor.fetchall()]
    for pair in DuplicatePair.objects.select_for_update().filter(pk__in=keys):
        first, second = children_of(pair)
        outcome = Outcome.ENDED
        if pair.band == rules.Band.CERTAIN and first.pupil and second.pupil:
            if first.enrolment:
                outcome = Outcome.ONE_FIRST
            elif second.enrolment:
                outcome = Outcome.ONE_SECOND
        try:
            with transaction.atomic():
                settle(pair, outcome, ground=DuplicatePair.Ground.LEFT, by=None, at=at)
            ended += 1
        except Refused:
            continue  # the schools, or who is over them, see to it
    return ended
