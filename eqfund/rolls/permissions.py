"""Why a person may not mark, confirm or correct a roll. None means they may."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext, ngettext

from eqfund import access
from eqfund.models import Classroom, Enrolment, Term, User

from .rules import Figures


def why_not_mark_roll(classroom: Classroom, user: User, at: datetime) -> str | None:
    if reason := access.why_not(user, "rolls.mark", classroom.path):
        return reason
    return _why_not_of_this_year(classroom, at)


def why_not_confirm_roll(
    classroom: Classroom, user: User, at: datetime, figures: Figures
) -> str | None:
    """`figures` is the roll as it stands."""
    if reason := access.why_not(user, "rolls.confirm", classroom.path):
        return reason
    if reason := _why_not_of_this_year(classroom, at):
        return reason
    if not figures.pupils:
        return gettext("There is no pupil in this class, so there is nothing to confirm.")
    if figures.marks:
        return ngettext(
            "%(count)d mark is not settled yet: mend it, or take it back, then confirm.",
            "%(count)d marks are not settled yet: mend them, or take them back, then confirm.",
            figures.marks,
        ) % {"count": figures.marks}
    return None


def why_not_correct_pupil(enrolment: Enrolment, user: User, registry: str) -> str | None:
    """`registry` is the affiliation's, "" where it has none."""
    if reason := access.why_not(user, "rolls.confirm", enrolment.path):
        return reason
    if registry:
        return gettext(
            "Names and ids are corrected in %(registry)s; then the new file is sent here."
        ) % {"registry": registry}
    present = enrolment.status in (Enrolment.Status.STUDYING, Enrolment.Status.SUSPENDED)
    # An enrolment of an earlier term may still say "studying": the child goes by where it is now.
    if not present or not enrolment.pupil.path.startswith(enrolment.path):
        return gettext("This pupil is no longer in the class.")
    return None


def _why_not_of_this_year(classroom: Classroom, at: datetime) -> str | None:
    term = Term.objects.current(at)
    if term is None or term.year_be != classroom.year_be:
        return gettext("This class is of another school year.")
    return None
