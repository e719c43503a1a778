"""Figures that lower apps have counted with the snapshots of offices (hooks.counted_subjects), for their pages."""

from __future__ import annotations

from typing import Any

from eqfund.hooks import KeptFigures, office_figures
from eqfund.models import Term
from monitoring.progress.models import OfficeFigures


@office_figures.register
def figures_of(user: Any, term: Term, subject: str, offices: list[int]) -> dict[int, KeptFigures]:
    """As last counted, of those offices that lie wholly at the person's places; one query."""
    rows = OfficeFigures.objects.visible_to(user).filter(
        snapshot__term=term,
        snapshot__office__in=offices,
        snapshot__counted_at__isnull=False,
        subject=subject,
    )
    kept = rows.values_list("snapshot__office", "figures", "snapshot__counted_at")
    return {office: KeptFigures(figures, at) for office, figures, at in kept}
