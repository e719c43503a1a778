"""Why results may not be announced, or a term's policy not be set, by this person now. None: they may."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from eqfund import access, windows
from eqfund.models import Term, User
from eqfund.thai_text import thai_datetime
from screening.models import Announcement, InstitutionDecision, Scoring, ScreeningPolicy

COUNTRY = "TH/"
ACTIVITY = "pmt_announcement"


def why_not_set_policy(term: Term, user: User) -> str | None:
    """Before the first announcement only."""
    if reason := access.why_not(user, "screening.release_pmt_model", COUNTRY):
        return reason
    if Announcement.objects.filter(term=term).exists():
        return gettext("Results of this term have been announced; its policy stands.")
    return None


def why_not_announce(term: Term, user: User, at: datetime) -> str | None:
    """From the calendar's moment on, by a policy, and only if something is scored."""
    if reason := access.why_not(user, "screening.announce", COUNTRY):
        return reason
    line = windows.event_at(term, ACTIVITY)
    if line is None or line.during.lower is None:
        return gettext("The calendar of term %(term)s has no day for the announcement.") % {
            "term": term.label
        }
    if at < line.during.lower:
        return gettext("“%(title)s” is due %(opens)s.") % {
            "title": line.title,
            "opens": thai_datetime(line.during.lower),
        }
    if not ScreeningPolicy.objects.filter(term=term).exists():
        return gettext("No policy says which band term %(term)s announces.") % {"term": term.label}
    decided = InstitutionDecision.objects.to_announce(term)
    if not Scoring.objects.filter(term=term, announcement=None).exists() and not decided.exists():
        return gettext("No form of this term is scored and waiting to be announced.")
    return None
