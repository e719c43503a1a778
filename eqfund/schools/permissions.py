"""Why a person may not change or confirm a school's profile. None means they may."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from eqfund import access
from eqfund.activities import ACTIVITY
from eqfund.hooks import SchoolCheck
from eqfund.models import School, Term, User
from eqfund.windows import why_closed


def why_not_edit_school(school: School, user: User, at: datetime) -> str | None:
    if reason := access.why_not(user, "registry.edit_school", school.path):
        return reason
    term = Term.objects.current(at)
    if term is None:
        return gettext("There is no term yet.")
    return why_closed(term, ACTIVITY["eqfund.edit_school"], school.path, at)


def why_not_confirm_school_profile(
    school: School, user: User, at: datetime, checks: list[SchoolCheck]
) -> str | None:
    """`checks` is the school's checklist as it stands: what holds back is named."""
    if reason := why_not_edit_school(school, user, at):
        return reason
    missing = [check.title for check in checks if check.holds_back and check.state != "good"]
    if missing:
        return gettext("Before it can be confirmed, mend: %(items)s.") % {
            "items": ", ".join(missing)
        }
    return None
