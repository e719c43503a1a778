"""Why an office may not remind its schools."""

from __future__ import annotations

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import SupervisingOffice, Term, User


def why_not_remind(office: SupervisingOffice, by: User, term: Term | None) -> str | None:
    """The office's own people alone, while a term runs."""
    if not access.may(by, "progress.remind", office.path):
        return gettext("The supervising office itself reminds its schools.")
    if term is None:
        return gettext("No term runs today, so nothing is left to do.")
    return None


def why_nobody_is_left(left: int, fresh: int) -> str | None:
    """Whom there is nobody to remind: all have finished, or were reminded today."""
    if not left:
        return gettext("These schools have nothing left to do at present.")
    if not fresh:
        return gettext(
            "These schools were reminded today. They can be reminded again tomorrow; until then, telephone."
        )
    return None
