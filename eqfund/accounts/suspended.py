"""A POST that had to wait: what was typed is kept, sealed, until its person may go on.

A form may meet a session that has grown too old, a re-authentication, or a step of the first
use. Its fields are then encrypted into the session, with the person they belong to and the
moment; afterwards a page offers to go on and sends the same fields to the same address. Files
are not kept: the form comes back and asks for them again.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from django.middleware.csrf import CsrfViewMiddleware

from eqfund import clock
from eqfund.fields import seal, unseal

KEY = "suspended"
PURPOSE = "suspended_request"
KEPT_SECONDS = 30 * 60
LARGEST = 1024 * 1024
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
LEFT_OUT = {"csrfmiddlewaretoken"}


@dataclass(frozen=True, slots=True)
class Suspended:
    """A request that waits: where it goes and what it carries."""

    path: str
    fields: list[tuple[str, str]]
    had_files: bool


class _OwnForms(CsrfViewMiddleware):
    """Says whether a form is ours, and answers nothing."""

    def _reject(self, request: Any, reason: str) -> str:  # type: ignore[override]
        return reason


def _is_ours(request: Any) -> bool:
    """Whether the form bears our token: it is asked here, since middleware keeps a form before
    Django's own check, and what is kept is sent on with a good token."""
    check = _OwnForms(lambda _request: None)  # type: ignore[arg-type,return-value]
    return check.process_view(request, None, (), {}) is None  # type: ignore[arg-type]


def keep(request: Any) -> bool:
    """Keep the request's fields in its session; False when there is nothing to keep or too much."""
    if request.method != "POST" or request.content_type not in FORMS:
        return False
    if not _is_ours(request):
        return False
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in LEFT_OUT
        for value in values
    ]
    plain = json.dumps(
        {
            "user": request.user.pk,
            "at": clock.wall().timestamp(),
            "path": request.get_full_path(),
            "fields": fields,
            "had_files": bool(request.FILES),
        }
    ).encode()
    if len(plain) > LARGEST:
        return False
    request.session[KEY] = base64.b64encode(seal(plain, PURPOSE)).decode()
    return True


def waiting(request: Any) -> Suspended | None:
    """What waits for this person; None when nothing does, or too long ago, or for somebody else."""
    kept = request.session.get(KEY)
    if not kept:
        return None
    try:
        data = json.loads(unseal(base64.b64decode(kept), PURPOSE))
    except (ValueError, InvalidTag):
        return None
    young = clock.wall().timestamp() - data["at"] < KEPT_SECONDS
    if not young or data["user"] != request.user.pk:
        return None
    return Suspended(
        data["path"], [(name, value) for name, value in data["fields"]], data["had_files"]
    )


def forget_if_sent(request: Any) -> None:
    """Forget what waited once it has been sent on its way."""
    if request.method == "POST" and KEY in request.session:
        found = waiting(request)
        if found is None or found.path == request.get_full_path():
            del request.session[KEY]
