"""The words of the rolls' pages, by code."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from eqfund.models import RollMark

from .rules import IdState, RollState

STATES = {
    RollState.CONFIRMED: _("confirmed"),
    RollState.CHANGED: _("changed since it was confirmed"),
    RollState.NOT_CONFIRMED: _("not confirmed"),
    RollState.EMPTY: _("no pupils"),
}
PILLS = {
    RollState.CONFIRMED: "good",
    RollState.CHANGED: "info",
    RollState.NOT_CONFIRMED: "sun",
    RollState.EMPTY: "",
}
IDS = {
    IdState.NATIONAL_ID: _("national id"),
    IdState.G_CODE: _("G-code"),
    IdState.NONE: _("no number yet"),
    IdState.UNSETTLED: _("claimed by two schools"),
}
ID_PILLS = {
    IdState.NATIONAL_ID: "",
    IdState.G_CODE: "info",
    IdState.NONE: "sun",
    IdState.UNSETTLED: "bad",
}
KINDS = {kind.value: kind.label for kind in RollMark.Kind}
# What to do about each mark where the affiliation has a registry, and where it has none.
IN_REGISTRY = {
    "name": _("Correct the name in %(registry)s, then send the new file."),
    "number": _("Correct the number in %(registry)s, then send the new file."),
    "birth_date": _("Correct the date of birth in %(registry)s, then send the new file."),
    "not_here": _("Record here that the pupil left, and strike the pupil off in %(registry)s."),
    "missing": _("Enter the child in %(registry)s, then send the new file."),
}
BY_SCHOOL = {
    "name": _("Correct it here."),
    "number": _("Correct it here."),
    "birth_date": _("Correct it here."),
    "not_here": _("Record here that the pupil left."),
    "missing": _("Add the child here."),
}


def where_to_mend(kind: str, registry: str) -> str:
    """What is to be done about a mark, and where."""
    if registry:
        return str(IN_REGISTRY[kind]) % {"registry": registry}
    return str(BY_SCHOOL[kind])
