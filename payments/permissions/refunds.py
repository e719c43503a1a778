"""Why a user may not give money back, declare that there is none, or match a statement."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from eqfund import access, windows
from eqfund.models import School, User
from payments.models import NilRefund, Refund, RefundStatement, TransferRound
from payments.rules.refunds import (
    REFUND_TRANSITIONS,
    STATEMENT_TRANSITIONS,
    RefundStatus,
    StatementStatus,
)

COUNTRY = "TH/"


def why_not_refund(
    transfer_round: TransferRound, school: School, user: User, at: datetime
) -> str | None:
    """The role, publication and the window of refunds."""
    if reason := access.why_not(user, "payments.refund", school.path):
        return reason
    if not transfer_round.is_published:
        return gettext("The transfer status of this round is not published yet.")
    return windows.why_closed(
        transfer_round.term, "refund", school.path, at, round_no=transfer_round.number
    )


def why_not_issue_refund(
    transfer_round: TransferRound,
    school: School,
    user: User,
    at: datetime,
    *,
    nil: NilRefund | None,
) -> str | None:
    if reason := why_not_refund(transfer_round, school, user, at):
        return reason
    if nil is not None:
        return gettext(
            "The school declared that it has no refund in this round. Withdraw the declaration first."
        )
    return None


def why_not_cancel_refund(refund: Refund, user: User, at: datetime) -> str | None:
    """`refund` comes with its round and school. No window closes a claim's slip."""
    if refund.claim_id:
        if reason := access.why_not(user, "payments.collect_claim", refund.school.path):
            return reason
    elif reason := why_not_refund(refund.round, refund.school, user, at):
        return reason
    if refund.status == RefundStatus.MATCHED:
        return gettext("The money of this slip has reached the fund. It cannot be cancelled.")
    if RefundStatus.CANCELLED not in REFUND_TRANSITIONS[RefundStatus(refund.status)]:
        return gettext("This slip is cancelled already.")
    return None


def why_not_declare_nil(
    transfer_round: TransferRound,
    school: School,
    user: User,
    at: datetime,
    *,
    nil: NilRefund | None,
    refunds: int,
    to_refund: int,
    unsettled: int,
) -> str | None:
    """`refunds` counts living slips, `to_refund` pupils noted as "cannot be paid", `unsettled` those open."""
    if reason := why_not_refund(transfer_round, school, user, at):
        return reason
    if nil is not None:
        return gettext("The school has declared this already.")
    if refunds:
        return gettext("The school has a refund in this round, so it cannot declare none.")
    if to_refund:
        return gettext(
            "%(count)d pupils are noted as “cannot be paid”. Make the refund slip for them instead."
        ) % {"count": to_refund}
    if unsettled:
        return gettext(
            "%(count)d pupils are neither paid nor noted as “cannot be paid”. Whether there is a refund is known after that."
        ) % {"count": unsettled}
    return None


def why_not_apply_statement(statement: RefundStatement, user: User) -> str | None:
    if reason := access.why_not(user, "payments.match_refunds", COUNTRY):
        return reason
    after = STATEMENT_TRANSITIONS[StatementStatus(statement.status)]
    if StatementStatus.APPLIED not in after:
        return gettext("This statement was applied already. Nothing was changed now.")
    return None


def why_not_preview_statement(user: User) -> str | None:
    return access.why_not(user, "payments.match_refunds", COUNTRY)
