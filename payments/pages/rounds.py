"""What the pages of a round show: put together here, so that views only translate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Sum
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import clock
from eqfund.access import ROLE_NAMES, Role
from eqfund.models import CalendarLine, Job, School, User
from eqfund.money import baht
from eqfund.thai_text import thai_datetime, thai_range
from payments.actions import round_acts
from payments.actions.round_acts import ACTS
from payments.models import LeftOut, Transfer, TransferRound
from payments.queries import rounds as queries_rounds
from payments.queries.windows import place_windows, window_among
from payments.rules.rounds import MADE, RoundStatus
from payments.words.channels import CHANNEL_NAMES
from payments.words.rounds import (
    FAIL_NAMES,
    ROUND_STATUS_NAMES,
    ROUND_STATUS_PILLS,
    ROUND_TAKES_NAMES,
    TRANSFER_STATUS_NAMES,
    TRANSFER_STATUS_PILLS,
    round_name,
)

SAID_FOR = timedelta(minutes=5)  # how long a page repeats what its reader has just done


@dataclass(frozen=True, slots=True)
class Step:
    """The words of an act on a round: the button, the question, the work, and what is said after."""

    label: Any
    title: Any
    working: Any
    said: Any
    danger: bool = False
    with_amount: bool = False


STEPS = {
    "build": Step(
        _("Build the round"),
        _("Build the round?"),
        _("The round is being built"),
        _("The round is built. Another person approves it."),
    ),
    "approve": Step(
        _("Approve %(baht)s baht"),
        _("Approve this round?"),
        _("The round is being approved"),
        _("The round is approved. A third person releases it."),
        with_amount=True,
    ),
    "release": Step(
        _("Release %(baht)s baht"),
        _("Release this round to the bank?"),
        _("The round is being released"),
        _("The round is released. The files for the bank come next."),
        with_amount=True,
    ),
    "publish": Step(
        _("Publish the result"),
        _("Publish the result of this round?"),
        _("The result is being published"),
        _("Published. The schools' 20 working days have begun."),
    ),
    "close": Step(
        _("Close the round"),
        _("Close this round?"),
        _("The round is being closed"),
        _("The round is closed."),
    ),
    "send-back": Step(
        _("Send back with a reason"),
        _("Send this round back?"),
        _("The round is being sent back"),
        _("Sent back. The round can be built again."),
        danger=True,
    ),
    "cancel": Step(
        _("Cancel the round"),
        _("Cancel this round for good?"),
        _("The round is being cancelled"),
        _("The round is cancelled."),
        danger=True,
    ),
}
NEXT_ACT = {
    RoundStatus.PLANNED: "build",
    RoundStatus.BUILT: "approve",
    RoundStatus.APPROVED: "release",
    RoundStatus.RECONCILED: "publish",
    RoundStatus.PUBLISHED: "close",
}
WAY = (
    (RoundStatus.PLANNED, _("Plan")),
    (RoundStatus.BUILT, _("Build")),
    (RoundStatus.APPROVED, _("Approve")),
    (RoundStatus.RELEASED, _("Release")),
    (RoundStatus.SENT, _("Send to the bank")),
    (RoundStatus.RECONCILED, _("Reconcile")),
    (RoundStatus.PUBLISHED, _("Publish")),
)


def page(transfer_round: TransferRound, user: User, at: datetime) -> dict[str, Any]:
    """All that the page of one round shows."""
    windows = place_windows(transfer_round.term, "TH/")
    act = NEXT_ACT.get(RoundStatus(transfer_round.status), "")
    job = _last_job(transfer_round)
    is_working = job is not None and not job.is_over
    return {
        "round": transfer_round,
        **_named(transfer_round),
        "steps": _way(transfer_round),
        "is_built": transfer_round.status in MADE,
        "left_outs": queries_rounds.left_out_by_hurdle(transfer_round, user, windows, at),
        "people": _people(transfer_round),
        "job": job,
        "is_working": is_working,
        "working": STEPS[job.params["act"]].working if job else "",
        "said": _said(job, user),
        "act": shown_act(transfer_round, act, user, at) if act and not is_working else None,
        "others": [
            shown_act(transfer_round, other, user, at)
            for other in ("send-back", "cancel")
            if not is_working and not ACTS[other].why_not(transfer_round, user, at)
        ],
        "at_bank": transfer_round.status
        in ("released", "sent", "reconciled", "published", "closed"),
        "warning": _open_windows(transfer_round, windows, at),
    }


def confirmation(
    transfer_round: TransferRound, act: str, user: User, at: datetime
) -> dict[str, Any]:
    """The page that repeats the facts before an act, for those without script or without a dialog."""
    return {
        "round": transfer_round,
        **_named(transfer_round),
        "act": shown_act(transfer_round, act, user, at),
        "facts": facts_of(transfer_round),
    }


def shown_act(transfer_round: TransferRound, act: str, user: User, at: datetime) -> dict[str, Any]:
    """A button: what it says, where it goes, and why it may not be pressed."""
    step = STEPS[act]
    label = str(step.label)
    if step.with_amount:
        label %= {"baht": baht(transfer_round.amount_satang)}
    return {
        "code": act,
        "label": label,
        "title": str(step.title),
        "url": reverse("payments:round-act", args=[transfer_round.pk, act]),
        "why_not": ACTS[act].why_not(transfer_round, user, at),
        "asks_reason": ACTS[act].asks_reason,
        "danger": step.danger,
        "facts": facts_of(transfer_round),
    }


def facts_of(transfer_round: TransferRound) -> list[tuple[str, str]]:
    """What a person is about to put their name to."""
    facts = [(gettext("Round"), round_name(transfer_round.number, transfer_round.term.label))]
    if transfer_round.status in MADE:
        facts += [
            (gettext("Pupils"), f"{transfer_round.pupils:,}"),
            (gettext("Amount"), f"{baht(transfer_round.amount_satang)} {gettext('baht')}"),
            (gettext("Not in this round"), f"{transfer_round.left_out:,}"),
            (gettext("Digest"), f"{transfer_round.digest[:8]}…{transfer_round.digest[-8:]}"),
        ]
    else:
        facts.append((gettext("Takes"), str(ROUND_TAKES_NAMES[transfer_round.takes])))
    return facts


def listed(transfer_round: TransferRound, line: CalendarLine | None) -> dict[str, Any]:
    """A round as the list shows it."""
    return {
        "round": transfer_round,
        "takes": ROUND_TAKES_NAMES[transfer_round.takes],
        "days": days_of(line),
        "status_name": ROUND_STATUS_NAMES[transfer_round.status],
        "status_pill": ROUND_STATUS_PILLS[transfer_round.status],
    }


def days_of(line: CalendarLine | None) -> str:
    """16–21 ก.ค. 2569: the calendar's days of a round."""
    if line is None or line.during.lower is None:
        return ""
    first = line.during.lower.astimezone(clock.BANGKOK)
    upper = line.during.upper
    last = (upper - timedelta(seconds=1)).astimezone(clock.BANGKOK) if upper else first
    return thai_range(first.date(), last.date())


