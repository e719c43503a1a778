"""What payouts, refunds and letters put on the kernel's pages."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from eqfund import access, hooks, windows
from eqfund.access import Role
from eqfund.clock import BANGKOK
from eqfund.hooks import MenuItem, Panel, Todo
from eqfund.models import Term
from eqfund.money import baht
from payments.models import Refund, Transfer, TransferRound
from payments.queries import payout as queries, unfinished
from payments.queries.claims import TO_COLLECT, claims_for_table
from payments.rules.payout import SchoolReportStatus
from payments.rules.refunds import RefundStatus
from payments.rules.rounds import RoundStatus, TransferStatus
from payments.words.payout import CASH_PILLS

SCHOOL_SEGMENTS = access.SEGMENTS["school"]


def _payout_page(place: int, term: Term, round_no: int) -> str:
    return reverse("payments:payout")


def register() -> None:
    """Register tasks, the pupil's panel, who is unfinished, and menu lines. Once, from ready()."""
    hooks.home_tasks.register(home_tasks)
    hooks.home_tasks.register(second_payments)
    hooks.pupil_panels.register(pupil_panels)
    hooks.unfinished.register(
        hooks.unfinished_by_work(
            "payout_report",
            unfinished.payout_work,
            classes=hooks.OfClasses(unfinished.class_report_work, _payout_page),
            page=_payout_page,
            also=(Role.SCHOOL_DIRECTOR,),
        )
    )
    hooks.unfinished.register(
        hooks.unfinished_by_work("refund", unfinished.refund_work, page=_payout_page)
    )
    hooks.menu.register(
        MenuItem("money", _("Payout"), "payments:payout", "payments.read_payout", _("Payout")), 28
    )
    hooks.menu.register(
        MenuItem("money", _("Refund statements"), "payments:statements", "payments.match_refunds"),
        34,
    )


# --- what I must do --------------------------------------------------------------------


def home_tasks(user: Any, at: datetime) -> list[Todo]:
    """Pay, report, sign, refund: each with its day, for the places where it is this person's."""
    term = Term.objects.current(at)
    rounds = list(
        TransferRound.objects.filter(term=term, status=RoundStatus.PUBLISHED)
        .select_related("term")
        .order_by("number")
    )
    if term is None or not rounds:
        return []
    todos = []
    for path in access.paths_with(user, "payments.report_class"):
        closes = _closes(term, path)
        for each in queries.progress(rounds, path):
            todos += _for_teacher(each, path, closes, at)
    for path in access.paths_with(user, "payments.report_school"):
        closes = _closes(term, path)
        for each in queries.progress(rounds, path):
            todos += _for_admin(each, path, closes)
    for path in access.paths_with(user, "payments.sign_school_report"):
        closes = _closes(term, path)
        for each in queries.progress(rounds, path):
            todos += _for_director(each, path, closes)
    if access.paths_with(user, "payments.match_refunds"):
        todos += _for_finance()
    return todos


type Closes = dict[tuple[str, int], datetime | None]


def _closes(term: Term, path: str) -> Closes:
    """When each window of reports and refunds closes for a place, extensions counted."""
    return {
        (window.line.activity, window.line.round_no): window.closes_at
        for window in windows.lines_for(term, path)
        if window.line.activity in ("payout_report", "refund")
    }


def _due(transfer_round: TransferRound) -> datetime | None:
    """The last moment of the due day."""
    day = transfer_round.payout_due_on
    return datetime.combine(day, time(23, 59), BANGKOK) if day else None


def _for_teacher(
    each: queries.RoundProgress, path: str, closes: Closes, at: datetime
) -> list[Todo]:
    if path.count("/") != access.SEGMENTS["classroom"]:
        return []
    number = each.round.number
    here = [each.round.pk, int(path.split("/")[-2])]
    if each.unsettled:
        due = _due(each.round)
        late = due is not None and at > due
        return [
            Todo(
                what=gettext("Pay %(count)d pupils, round %(round)d")
                % {"count": each.unsettled, "round": number},
                hint=gettext("%(amount)s baht came through the school.")
                % {"amount": baht(each.unpaid_satang)}
                + (
                    " " + gettext("The due day is past: pay and record all the same.")
                    if late
                    else ""
                ),
                url=reverse("payments:payout-class", args=here),
                action_label=gettext("Pay"),
                due=due,
                state="bad" if late else "sun",
                count=each.unsettled,
            )
        ]
    if each.reported < each.classes:
        return [
            Todo(
                what=gettext("Submit the class payout report, round %(round)d") % {"round": number},
                hint=gettext("Attach the signed sheet, then submit."),
                url=reverse("payments:class-report", args=here),
                action_label=gettext("Report"),
                due=closes.get(("payout_report", number)),
                state="sun",
            )
        ]
    return []


