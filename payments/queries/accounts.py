"""Reads of school accounts and of what is asked of them. Scope is the caller's: pass places one may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from eqfund import access
from eqfund.models import School, User
from eqfund.pages import PAGE_SIZE
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
SINCE = {"director": "proposed_at", "fund": "director_at", "school": "decided_at"}


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
    """The last account of each school the user may see, in the list's order.

    Of one state the longest waiting first. Of all: the country by what was proposed last, an office
    by the names of its schools.
    """
    rows = SchoolBankAccount.objects.visible_to(user, READ).of_schools_now()
    if status := WAITING_FOR.get(wanted.waiting):
        rows = rows.filter(status=status)
    if wanted.bank:
        rows = rows.filter(bank_code=wanted.bank)
    if wanted.affiliation.isdecimal():
        rows = rows.filter(access.within([f"TH/{wanted.affiliation}/"], "school__path"))
    if wanted.q:
        rows = rows.filter(Q(school__name__icontains=wanted.q) | Q(school__moe_code=wanted.q))
    if wanted.waiting == "accepted" or (not wanted.waiting and access.may(user, READ, "TH/")):
        return rows.order_by("-pk")
    return rows.order_by(SINCE.get(wanted.waiting, "school__name"), "pk")


def account_page(rows: QuerySet[SchoolBankAccount], count: int, number: str | None) -> Page[Any]:
    """A page of accounts, whose count is known: keys first, then these few rows. Two queries."""
    pages = Paginator(rows.values_list("pk", flat=True), PAGE_SIZE)
    pages.count = count
    page = pages.get_page(number)
    keys = list(page.object_list)
    found = SchoolBankAccount.objects.for_table().in_bulk(keys)
    page.object_list = [found[key] for key in keys]
    return page


def counts_for(user: User) -> dict[str, int]:
    """How many schools of the user's wait for whom; `without` have no accepted account. Three queries."""
    rows = SchoolBankAccount.objects.visible_to(user, READ)
    now = rows.of_schools_now().order_by().values_list("status")
    by_status = dict(now.annotate(n=Count("pk")))
    found = {name: by_status.get(status, 0) for name, status in WAITING_FOR.items()}
    # At most one account of a school is accepted, by constraint.
    schools = School.objects.visible_to(user, READ).count()
    return {**found, "without": schools - rows.accepted().count()}


def listed_of(counts: dict[str, int], wanted: AccountFilter) -> int:
    """How many accounts a list shows that nothing but its state narrows."""
    if wanted.waiting:
        return counts[wanted.waiting]
    return sum(counts[name] for name in WAITING_FOR)


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
