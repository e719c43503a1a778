"""What goes out by mail: asked for here, written by a worker in eqfund.people.mails."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

from eqfund import jobs
from eqfund.models import AccountRequest, Invitation, User


def secret_of(token: str) -> bytes:
    """What is kept of a link's secret."""
    return hashlib.sha256(token.encode()).digest()


def send_out(invitations: Iterable[Invitation], *, by: User) -> None:
    """Have the mails written and sent by a worker, once the transaction is over."""
    ids = [invitation.pk for invitation in invitations]
    key = f"send-invitations-{ids[0]}-{len(ids)}-{secrets.token_hex(4)}"
    jobs.start("people.send_invitations", by=by, key=key, params={"ids": ids})


def tell(request: AccountRequest, kind: str) -> None:
    """Have a mail about a request written by a worker."""
    jobs.start(kind, by=None, key=f"{kind}-{request.pk}", params={"id": request.pk})
