"""Small things that several pages of screening ask."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from eqfund import access
from eqfund.models import School, Term


def term_of(request: Any) -> Term:
    """The term that the request's moment falls in; 404 while there is none."""
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    return term


def chosen_school(request: Any, verb: str) -> School | None:
    """The school that ?school= names, if it is one of the person's."""
    chosen = request.GET.get("school", "")
    if not chosen.isdecimal():
        return None
    return School.objects.visible_to(request.user, verb).filter(pk=int(chosen)).first()


def sees_several_schools(request: Any, verb: str) -> bool:
    """Whether the person's places are wider than one school: tables then name the school."""
    paths = access.paths_with(request.user, verb)
    return len(paths) > 1 or any(path.count("/") < access.SEGMENTS["school"] for path in paths)
