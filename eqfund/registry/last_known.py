"""What a former school's registry said of a pupil who was handed over: last known, until the next file.

A hand-over moves the child at once; its new school's registry knows it with the next file. Until
then the row of the former school's file is the last that is known: it stays where it was recorded,
and is read here, with its source and day. A file that has the pupil takes its place (one row for
a pupil and term).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from eqfund.clock import BANGKOK
from eqfund.models import Enrolment, RegistryRecord, Term
from eqfund.thai_text import thai_date


@dataclass(frozen=True, slots=True)
class LastKnown:
    """The former registry, the day its file was recorded, and whether it marked the pupil as poor."""

    registry: str
    on: date | None
    is_poor: bool

    @property
    def sentence(self) -> str:
        words = {
            "registry": self.registry or gettext("the former school"),
            "day": thai_date(self.on) if self.on else "–",
        }
        if self.is_poor:
            return gettext("Last known: %(registry)s of the former school, %(day)s: marked as poor.") % words  # fmt: skip
        return gettext("Last known: %(registry)s of the former school, %(day)s: not marked as poor.") % words  # fmt: skip


def school_part(path: str) -> str:
    """The path of the school that a class lies in."""
    return "/".join(path.split("/")[:4]) + "/"


def of(record: RegistryRecord | None, path: str) -> LastKnown | None:
    """What a pupil's record of the term says as last known at `path`; None when it is the place's own."""
    if record is None or school_part(record.enrolment.path) == school_part(path):
        return None
    at = record.source.confirmed_at
    on = at.astimezone(BANGKOK).date() if at else None
    return LastKnown(record.registry, on, record.disadvantage_poor)


def under(enrolments: Iterable[int], term: Term) -> dict[int, LastKnown]:
    """Enrolment -> last known, for those whose pupil the school's own registry does not have; two queries."""
    rows = Enrolment.objects.filter(pk__in=list(enrolments), term=term)
    here = {pupil: (pk, path) for pk, pupil, path in rows.values_list("pk", "pupil", "path")}
    records = RegistryRecord.objects.filter(pupil__in=here, term=term).defer("extras")
    found: dict[int, LastKnown] = {}
    for record in records.select_related("enrolment", "source"):
        pk, path = here[record.pupil_id]
        if known := of(record, path):
            found[pk] = known
    return found
