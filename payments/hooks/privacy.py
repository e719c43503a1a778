"""What payments brings to the care of personal data: digests that follow the index key, exports."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from eqfund import audit, clock, hooks
from eqfund.privacy.reveal import Revealable
from payments.models import SchoolBankAccount, Transfer, TransferRound
from payments.round_sql import totals


def keep_digests() -> Callable[[], None]:
    """A round's digest covers identity indexes: what agreed before their key changed agrees after it.

    A round whose rows were touched keeps its old digest, so that it still does not agree.
    """
    rounds = [
        each
        for each in TransferRound.objects.exclude(digest="")
        if totals(each).digest == each.digest
    ]

    def write_anew() -> None:
        for each in rounds:
            was, each.digest = each.digest, totals(each).digest
            TransferRound.objects.filter(pk=each.pk).update(digest=each.digest)
            audit.record(
                "payments.digest_anew",
                each,
                by=None,
                at=clock.now(),
                path="TH/",
                facts={"was": was, "is": each.digest},
            )

    return write_anew


ACCOUNT = Revealable(
    "account-number",
    _("the school's account number"),
    "privacy.reveal_account",
    SchoolBankAccount,
    fetch=lambda account: account.number,
    last=lambda account: account.last4,
    path=lambda account: account.school.path,
)
DESTINATION = Revealable(
    "destination",
    _("the number that the money goes to"),
    "privacy.reveal_destination",
    Transfer,
    fetch=lambda transfer: transfer.destination_text(),
    last=lambda transfer: transfer.destination_last4,
    path=lambda transfer: transfer.enrolment.path,
    pupil=lambda transfer: transfer.enrolment.pupil_id,
)


def register() -> None:
    """Register with the kernel's hooks."""
    hooks.reveals.register(ACCOUNT)
    hooks.reveals.register(DESTINATION)
    hooks.index_swaps.register(keep_digests)
