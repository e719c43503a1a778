"""A pupil's way to another school: begun, answered, taken back, lapsed. One transaction each.

Whoever acts locks the pupil's row first, so that two answers, or an answer and a new beginning,
come one after the other; the database lets one hand-over per pupil be open all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext

from eqfund import access, audit, hooks
from eqfund.clock import BANGKOK
from eqfund.fields import blind_index
from eqfund.handover import changing, drafts, outgoing, permissions, rules
from eqfund.handover.rules import Lapse, Refusal, Status, Way
from eqfund.handover.rules_status import PRESENT, PupilStatus, Source
from eqfund.models import Classroom, Enrolment, Handover, Pupil, RegistryRecord, School, Term, User
from eqfund.refusal import Refused

ASKED_WITHIN = timedelta(days=366)


@transaction.atomic
def propose_handover(
    enrolment: Enrolment,
    to_school: School,
    *,
    moved_on: date,
    by: User,
    at: datetime,
    message: str = "",
) -> Handover:
    """Send a pupil of ours to another school, which answers; until then nothing changes for the child."""
    enrolment = _locked(enrolment)
    if refusal := permissions.why_not_propose(enrolment, by):
        raise Refused(refusal)
    if enrolment.path.startswith(to_school.path):
        raise Refused(gettext("This is the pupil's present school. Choose another one."))
    _refuse_day(moved_on, enrolment.starts_on, at)
    handover = drafts.between(enrolment, to_school, way=Way.SENT, by=by, at=at)
    handover.moved_on, handover.message = moved_on, message.strip()
    return _begin(handover, "handover.propose", by=by, at=at)


@transaction.atomic
def ask_for_handover(
    number: str,
    born: date,
    to_classroom: Classroom,
    *,
    moved_on: date,
    by: User,
    at: datetime,
    message: str = "",
) -> Handover | None:
    """Ask the school that holds the child of this whole number and birth date to hand it over.

    None when there is no such child. The asker learns no more than that a request went out.
    """
    school = to_classroom.school
    if refusal := permissions.why_not_ask(school.path, by):
        raise Refused(refusal)
    rows = Pupil.objects.select_for_update(of=["self"]).select_related("identity")
    pupil = rows.filter(identity__id_index=blind_index(number), birth_date=born).first()
    if pupil is None:
        audit.record("handover.ask", school, by=by, at=at, facts={"found": False})
        return None
    if pupil.path.startswith(school.path):
        raise Refused(gettext("This pupil stands in your own school's list already."))
    _refuse_shadow(pupil, school, at)
    if waiting := Handover.objects.waiting().filter(pupil=pupil).first():
        if waiting.to_school_id == school.pk:
            raise Refused(
                gettext("A hand-over of this pupil to your school waits already: see your list.")
            )
        raise Refused(
            gettext("A hand-over of this child waits for an answer. Ask your supervising office.")
        )
    enrolment = drafts.last_elsewhere(pupil, school)
    if enrolment is None:
        raise Refused(gettext("This pupil stands in your own school's list already."))
    if moved_on > at.astimezone(BANGKOK).date():
        raise Refused(gettext("The first day at the new school lies in the future."))
    if moved_on < at.astimezone(BANGKOK).date() - ASKED_WITHIN:
        raise Refused(gettext("The first day lies more than a year back. Look at the year."))
    handover = drafts.between(enrolment, school, way=Way.ASKED, by=by, at=at)
    handover.moved_on, handover.message = moved_on, message.strip()
    handover.to_classroom, handover.to_path = to_classroom, to_classroom.path
    return _begin(handover, "handover.ask", by=by, at=at)


@transaction.atomic
def accept_handover(
    handover: Handover,
    *,
    by: User,
    at: datetime,
    classroom: Classroom | None = None,
    starts_on: date | None = None,
) -> Handover:
    """Say yes: the child studies at the new school, the history goes along, what is unpaid does not.

    `classroom` is the receiver's choice for a child sent to it; elsewhere it is known already.
    """
    handover = _open_one(handover)
    today = at.astimezone(BANGKOK).date()
    if refusal := permissions.why_not_answer(handover, by, today):
        raise Refused(refusal)
    if not handover.has_arrived:
        room = classroom or handover.to_classroom
        if room is None or room.school_id != handover.to_school_id:
            raise Refused(gettext("Choose the class that the pupil comes into."))
        day = starts_on or handover.moved_on
        if not handover.moved_on <= day <= today:
            raise Refused(gettext("The first day here lies between the day of moving and today."))
        _move(handover, room, day, by=by, at=at)
    _close(handover, Status.ACCEPTED, by=by, at=at)
    audit.record(
        "handover.accept",
        handover,
        by=by,
        at=at,
        path=handover.to_path,
        pupil=handover.pupil_id,
        facts={"from": handover.from_path, "to": handover.to_path},
    )
    outgoing.tell(handover, "handover.tell_of_answer", by=by)
    return handover


@transaction.atomic
def accept_handovers(handovers: Iterable[Handover], *, by: User, at: datetime) -> int:
    """Hand over at once the history of several pupils whom registry files have moved; how many."""
    done = 0
    for handover in handovers:
        if not handover.has_arrived:
            raise ValueError("only what a registry file has moved is answered in a row")
        accept_handover(handover, by=by, at=at)
        done += 1
    if not done:
        raise Refused(gettext("Nobody was ticked. Tick the pupils to hand over."))
    return done


@transaction.atomic
def refuse_handover(
    handover: Handover, *, reason: str, by: User, at: datetime, note: str = ""
) -> Handover:
    """Say no, and why. A child whom no registry file has moved stays where it is."""
    handover = _open_one(handover)
    if refusal := permissions.why_not_answer(handover, by, at.astimezone(BANGKOK).date()):
        raise Refused(refusal)
    side = rules.answers(Way(handover.way))
    if Refusal(reason) not in rules.REFUSALS[side]:
        raise Refused(gettext("Choose one of the reasons."))
    if reason == Refusal.OTHER and not note.strip():
        raise Refused(gettext("Say what the other reason is."))
    handover.refusal, handover.note = reason, note.strip()
    _close(handover, Status.REFUSED, by=by, at=at, refusal=reason, note=handover.note)
    _note(handover, "handover.refuse", by=by, at=at, facts={"reason": reason})
    outgoing.tell(handover, "handover.tell_of_answer", by=by)
    return handover


@transaction.atomic
def withdraw_handover(handover: Handover, *, by: User, at: datetime) -> Handover:
    """Take a hand-over back before it is answered; the child stays where it is."""
    handover = _open_one(handover)
    if refusal := permissions.why_not_withdraw(handover, by, at.astimezone(BANGKOK).date()):
        raise Refused(refusal)
    _close(handover, Status.WITHDRAWN, by=by, at=at)
    _note(handover, "handover.withdraw", by=by, at=at)
    return handover


def lapse_handovers(*, by: None = None, at: datetime) -> int:
    """End what nobody answered by its last day, each in a transaction of its own; how many."""
    late = Handover.objects.waiting().filter(lapses_on__lt=at.astimezone(BANGKOK).date())
    return sum(_lapse_late(pk, at) for pk in list(late.values_list("pk", flat=True)))


@transaction.atomic
def hand_over_as_agreed(
    enrolment: Enrolment,
    to_classroom: Classroom,
    *,
    proposed_by: User,
    by: User,
    at: datetime,
    takes_over: Enrolment | None = None,
) -> Handover:
    """Hand a doubled pupil over at once, as two schools have agreed: one person of each, in either order.

    `enrolment` is the pupil's at the school that gives it up. `takes_over` is the enrolment at the
    new school that was kept without identity: it becomes this pupil's; what else hangs on the
    double is the caller's to bring along.
    """
    enrolment = _locked(enrolment)
    _refuse_strangers(enrolment.path, to_classroom.path, proposed_by, by)
    for waiting in Handover.objects.waiting().filter(pupil=enrolment.pupil_id):
        _close(waiting, Status.WITHDRAWN, by=by, at=at)
    handover = drafts.between(enrolment, to_classroom.school, way=Way.AGREED, by=proposed_by, at=at)
    handover.to_classroom, handover.to_path = to_classroom, to_classroom.path
    handover.moved_on = max(at.astimezone(BANGKOK).date(), enrolment.starts_on)
    handover.save(force_insert=True)
    _move(handover, to_classroom, handover.moved_on, by=by, at=at, takes_over=takes_over)
    _close(handover, Status.ACCEPTED, by=by, at=at)
    _note(handover, "handover.accept", by=by, at=at, facts={"way": handover.way})
    return handover


# --- parts -------------------------------------------------------------------------------


def _locked(enrolment: Enrolment) -> Enrolment:
    """The enrolment as it is now, with its pupil held until the transaction ends."""
    Pupil.objects.select_for_update().get(pk=enrolment.pupil_id)
    return Enrolment.objects.select_related("pupil__identity", "classroom__school__office").get(
        pk=enrolment.pk
    )


def _open_one(handover: Handover) -> Handover:
    """The hand-over as it is now, with its pupil held until the transaction ends."""
    Pupil.objects.select_for_update().get(pk=handover.pupil_id)
    return Handover.objects.select_related("from_enrolment", "to_classroom").get(pk=handover.pk)


def _begin(handover: Handover, verb: str, *, by: User, at: datetime) -> Handover:
    handover.save(force_insert=True)
    _note(handover, verb, by=by, at=at, facts={"to": handover.to_path})
    outgoing.tell(handover, "handover.tell_of_request", by=by)
    return handover


def _note(
    handover: Handover,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    facts: dict[str, str] | None = None,
) -> None:
    audit.record(
        verb,
        handover,
        by=by,
        at=at,
        path=handover.from_path,
        pupil=handover.pupil_id,
        facts=facts or {},
    )


def _close(
    handover: Handover, status: Status, *, by: User | None, at: datetime, **fields: str
) -> None:
    """Compare and set the state; Refused if another transaction came first."""
    closed = Handover.objects.waiting().filter(pk=handover.pk)
    if not closed.update(status=status, closed_by=by, closed_at=at, **fields):
        raise Refused(gettext("Someone else has just answered this hand-over. Look again."))
    handover.status, handover.closed_by, handover.closed_at = status, by, at


def _move(
    handover: Handover,
    room: Classroom,
    day: date,
    *,
    by: User,
    at: datetime,
    takes_over: Enrolment | None = None,
) -> None:
    """End the enrolment at the former school, begin one at the new: the pupil's path follows."""
    term = Term.objects.current(at) or handover.term
    left = _present_at_former(handover, term) or handover.from_enrolment
    if room.year_be != term.year_be:
        raise Refused(gettext("The class is of an earlier school year. Begin a new hand-over."))
    if left.status == PupilStatus.DIED:
        raise Refused(
            gettext("It is recorded that the pupil died. If that is a mistake, undo it first.")
        )
    alive = Enrolment.objects.filter(pupil=handover.pupil_id, term=term, status__in=PRESENT)
    if alive.exclude(pk=left.pk).exists():
        raise Refused(gettext("The pupil studies at another school by now."))
    if takes_over is None:
        pupil = Pupil.objects.get(pk=handover.pupil_id)
        _refuse_shadow(pupil, room.school, at)
    if left.status in PRESENT and left.term_id == term.pk:
        changing.change(left, PupilStatus.MOVED, on=day, source=Source.HANDOVER, by=by, at=at)
    new = _enrolment_at(handover, term, room, day, takes_over, by=by, at=at)
    Pupil.objects.filter(pk=handover.pupil_id).update(path=room.path)
    Handover.objects.filter(pk=handover.pk).update(
        to_enrolment=new, to_classroom=room, to_path=room.path, moved_on=day
    )
    handover.to_enrolment, handover.to_classroom = new, room
    handover.to_path, handover.moved_on = room.path, day
    for follow in hooks.children_moved:
        follow([handover.pk], by, at)


