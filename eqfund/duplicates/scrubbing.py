"""What is forgotten of a pupil whose time is over: the keys of the name, and what was said of the child."""

from __future__ import annotations

from collections.abc import Sequence

from eqfund.models import DuplicatePair, DuplicateSide, NameKey, PupilJoin, StoredFile
from eqfund.privacy.scrub import forget_files


def forget(keys: Sequence[int]) -> int:
    """Rows emptied; the files of proof leave the storage."""
    gone = NameKey.objects.filter(pk__in=keys).delete()[0]
    sides = DuplicateSide.objects.filter(pupil__in=keys)
    told = DuplicatePair.objects.filter(sides__in=sides, ground__in=["decision", "school"])
    for pk in told.distinct().values_list("pk", flat=True):
        DuplicatePair.objects.filter(pk=pk).update(reason="–")
    joins = PupilJoin.objects.filter(pair__sides__in=sides)
    for field in ("asked_reason", "reason", "answer"):
        said = [row.pk for row in joins.distinct() if getattr(row, field)]
        PupilJoin.objects.filter(pk__in=said).update(**{field: "–"})
    forget_files(StoredFile.objects.filter(pk__in=sides.values("proof")))
    return gone + sides.update(note="")
