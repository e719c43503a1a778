"""Why a person may not keep an office's account, allocation or list. None means they may."""

from __future__ import annotations

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import SupervisingOffice, User
from payments.models import SubsidyList
from payments.models.basic_needs import FIGURES, NAMES
from payments.rules.basic_needs import TRANSITIONS, ListStatus, pays
from payments.words.basic_needs import LIST_STATUS_NAMES

KEEP = "payments.keep_basic_needs"
__all__ = ["FIGURES", "KEEP", "NAMES", "why_not_concerned", "why_not_keep", "why_not_record", "why_not_set_aside"]  # fmt: skip


def why_not_concerned(affiliation_code: str) -> str | None:
    """The sentence for those whose affiliation has no such subsidy."""
    if pays(affiliation_code):
        return None
    return gettext(
        "The basic-needs subsidy is the money of OBEC and of the local authorities (LAO) for "
        "their own poor pupils. Your affiliation has none, so there is nothing to do here; the "
        "fund's grant does not depend on it."
    )


def why_not_keep(office: SupervisingOffice, user: User) -> str | None:
    """The office itself, or its affiliation."""
    if reason := access.why_not(user, KEEP, office.path):
        return reason
    return why_not_concerned(office.affiliation.code)


def why_not_record(found: SubsidyList, user: User) -> str | None:
    """A list that was read and in which every cell can be."""
    return why_not_keep(found.office, user) or _why_not_move(found, ListStatus.RECORDED)


def why_not_set_aside(found: SubsidyList, user: User) -> str | None:
    return why_not_keep(found.office, user) or _why_not_move(found, ListStatus.SET_ASIDE)


def _why_not_move(found: SubsidyList, to: ListStatus) -> str | None:
    if to in TRANSITIONS[ListStatus(found.status)]:
        return None
    return gettext("This list is: %(status)s. This cannot be done to it now.") % {
        "status": LIST_STATUS_NAMES[ListStatus(found.status)]
    }
