"""Reads of school accounts and of what is asked of them. Scope is the caller's: pass places one may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from eqfund import access
from eqfund.models import School, User
from payments.models import AccountRules, SchoolBankAccount, Transfer
from payments.rules.accounts import AccountCriteria, AccountStatus

READ = "payments.read_account"
WAITING_FOR = {
    "director": AccountStatus.PROPOSED,
    "fund": AccountStatus.DIRECTOR_APPROVED,
    "school": AccountStatus.SENT_BACK,
    "accepted": AccountStatus.ACCEPTED,
}
# When an account came to the state in which it waits: the list of such a state begins with the oldest.
SINCE = {
    "director": "proposed_at",
    "fund": "director_at",
    "school": "decided_at",
    "accepted": "decided_at",
}


def rules_in_force() -> AccountRules | None:
    """The version in force with its banks; None while nobody has replaced what is shipped. Two queries."""
    return AccountRules.objects.approved().order_by("-version").prefetch_related("banks").first()


def criteria_of(rules: AccountRules | None) -> AccountCriteria:
    """What a version asks; what is shipped when there is none."""
    return rules.criteria() if rules else AccountCriteria()


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """What a list of accounts is narrowed to; "" for no narrowing."""

    waiting: str = ""
    q: str = ""
    bank: str = ""
    affiliation: str = ""

    @property
    def is_narrow(self) -> bool:
        return bool(self.q or self.bank or self.affiliation)


def accounts_for(user: User, wanted: AccountFilter) -> QuerySet[SchoolBankAccount]:
    """The last account of each school the user may see: by school, or the longest waiting first."""
    last = SchoolBankAccount.objects.exclude(status=AccountStatus.SUPERSEDED)
    keys = last.order_by().values("school").annotate(last=Max("pk")).values("last")
    rows = SchoolBankAccount.objects.visible_to(user, READ).filter(pk__in=keys)
    if status := WAITING_FOR.get(wanted.waiting):
        rows = rows.filter(status=status)
    if wanted.bank:
        rows = rows.filter(bank_code=wanted.bank)
    if wanted.affiliation.isdecimal():
        rows = rows.filter(access.within([f"TH/{wanted.affiliation}/"], "school__path"))
    if wanted.q:
        rows = rows.filter(Q(school__name__icontains=wanted.q) | Q(school__moe_code=wanted.q))
    rows = rows.for_table()
    if since := SINCE.get(wanted.waiting):
        order = F(since).desc() if wanted.waiting == "accepted" else F(since).asc()
        rows = rows.order_by(order, "pk")
    return rows


def counts_for(user: User) -> dict[str, int]:
    """How many schools of the user's wait for whom; `without` have no accepted account. Two queries."""
    last = SchoolBankAccount.objects.exclude(status=AccountStatus.SUPERSEDED)
    keys = last.order_by().values("school").annotate(last=Max("pk")).values("last")
    rows = SchoolBankAccount.objects.visible_to(user, READ).filter(pk__in=keys)
    by_status = dict(rows.order_by().values_list("status").annotate(n=Count("pk")))
    found = {name: by_status.get(status, 0) for name, status in WAITING_FOR.items()}
    return {**found, "without": schools_without_account(user)}


def schools_without_account(user: User) -> int:
    """How many schools the user may see have no accepted account."""
    schools = School.objects.visible_to(user, READ)
    accepted = SchoolBankAccount.objects.accepted().filter(school=OuterRef("pk"))
    return schools.filter(~Exists(accepted)).count()


def history_of(school: School) -> QuerySet[SchoolBankAccount]:
    """Every account a school ever proposed, the last one first, with its people and its rounds."""
    rows = SchoolBankAccount.objects.filter(school=school)
    people = ("school", "proposed_by", "director", "decided_by", "proof", "rules")
    return rows.select_related(*people).order_by("-pk")


def rounds_of(accounts: Any, user: User) -> dict[int, list[str]]:
    """By account: the rounds that were built with it and that the user may know of. One query."""
    found: dict[int, list[str]] = {}
    rows = Transfer.objects.visible_to(user, READ).filter(account__in=[a.pk for a in accounts])
    named = rows.order_by().values_list(
        "account", "round__number", "round__term__number", "round__term__year_be"
    )
    for account, number, term, year in sorted(named.distinct()):
        found.setdefault(account, []).append(f"{number} · {term}/{year}")
    return found
