"""Why a user may not do a thing to a transfer round. None means they may.

The text is for that user: a page shows it on the disabled button, and an action
raises Refused with it.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from eqfund import access
from eqfund.models import CalendarLine, Extension, Term, User
from eqfund.thai_text import thai_datetime
from payments.models import BenefitRate, TransferRound
from payments.rules.rates import Level
from payments.rules.rounds import ROUND_TRANSITIONS, RoundStatus
from payments.words.rates import LEVEL_NAMES
from payments.words.rounds import round_status_name

COUNTRY = "TH/"


def why_not_plan_round(user: User) -> str | None:
    return access.why_not(user, "payments.build_round", COUNTRY)


def why_not_build(transfer_round: TransferRound, user: User) -> str | None:
    """Built when the round before it is settled, so that nobody is counted twice or left between."""
    if reason := access.why_not(user, "payments.build_round", COUNTRY):
        return reason
    if reason := why_not_move(transfer_round, RoundStatus.BUILT):
        return reason
    if missing := _levels_without_rate(transfer_round.term):
        return gettext("No amount is approved yet for: %(levels)s.") % {
            "levels": ", ".join(missing)
        }
    return _why_not_after_earlier(transfer_round)


def why_not_approve(transfer_round: TransferRound, user: User) -> str | None:
    if reason := access.why_not(user, "payments.approve_round", COUNTRY):
        return reason
    if reason := why_not_move(transfer_round, RoundStatus.APPROVED):
        return reason
    if transfer_round.maker_id == user.pk:
        return gettext("Whoever built the round does not approve it.")
    if transfer_round.pupils == 0:
        return gettext(
            "Nobody is in this round. Send it back and build it again when hurdles are gone."
        )
    return None


def why_not_release(transfer_round: TransferRound, user: User) -> str | None:
    if reason := access.why_not(user, "payments.release_round", COUNTRY):
        return reason
    if reason := why_not_move(transfer_round, RoundStatus.RELEASED):
        return reason
    if user.pk in (transfer_round.maker_id, transfer_round.approver_id):
        return gettext("Whoever built or approved the round does not release it.")
    return None


def why_not_send_back(transfer_round: TransferRound, user: User) -> str | None:
    """The approver sends back what was built, the finance officer what was approved."""
    verb = (
        "payments.release_round"
        if transfer_round.status == RoundStatus.APPROVED
        else "payments.approve_round"
    )
    if reason := access.why_not(user, verb, COUNTRY):
        return reason
    if transfer_round.status == RoundStatus.PLANNED:
        return gettext("The round is not built yet.")
    return why_not_move(transfer_round, RoundStatus.PLANNED)


def why_not_cancel(transfer_round: TransferRound, user: User) -> str | None:
    if reason := access.why_not(user, "payments.cancel_round", COUNTRY):
        return reason
    return why_not_move(transfer_round, RoundStatus.CANCELLED)


def why_not_publish(transfer_round: TransferRound, user: User) -> str | None:
    if reason := access.why_not(user, "payments.publish_round", COUNTRY):
        return reason
    return why_not_move(transfer_round, RoundStatus.PUBLISHED)


def why_not_close(transfer_round: TransferRound, user: User, *, at: datetime) -> str | None:
    """Closed when no school can report or refund any more."""
    if reason := access.why_not(user, "payments.publish_round", COUNTRY):
        return reason
    if reason := why_not_move(transfer_round, RoundStatus.CLOSED):
        return reason
    if closes := _last_close(transfer_round, at):
        return gettext(
            "Schools report and refund until %(closes)s. Close the round after that."
        ) % {"closes": thai_datetime(closes)}
    return None


def _last_close(transfer_round: TransferRound, at: datetime) -> datetime | None:
    """Until when some school may still report or refund, by the calendar or an extension; None if none may."""
    lines = CalendarLine.objects.filter(
        term_id=transfer_round.term_id,
        kind="window",
        activity__in=["payout_report", "receipt06", "refund"],
        round_no__in=[0, transfer_round.number],
    )
    closes = [line.during.upper for line in lines if line.during.upper]
    granted = Extension.objects.filter(line__in=lines, status=Extension.Status.GRANTED)
    closes += granted.values_list("closes_at", flat=True)
    return max((close for close in closes if close > at), default=None)


def why_not_move(transfer_round: TransferRound, to: RoundStatus) -> str | None:
    if to in ROUND_TRANSITIONS[RoundStatus(transfer_round.status)]:
        return None
    return gettext("The round is: %(status)s. This cannot be done to it now.") % {
        "status": round_status_name(transfer_round.status)
    }


def _levels_without_rate(term: Term) -> list[str]:
    approved = set(BenefitRate.objects.approved().filter(term=term).values_list("level", flat=True))
    return [str(LEVEL_NAMES[level]) for level in Level if level not in approved]


def _why_not_after_earlier(transfer_round: TransferRound) -> str | None:
    """An earlier round whose results are not in could still fail: its pupils would wait for nothing."""
    settled = (
        RoundStatus.RECONCILED,
        RoundStatus.PUBLISHED,
        RoundStatus.CLOSED,
        RoundStatus.CANCELLED,
    )
    earlier = TransferRound.objects.filter(
        term_id=transfer_round.term_id, number__lt=transfer_round.number
    )
    open_one = (
        earlier.exclude(status__in=[str(status) for status in settled]).order_by("number").first()
    )
    if open_one is None:
        return None
    return gettext(
        "Round %(number)d is not reconciled yet (%(status)s). Build this one after it."
    ) % {
        "number": open_one.number,
        "status": round_status_name(open_one.status),
    }
