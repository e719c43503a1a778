"""Reads of the calendar's editor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eqfund.activities import ACTIVITY
from eqfund.models import Affiliation, Term
from eqfund.windows import ALWAYS

from . import holidays
from .lines import Group, groups_of
from .sentences import fault_sentence, when_words
from .validity import faults_of, without_window


@dataclass(frozen=True, slots=True)
class EditorRow:
    """A line in the editor's list: when, for whom, and where it stands now."""

    group: Group
    when: str
    whose: str
    state: str  # past, open or coming; "" for what is outside


def rows(term: Term, at: datetime) -> list[EditorRow]:
    """The term's lines by when they begin."""
    names = dict(Affiliation.objects.values_list("code", "short_name"))
    found = []
    for group in groups_of(term):
        line = group.line
        codes = (*line.affiliations, *line.assumed_affiliations)
        whose = (
            "" if len(codes) == len(names) else " ".join(names.get(code, code) for code in codes)
        )
        found.append(EditorRow(group, when_words(line), whose, _state(group, at)))
    return found


def _state(group: Group, at: datetime) -> str:
    times = group.times
    if times.kind == "outside":
        return ""
    if not times.has_opened(at):
        return "coming"
    over = times.has_closed(at) or (times.kind == "event" and times.closes is None)
    return "past" if over else "open"


def faults(term: Term) -> list[tuple[bool, str]]:
    """What is wrong with the calendar as it is: whether it is grave, and its sentence."""
    known = set(Affiliation.objects.values_list("code", flat=True))
    lines = [group.line for group in groups_of(term)]
    found = faults_of(lines, known, holidays.in_force())
    return [(fault.forbids, fault_sentence(fault)) for fault in found]


def activities_without_window(term: Term) -> list[str]:
    """Work of the system that stays closed all term, for no line opens it."""
    asked = {activity for activity in ACTIVITY.values() if activity != ALWAYS}
    return without_window([group.line for group in groups_of(term)], asked)