def _for_admin(each: queries.RoundProgress, path: str, closes: Closes) -> list[Todo]:
    number = each.round.number
    here = [each.round.pk, int(path.split("/")[SCHOOL_SEGMENTS - 1])]
    todos = []
    status = each.book.status if each.book else SchoolReportStatus.DRAFT
    if each.reported < each.classes:
        todos.append(
            Todo(
                what=gettext("Follow the class payout reports, round %(round)d")
                % {"round": number},
                hint=gettext(
                    "%(reported)d of %(classes)d classes reported; %(count)d pupils unpaid."
                )
                % {"reported": each.reported, "classes": each.classes, "count": each.unsettled},
                url=reverse("payments:payout-school", args=here),
                action_label=gettext("See the classes"),
                due=_due(each.round) if each.unsettled else closes.get(("payout_report", number)),
                state="sun",
            )
        )
    elif status in (SchoolReportStatus.DRAFT, SchoolReportStatus.SENT_BACK):
        todos.append(
            Todo(
                what=gettext("Submit the school payout report, round %(round)d")
                % {"round": number},
                hint=each.book.reason
                if each.book and status == SchoolReportStatus.SENT_BACK
                else "",
                url=reverse("payments:school-report", args=here),
                action_label=gettext("Report"),
                due=closes.get(("payout_report", number)),
                state="sun",
            )
        )
    waiting = each.cannot_pay - each.on_slips
    if waiting > 0:
        todos.append(
            Todo(
                what=gettext("Refund the money of %(count)d pupils, round %(round)d")
                % {"count": waiting, "round": number},
                url=reverse("payments:refund-new", args=here),
                action_label=gettext("Make the slip"),
                due=closes.get(("refund", number)),
                state="sun",
                count=waiting,
            )
        )
    elif each.reported == each.classes and not each.on_slips and not each.declared_nil:
        todos.append(
            Todo(
                what=gettext("Declare that round %(round)d has no refund") % {"round": number},
                url=reverse("payments:refunds", args=here),
                action_label=gettext("Declare"),
                due=closes.get(("refund", number)),
            )
        )
    return todos


def _for_director(each: queries.RoundProgress, path: str, closes: Closes) -> list[Todo]:
    if each.book is None or each.book.status != SchoolReportStatus.SUBMITTED:
        return []
    number = each.round.number
    return [
        Todo(
            what=gettext("Sign the school payout report, round %(round)d") % {"round": number},
            url=reverse("payments:school-report", args=[each.round.pk, each.book.school_id]),
            action_label=gettext("Read and sign"),
            due=closes.get(("payout_report", number)),
            state="sun",
        )
    ]


def second_payments(user: Any, at: datetime) -> list[Todo]:
    """What was paid twice and has no slip yet, for who makes it."""
    if not access.paths_with(user, "payments.collect_claim"):
        return []
    count = claims_for_table(user, TO_COLLECT, "payments.collect_claim").count()
    if not count:
        return []
    return [
        Todo(
            what=ngettext("Collect a second payment", "Collect %(count)d second payments", count)
            % {"count": count},
            hint=gettext(
                "A child stood twice and was paid twice; the fund has joined the two rows."
            ),
            url=reverse("payments:claims") + f"?show={TO_COLLECT}",
            action_label=gettext("See and make the slip"),
            state="sun",
            count=count,
        )
    ]


def _for_finance() -> list[Todo]:
    waiting = Refund.objects.filter(status=RefundStatus.ISSUED).count()
    if not waiting:
        return []
    return [
        Todo(
            what=gettext("%(count)d refund slips wait for the bank's statement")
            % {"count": waiting},
            url=reverse("payments:statements"),
            action_label=gettext("Take in a statement"),
            count=waiting,
        )
    ]


# --- a pupil's page ---------------------------------------------------------------------


def pupil_panels(pupil: Any, user: Any, at: datetime) -> list[Panel]:
    """What became of the pupil's money that arrived: receipt, refund, letter."""
    transfers = Transfer.objects.visible_to(user, "payments.read_receipts").filter(
        enrolment__pupil=pupil, status=TransferStatus.SUCCESS, round__published_at__isnull=False
    )
    rows = queries.pupil_rows(transfers.select_related("round__term"))
    if not rows:
        return []
    may_print = bool(access.paths_with(user, "payments.print_letters"))
    context = {"rows": rows, "may_print": may_print, "pills": CASH_PILLS}
    return [Panel(gettext("Receipts and letters"), "payments/payout/panel.html", context)]
