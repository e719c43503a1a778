"""A pupil's state at a school: set, undone, and written down each time. One transaction each."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from eqfund.clock import BANGKOK
from eqfund.handover import changing, permissions, rules_status
from eqfund.handover.rules_status import PupilStatus, Source
from eqfund.models import Enrolment, EnrolmentStatusChange, User
from eqfund.refusal import Refused


@transaction.atomic
def set_pupil_status(
    enrolment: Enrolment, *, status: str, on: date, by: User, at: datetime, reason: str = ""
) -> EnrolmentStatusChange:
    """Record that a pupil left on a day (moved, withdrew, died, never was there), rests, or studies on.

    Raises ValueError for what is no state. A child who was never there left on the first day at
    the earliest.
    """
    becomes = PupilStatus(status)
    enrolment = _locked(enrolment)
    if refusal := permissions.why_not_set_status(enrolment, becomes, by):
        raise Refused(refusal)
    if rules_status.needs_reason(becomes) and not reason.strip():
        raise Refused(gettext("Say why, in a sentence: it stands in the pupil's history."))
    _refuse_day(enrolment, becomes, on, at)
    return changing.change(
        enrolment, becomes, on=on, source=Source.PERSON, reason=reason, by=by, at=at
    )


@transaction.atomic
def undo_pupil_status(
    change_: EnrolmentStatusChange, *, reason: str, by: User, at: datetime
) -> EnrolmentStatusChange:
    """Take back the last change, which was a mistake, with a reason; both stay in the history."""
    enrolment = _locked(change_.enrolment)
    change_ = EnrolmentStatusChange.objects.select_related("enrolment").get(pk=change_.pk)
    if refusal := permissions.why_not_undo_status(change_, by):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused(gettext("Say why the change was a mistake."))
    return changing.change(
        enrolment,
        PupilStatus(change_.was),
        on=at.astimezone(BANGKOK).date(),
        source=Source.PERSON,
        reason=reason,
        by=by,
        at=at,
        undoes=change_,
    )


def _locked(enrolment: Enrolment) -> Enrolment:
    rows = Enrolment.objects.select_for_update(of=["self"]).select_related("pupil")
    return rows.get(pk=enrolment.pk)


def _refuse_day(enrolment: Enrolment, becomes: PupilStatus, on: date, at: datetime) -> None:
    if on > at.astimezone(BANGKOK).date():
        raise Refused(gettext("The day of leaving lies in the future."))
    if on < enrolment.starts_on and becomes != PupilStatus.NOT_PRESENT:
        raise Refused(
            gettext("The day of leaving lies before the pupil's first day in this class.")
        )
