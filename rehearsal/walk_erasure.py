"""Not even a number: erase the country around a person, and their pages must not change by a byte.

Counting is hard to grep for. So each page of a person who is not posted at the whole country is asked
for twice at the same moment: with the country as it is, and with every row gone that lies neither at
the person's places nor above them. What then differs was told by rows that are none of theirs.
"""

from __future__ import annotations

import difflib
from typing import Any

from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.db.models import F, Q, Value
from django.test import Client
from django.urls import reverse

from eqfund import access, clock
from eqfund.models import User
from rehearsal.walk_bodies import lasting, text_of

APPS = ("eqfund", "screening", "attendance", "payments", "monitoring", "progress")
# Append-only tables stay: the application may not take rows out of them.
LONGEST_SHOWN = 160
# Pages that may show what lies beside the person's place, and why.
KNOWN = {
    "handover:handover-history": "an accepted hand-over opens to the new school what the former ones recorded",
    "screening:form01-officer-card": "a school keeps one copy of an official's card, whoever of it took the picture",
}


def scoped_models() -> list[type[models.Model]]:
    """Tables whose rows lie at a place."""
    return [
        model
        for model in apps.get_models()
        if model.__module__.split(".")[0] in APPS
        and getattr(model._default_manager.all(), "scope", None)
        and model._meta.managed
    ]


def erase_around(user: User) -> list[str]:
    """Take out every row that lies neither at nor above the user's places; the tables that refused."""
    places = [posting.path for posting in access.postings_of(user)]
    refused = []
    for model in scoped_models():
        scope = model._default_manager.all().scope  # type: ignore[attr-defined]
        rows = model._base_manager.annotate(lies_at=F(scope)).order_by()
        kept = Q(lies_at="")
        for number, place in enumerate(places):
            rows = rows.annotate(**{f"mine{number}": Value(place)})
            kept |= Q(lies_at__startswith=place) | Q(**{f"mine{number}__startswith": F("lies_at")})
        gone = list(rows.exclude(kept).values_list("pk", flat=True))
        if not gone:
            continue
        try:
            with transaction.atomic():
                found = model._base_manager.filter(pk__in=gone)
                found._raw_delete(found.db)  # type: ignore[attr-defined]
        except DatabaseError:
            refused.append(model._meta.label)
    return refused


def told_by_others(
    user: User, client: Client, pages: list[tuple[str, dict[str, Any]]]
) -> list[str]:
    """Pages (name, arguments) whose answer depends on rows around the user's places."""
    addresses = [(name, reverse(name, kwargs=kwargs)) for name, kwargs in pages]
    with clock.rehearse(clock.now()), transaction.atomic():
        before = {address: _ask(client, address) for _name, address in addresses}
        erase_around(user)
        found = [
            f"{name}: {user.username} reads of others: {difference}"
            for name, address in addresses
            if name not in KNOWN
            and (difference := _difference(before[address], _ask(client, address)))
        ]
        transaction.set_rollback(True)
    return found


def _ask(client: Client, address: str) -> str:
    with transaction.atomic():
        response = client.get(address)
        text = f"{response.status_code}\n{lasting(text_of(response))}"
        transaction.set_rollback(True)
    return text


def _difference(before: str, after: str) -> str:
    """The first lines in which two answers differ; "" when they are the same."""
    if before == after:
        return ""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    shown = [line.strip() for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return " | ".join(line[:LONGEST_SHOWN] for line in shown[:4])
