"""What invitations and requests hold of a person, for their export, and how it is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eqfund import hooks
from eqfund.models import AccountRequest, Invitation, TeacherList
from eqfund.privacy.export import USER, Part
from eqfund.privacy.scrub import Scrub

STALE = timedelta(days=365)  # an offer or request that came to nothing is kept a year
NAMELESS = {"full_name": "–", "email": "scrubbed@invalid", "phone": ""}


def forget_invitations(keys: Sequence[int]) -> int:
    """Empty the invitations and requests by which these account holders came."""
    asked = AccountRequest.objects.filter(invitation__accepted_by__in=keys)
    emptied = asked.update(**NAMELESS, note="", answer="")
    return emptied + Invitation.objects.filter(accepted_by__in=keys).update(**NAMELESS)


def forget_stale(on: date) -> int:
    """Delete what came to nothing a year ago: refused requests, invitations cancelled or run out, lists
    that were left lying."""
    before = on - STALE
    asked = AccountRequest.objects.filter(status="refused", decided_at__date__lt=before)
    offers = Invitation.objects.filter(accepted_at=None).filter(
        Q(cancelled_at__date__lt=before) | Q(expires_at__date__lt=before)
    )
    after = AccountRequest.objects.filter(invitation__in=offers)
    lists = TeacherList.objects.filter(made_at__date__lt=before)
    return sum(rows.delete()[0] for rows in (asked, after, offers, lists))


hooks.person_scrubs.register(Scrub("user", "invitations and requests", forget_invitations))
hooks.person_exports.register(
    Part(
        USER,
        _("Invitations accepted"),
        Invitation,
        "accepted_by",
        leave_out=("token_hash", "invited_by", "cancelled_by"),
    ),
    order=40,
)
hooks.person_exports.register(
    Part(
        USER,
        _("Requests for an account"),
        AccountRequest,
        "invitation__accepted_by",
        leave_out=("decided_by",),
    ),
    order=41,
)
