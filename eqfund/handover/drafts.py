"""A hand-over as it would begin: what the day knew of the child and of the two schools."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext

from eqfund.calendar import holidays
from eqfund.clock import BANGKOK
from eqfund.models import Enrolment, Handover, Pupil, School, Term, User
from eqfund.refusal import Refused
from eqfund.thai_text import BUDDHIST_ERA

from . import rules
from .rules import Way


def between(
    enrolment: Enrolment, to_school: School, *, way: Way, by: User, at: datetime
) -> Handover:
    """An unsaved hand-over of the pupil of `enrolment` (with its pupil, identity, school and office)."""
    pupil, from_school = enrolment.pupil, enrolment.classroom.school
    term = Term.objects.current(at)
    if term is None:
        raise Refused(gettext("There is no term yet."))
    today = at.astimezone(BANGKOK).date()
    due = due_on(today)
    return Handover(
        pupil=pupil,
        term=term,
        way=way,
        from_enrolment=enrolment,
        from_school=from_school,
        from_path=enrolment.path,
        from_name=from_school.name,
        from_office=str(from_school.office),
        to_school=to_school,
        to_path=to_school.path,
        to_name=to_school.name,
        to_office=str(to_school.office),
        child_name=pupil.full_name,
        birth_year_be=pupil.birth_date.year + BUDDHIST_ERA if pupil.birth_date else None,
        grade=enrolment.classroom.grade,
        last4=pupil.identity.last4 if pupil.identity else "",
        moved_on=today,
        proposed_by=by,
        proposed_at=at,
        due_on=due,
        lapses_on=max(due, rules.lapses_on(today, term.closes_on)),
    )


def due_on(today: date) -> date:
    """When an answer is expected, by the holidays in force; a week on in a year of which none is known."""
    try:
        return rules.answer_due_on(today, holidays.in_force())
    except ValueError:
        return today + timedelta(days=7)


def last_elsewhere(pupil: Pupil, school: School) -> Enrolment | None:
    """The pupil's last enrolment at another school than this one."""
    rows = Enrolment.objects.filter(pupil=pupil).exclude(classroom__school=school)
    rows = rows.select_related("pupil__identity", "classroom__school__office")
    return rows.order_by("-term__opens_on", "-starts_on", "-pk").first()
