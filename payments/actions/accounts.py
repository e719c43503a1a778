"""All that changes a school's account. Each action is one transaction.

The school admin proposes, the director approves, the fund accepts; director or fund
may send back with a reason. A round that is built keeps the account it was built with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit
from eqfund.models import School, StoredFile, Term, User
from eqfund.refusal import Refused
from payments.models import AccountRules, SchoolBankAccount
from payments.permissions import accounts as permissions
from payments.queries.accounts import criteria_of, rules_in_force
from payments.rules import accounts as rules
from payments.rules.accounts import AccountStatus
from payments.words.faults import fault


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account as a school states it; `number` is digits only."""

    bank_code: str
    number: str
    name: str
    dedicated: bool


def propose_account(
    school: School,
    facts: AccountFacts,
    *,
    proof: StoredFile | None,
    term: Term,
    by: User,
    at: datetime,
) -> SchoolBankAccount:
    """Propose an account; it replaces a proposal of the school that nobody has decided."""
    if reason := permissions.why_not_propose_account(school, by, term=term, at=at):
        raise Refused(reason)
    in_force = rules_in_force()
    faults = rules.account_faults(
        bank_code=facts.bank_code,
        number=facts.number,
        name=facts.name,
        school_name=school.name,
        dedicated=facts.dedicated,
        criteria=criteria_of(in_force),
    )
    if faults:
        raise Refused(" ".join(fault(code) for _field, code in faults))
    if proof is None:
        raise Refused(gettext("Attach a photo or scan of the book's first page."))
    try:
        return _propose(school, facts, proof, in_force, by, at)
    except IntegrityError:
        raise Refused(gettext("Someone else has just changed this. Look again.")) from None


@transaction.atomic
def _propose(
    school: School,
    facts: AccountFacts,
    proof: StoredFile,
    in_force: AccountRules | None,
    by: User,
    at: datetime,
) -> SchoolBankAccount:
    under_way = SchoolBankAccount.objects.filter(
        school=school, status__in=list(map(str, rules.ACCOUNT_UNDECIDED))
    )
    under_way.update(status=AccountStatus.SUPERSEDED)
    account = SchoolBankAccount.objects.create(
        school=school,
        bank_code=facts.bank_code,
        number=facts.number,
        last4=facts.number[-4:],
        name=facts.name,
        dedicated=facts.dedicated,
        proof=proof,
        rules=in_force,
        proposed_by=by,
        proposed_at=at,
    )
    _record("propose_account", account, by, at)
    return account


@transaction.atomic
def approve_account(account: SchoolBankAccount, *, term: Term, by: User, at: datetime) -> None:
    """The director vouches for the school's account."""
    if reason := permissions.why_not_approve_account(account, by, term=term, at=at):
        raise Refused(reason)
    _move(account, AccountStatus.DIRECTOR_APPROVED, director=by, director_at=at)
    _record("approve_account", account, by, at)


@transaction.atomic
def accept_account(account: SchoolBankAccount, *, by: User, at: datetime) -> None:
    """The fund takes the account as the school's; the one before is replaced.

    It is held against the rules in force now: they may have changed since it was proposed.
    """
    if reason := permissions.why_not_accept_account(account, by):
        raise Refused(reason)
    if faults := faults_now(account):
        raise Refused(
            gettext("The account does not meet the rules in force now: %(faults)s Send it back.")
            % {"faults": " ".join(faults)}
        )
    # The school's row is locked, so two acceptances at once wait for each other.
    School.objects.select_for_update(no_key=True).get(pk=account.school_id)
    before = SchoolBankAccount.objects.filter(
        school=account.school_id, status=AccountStatus.ACCEPTED
    )
    before.update(status=AccountStatus.SUPERSEDED)
    _move(account, AccountStatus.ACCEPTED, decided_by=by, decided_at=at)
    _record("accept_account", account, by, at)


def faults_now(account: SchoolBankAccount) -> list[str]:
    """What is wrong with the account by the rules in force now, in words."""
    faults = rules.account_faults(
        bank_code=account.bank_code,
        number=account.number,
        name=account.name,
        school_name=account.school.name,
        dedicated=account.dedicated,
        criteria=criteria_of(rules_in_force()),
    )
    return [fault(code) for _field, code in faults]


@transaction.atomic
def send_back_account(account: SchoolBankAccount, *, reason: str, by: User, at: datetime) -> None:
    """The director or the fund sends the account back; the school reads the reason."""
    if refusal := permissions.why_not_send_back_account(account, by):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused(gettext("Say what must be mended."))
    _move(account, AccountStatus.SENT_BACK, decided_by=by, decided_at=at, reason=reason.strip())
    _record("send_back_account", account, by, at, reason=reason.strip())


def _move(account: SchoolBankAccount, to: AccountStatus, **fields: Any) -> None:
    """Compare and set the status; Refused if another transaction came first."""
    moved = SchoolBankAccount.objects.filter(pk=account.pk, status=account.status).update(
        status=to, **fields
    )
    if not moved:
        raise Refused(gettext("Someone else has just changed this. Look again."))
    account.refresh_from_db()


def _record(
    verb: str, account: SchoolBankAccount, by: User, at: datetime, reason: str = ""
) -> None:
    audit.record(
        verb,
        account,
        by=by,
        at=at,
        path=account.school.path,
        facts={"bank": account.bank_code, "status": str(account.status)},
        after={
            "last4": account.last4,
            "name": account.name,
            **({"reason": reason} if reason else {}),
        },
    )
