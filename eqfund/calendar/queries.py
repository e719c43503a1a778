"""Reads of the calendar's pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from eqfund import access, hooks
from eqfund.imports.calendar import Line, read_calendar
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
from eqfund.school_year import TermKey
from eqfund.windows import Window

from . import history, holidays, papers, permissions
from .lines import groups_of
from .loading import plan, term_of
from .sentences import history_sentence, when_words
from .validity import Fault, dropped, faults_of, next_term


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
        titles.setdefault(line.activity, line.title)
    return [PolicyRow(key, title, days.get(key, 0)) for key, title in titles.items()]


def unfinished_of(extension: Extension, at: datetime) -> tuple[int, int] | None:
    """How many schools of an extension's place have the work still to do, of how many; None where no app can say."""
    line = extension.line
    asked = [each for each in hooks.unfinished if each.activity == line.activity]
    if not asked:
        return None
    place = extension.path
    left = {key for each in asked for key in each.schools(line.term, line.round_no, place, at)}
    schools = School.objects.under(place).values_list("pk", flat=True)
    return len(left.intersection(schools)), len(schools)


def window_choices(user: User, at: datetime) -> dict[str, Window]:
    """The windows that may be extended now, by key; each affiliation's own."""
    paths = access.paths_with(user, "calendar.propose_extension")
    return {str(window.line.pk): window for window in permissions.extendable(user, paths, at)}


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line of the calendar that would change: when it was, when it would be; "" for not there."""

    title: str
    round_no: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Check:
    """What a calendar file would do to a term, and what is wrong with it."""

    term: Term
    rows: list[ChangedLine]
    faults: list[Fault]
    error: str = ""
    fixed: list[str] = field(default_factory=list)
    needs_reason: bool = False

    @property
    def may_load(self) -> bool:
        wrong = self.error or self.fixed or any(fault.forbids for fault in self.faults)
        return not wrong


def check_calendar(text: str, term: Term, at: datetime) -> Check:
    """Read a calendar file, find what is wrong, and compare it with the term's lines."""
    try:
        lines = read_calendar(text.splitlines())
    except ValueError as error:
        return Check(term, [], [], gettext("The file cannot be read: %(why)s") % {"why": error})
    known = set(Affiliation.objects.values_list("code", flat=True))
    faults = faults_of(lines, known, holidays.in_force())
    present = read_calendar(papers.csv_text(term).splitlines()) if term.pk else []
    fixed, needs_reason = _past_of(plan(term, lines), at)
    return Check(term, _changes(present, lines), faults, "", fixed, needs_reason)


def _past_of(
    changes: list[tuple[CalendarLine | None, CalendarLine | None]], at: datetime
) -> tuple[list[str], bool]:
    """What of a file would rewrite the past, in sentences said once; and whether it touches lines in use."""
    fixed, used = [], False
    for before, after in changes:
        was, now = (_times(row) if row else None for row in (before, after))
        if code := history.why_fixed(was, now, at):
            title = (before or after).title  # type: ignore[union-attr]
            fixed.append(history_sentence(code, title, was.closes if was else None))
        used |= was is not None and history.is_used(was, at) and history.moves(was, now)
    return list(dict.fromkeys(fixed)), used


def _times(row: CalendarLine) -> history.Times:
    """One row of the calendar as far as its moments go."""
    whose = frozenset({str(row.affiliation_id)})
    during = row.during
    return history.Times(row.kind, row.activity, row.round_no, during.lower, during.upper, whose)


def _changes(before: list[Line], after: list[Line]) -> list[ChangedLine]:
    old, new = _by_content(before), _by_content(after)
    keys = [key for key in (*old, *new) if old.get(key) != new.get(key)]
    return [
        ChangedLine(key[0], key[1], old.get(key, ""), new.get(key, ""))
        for key in dict.fromkeys(keys)
    ]


def _by_content(lines: list[Line]) -> dict[tuple[str, int, str, str], str]:
    """Title, round, kind and activity of each line -> when and for whom."""
    found: dict[tuple[str, int, str, str], str] = {}
    for line in lines:
        key = (line.title_th, line.round_no, line.kind, line.activity)
        whose = ", ".join((*line.affiliations, *line.assumed_affiliations))
        when = when_words(line)
        found[key] = "; ".join(filter(None, (found.get(key), f"{when} ({whose})")))
    return found


def next_term_text(term: Term, coming: TermKey) -> tuple[str, list[str]]:
    """The next term's calendar as a file, begun from this term's; and the titles of what it drops."""
    lines = [group.line for group in groups_of(term)]
    opens_on = term_of(coming, save=False).opens_on
    shift, free = opens_on - term.opens_on, holidays.in_force()
    begun = next_term(lines, shift=shift, number=coming.number, holidays=free)
    return papers.csv_of(begun), [line.title_th for line in dropped(lines, coming.number)]
