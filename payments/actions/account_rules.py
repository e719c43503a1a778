"""All that changes what the fund asks of a school's account. Each action is one transaction.

One person of the fund proposes the next version, another approves it: it decides where money may go.
Accounts accepted before stay accepted; what is proposed or accepted from now on is held against it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext

from eqfund import audit
from eqfund.models import User
from eqfund.refusal import Refused
from payments.models import AccountBank, AccountRules
from payments.permissions import account_rules as permissions
from payments.rules.accounts import AccountCriteria, criteria_faults
from payments.words.accounts import rules_fault


def propose_account_rules(
    criteria: AccountCriteria,
    *,
    source: str,
    check_sources: dict[str, str],
    by: User,
    at: datetime,
) -> AccountRules:
    """Propose the next version. `check_sources` says, by bank, who laid its check down."""
    if reason := permissions.why_not_propose_rules(by):
        raise Refused(reason)
    if faults := criteria_faults(criteria):
        raise Refused(" ".join(rules_fault(what, code) for what, code in faults))
    if not source.strip():
        raise Refused(gettext("Say where these rules come from."))
    if any(terms.check and not check_sources.get(code) for code, terms in criteria.banks.items()):
        raise Refused(gettext("Say for every check of numbers where the bank lays it down."))
    try:
        return _propose(criteria, source.strip(), check_sources, by, at)
    except IntegrityError:
        raise Refused(gettext("Someone else has just changed this. Look again.")) from None


@transaction.atomic
def _propose(
    criteria: AccountCriteria, source: str, check_sources: dict[str, str], by: User, at: datetime
) -> AccountRules:
    last = AccountRules.objects.aggregate(last=Max("version"))["last"] or 0
    made = AccountRules.objects.create(
        version=last + 1,
        name_patterns=list(criteria.name_patterns),
        must_be_dedicated=criteria.must_be_dedicated,
        source=source,
        proposed_by=by,
        proposed_at=at,
    )
    AccountBank.objects.bulk_create(
        AccountBank(
            rules=made,
            bank_code=code,
            digits=list(terms.digits),
            weights=list(terms.check.weights) if terms.check else [],
            modulus=terms.check.modulus if terms.check else None,
            source=check_sources.get(code, "") if terms.check else "",
        )
        for code, terms in sorted(criteria.banks.items())
    )
    facts = {
        "version": made.version,
        "banks": {code: list(terms.digits) for code, terms in sorted(criteria.banks.items())},
        "checks": sorted(code for code, terms in criteria.banks.items() if terms.check),
        "patterns": list(criteria.name_patterns),
        "dedicated": criteria.must_be_dedicated,
    }
    _record("propose_account_rules", made, by, at, facts)
    return made


@transaction.atomic
def approve_account_rules(rules: AccountRules, *, by: User, at: datetime) -> None:
    """Put a proposed version in force."""
    if reason := permissions.why_not_approve_rules(rules, by):
        raise Refused(reason)
    _settle(rules, approved_by=by, approved_at=at)
    _record("approve_account_rules", rules, by, at, {"version": rules.version})


@transaction.atomic
def withdraw_account_rules(rules: AccountRules, *, by: User, at: datetime) -> None:
    """Take a proposed version back."""
    if reason := permissions.why_not_withdraw_rules(rules, by):
        raise Refused(reason)
    _settle(rules, withdrawn_by=by, withdrawn_at=at)
    _record("withdraw_account_rules", rules, by, at, {"version": rules.version})


def _settle(rules: AccountRules, **fields: Any) -> None:
    """Compare and set; Refused if another person came first."""
    if not AccountRules.objects.proposed().filter(pk=rules.pk).update(**fields):
        raise Refused(gettext("Someone else has just changed this. Look again."))
    rules.refresh_from_db()


def _record(verb: str, rules: AccountRules, by: User, at: datetime, facts: dict[str, Any]) -> None:
    audit.record(verb, rules, by=by, at=at, path="TH/", facts=facts)
