"""Access that was refused, in the book: pages of others' verbs (403), of others' rows (404), too many requests (429).

Folded, so that whoever tries every number fills nothing: of one person, page and hour the first is
written, the tenth, the hundredth and so on, with the count so far. Of people who are not signed in only
forged or too frequent requests count, under a digest of their address, and all of them together write
about a hundred lines an hour at most. A row that is another's and a row that never was look the same
here too: the page and the number asked for are kept, nothing else.
"""

from __future__ import annotations

import logging
from os.path import commonpath
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.core.cache import cache
from django.db import DatabaseError
from django.utils.crypto import salted_hmac

from eqfund import access, audit, clock

log = logging.getLogger(__name__)
HOUR = 3600
OPEN_LINES = 100
VERBS = {403: "access.refused", 404: "access.not_found", 429: "access.too_often"}


def note(request: Any, status: int) -> None:
    """Write the answer down if it refused somebody something, and is due."""
    match = request.resolver_match
    if status not in VERBS or match is None or not match.view_name:
        return
    signed_in = request.user.is_authenticated
    if not signed_in and status == 404:
        return
    who = f"user-{request.user.pk}" if signed_in else _address(request)
    count = _count(f"{status}-{who}-{match.view_name}")
    if not count or not _is_due(count):
        return
    if not signed_in:
        lines = _count("open") or 0
        if lines > OPEN_LINES and not _is_due(lines):
            return
    facts = {"count": count, "method": request.method}
    try:
        event = audit.record(
            VERBS[status],
            match.view_name,
            by=request.user if signed_in else None,
            at=getattr(request, "moment", None),
            path=_place(request.user) if signed_in else "",
            facts=facts if signed_in else {**facts, "who": who},
            object_id=_asked_for(match.kwargs),
        )
    except DatabaseError:
        log.exception("a refused access could not be recorded")
    else:
        log.info("%s at %s", event.verb, match.view_name)


def _count(name: str) -> int | None:
    """How often this happened in this hour; None when the cache is away."""
    key = f"refused-{name}-{int(clock.wall().timestamp()) // HOUR}"
    try:
        cache.add(key, 0, 2 * HOUR)
        return int(cache.incr(key))
    except Exception:  # better served without a count than not at all
        log.warning("the cache is away: refused access is not counted")
        return None


def _is_due(count: int) -> bool:
    """1, 10, 100, ..."""
    return str(count).rstrip("0") == "1"


def _address(request: Any) -> str:
    address = get_client_ip(request) or ""
    return "address-" + salted_hmac("eqfund.refused", address, algorithm="sha256").hexdigest()[:12]


def _asked_for(kwargs: dict[str, Any]) -> str:
    """The number in the page's address."""
    return next((str(value)[:40] for value in kwargs.values() if isinstance(value, int)), "")


def _place(user: Any) -> str:
    """The narrowest place that holds all the person's posts."""
    paths = [posting.path for posting in access.postings_of(user)]
    return f"{commonpath(paths)}/" if paths else ""
