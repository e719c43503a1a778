"""The acts of the care of personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from eqfund import audit, clock
from eqfund.models import Consent, Policy, User
from eqfund.privacy import permissions, policies
from eqfund.privacy.reveal import REASONS, TOLD_IN_WORDS, Revealable
from eqfund.refusal import Refused

LEAST_WORDS = 10  # letters


@transaction.atomic
def reveal(what: Revealable, row: Any, *, reason: str, note: str, by: User, at: datetime) -> str:
    """Return one encrypted thing, for a reason; the book keeps who, what and why before it is shown."""
    User.objects.select_for_update().get(pk=by.pk)  # two at once count one after the other
    if refusal := permissions.why_not_reveal(what, row, by):
        raise Refused(refusal)
    note = note.strip()
    if reason not in REASONS or (reason in TOLD_IN_WORDS and len(note) < LEAST_WORDS):
        raise Refused(gettext("Say for what you need it, in a few words."))
    text = what.fetch(row)
    audit.record(
        "privacy.reveal",
        row,
        by=by,
        at=at,
        path=what.path(row),
        pupil=what.pupil(row),
        facts={"what": what.code, "reason": reason},
        after={"note": note} if note else None,
    )
    return text


@transaction.atomic
def give_consent(policy: Policy, *, by: User, at: datetime) -> Consent:
    """Note that this person agreed to this version of the policy; a second time is the same once."""
    current = policies.for_users()
    if current is None or current.pk != policy.pk:
        raise Refused(gettext("This version is no longer the one in force. Read the new one."))
    consent, made = Consent.objects.get_or_create(
        user=by, policy=policy, defaults={"at": clock.wall()}
    )
    if made:
        audit.record(
            "privacy.give_consent", policy, by=by, at=at, facts={"version": policy.version}
        )
    return consent
