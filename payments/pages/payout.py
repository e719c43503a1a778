"""What the payout pages show beside their rows: steps, the due day, the next thing to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from eqfund import access, windows
from eqfund.clock import BANGKOK
from eqfund.models import User
from eqfund.working_days import working_days_between
from payments.models import PayoutEvidence, TransferRound
from payments.queries.payout import ClassMoney, SchoolPayout
from payments.rules.payout import SchoolReportStatus, missing_in_class_report
from payments.words.payout import FLAG_SENTENCES


@dataclass(frozen=True, slots=True)
class Next:
    """The one thing to do, by whom; without an address when it is somebody else's."""

    what: str
    hint: str = ""
    url: str = ""
    label: str = ""


def window_context(
    transfer_round: TransferRound, path: str, at: datetime, activity: str = "payout_report"
) -> dict[str, Any]:
    """The window banner, and how the due day stands."""
    number = transfer_round.number
    window = windows.window_of(transfer_round.term, activity, path, at, round_no=number)
    due = transfer_round.payout_due_on
    today = at.astimezone(BANGKOK).date()
    return {
        "window": window,
        "left": window.left(at) if window else "",
        "why_closed": windows.why_closed(transfer_round.term, activity, path, at, round_no=number),
        "moment": at,
        "today": today,
        "due": due,
        "is_past_due": due is not None and today > due,
        "days_left": working_days_between(today, due) if due and today <= due else 0,
    }


def _steps(*steps: tuple[str, bool]) -> list[dict[str, str]]:
    """Steps with their state: the first that is not done is now."""
    found = False
    shown = []
    for label, done in steps:
        state = "done" if done and not found else "" if found else "now"
        found = found or not done
        shown.append({"label": label, "state": state})
    return shown


def class_steps(row: ClassMoney | None) -> list[dict[str, str]]:
    settled = row is not None and not row.facts.unsettled
    missing = missing_in_class_report(row.facts) if row else ("",)
    return _steps(
        (gettext("Pay and record"), settled),
        (gettext("Attach the signed sheet"), settled and not missing),
        (gettext("Submit the class report"), row is not None and row.is_reported),
    )


def school_steps(payout: SchoolPayout) -> list[dict[str, str]]:
    status = payout.book.status if payout.book else SchoolReportStatus.DRAFT
    reported = bool(payout.classes) and payout.reported == len(payout.classes)
    with_director = (SchoolReportStatus.SUBMITTED, SchoolReportStatus.SIGNED)
    return _steps(
        (gettext("Pay every class"), bool(payout.classes) and not payout.unsettled),
        (gettext("Class reports"), reported),
        (gettext("School report"), status in with_director),
        (gettext("Director signs"), status == SchoolReportStatus.SIGNED),
        (
            gettext("Refund or none"),
            payout.money.is_settled and (payout.refunds > 0 or payout.nil is not None),
        ),
    )


def next_thing(payout: SchoolPayout, user: User, at: datetime) -> Next | None:
    """The first thing that stands open at a school, and whether it is this person's."""
    chosen, school = payout.round, payout.school
    status = payout.book.status if payout.book else SchoolReportStatus.DRAFT
    here = [chosen.pk, school.pk]
    if not payout.classes:
        return None
    waiting = [row for row in payout.classes if not row.is_reported]
    if waiting:
        first = waiting[0]
        return Next(
            what=gettext("%(count)d of %(all)d classes have not reported")
            % {"count": len(waiting), "all": len(payout.classes)},
            hint=", ".join(row.classroom.label for row in waiting[:8]),
            url=reverse("payments:payout-class", args=[chosen.pk, first.classroom.pk])
            if access.may(user, "payments.read_receipts", first.classroom.path)
            else "",
            label=gettext("Go to %(classroom)s") % {"classroom": first.classroom.label},
        )
    if status in (SchoolReportStatus.DRAFT, SchoolReportStatus.SENT_BACK):
        return Next(
            what=gettext("Submit the school's report"),
            hint=gettext("Every class has reported. The school admin submits, the director signs."),
            url=reverse("payments:school-report", args=here),
            label=gettext("Go to the school's report"),
        )
    if status == SchoolReportStatus.SUBMITTED:
        return Next(
            what=gettext("The director signs the school's report"),
            url=reverse("payments:school-report", args=here),
            label=gettext("Read and sign")
            if access.may(user, "payments.sign_school_report", school.path)
            else gettext("Go to the school's report"),
        )
    if payout.to_refund:
        return Next(
            what=gettext("Make the refund slip for %(count)d pupils") % {"count": payout.to_refund},
            url=reverse("payments:refund-new", args=here),
            label=gettext("Make the slip"),
        )
    if not payout.refunds and payout.nil is None:
        return Next(
            what=gettext("Declare that there is no refund in this round"),
            url=reverse("payments:refunds", args=here),
            label=gettext("Go to refunds"),
        )
    if payout.on_the_way_satang:
        return Next(
            what=gettext("Pay the refund slip at the bank"),
            hint=gettext("The refund counts once it is on the bank's statement."),
            url=reverse("payments:refunds", args=here),
            label=gettext("Go to refunds"),
        )
    return None


def flags_in_words(evidence: Iterable[PayoutEvidence]) -> list[tuple[PayoutEvidence, list[str]]]:
    """Each picture with what was found odd about it."""
    return [(each, [str(FLAG_SENTENCES[flag]) for flag in each.flags]) for each in evidence]
