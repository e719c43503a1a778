"""The sentences for what is wrong with a calendar, by code."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext

from eqfund.thai_text import thai_date

from .validity import Fault


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
            return gettext("“%(title)s” overlaps “%(other)s” of the same work and round.") % shown
        case "needed_before_its_close":
            return (
                gettext(
                    "“%(title)s” is still open on %(at)s, when its outcome is needed (%(activity)s)."
                )
                % shown
            )
        case "payout_day":
            return gettext("“%(title)s”: 20 working days end on %(due)s.") % shown
    return f"{fault.title}: {fault.code}"


def _shown(value: object) -> object:
    return thai_date(value) if isinstance(value, (date, datetime)) else value
