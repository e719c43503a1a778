"""What the continuing group puts on the kernel's pages, and what its close does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from eqfund import access, hooks
from eqfund.edges import CLOSES, EdgeHandler, EdgeMoment
from eqfund.hooks import MenuItem, Todo
from eqfund.models import Term
from payments.actions.continuing import store_close
from payments.hooks.rounds import channels_page
from payments.models import Transfer
from payments.queries.continuing import progress, work_of_classes, work_of_schools
from payments.queries.windows import place_windows, window_among
from payments.rules.channels import ChannelKind
from payments.rules.rounds import TransferStatus

ACTIVITY = "confirm_continuing"
OPENING = ("confirm_continuing", "correct_channel")
SOON_DAYS = 7


def register() -> None:
    """Register tasks, the menu line, who is unfinished, the close, and what an end does to money."""
    hooks.home_tasks.register(promptpay_tasks)
    classes = hooks.OfClasses(work_of_classes, channels_page)
    hooks.unfinished.register(
        hooks.unfinished_by_work(ACTIVITY, work_of_schools, classes=classes, page=_school_page)
    )
    hooks.edge_handlers.register(
        EdgeHandler(
            "payments.store_close", keep_the_close, frozenset({CLOSES}), frozenset({ACTIVITY})
        )
    )
    hooks.grant_ends.register(what_an_end_does)
    hooks.menu.register(
        MenuItem(
            "money",
            _("Progress of the continuing group"),
            "payments:continuing",
            "payments.read_continuing",
            _("Continuing"),
        ),
        21,
    )


def _school_page(school: int, term: Term, round_no: int) -> str:
    return reverse("payments:continuing-school", args=[school])


def keep_the_close(moment: EdgeMoment) -> dict[str, Any]:
    """At 17:00 of the last day: what each school has done is written down, and whom it left."""
    return store_close(moment.line, path=moment.path, but_for=moment.but_for, at=moment.at)


def promptpay_tasks(user: Any, at: datetime) -> list[Todo]:
    """Families whose PromptPay is still to be opened, while the school can record that it is."""
    paths = [p for p in access.paths_with(user, "payments.set_channel") if p.count("/") >= 4]
    term = Term.objects.current(at) if paths else None
    if term is None:
        return []
    windows = place_windows(term, paths[0])
    window = window_among(windows, OPENING, at)
    if window is None or not window.is_open(at):
        return []
    count = sum(one.promptpay_open for one in progress(term, paths).values())
    if not count:
        return []
    what = ngettext(
        "Follow up PromptPay of %(count)d family",
        "Follow up PromptPay of %(count)d families",
        count,
    )
    closes = window.closes_at
    return [
        Todo(
            what=what % {"count": count},
            hint=gettext("Give out the leaflet; record who has opened it."),
            url=reverse("payments:promptpay"),
            action_label=gettext("See the families"),
            due=closes,
            state="sun" if closes is not None and (closes - at).days < SOON_DAYS else "",
            count=count,
        )
    ]


def what_an_end_does(grant: Any, reason: str, at: datetime) -> list[str]:
    """Sentences on the money of the present term, for whoever is about to end a grant."""
    term = Term.objects.current(at)
    rows = Transfer.objects.filter(entitlement__grant=grant).select_related("round__term")
    if term is not None:
        rows = rows.filter(round__term=term)
    said = [_of_transfer(row, reason) for row in rows.order_by("pk")]
    if not any(row.status != TransferStatus.FAILED for row in rows):
        said.append(gettext("No round that is still to be built pays this pupil."))
    return said


REFUNDED = {"died", "left", "moved"}


def _of_transfer(transfer: Transfer, reason: str) -> str:
    values = {"number": transfer.round.number, "term": transfer.round.term.label}
    if transfer.status == TransferStatus.CANCELLED:
        return gettext("Round %(number)d was cancelled; it is not paid.") % values
    if transfer.round.published_at is None:  # till then nobody at a school knows what the bank did
        text = gettext(
            "Round %(number)d is under way with this pupil's money; ending the grant does not stop it. "
            "Tell the fund if it must not be paid."
        )
        return text % values
    if transfer.status == TransferStatus.FAILED:
        return gettext("Round %(number)d could not pay; it is not paid again.") % values
    if transfer.kind != ChannelKind.SCHOOL_ACCOUNT:
        return gettext("Round %(number)d has paid the family directly. It stays paid.") % values
    if transfer.receipts.filter(voided_at=None).exists():
        return gettext("Round %(number)d was paid out with a receipt. It stays paid.") % values
    if reason in REFUNDED:
        text = gettext(
            "Round %(number)d's money is in the school's hands and not paid out: refund it, with this reason."
        )
        return text % values
    text = gettext(
        "Round %(number)d's money is in the school's hands: it was granted before the end, so pay it out as usual."
    )
    return text % values
