"""What payments brings to the care of personal data: digests that follow the index key, exports."""

from __future__ import annotations

from collections.abc import Callable

from eqfund import audit, clock, hooks
from payments.models import TransferRound
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


def register() -> None:
    """Register with the kernel's hooks."""
    hooks.index_swaps.register(keep_digests)
