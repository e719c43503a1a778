"""Why a user may not change what is asked of school accounts. None means they may."""

from __future__ import annotations

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import User
from payments.models import AccountRules

COUNTRY = "TH/"


def why_not_propose_rules(user: User) -> str | None:
    """One proposal at a time: two would be approved against each other."""
    if reason := access.why_not(user, "payments.propose_account_rules", COUNTRY):
        return reason
    if AccountRules.objects.proposed().exists():
        return gettext(
            "A version waits for approval already. Have it approved or take it back first."
        )
    return None


def why_not_approve_rules(rules: AccountRules, user: User) -> str | None:
    if reason := access.why_not(user, "payments.approve_account_rules", COUNTRY):
        return reason
    if reason := _why_not_waiting(rules):
        return reason
    if rules.proposed_by_id == user.pk:
        return gettext("Whoever proposed the rules does not approve them. Another person does.")
    return None


def why_not_withdraw_rules(rules: AccountRules, user: User) -> str | None:
    """Either side takes a proposal out of the way."""
    proposes = access.why_not(user, "payments.propose_account_rules", COUNTRY)
    if proposes and access.why_not(user, "payments.approve_account_rules", COUNTRY):
        return proposes
    return _why_not_waiting(rules)


def _why_not_waiting(rules: AccountRules) -> str | None:
    if rules.approved_by_id is not None:
        return gettext("This version is in force. It does not change; propose the next one.")
    if rules.withdrawn_by_id is not None:
        return gettext("This version was taken back.")
    return None