def school_part(
    transfer_round: TransferRound, school: School, user: User, at: datetime
) -> dict[str, Any]:
    """A school's part of a round."""
    transfers = Transfer.objects.visible_to(user).filter(round=transfer_round, school=school)
    by_status = transfers.values("status").annotate(n=Count("pk"), satang=Sum("amount_satang"))
    windows = place_windows(transfer_round.term, school.path)
    left = LeftOut.objects.visible_to(user).under(school.path).filter(round=transfer_round)
    counts = left.values_list("hurdle").annotate(n=Count("pk")).order_by("-n", "hurdle")
    return {
        "round": transfer_round,
        **_named(transfer_round),
        "school": school,
        "figures": [
            {
                "name": TRANSFER_STATUS_NAMES[row["status"]],
                "pill": TRANSFER_STATUS_PILLS[row["status"]],
                **row,
            }
            for row in by_status.order_by("status")
        ],
        "reasons": [queries_rounds.hurdle_row(code, n, windows, at) for code, n in counts],
        "transfers": transfers.for_table(),
        "status_names": TRANSFER_STATUS_NAMES,
        "status_pills": TRANSFER_STATUS_PILLS,
        "fail_names": FAIL_NAMES,
        "channel_names": CHANNEL_NAMES,
    }


def _named(transfer_round: TransferRound) -> dict[str, Any]:
    return {
        "name": round_name(transfer_round.number, transfer_round.term.label),
        "takes": ROUND_TAKES_NAMES[transfer_round.takes],
        "days": days_of(queries_rounds.transfer_event(transfer_round)),
        "status_name": ROUND_STATUS_NAMES[transfer_round.status],
        "status_pill": ROUND_STATUS_PILLS[transfer_round.status],
    }


def _way(transfer_round: TransferRound) -> list[dict[str, Any]]:
    order = [status for status, _label in WAY]
    status = RoundStatus(transfer_round.status)
    reached = len(order) if status is RoundStatus.CLOSED else 0
    if status in order:
        reached = order.index(status) + 1
    return [
        {"label": label, "state": "done" if place < reached else "now" if place == reached else ""}
        for place, (_status, label) in enumerate(WAY)
    ]


def _people(transfer_round: TransferRound) -> list[dict[str, Any]]:
    """The three, whoever has acted and whose turn it is."""
    acts = (
        (
            _("Builds"),
            Role.FUND_OFFICER,
            transfer_round.maker,
            transfer_round.built_at,
            RoundStatus.PLANNED,
        ),
        (
            _("Approves"),
            Role.FUND_APPROVER,
            transfer_round.approver,
            transfer_round.approved_at,
            RoundStatus.BUILT,
        ),
        (
            _("Releases"),
            Role.FUND_FINANCE,
            transfer_round.releaser,
            transfer_round.released_at,
            RoundStatus.APPROVED,
        ),
    )
    return [
        {
            "act": act,
            "role": ROLE_NAMES[role],
            "person": person,
            "moment": moment,
            "is_turn": person is None and transfer_round.status == turn,
        }
        for act, role, person, moment, turn in acts
    ]


def _last_job(transfer_round: TransferRound) -> Job | None:
    """The work on the round that is under way, else the one that ended last."""
    work = Job.objects.filter(
        kind=round_acts.KIND,
        object_label=transfer_round._meta.label,
        object_id=str(transfer_round.pk),
    )
    return work.order_by(F("ended_at").desc(nulls_first=True), "-pk").first()


def _said(job: Job | None, user: User) -> str:
    """What to say to whoever has just done the last step."""
    if job is None or job.state != Job.State.DONE or job.by_id != user.pk:
        return ""
    assert job.ended_at is not None
    if clock.wall() - job.ended_at > SAID_FOR:
        return ""
    return str(STEPS[job.params["act"]].said)


def _open_windows(transfer_round: TransferRound, windows: list[Any], at: datetime) -> str:
    """What to know before building: schools can still mend what keeps pupils out."""
    if transfer_round.status != RoundStatus.PLANNED:
        return ""
    still = window_among(windows, ("confirm_continuing", "correct_channel", "choose_channel"), at)
    if still is None or not still.is_open(at) or still.closes_at is None:
        return ""
    return gettext("Schools can still mend guardians and channels until %(closes)s.") % {
        "closes": thai_datetime(still.closes_at.astimezone(clock.BANGKOK))
    }
