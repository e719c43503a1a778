"""Reads of the calendar's pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from eqfund import access
from eqfund.models import (
    Affiliation,
    CalendarLine,
    Extension,
    ExtensionPolicy,
    School,
    SupervisingOffice,
    Term,
    User,
)
from eqfund.places import place_names
from eqfund.windows import Window

from . import permissions


def extensions_for_table(user: User, status: str = "") -> QuerySet[Extension]:
    """Extensions of my places and of those they lie in, what waits first."""
    mine = access.paths_with(user, "calendar.read_extensions")
    around = {
        "/".join(path.split("/")[:n]) + "/" for path in mine for n in range(2, path.count("/") + 1)
    }
    rows = Extension.objects.all()
    if "TH/" not in mine:
        rows = rows.filter(access.within(mine, "path") | Q(path__in=around))
    if status:
        rows = rows.filter(status=status)
    return rows.select_related("line__term", "proposed_by", "decided_by", "policy").order_by("-pk")


def places_to_extend(user: User, school: School | None) -> list[tuple[str, str]]:
    """Where a person may propose: all schools of an office, or one of them; the fund also a whole affiliation."""
    if school is not None:
        return [(school.path, school.name)]
    paths = access.paths_with(user, "calendar.propose_extension")
    if "TH/" in paths:
        offices = SupervisingOffice.objects.order_by("affiliation", "name")
        rows = [(it.path, it.name) for it in Affiliation.objects.order_by("pk")]
        return rows + [(office.path, office.name) for office in offices]
    names = place_names(set(paths))
    schools = School.objects.filter(access.within(paths, "path")).order_by("name")
    return [(path, names[path]) for path in paths if path in names] + [
        (found.path, found.name) for found in schools
    ]


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """An activity that has windows, and by how many days offices may extend it themselves."""

    activity: str
    title: str
    most_days: int


def policy_rows(term: Term) -> list[PolicyRow]:
    """Each activity of the term that closes, once."""
    days = dict(ExtensionPolicy.objects.values_list("activity", "most_days"))
    lines = CalendarLine.objects.filter(
        term=term, kind=CalendarLine.Kind.WINDOW, during__endswith__isnull=False
    )
    titles: dict[str, str] = {}
    for line in lines.order_by("during", "pk"):
        titles.setdefault(line.activity, line.title_th)
    return [PolicyRow(key, title, days.get(key, 0)) for key, title in titles.items()]


def window_choices(user: User, at: datetime) -> dict[str, Window]:
    """The windows that may be extended now, by key; each affiliation's own."""
    paths = access.paths_with(user, "calendar.propose_extension")
    return {str(window.line.pk): window for window in permissions.extendable(user, paths, at)}