def _present_at_former(handover: Handover, term: Term) -> Enrolment | None:
    """Where the pupil is at the former school now: a term may have begun since the beginning."""
    rows = Enrolment.objects.filter(pupil=handover.pupil_id, term=term, status__in=PRESENT)
    return rows.filter(classroom__school=handover.from_school_id).first()


def _enrolment_at(
    handover: Handover,
    term: Term,
    room: Classroom,
    day: date,
    takes_over: Enrolment | None,
    *,
    by: User,
    at: datetime,
) -> Enrolment:
    """The pupil's enrolment in the class: the double's, an earlier one taken up again, or a new one."""
    if takes_over is not None:
        if takes_over.classroom_id != room.pk or takes_over.status not in PRESENT:
            raise ValueError("the double studies in another class, or not at all")
        Enrolment.objects.filter(pk=takes_over.pk).update(pupil=handover.pupil_id)
        return Enrolment.objects.get(pk=takes_over.pk)
    here = Enrolment.objects.filter(pupil=handover.pupil_id, term=term, classroom=room)
    if earlier := here.first():
        changing.change(earlier, PupilStatus.STUDYING, on=day, source=Source.HANDOVER, by=by, at=at)
        return earlier
    return Enrolment.objects.create(
        pupil_id=handover.pupil_id,
        term=term,
        classroom=room,
        path=room.path,
        starts_on=day,
    )


