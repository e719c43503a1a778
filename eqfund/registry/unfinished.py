"""Which schools have not done the registry's work of a term: their registry file."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from eqfund import access, hooks
from eqfund.models import Enrolment, School, Term


def registry_work(term: Term, round_no: int, path: str, at: datetime) -> dict[int, hooks.Work]:
    """A registry file counts when anybody studies at the school this term: pupils come by the file."""
    rows = Enrolment.objects.filter(access.within([path], "path"), term=term).order_by()
    known = rows.values("classroom__school")
    return _by_school(path, Q(pk__in=known))


def _by_school(path: str, done: Q) -> dict[int, hooks.Work]:
    schools = School.objects.filter(access.within([path], "path"))
    finished = set(schools.filter(done).values_list("pk", flat=True))
    keys = schools.values_list("pk", flat=True)
    return {key: hooks.Work(int(key in finished), 1) for key in keys}


hooks.unfinished.register(hooks.unfinished_by_work("source_registry_check", registry_work))
