"""Mails about hand-overs: asked for here, written by a worker in eqfund.handover.mails."""

from __future__ import annotations

from eqfund import jobs
from eqfund.models import Handover, User


def tell(handover: Handover, kind: str, *, by: User | None) -> None:
    """Have the other side told, once the transaction is over."""
    jobs.start(kind, by=by, key=f"{kind}-{handover.pk}", params={"ids": [handover.pk]})