@transaction.atomic
def _lapse_late(pk: int, at: datetime) -> int:
    handover = Handover.objects.waiting().select_for_update().filter(pk=pk).first()
    if handover is None:
        return 0
    _close(handover, Status.LAPSED, by=None, at=at, lapse=Lapse.TERM_OVER)
    _note(handover, "handover.lapse", by=None, at=at, facts={"why": Lapse.TERM_OVER})
    return 1


def _refuse_day(moved_on: date, began_on: date, at: datetime) -> None:
    today = at.astimezone(BANGKOK).date()
    match rules.why_wrong_day(moved_on, began_on=began_on, today=today):
        case "future":
            raise Refused(gettext("The day of moving lies in the future."))
        case "before_first_day":
            raise Refused(
                gettext("The day of moving lies before the pupil's first day in this class.")
            )


def _refuse_shadow(pupil: Pupil, school: School, at: datetime) -> None:
    """A child that stands at the new school already, without its number, is settled as a double."""
    term = Term.objects.current(at)
    if pupil.identity is None or term is None:
        return
    doubles = RegistryRecord.objects.filter(
        duplicate_index=pupil.identity.id_index,
        term=term,
        enrolment__path__startswith=school.path,
        enrolment__status=PupilStatus.STUDYING,
    )
    if doubles.exists():
        raise Refused(
            gettext(
                "This child stands in the new school's list already, without a settled number."
                " The two schools settle that first."
            )
        )


def _refuse_strangers(from_path: str, to_path: str, one: User, other: User) -> None:
    """Each of two persons reads children on a side of their own."""
    pairs = ((one, other), (other, one))
    if not any(
        access.may(sender, "read_child", permissions.school_path(from_path))
        and access.may(receiver, "read_child", permissions.school_path(to_path))
        for sender, receiver in pairs
    ):
        raise Refused(gettext("A person of each of the two schools has to agree."))
