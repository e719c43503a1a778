"""Make places: a row and its path, whose last segment is the row's own key."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from eqfund.models import Affiliation, Classroom, School, SupervisingOffice, next_pks

# An affiliation's code never changes and its key is never used again: asked for once in a process.
_CODES: dict[int, str] = {}


def add_affiliation(**fields: Any) -> Affiliation:
    pk = next_pks(Affiliation)[0]
    made = Affiliation.objects.create(pk=pk, path=f"TH/{pk}/", **fields)
    _CODES[pk] = made.code
    return made


def affiliation_code(path: str) -> str:
    """The code of the affiliation that a path lies in; "" for the whole country."""
    segments = path.split("/")
    if len(segments) < 3:
        return ""
    pk = int(segments[1])
    if pk not in _CODES:
        _CODES.update(Affiliation.objects.values_list("pk", "code"))
    return _CODES.get(pk, "")


def add_office(affiliation: Affiliation, **fields: Any) -> SupervisingOffice:
    pk = next_pks(SupervisingOffice)[0]
    return SupervisingOffice.objects.create(
        pk=pk, affiliation=affiliation, path=f"{affiliation.path}{pk}/", **fields
    )


def add_school(office: SupervisingOffice, **fields: Any) -> School:
    pk = next_pks(School)[0]
    return School.objects.create(pk=pk, office=office, path=f"{office.path}{pk}/", **fields)


def add_classroom(school: School, **fields: Any) -> Classroom:
    pk = next_pks(Classroom)[0]
    return Classroom.objects.create(pk=pk, school=school, path=f"{school.path}{pk}/", **fields)


def place_names(paths: set[str]) -> dict[str, str]:
    """The name of the last segment of each path, as people say it; one query for each level present."""
    names = {"TH/": gettext("the whole country")}
    models_of = {2: Affiliation, 3: SupervisingOffice, 4: School, 5: Classroom}
    level: int
    model: Any
    for level, model in models_of.items():
        wanted = [path for path in paths if path.count("/") == level]
        if not wanted:
            continue
        rows = model._default_manager.filter(path__in=wanted)
        if level == 5:
            rows = rows.select_related("school")
        for row in rows:
            names[row.path] = f"{row.label} {row.school.name}" if level == 5 else str(row)
    return names
