"""What people do with a duplicate: a school answers, a supervisor decides, a school settles its own.

Each is one transaction, told who acts (`by`) and when (`at`), and raises Refused for what may not be.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from eqfund import audit, clock, files
from eqfund.duplicates import permissions, rules, settling
from eqfund.duplicates.joining import CannotJoin, join
from eqfund.duplicates.rules import Answer, Band, Outcome
from eqfund.models import DuplicatePair, DuplicateSide, User
from eqfund.refusal import Refused

State, Ground = DuplicatePair.State, DuplicatePair.Ground


@transaction.atomic
def answer_duplicate(
    side: DuplicateSide,
    *,
    answer: str,
    by: User,
    at: datetime,
    on: date | None = None,
    note: str = "",
    proof: Any = None,
) -> DuplicatePair:
    """Say for one school whether its child studies there; two answers are compared at once.

    `on` is since when the child studies there, or when it left. Two that agree settle the ticket
    and do what follows; two that do not go up. Returns the pair as it then stands.
    """
    answer = Answer(answer)
    pair = _held(side.pair_id)
    side = pair.sides.select_related("pair").get(pk=side.pk)
    if reason := permissions.why_not_answer_duplicate(side, by):
        raise Refused(reason)
    _check_day(answer, on, at)
    if answer is Answer.WRONG and not note.strip():
        raise Refused(gettext("Say what is wrong in your registry: the supervisor reads it."))
    before = {"answer": side.answer, "note": side.note} if side.answer else None
    kept = side.proof
    if proof is not None:
        kept = files.store_upload(
            proof,
            purpose="duplicate_proof",
            path=side.path,
            by=by,
            at=at,
            kinds=("image", "pdf"),
        )
    DuplicateSide.objects.filter(pk=side.pk).update(
        answer=answer,
        answered_on=on if answer in (Answer.STUDYING, Answer.LEFT) else None,
        note=note.strip(),
        proof=kept,
        answered_at=at,
    )
    whose = "first_by" if side.position == 1 else "second_by"
    setattr(pair, whose, by)
    state = State.DISPUTED if pair.first_by_id and pair.second_by_id else State.ANSWERED
    DuplicatePair.objects.filter(pk=pair.pk).update(**{whose: by}, state=state)
    audit.record(
        "duplicates.answer",
        pair,
        by=by,
        at=at,
        path=side.path,
        pupil=side.pupil_id,
        facts={"answer": answer, "on": on.isoformat() if on else "", "proof": kept is not None},
        before=before,
        after={"note": note.strip()} if note.strip() else None,
    )
    if state == State.DISPUTED:
        _compare(pair, by, at)
    pair.refresh_from_db()
    return pair


def _compare(pair: DuplicatePair, by: User, at: datetime) -> None:
    """Settle what both answers agree on; what they do not is left for the supervisor."""
    first, second = pair.sides.order_by("position")
    outcome = rules.compared(Band(pair.band), Answer(first.answer), Answer(second.answer))
    if outcome is not None:
        settling.settle(pair, outcome, ground=Ground.ANSWERS, by=by, at=at)


def _check_day(answer: Answer, on: date | None, at: datetime) -> None:
    if answer is Answer.STUDYING and on is None:
        raise Refused(gettext("Say since when the child has studied here."))
    if answer is Answer.LEFT and on is None:
        raise Refused(gettext("Say on which day the child left."))
    if on is not None and on > at.astimezone(clock.BANGKOK).date():
        raise Refused(gettext("This day lies in the future."))


@transaction.atomic
def decide_duplicate(
    pair: DuplicatePair, *, outcome: str, reason: str, by: User, at: datetime
) -> DuplicatePair:
    """Decide what two schools could not agree on, or left unanswered; the reason is read by both."""
    pair = _held(pair.pk)
    if why := permissions.why_not_decide_duplicate(pair, by, at):
        raise Refused(why)
    chosen = Outcome(outcome)
    if chosen not in rules.decidable(Band(pair.band)):
        raise ValueError(f"no decision for such a pair: {outcome}")
    if not reason.strip():
        raise Refused(gettext("Say why you decide so: both schools read it."))
    settling.settle(pair, chosen, ground=Ground.DECISION, by=by, at=at, reason=reason)
    pair.refresh_from_db()
    return pair


@transaction.atomic
def settle_own_duplicate(
    pair: DuplicatePair, *, keep: int | None, reason: str, by: User, at: datetime
) -> DuplicatePair:
    """A school says of its own two rows: one child, and which row stays (1 or 2), or None: two children."""
    pair = _held(pair.pk)
    if why := permissions.why_not_settle_own_duplicate(pair, by):
        raise Refused(why)
    if not reason.strip():
        raise Refused(gettext("Say how you know: it is kept in the audit book."))
    if keep is None:
        settling.close(pair, Outcome.DIFFERENT, ground=Ground.SCHOOL, by=by, at=at, reason=reason)
    else:
        _merge(pair, keep, by, at, reason)
    pair.refresh_from_db()
    return pair


def _merge(pair: DuplicatePair, keep: int, by: User, at: datetime, reason: str) -> None:
    first, second = settling.children_of(pair, lock=True)
    stays, goes = (first, second) if keep == 1 else (second, first)
    if stays.pupil is None or goes.pupil is None:
        raise Refused(gettext("One of the two rows is no longer there."))
    try:
        join(stays.pupil, goes.pupil, by=by, at=at, reason=reason)
    except CannotJoin as why:
        raise Refused(
            gettext(
                "The two rows stay apart. %(why)s Perhaps the other row can stay; else ask the fund to join them, on this ticket."
            )
            % {"why": why}
        ) from None
    settling.close(
        pair, Outcome.MERGED, ground=Ground.SCHOOL, by=by, at=at, reason=reason, joined=True
    )


def _held(pk: int) -> DuplicatePair:
    """The pair, held until the end of the transaction: of two answers at once the second sees the first."""
    return DuplicatePair.objects.select_for_update().get(pk=pk)
