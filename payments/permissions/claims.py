"""Why a user may not collect a second payment. None means they may."""

from __future__ import annotations

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import User
from payments.models import RefundClaim, RefundLine


def why_not_collect(claim: RefundClaim, user: User) -> str | None:
    """The school through which it was paid, or the fund's finance; no window closes a claim."""
    if reason := access.why_not(user, "payments.collect_claim", claim.school.path):
        return reason
    if RefundLine.objects.alive().filter(transfer=claim.transfer_id).exists():
        return gettext("There is a refund slip for this money already.")
    return None
