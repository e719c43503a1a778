"""Reads of school accounts. Scope is the caller's: pass places one may see."""

from __future__ import annotations

from django.db.models import (
    Exists,
    OuterRef,
    QuerySet,
)

from eqfund.models import School, User
from payments.models import SchoolBankAccount
from payments.rules.accounts import AccountStatus


def accounts_for(user: User, *, waiting_for: str = "") -> QuerySet[SchoolBankAccount]:
    """The last account of each school the user may see; `waiting_for` director or fund narrows."""
    accounts = SchoolBankAccount.objects.visible_to(user, "payments.read_account")
    newest = SchoolBankAccount.objects.filter(
        school=OuterRef("school"), pk__gt=OuterRef("pk")
    ).exclude(status=AccountStatus.SUPERSEDED)
    accounts = accounts.filter(~Exists(newest)).exclude(status=AccountStatus.SUPERSEDED)
    if waiting_for == "director":
        accounts = accounts.filter(status=AccountStatus.PROPOSED)
    elif waiting_for == "fund":
        accounts = accounts.filter(status=AccountStatus.DIRECTOR_APPROVED)
    elif waiting_for == "school":
        accounts = accounts.filter(status=AccountStatus.SENT_BACK)
    return accounts.for_table()


def schools_without_account(user: User) -> int:
    """How many schools the user may see have no accepted account."""
    schools = School.objects.visible_to(user, "payments.read_account")
    accepted = SchoolBankAccount.objects.accepted().filter(school=OuterRef("pk"))
    return schools.filter(~Exists(accepted)).count()
