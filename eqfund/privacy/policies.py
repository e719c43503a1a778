"""Which policy is in force, and who has agreed to it. A new version asks everybody again."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from eqfund import clock
from eqfund.models import Consent, Policy, User

SECONDS = 30.0  # how old the answer may be: the gate asks at every request

_known: dict[str, tuple[float, list[Policy]]] = {}


def in_force(audience: str, at: datetime) -> Policy | None:
    """The last version that has begun by `at`; None when there is none."""
    return next((p for p in _versions(audience) if p.effective_at <= at), None)


def forget() -> None:
    """Ask the database anew: after a policy was loaded, and between tests."""
    _known.clear()


def _versions(audience: str) -> list[Policy]:
    """The policy's versions, the last one first."""
    now = time.monotonic()  # how old the answer is; no programme time
    if audience not in _known or now - _known[audience][0] > SECONDS:
        rows = Policy.objects.filter(audience=audience).order_by("-effective_at")
        _known[audience] = (now, list(rows))
    return _known[audience][1]


def text_of(policy: Policy) -> str:
    """The policy in the language of the page."""
    return policy.text_th if get_language() == "th" else policy.text_en


def for_users() -> Policy | None:
    """What account holders agree to now, in real time."""
    return in_force(Policy.Audience.USER, clock.wall())


def consent_is_open(user: Any) -> bool:
    """Whether the person has yet to agree to the version in force."""
    policy = for_users()
    return policy is not None and not Consent.objects.filter(user=user, policy=policy).exists()


def user_version() -> str:
    """The version in force, "" without one: when it changes, the first use is asked of again."""
    policy = for_users()
    return policy.version if policy else ""


def guardian_version(at: datetime) -> str:
    """The version that a guardian is read at programme time `at`; "" when none is loaded."""
    policy = in_force(Policy.Audience.GUARDIAN, at)
    return policy.version if policy else ""


def consents_of(user: User) -> list[Consent]:
    """What the person has agreed to, the last first."""
    return list(Consent.objects.filter(user=user).select_related("policy").order_by("-at"))
