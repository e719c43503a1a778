"""Why a user may not print letters 08."""

from __future__ import annotations

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import User
from payments.models import TransferRound


def why_not_print_letters(transfer_round: TransferRound, path: str, user: User) -> str | None:
    """Letters tell what was transferred, so they exist from publication on."""
    if reason := access.why_not(user, "payments.print_letters", path):
        return reason
    if not transfer_round.is_published:
        return gettext("Letters can be printed once the transfer status of the round is published.")
    return None
