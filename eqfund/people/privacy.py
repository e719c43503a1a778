"""How offers and requests that came to nothing are forgotten. What became an account is forgotten with it
(eqfund.privacy.scrubs)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eqfund import hooks
from eqfund.models import AccountRequest, Invitation, TeacherList
from eqfund.privacy.technical import Kept

STALE = timedelta(days=365)  # an offer or request that came to nothing is kept a year


def forget_stale(on: date) -> int:
    """Delete what came to nothing a year ago: requests refused or never answered, invitations cancelled or
    run out, lists that were left lying."""
    before = on - STALE
    asked = AccountRequest.objects.filter(
        Q(status="refused", decided_at__date__lt=before)
        | Q(status="open", made_at__date__lt=before)
    )
    offers = Invitation.objects.filter(accepted_at=None).filter(
        Q(cancelled_at__date__lt=before) | Q(expires_at__date__lt=before)
    )
    after = AccountRequest.objects.filter(invitation__in=offers)
    lists = TeacherList.objects.filter(made_at__date__lt=before)
    return sum(rows.delete()[0] for rows in (asked, after, offers, lists))


def _stale(ended: datetime) -> int:
    return forget_stale(ended.date() + STALE)


hooks.technical_records.register(
    Kept(
        "offers_and_requests",
        _("Invitations and requests that came to nothing, lists of teachers"),
        STALE.days,
        forget=_stale,
    )
)
