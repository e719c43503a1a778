"""What an import is while it waits: of which registry, one of a place at a time, and set aside."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from eqfund import audit
from eqfund.models import Affiliation, RegistryImport, User


def discard(it: RegistryImport, *, by: User, at: datetime) -> None:
    RegistryImport.objects.filter(pk=it.pk).update(status=RegistryImport.Status.DISCARDED)
    it.rows.all().delete()
    it.cell_errors.all().delete()
    audit.record("registry.discard", it, by=by, at=at)


def registry_of(path: str) -> str:
    affiliation = Affiliation.objects.get(pk=int(path.split("/")[1]))
    return affiliation.registry or affiliation.code


def one_at_a_time(what: str) -> None:
    """Hold other transactions of the same name back until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"registry {what}"]
        )
