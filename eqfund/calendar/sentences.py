"""The sentences for what is wrong with a calendar, by code."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext

from eqfund import clock
from eqfund.imports.calendar import Line
from eqfund.thai_text import thai_date, thai_datetime, thai_range, thai_time
from eqfund.windows import said_close

from .validity import Fault

_MOMENTS = ("opens", "closes", "my_opens", "my_closes")


def fault_sentence(fault: Fault) -> str:
    """What is wrong with one line, and what it should be."""
    shown = {"title": fault.title} | {key: _shown(value) for key, value in fault.facts.items()}
    match fault.code:
        case "nobodys":
            return gettext("“%(title)s” is of no affiliation.") % shown
        case "unknown_affiliation":
            return gettext("“%(title)s” names an affiliation that there is not: %(code)s.") % shown
        case "without_name":
            return gettext("A line has no activity or no title: %(title)s") % shown
        case "overlap":
            return gettext(
                "“%(title)s” (%(my_opens)s to %(my_closes)s) overlaps “%(other)s” (%(opens)s to %(closes)s) of the same work and round."
            ) % (shown | {key: _moment(key, fault.facts.get(key)) for key in _MOMENTS})
        case "needed_before_its_close":
            return gettext(
                "“%(title)s” is open until %(closes)s, but “%(other)s” needs its outcome from %(at)s on."
            ) % (shown | {key: _moment(key, fault.facts.get(key)) for key in ("at", "closes")})
        case "payout_day":
            return gettext("“%(title)s”: 20 working days end on %(due)s.") % shown
        case "no_holidays":
            return (
                gettext(
                    "“%(title)s”: the holidays of %(year)s are not known, so 20 working days cannot be counted. Enter them first."
                )
                % shown
            )
    return f"{fault.title}: {fault.code}"


def history_sentence(code: str, title: str, closes: datetime | None) -> str:
    """Why the past of a line stays as it was, and what can be done instead."""
    shown = {"title": title, "closes": _moment("closes", closes)}
    match code:
        case "removes_used":
            return (
                gettext(
                    "“%(title)s” has opened: what was done under it stays. It cannot be removed; while it is open, it can be closed earlier."
                )
                % shown
            )
        case "is_another_after_opening":
            return (
                gettext("“%(title)s” has opened: its kind, work and round stay. Add another line.")
                % shown
            )
        case "leaves_out_after_opening":
            return gettext("“%(title)s” has opened: no affiliation can be taken out of it.") % shown
        case "moves_its_opening":
            return gettext("“%(title)s” has opened: its opening stays as it was.") % shown
        case "moves_its_close":
            return (
                gettext(
                    "“%(title)s” closed %(closes)s, and the close was acted on. To open the work again, add another line or grant an extension."
                )
                % shown
            )
    return gettext("“%(title)s”: the new close lies in the past.") % shown


def when_words(line: Line) -> str:
    """From when to when, as people say it."""
    opens = moment_words(line.opens) if line.opens else ""
    if opens and not line.closes and line.kind != "event":
        return gettext("from %(day)s") % {"day": opens}
    if not line.closes or not line.opens:
        return opens or (close_words(line.closes) if line.closes else "")
    first, last = line.opens.astimezone(clock.BANGKOK), said_close(line.closes)
    if (first.hour, first.minute) != (0, 0):
        if first.date() == last.date():
            return f"{thai_date(first)} {thai_time(first).removesuffix(' น.')}–{thai_time(last)}"
        return f"{opens} – {close_words(line.closes)}"
    days = thai_range(first.date(), last.date())
    closes = line.closes.astimezone(clock.BANGKOK)
    return days if (closes.hour, closes.minute) == (0, 0) else f"{days} {thai_time(last)}"


def moment_words(at: datetime) -> str:
    """A moment as people say it: a day's beginning is that day."""
    local = at.astimezone(clock.BANGKOK)
    return thai_date(local) if (local.hour, local.minute) == (0, 0) else thai_datetime(local)


def close_words(closes_at: datetime) -> str:
    """A close as people say it: a day's end is that day, not the next day's midnight."""
    local = closes_at.astimezone(clock.BANGKOK)
    ends_a_day = (local.hour, local.minute) == (0, 0)
    return thai_date(said_close(local)) if ends_a_day else thai_datetime(local)


def _moment(key: str, at: object) -> str:
    """A moment of a fault's facts; none has no bound."""
    if not isinstance(at, datetime):
        return "…"
    return close_words(at) if key.endswith("closes") else moment_words(at)


def _shown(value: object) -> object:
    return thai_date(value) if isinstance(value, (date, datetime)) else value
