"""Why a person may not begin, answer or take back a hand-over, or set a pupil's state. None: they may."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import Enrolment, EnrolmentStatusChange, Handover, User

from . import rules, rules_status
from .rules import Side, Status, Way
from .rules_status import PupilStatus

STATUS_VERB = "registry.move_pupil"


def side_path(handover: Handover, side: Side) -> str:
    """The school's path of a side."""
    path = handover.from_path if side is Side.SENDER else handover.to_path
    return school_path(path)


def school_path(path: str) -> str:
    """The school that a path lies in."""
    return "/".join(path.split("/")[: access.SEGMENTS["school"]]) + "/"


def why_not_propose(enrolment: Enrolment, user: User) -> str | None:
    """The former school: those who keep its roll, for a pupil of theirs who is not on the way already."""
    if reason := access.why_not(user, "handover.propose", school_path(enrolment.path)):
        return reason
    if enrolment.pupil.identity_id is None:
        return gettext(
            "The pupil stands at two schools without a settled number. Settle that first: then it is"
            " known whose pupil this is."
        )
    if enrolment.status == PupilStatus.DIED:
        return gettext("It is recorded that the pupil died. If that is a mistake, undo it first.")
    if not enrolment.pupil.path.startswith(school_path(enrolment.path)):
        return gettext("The pupil studies at another school by now.")
    if Handover.objects.waiting().filter(pupil=enrolment.pupil_id).exists():
        return gettext("A hand-over of this pupil waits for an answer already.")
    return None


def why_not_ask(path: str, user: User) -> str | None:
    """The new school: those who keep its roll."""
    return access.why_not(user, "handover.propose", path)


def why_not_answer(handover: Handover, user: User, on: date) -> str | None:
    """The other side's admin or director; never who began it; until its last day."""
    side = rules.answers(Way(handover.way))
    if reason := access.why_not(user, "handover.answer", side_path(handover, side)):
        return reason
    if handover.proposed_by_id == user.pk:
        return gettext("You began this hand-over: another person answers it.")
    return why_not_open(handover, on)


def why_not_withdraw(handover: Handover, user: User, on: date) -> str | None:
    """The side that began it. What a registry file moved stays moved: it is answered, not taken back."""
    if handover.way == Way.REGISTRY:
        return gettext("The registry file moved this pupil. It is answered, not withdrawn.")
    side = rules.begins(Way(handover.way))
    if reason := access.why_not(user, "handover.propose", side_path(handover, side)):
        return reason
    return why_not_open(handover, on)


def why_not_open(handover: Handover, on: date) -> str | None:
    """Why nothing can be done with it any more, whoever asks."""
    match handover.status:
        case Status.PROPOSED:
            if rules.has_lapsed(handover.lapses_on, on):
                return gettext("The last day for an answer is past. Begin a new hand-over.")
            return None
        case Status.ACCEPTED:
            return gettext("This pupil has been handed over already.")
        case Status.REFUSED:
            return gettext("This hand-over was refused already.")
        case Status.WITHDRAWN:
            return gettext("This hand-over was withdrawn.")
    return gettext("This hand-over lapsed without an answer.")


def why_not_set_status(enrolment: Enrolment, becomes: str, user: User) -> str | None:
    """Those who keep the school's roll, along rules_status."""
    if reason := access.why_not(user, STATUS_VERB, enrolment.path):
        return reason
    if enrolment.status not in rules_status.PRESENT:
        return gettext("It is already recorded that this pupil left: %(status)s.") % {
            "status": enrolment.get_status_display()
        }
    if not rules_status.may_become(PupilStatus(enrolment.status), PupilStatus(becomes)):
        return gettext("The pupil is already %(status)s.") % {
            "status": enrolment.get_status_display()
        }
    return None


def why_not_undo_status(change: EnrolmentStatusChange, user: User) -> str | None:
    """Those who keep the roll; the last change of the pupil at this school, once, while the child is nowhere else."""
    enrolment = change.enrolment
    if reason := access.why_not(user, STATUS_VERB, enrolment.path):
        return reason
    if change.source != rules_status.Source.PERSON:
        return gettext(
            "A hand-over or a registry file made this change. It is taken back in the same way."
        )
    if change.undoes_id is not None:
        return gettext("This is itself the undoing of a change.")
    last = EnrolmentStatusChange.objects.filter(enrolment=enrolment).order_by("-pk").first()
    if last is None or last.pk != change.pk or enrolment.status != change.became:
        return gettext("Something has changed since. Only the last change can be undone.")
    elsewhere = Enrolment.objects.studying().filter(
        pupil=enrolment.pupil_id, term=enrolment.term_id
    )
    if elsewhere.exclude(pk=enrolment.pk).exists():
        return gettext("The pupil studies at another school by now: hand the pupil over.")
    return None
