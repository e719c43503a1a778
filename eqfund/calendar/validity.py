"""What is wrong with a calendar before it is loaded, and how the next term's is begun from this one. Pure.

Units     Instants in Bangkok, as eqfund.imports.calendar reads them.
Source    DESIGN 6: windows of one activity and round never overlap, money moves after the work it
          needs has closed, a payout's due day is 20 working days from publication. DOMAIN 10.2.
"""

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import combinations

from eqfund.imports.calendar import Line
from eqfund.thai_text import BUDDHIST_ERA
from eqfund.working_days import last_day

from .rules import GOES_WITH, NEEDED_BY, LineMoment, next_need

PAYOUT_DAYS = 20
ONLY_IN_TERM_1 = frozenset({"form01_draft", "form01", "home_visit", "pmt_announcement"})
WEEK = timedelta(days=7)
WARNINGS = frozenset({"payout_day", "no_holidays"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: a code, the line's title, and facts for its sentence. Some only warn."""

    code: str
    title: str
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def forbids(self) -> bool:
        return self.code not in WARNINGS


def faults_of(
    lines: Sequence[Line],
    affiliations: Collection[str],
    holidays: Container[date] | None = None,
) -> list[Fault]:
    """Everything wrong with a term's lines, in their order."""
    found = [fault for line in lines for fault in _of_line(line, affiliations)]
    found += _overlaps(lines)
    found += [fault for line in lines for fault in _too_late(line, lines)]
    return found + [fault for line in lines for fault in _payout_day(line, holidays)]


def without_window(lines: Sequence[Line], activities: Collection[str]) -> list[str]:
    """Activities of some action that have no window in the calendar: their pages stay closed all term."""
    windows = {line.activity for line in lines if line.kind == "window"}
    windows |= {activity for activity, other in GOES_WITH.items() if other in windows}
    return sorted(set(activities) - windows)


def _of_line(line: Line, affiliations: Collection[str]) -> Iterable[Fault]:
    whose = (*line.affiliations, *line.assumed_affiliations)
    if not whose:
        yield Fault("nobodys", line.title_th)
    for code in whose:
        if code not in affiliations:
            yield Fault("unknown_affiliation", line.title_th, {"code": code})
    if not line.title_th.strip() or not line.activity.strip():
        yield Fault("without_name", line.title_th or line.activity)


def _overlaps(lines: Sequence[Line]) -> Iterable[Fault]:
    """Two windows of one activity, round and affiliation that share a moment."""
    windows = [line for line in lines if line.kind == "window"]
    for first, second in combinations(windows, 2):
        same = (first.activity, first.round_no) == (second.activity, second.round_no)
        if same and _whose(first) & _whose(second) and _meet(first, second):
            facts: dict[str, object] = {
                "other": first.title_th,
                "opens": first.opens,
                "closes": first.closes,
                "my_opens": second.opens,
                "my_closes": second.closes,
            }
            yield Fault("overlap", second.title_th, facts)


def _meet(first: Line, second: Line) -> bool:
    return (first.closes is None or second.opens is None or second.opens < first.closes) and (
        second.closes is None or first.opens is None or first.opens < second.closes
    )


def _whose(line: Line) -> set[str]:
    return {*line.affiliations, *line.assumed_affiliations}


def _too_late(line: Line, lines: Sequence[Line]) -> Iterable[Fault]:
    """A window that is still open when what needs its outcome begins."""
    if line.kind != "window" or line.opens is None or line.closes is None:
        return
    moments = [
        LineMoment(other.activity, other.round_no, other.opens)
        for other in lines
        if other.opens
        and _whose(other) & _whose(line)
        and other.activity in NEEDED_BY.get(line.activity, ())
    ]
    need = next_need(line.activity, line.round_no, line.opens, moments)
    if need is not None and need.opens_at < line.closes:
        needed_by = next(
            other
            for other in lines
            if (other.activity, other.round_no, other.opens)
            == (need.activity, need.round_no, need.opens_at)
        )
        facts: dict[str, object] = {
            "other": needed_by.title_th,
            "at": need.opens_at,
            "closes": line.closes,
        }
        yield Fault("needed_before_its_close", line.title_th, facts)


def payout_closes(opens: datetime, holidays: Container[date] | None = None) -> datetime:
    """The end of the 20th working day from a publication. ValueError for a year without known holidays."""
    due = last_day(opens.date(), PAYOUT_DAYS, holidays) + timedelta(days=1)
    return datetime.combine(due, time(), tzinfo=opens.tzinfo)


def _payout_day(line: Line, holidays: Container[date] | None) -> Iterable[Fault]:
    """A payout whose due day is not 20 working days from its publication."""
    if line.activity != "payout" or line.kind != "deadline" or not (line.opens and line.closes):
        return
    try:
        due = last_day(line.opens.date(), PAYOUT_DAYS, holidays)
    except ValueError:
        yield Fault("no_holidays", line.title_th, {"year": line.opens.year + BUDDHIST_ERA})
        return
    if _last_day(line.closes) != due:
        yield Fault("payout_day", line.title_th, {"due": due})


def _last_day(closes: datetime) -> date:
    return (closes - timedelta(minutes=1)).date() if closes.time() == time() else closes.date()


def next_term(
    lines: Iterable[Line],
    *,
    shift: timedelta,
    number: int,
    holidays: Container[date] | None = None,
) -> list[Line]:
    """The lines of the next term: by whole weeks later, without form 01 in term 2, payouts counted anew.

    Every line is marked as assumed: the fund has not said it yet.
    """
    weeks = round(shift / WEEK) * WEEK
    kept = [line for line in lines if number == 1 or line.activity not in ONLY_IN_TERM_1]
    return [_counted(_moved(line, weeks), holidays) for line in kept]


def dropped(lines: Iterable[Line], number: int) -> list[Line]:
    """The lines that a term of this number does not have: form 01 is of term 1 only."""
    return [line for line in lines if number != 1 and line.activity in ONLY_IN_TERM_1]


def _moved(line: Line, by: timedelta) -> Line:
    opens = line.opens + by if line.opens else None
    closes = line.closes + by if line.closes else None
    return replace(line, opens=opens, closes=closes, source="assumed", source_line="", note="")


def _counted(line: Line, holidays: Container[date] | None) -> Line:
    if line.activity != "payout" or line.kind != "deadline" or not (line.opens and line.closes):
        return line
    try:
        return replace(line, closes=payout_closes(line.opens, holidays))
    except ValueError:  # nobody knows the holidays of that year yet: the check says so
        return line
