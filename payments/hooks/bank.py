"""What the bank and the book put on the kernel's pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access, hooks
from eqfund.hooks import MenuItem, Todo
from eqfund.money import baht
from payments.models import TransferRound
from payments.rules.rounds import RoundStatus
from payments.words.rounds import round_name


def register() -> None:
    """Register the tasks of finance and menu lines. Once, from ready()."""
    hooks.home_tasks.register(home_tasks)
    menu = hooks.menu.register
    menu(MenuItem("money", _("The book"), "payments:ledger", "payments.read_ledger"), 32)
    menu(MenuItem("money", _("Money of the grant"), "payments:money", "payments.read_money"), 30)


def home_tasks(user: Any, at: datetime) -> list[Todo]:
    """For finance: rounds whose files wait to be made, taken or sent, or whose result is to be taken in."""
    if not access.paths_with(user, "payments.bank_files"):
        return []
    waiting = TransferRound.objects.filter(status__in=[RoundStatus.RELEASED, RoundStatus.SENT])
    rounds = waiting.select_related("term").annotate(
        files=Count("bank_files", distinct=True),
        taken=Count("bank_files", filter=Q(bank_files__downloaded_at__isnull=False), distinct=True),
        checked=Count("result_files", filter=Q(result_files__state="previewed"), distinct=True),
    )
    return [_todo(transfer_round) for transfer_round in rounds.order_by("pk")]


def _todo(transfer_round: Any) -> Todo:
    what, action = _what(transfer_round)
    return Todo(
        what=what,
        hint=gettext("%(round)s · %(baht)s baht")
        % {
            "round": round_name(transfer_round.number, transfer_round.term.label),
            "baht": baht(transfer_round.amount_satang),
        },
        url=reverse("payments:bank", args=[transfer_round.pk]),
        action_label=action,
    )


def _what(transfer_round: Any) -> tuple[str, str]:
    if transfer_round.status == RoundStatus.SENT:
        if transfer_round.checked:
            return gettext("Apply the bank's result"), gettext("See what it would do")
        return gettext("Take in the bank's result"), gettext("Take in the result")
    if not transfer_round.files:
        return gettext("Make the files for the bank"), gettext("Make the files")
    if transfer_round.taken < transfer_round.files:
        return gettext("Take the files for the bank"), gettext("Take the files")
    return gettext("Record that the files were sent to the bank"), gettext("Record it")
