"""When the rows of a registry file are forgotten: what waits too long, and what was recorded long ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction

from eqfund import audit
from eqfund.models import RegistryImport


def forget_old_rows(wall: datetime, *, at: datetime) -> int:
    """Forget rows and wrong cells whose time is over, by real time; return of how many files.

    A preview that nobody confirmed is set aside after REGISTRY_PREVIEW_DAYS. What was recorded, or
    not accepted, keeps its names for REGISTRY_ROWS_DAYS; the counts stay.
    """
    over = _before(wall - timedelta(days=settings.REGISTRY_PREVIEW_DAYS))
    waiting = over.filter(status=RegistryImport.Status.PREVIEWED)
    count = sum(_set_aside(pk, at) for pk in waiting.values_list("pk", flat=True))
    over = _before(wall - timedelta(days=settings.REGISTRY_ROWS_DAYS))
    done = over.filter(status__in=["confirmed", "refused"]).exclude(rows=None, cell_errors=None)
    for it in done.distinct():
        with transaction.atomic():
            it.rows.all().delete()
            it.cell_errors.all().delete()
        count += 1
    return count


def _before(wall: datetime) -> models.QuerySet[RegistryImport]:
    """Imports whose last work ended before `wall`."""
    return RegistryImport.objects.filter(job__ended_at__lt=wall)


@transaction.atomic
def _set_aside(pk: int, at: datetime) -> bool:
    it = RegistryImport.objects.select_for_update().get(pk=pk)
    if it.status != RegistryImport.Status.PREVIEWED:
        return False
    RegistryImport.objects.filter(pk=pk).update(status=RegistryImport.Status.DISCARDED)
    it.rows.all().delete()
    it.cell_errors.all().delete()
    audit.record("registry.discard", it, by=None, at=at, facts={"because": "waited_too_long"})
    return True
