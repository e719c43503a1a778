"""The school's bank account, on its checklist "up to date for this term"."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext

from eqfund import hooks
from eqfund.access import ROLE_NAMES, Role
from eqfund.hooks import SchoolCheck
from eqfund.models import School, Term
from payments.models import SchoolBankAccount
from payments.rules.accounts import AccountStatus

UNDER_WAY = (AccountStatus.PROPOSED, AccountStatus.DIRECTOR_APPROVED)


def register() -> None:
    """Once, from ready()."""
    hooks.school_checks.register(account_lines, order=50)


def account_lines(schools: list[School], term: Term, at: datetime) -> dict[int, list[SchoolCheck]]:
    """Whether the fund has accepted an account of each school; one query."""
    rows = SchoolBankAccount.objects.filter(school__in=schools).exclude(
        status=AccountStatus.SUPERSEDED
    )
    found: dict[int, set[str]] = {school.pk: set() for school in schools}
    for pk, status in rows.order_by().values_list("school", "status").distinct():
        found[pk].add(status)
    return {pk: [_line(states)] for pk, states in found.items()}


def _line(states: set[str]) -> SchoolCheck:
    if AccountStatus.ACCEPTED in states:
        state, sentence = "good", gettext("The fund has accepted it.")
        if states & set(UNDER_WAY):
            sentence = gettext("The fund has accepted it; a change is under way.")
    elif states & set(UNDER_WAY):
        state, sentence = "sun", gettext("It waits for the director or the fund.")
    elif AccountStatus.SENT_BACK in states:
        state, sentence = "bad", gettext("The fund sent it back: read why, and propose it again.")
    else:
        state, sentence = "bad", gettext("None is proposed yet.")
    return SchoolCheck(
        "account",
        gettext("School bank account"),
        state,
        sentence,
        str(ROLE_NAMES[Role.SCHOOL_ADMIN]),
        reverse("payments:accounts"),
        "payments.propose_account",
    )
