"""One change of a pupil's state: set, written down, followed. The step that every deed about a state takes."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext

from eqfund import audit, hooks
from eqfund.models import Enrolment, EnrolmentStatusChange, Handover, User
from eqfund.refusal import Refused

from . import rules_status
from .rules import Status
from .rules_status import PupilStatus, Source


def change(
    enrolment: Enrolment,
    becomes: PupilStatus,
    *,
    on: date,
    source: Source,
    by: User | None,
    at: datetime,
    reason: str = "",
    undoes: EnrolmentStatusChange | None = None,
) -> EnrolmentStatusChange:
    """Set the state by compare-and-set, write it down, and let the apps follow. Refusals are the caller's."""
    was = enrolment.status
    ends_on = None if becomes in rules_status.PRESENT else max(on, enrolment.starts_on)
    alive = Enrolment.objects.filter(pk=enrolment.pk, status=was)
    if not alive.update(status=becomes, ends_on=ends_on):
        raise Refused(gettext("Someone else has just changed this pupil's state. Look again."))
    enrolment.status, enrolment.ends_on = becomes, ends_on
    made = EnrolmentStatusChange.objects.create(
        enrolment=enrolment,
        was=was,
        became=becomes,
        on=on,
        source=source,
        reason=reason.strip(),
        undoes=undoes,
        by=by,
        at=at,
    )
    verb = "registry.undo_status" if undoes else "registry.move_out"
    facts = {"status": str(becomes), "on": on.isoformat(), "pupil": enrolment.pupil_id}
    audit.record(verb, enrolment, by=by, at=at, facts=facts, before={"status": was})
    if becomes == PupilStatus.DIED:
        _end_handover(enrolment, by=by, at=at)
    for follow in hooks.states_changed:
        follow([made.pk], by, at)
    return made


def _end_handover(enrolment: Enrolment, *, by: User | None, at: datetime) -> None:
    """A child who died is not handed over: what was open is withdrawn."""
    if by is None:
        return
    waiting = Handover.objects.waiting().filter(pupil=enrolment.pupil_id)
    for handover in waiting:
        waiting.filter(pk=handover.pk).update(status=Status.WITHDRAWN, closed_by=by, closed_at=at)
        audit.record("handover.withdraw", handover, by=by, at=at, path=enrolment.path)
