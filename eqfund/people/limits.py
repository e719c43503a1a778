"""How often an open page may be used: counts in the cache, by address and by e-mail, in real time.

An area's training may send a hundred teachers through one address, so the address's limit is
wide; the e-mail's is narrow.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.cache import cache

HOUR, DAY = 3600, 86_400
LOOK_UPS_AN_HOUR = 120
REQUESTS_AN_HOUR = 60
REQUESTS_A_DAY_FOR_AN_EMAIL = 3


def spent(what: str, whose: str, most: int, seconds: int) -> bool:
    """Count one use; whether there were more than `most` within the time."""
    digest = hashlib.sha256(f"{what} {whose}".encode()).hexdigest()[:32]
    key = f"people-limit-{digest}"
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key)) > most
    except ValueError:  # it ran out between the two
        return False


def address_of(request: Any) -> str:
    """Where a request comes from, as the sign-in's own limits see it."""
    from allauth.account.adapter import get_adapter

    return str(get_adapter().get_client_ip(request))
