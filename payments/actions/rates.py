"""All that changes the amount of the grant. One person proposes, another approves."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit
from eqfund.models import Term, User
from eqfund.refusal import Refused
from payments.models import BenefitRate
from payments.permissions import accounts as permissions
from payments.rules.rates import Level


def propose_rate(
    term: Term, level: str, amount_satang: int, *, source: str = "", by: User, at: datetime
) -> BenefitRate:
    """Propose what a pupil of one level is granted for the term; it replaces a proposal not yet approved."""
    if reason := permissions.why_not_propose_rate(by):
        raise Refused(reason)
    if amount_satang <= 0:
        raise Refused(gettext("The amount must be more than nothing."))
    level = Level(level)
    if BenefitRate.objects.approved().filter(term=term, level=level).exists():
        raise Refused(
            gettext("This amount is approved already. An approved amount does not change.")
        )
    try:
        with transaction.atomic():
            BenefitRate.objects.filter(term=term, level=level, approved_by=None).delete()
            rate = BenefitRate.objects.create(
                term=term,
                level=level,
                amount_satang=amount_satang,
                source=source,
                proposed_by=by,
                proposed_at=at,
            )
            facts = {"term": term.label, "level": str(level), "satang": amount_satang}
            audit.record("propose_rate", rate, by=by, at=at, facts=facts)
    except IntegrityError:
        raise Refused(gettext("Someone else has just changed this. Look again.")) from None
    return rate


@transaction.atomic
def approve_rate(rate: BenefitRate, *, by: User, at: datetime) -> None:
    """Approve a proposed amount; from then on it does not change."""
    if reason := permissions.why_not_approve_rate(rate, by):
        raise Refused(reason)
    same = BenefitRate.objects.filter(
        pk=rate.pk, approved_by=None, amount_satang=rate.amount_satang
    )
    if not same.update(approved_by=by, approved_at=at):
        raise Refused(gettext("Someone else has just changed this. Look again."))
    rate.refresh_from_db()
    facts = {"term": rate.term.label, "level": rate.level, "satang": rate.amount_satang}
    audit.record("approve_rate", rate, by=by, at=at, facts=facts)
