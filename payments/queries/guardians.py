"""Which guardian a school may be told of, beside cash that came to it for a pupil.

Cash stays at the school of its enrolment; the pupil may not. A school whose pupil moved is told
of the guardian it knew, never of one that the next school recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from eqfund.access import SEGMENTS
from eqfund.clock import BANGKOK
from eqfund.models import Enrolment, Guardian


def guardians_of(enrolments: Iterable[Enrolment]) -> dict[int, Guardian]:
    """By the enrolment's key: the guardian its school knows. One query; the pupils are loaded.

    The present one while the pupil is at that school. Of a pupil who left, the last one recorded
    before the day of leaving: what was recorded on that day may be the next school's already. Nobody
    when no day of leaving is known, as after a term that ended with the pupil still here.
    """
    rows = {enrolment.pk: enrolment for enrolment in enrolments}
    pupils = {enrolment.pupil_id for enrolment in rows.values()}
    known: dict[int, list[Guardian]] = {}
    for guardian in Guardian.objects.filter(pupil__in=pupils).order_by("since", "pk"):
        known.setdefault(guardian.pupil_id, []).append(guardian)
    found = {
        pk: _known_at(enrolment, known.get(enrolment.pupil_id, []))
        for pk, enrolment in rows.items()
    }
    return {pk: guardian for pk, guardian in found.items() if guardian is not None}


def _known_at(enrolment: Enrolment, guardians: list[Guardian]) -> Guardian | None:
    if enrolment.pupil.path.startswith(_school_of(enrolment.path)):
        return next((guardian for guardian in guardians if guardian.is_current), None)
    if enrolment.ends_on is None:
        return None
    left = datetime.combine(enrolment.ends_on, time(), BANGKOK)
    return next((guardian for guardian in reversed(guardians) if guardian.since < left), None)


def _school_of(path: str) -> str:
    return "/".join(path.split("/")[: SEGMENTS["school"]]) + "/"
