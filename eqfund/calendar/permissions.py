"""Why an extension may not be proposed, withdrawn or decided. None means it may."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import CalendarLine, Extension, ExtensionPolicy, User
from eqfund.thai_text import thai_datetime
from eqfund.windows import Window, line_for

from . import rules
from .sentences import moment_words

PLACES = ("affiliation", "office", "school")


def why_not_propose_extension(
    line: CalendarLine, path: str, closes_at: datetime, user: User, at: datetime
) -> str | None:
    if reason := access.why_not(user, "calendar.propose_extension", path):
        return reason
    if not path.startswith(line.affiliation.path) or access.level_of_path(path) not in PLACES:
        return gettext("This line of the calendar is not this place's.")
    if line.kind != CalendarLine.Kind.WINDOW or line.during.upper is None:
        return gettext("Only a window that closes can be extended.")
    if line.during.lower and line.during.lower > at:
        return gettext("This window has not opened yet. Ask when it is about to close.")
    window = line_for(line, path)
    assert window.closes_at is not None
    if closes_at <= window.closes_at:
        return gettext("The new close must lie after the present one, %(closes)s.") % {
            "closes": thai_datetime(window.closes_at)
        }
    if closes_at <= at:
        return gettext("The new close lies in the past.")
    if Extension.objects.filter(line=line, path=path, status=Extension.Status.PROPOSED).exists():
        return gettext("A proposal for this window and place waits for the fund already.")
    return why_too_far(line, closes_at, user)


def why_too_far(line: CalendarLine, closes_at: datetime, user: User) -> str | None:
    """An office's extension ends before the next moment that depends on the work; only the fund goes beyond."""
    need = next_need(line)
    if (
        need is None
        or closes_at <= need.opens_at
        or access.may(user, "calendar.decide_extension", "TH/")
    ):
        return None
    return gettext(
        "The work is needed for “%(need)s”, %(at)s. An extension ends before it; only the fund can go beyond."
    ) % {"need": need_title(line, need), "at": moment_words(need.opens_at)}


def why_not_withdraw_extension(extension: Extension, user: User) -> str | None:
    if reason := access.why_not(user, "calendar.propose_extension", extension.path):
        return reason
    if extension.proposed_by_id != user.pk and access.may(user, "calendar.decide_extension", "TH/"):
        return gettext("The office that proposed it takes it back; the fund decides it.")
    return why_not_waiting(extension)


def why_not_decide_extension(extension: Extension, user: User) -> str | None:
    if reason := access.why_not(user, "calendar.decide_extension", "TH/"):
        return reason
    if reason := why_not_waiting(extension):
        return reason
    if extension.proposed_by_id == user.pk:
        return gettext("You proposed this yourself: another person of the fund decides it.")
    return None


def why_not_waiting(extension: Extension) -> str | None:
    match extension.status:
        case Extension.Status.PROPOSED:
            return None
        case Extension.Status.GRANTED:
            return gettext("This extension has been granted already.")
        case Extension.Status.REFUSED:
            return gettext("This extension has been refused already.")
    return gettext("This proposal was withdrawn.")


def why_not_set_policy(user: User) -> str | None:
    return access.why_not(user, "calendar.set_policy", "TH/")


def why_not_edit_calendar(user: User) -> str | None:
    return access.why_not(user, "registry.edit_calendar", "TH/")


def policy_for(
    line: CalendarLine, path: str, closes_at: datetime, user: User
) -> ExtensionPolicy | None:
    """The policy by which the office may decide this alone; None when the fund must."""
    policy = ExtensionPolicy.objects.filter(activity=line.activity, most_days__gt=0).first()
    if policy is None or access.level_of_path(path) not in ("office", "school"):
        return None
    need = next_need(line)
    in_time = need is None or closes_at <= need.opens_at
    last = line.during.upper + timedelta(days=policy.most_days)
    return policy if in_time and closes_at <= last else None


def next_need(line: CalendarLine) -> rules.LineMoment | None:
    """What depends on the line's work next, of the same affiliation's calendar."""
    others = CalendarLine.objects.filter(
        term=line.term_id, programme=line.programme, affiliation=line.affiliation_id
    )
    moments = [
        rules.LineMoment(other.activity, other.round_no, other.during.lower)
        for other in others
        if other.during.lower
    ]
    return rules.next_need(line.activity, line.round_no, line.during.upper, moments)


def need_title(line: CalendarLine, need: rules.LineMoment) -> str:
    found = CalendarLine.objects.filter(
        term=line.term_id,
        affiliation=line.affiliation_id,
        activity=need.activity,
        round_no=need.round_no,
    ).first()
    return found.title if found else need.activity


def extendable(user: User, paths: list[str], at: datetime) -> list[Window]:
    """Windows of my places that have opened and close, or closed in the last month; the nearest close first."""
    far = at - timedelta(days=31)
    affiliations = {int(path.split("/")[1]) for path in paths if path.count("/") > 1}
    rows = CalendarLine.objects.filter(kind=CalendarLine.Kind.WINDOW, during__endswith__gt=far)
    rows = rows.filter(during__startswith__lte=at).select_related("affiliation", "term")
    if "TH/" not in paths:
        rows = rows.filter(affiliation__in=affiliations)
    found = [Window(row, row.during.lower, row.during.upper) for row in rows]
    return sorted(found, key=lambda window: (window.closes_at or at, window.line.pk))
