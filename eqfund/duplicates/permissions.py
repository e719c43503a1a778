"""Why a person may not do a thing with a duplicate. None means they may."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import DuplicatePair, DuplicateSide, PupilJoin, User
from eqfund.thai_text import thai_datetime

from .rules_joins import JOIN_TRANSITIONS, OPEN, JoinStatus

COUNTRY = "TH/"


def why_not_answer_duplicate(side: DuplicateSide, user: User) -> str | None:
    """An answer may be corrected until the ticket is settled."""
    if reason := access.why_not(user, "duplicates.answer", side.path):
        return reason
    if not side.pair.is_open:
        return gettext("This ticket is settled already.")
    if user.pk == (side.pair.second_by_id if side.position == 1 else side.pair.first_by_id):
        return gettext("You answered for the other school; somebody else answers for this one.")
    if side.pair.apart == DuplicatePair.Apart.SCHOOL:
        return gettext(
            "Both rows are of this school: join them, or say that they are two children."
        )
    return None


def why_not_decide_duplicate(pair: DuplicatePair, user: User, at: datetime) -> str | None:
    """The office over both schools decides, else the fund; the fund also what an office left undone."""
    if reason := access.why_not(user, "duplicates.decide", pair.path):
        return reason
    if not pair.is_open:
        return gettext("This ticket is settled already.")
    if pair.apart == DuplicatePair.Apart.SCHOOL:
        return gettext("Both rows are of one school, which settles it itself.")
    if user.pk in (pair.first_by_id, pair.second_by_id):
        return gettext("You answered for one of the schools; another person decides.")
    late = pair.is_late(at)
    if pair.state != DuplicatePair.State.DISPUTED and not late:
        return gettext("The schools have until %(due)s to answer.") % {
            "due": thai_datetime(pair.due_at)
        }
    if pair.path != "TH/" and not late and "TH/" in access.paths_with(user, "duplicates.decide"):
        return gettext("The supervising office of both schools decides.")
    return None


def why_not_settle_own_duplicate(pair: DuplicatePair, user: User) -> str | None:
    """Two rows of one school: who keeps its registry knows."""
    if pair.apart != DuplicatePair.Apart.SCHOOL:
        return gettext("The two rows are of two schools; each answers for its own.")
    if reason := access.why_not(user, "duplicates.answer", pair.path):
        return reason
    return None if pair.is_open else gettext("This ticket is settled already.")


# --- the fund joins two rows


def why_not_ask_join(pair: DuplicatePair, user: User) -> str | None:
    """The school of both rows, or who is over both schools, asks; the fund itself proposes."""
    if reason := access.why_not(user, "duplicates.ask_join", pair.path):
        return reason
    if _is_one_row(pair):
        return gettext("The two rows are one already.")
    if pair.joins.filter(status__in=OPEN).exists():
        return gettext("The fund has been asked already.")
    return None


def _is_one_row(pair: DuplicatePair) -> bool:
    keys = {side.pupil_id for side in pair.sides.all()}
    return len(keys) < 2 or None in keys


def why_not_propose_join(pair: DuplicatePair, user: User) -> str | None:
    if reason := access.why_not(user, "duplicates.propose_join", COUNTRY):
        return reason
    if _is_one_row(pair):
        return gettext("The two rows are one already.")
    if user.pk in (pair.first_by_id, pair.second_by_id):
        return gettext("You answered for one of the schools; another person decides.")
    if pair.joins.filter(status=JoinStatus.PROPOSED).exists():
        return gettext("A joining is proposed already and waits for the second person.")
    return None


def why_not_decide_join(join: PupilJoin, user: User, *, yes: bool) -> str | None:
    """`join` comes with its pair. The proposer may only take it back."""
    if reason := access.why_not(user, "duplicates.decide_join", COUNTRY):
        return reason
    becomes = JoinStatus.JOINED if yes else JoinStatus.REFUSED
    if becomes not in JOIN_TRANSITIONS[JoinStatus(join.status)]:
        if join.status == JoinStatus.ASKED:
            return gettext("Nobody of the fund has proposed yet how to join them.")
        return gettext("This is decided already.")
    if yes and join.proposed_by_id == user.pk:
        return gettext("You proposed it; another person of the fund decides.")
    if yes and user.pk in (join.pair.first_by_id, join.pair.second_by_id):
        return gettext("You answered for one of the schools; another person decides.")
    return None
