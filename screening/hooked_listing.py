"""What screening adds to "why is my pupil not in the list?": the grant, the form, the visit, the calendar."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from eqfund import hooks
from eqfund.access import Role
from eqfund.models import Enrolment, Pupil
from eqfund.registry.listing import Answer, said_contact
from eqfund.thai_text import thai_date
from eqfund.windows import why_closed
from screening.models import Form01, Grant, HomeVisit


def register() -> None:
    """Register with eqfund.hooks."""
    hooks.listing_checks.register(listing_steps, order=60)


def listing_steps(pupil: Pupil, enrolment: Enrolment, at: datetime) -> list[Answer]:
    """The first that holds: a grantee, a form, an unticked visit; else whether a form may be begun."""
    if grant := Grant.objects.alive_in(enrolment.term).filter(pupil=pupil).first():
        return [_grantee(grant)]
    form = Form01.objects.alive().filter(enrolment=enrolment).first()
    if form is not None:
        said = gettext("Form 01 has been begun: %(status)s.")
        return [Answer("form", "good", said % {"status": form.get_status_display()})]
    steps = []
    visit = HomeVisit.objects.filter(enrolment=enrolment, is_ticked=False).first()
    if visit is not None:
        steps.append(_unticked(visit))
    if closed := why_closed(enrolment.term, "form01_draft", enrolment.path, at):
        who = said_contact(Role.OFFICE_ADMIN, enrolment.path, at)
        act = gettext("The supervising office proposes an extension on the page “Extensions”, and the fund decides.")  # fmt: skip
        steps.append(Answer("closed", "bad", closed, act, who))
    return steps


def _grantee(grant: Grant) -> Answer:
    said = gettext("The pupil holds a grant until term %(term)s: it is of the continuing group, and not in the list of the new group.")  # fmt: skip
    act = gettext("The homeroom teacher confirms the pupil on the page “Continuing group and channels”.")  # fmt: skip
    return Answer("continuing", "sun", said % {"term": grant.last_term}, act)


def _unticked(visit: HomeVisit) -> Answer:
    said = gettext("The home visit was unticked %(on)s: %(reason)s.") % {
        "on": thai_date(visit.decided_at) if visit.decided_at else "–",
        "reason": visit.get_skip_reason_display(),
    }
    act = gettext("The homeroom teacher or the admin ticks the pupil again on the page “Home visits”.")  # fmt: skip
    return Answer("unticked", "sun", said, act)
