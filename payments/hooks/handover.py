"""What a pupil's move or leaving means for the money: nothing unpaid travels, and cash that cannot be
handed over goes back with its reason.

A grant that ended takes part in no round, so an entitlement not yet in one is never paid. What a
round has built or sent goes where it was built for. Cash that came through the former school and
has no receipt is noted as "cannot be paid", with the reason: the school's slip then takes it up.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import audit, hooks
from eqfund.audit import Noted
from eqfund.hooks import Duty, JoinLine, StatusMeaning
from eqfund.models import (
    Enrolment,
    EnrolmentStatusChange,
    Handover,
    Pupil,
    PupilJoin,
    User,
)
from eqfund.money import baht
from eqfund.windows import window_of
from payments.actions.joins import settle_money
from payments.models import CannotPay, Receipt06, ReceivingChannel, RefundLine, Transfer
from payments.rules.channels import ChannelKind
from payments.rules.refunds import RefundReason
from payments.rules.rounds import TransferStatus
from screening.models import Grant
from screening.rules.grants import EndReason, GrantStatus

SENDER, RECEIVER = "sender", "receiver"

# Cash at, or on its way to, the account of the school that the pupil left, which nobody has received.
_NOTE = """
INSERT INTO payments_cannotpay (transfer_id, reason, noted_by_id, noted_at)
SELECT DISTINCT ON (t.id) t.id, s.became, s.by_id, %(at)s
  FROM eqfund_enrolmentstatuschange s
  JOIN payments_transfer t ON t.enrolment_id = s.enrolment_id
 WHERE s.id = ANY(%(keys)s) AND s.became = ANY(%(reasons)s) AND s.by_id IS NOT NULL
   AND t.kind = 'school_account' AND t.share = 'cash' AND t.status IN ('pending', 'sent', 'success')
   AND NOT EXISTS (SELECT 1 FROM payments_receipt06 r WHERE r.transfer_id = t.id AND r.voided_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM payments_refundline l WHERE l.transfer_id = t.id AND l.is_alive)
ON CONFLICT (transfer_id) DO NOTHING
RETURNING transfer_id
"""


def register() -> None:
    """Register with eqfund.hooks. Once, from ready()."""
    hooks.joined_words.register(("payments.ReceivingChannel", _("a receiving channel")))
    hooks.rows_join.register(settle_joined, order=30)
    hooks.children_moved.register(retire_channels, order=30)
    hooks.states_changed.register(note_what_cannot_be_paid, order=30)
    hooks.handover_duties.register(duties, order=30)
    hooks.status_meanings.register(meanings, order=30)


def settle_joined(
    join: PupilJoin, keep: Pupil, leave: Pupil, here: str, by: User, at: datetime
) -> list[JoinLine]:
    """The money of two rows that the fund joins."""
    return settle_money(join, keep, leave, here, by=by, at=at)


def retire_channels(keys: list[int], by: User | None, at: datetime) -> None:
    """The new school asks the family anew how it receives money; what was paid keeps its channel."""
    moved = Handover.objects.filter(pk__in=keys).values("pupil")
    ReceivingChannel.objects.filter(pupil__in=moved, is_current=True).update(is_current=False)


def note_what_cannot_be_paid(keys: list[int], by: User | None, at: datetime) -> None:
    """Note the cash of pupils who left, with the reason of their leaving; an undoing takes the note back."""
    with connection.cursor() as cursor:
        reasons = [str(reason) for reason in RefundReason]
        cursor.execute(_NOTE, {"keys": keys, "reasons": reasons, "at": at})
        noted = [row[0] for row in cursor.fetchall()]
    transfers = Transfer.objects.filter(pk__in=noted).select_related("enrolment")
    lines = (Noted(transfer, transfer.enrolment.path) for transfer in transfers)
    audit.record_each("note_cannot_pay", lines, by=by, at=at)
    back = EnrolmentStatusChange.objects.filter(pk__in=keys, became=Enrolment.Status.STUDYING)
    on_slip = RefundLine.objects.alive().filter(transfer=OuterRef("transfer"))
    for change in back.select_related("undoes"):
        was = change.undoes.became if change.undoes else change.was
        CannotPay.objects.filter(
            ~Exists(on_slip), transfer__enrolment=change.enrolment_id, reason=was
        ).delete()


# --- what is said of it -----------------------------------------------------------------


def duties(handover: Handover, at: datetime) -> list[Duty]:
    """What is unpaid at the former school: how much, of which round, by when it goes back."""
    return [
        *_cash(handover, at),
        *_to_come(handover),
        Duty(
            RECEIVER,
            gettext("Ask the family how it receives money, once a new grant is given"),
            gettext("Nothing unpaid travels: the former school's channel ends with the move."),
        ),
    ]


def _of_former_school(handover: Handover) -> Any:
    return Transfer.objects.filter(
        enrolment__pupil=handover.pupil_id, school=handover.from_school_id, share="cash"
    ).select_related("round__term")


def _cash(handover: Handover, at: datetime) -> list[Duty]:
    """Cash that arrived at the school, of published rounds, without a receipt."""
    paid = Receipt06.objects.filter(transfer=OuterRef("pk"), voided_at=None)
    rows = _of_former_school(handover).filter(
        ~Exists(paid),
        kind=ChannelKind.SCHOOL_ACCOUNT,
        status=TransferStatus.SUCCESS,
        round__published_at__isnull=False,
    )
    slips = {
        line.transfer_id: line
        for line in RefundLine.objects.alive().filter(transfer__in=rows).select_related("refund")
    }
    found = []
    for transfer in rows.order_by("round__number"):
        number = transfer.round.number
        window = window_of(transfer.round.term, "refund", handover.from_path, at, round_no=number)
        slip = slips.get(transfer.pk)
        said = gettext("Refund %(amount)s baht of round %(round)d, with the reason “moved”") % {
            "amount": baht(transfer.amount_satang),
            "round": number,
        }
        due = window.last_moment.date() if window and window.last_moment else None
        found.append(
            Duty(
                SENDER,
                said,
                gettext("The school admin makes the bill payment slip.") if slip is None else "",
                url=reverse(
                    "payments:refund-new", args=[transfer.round_id, handover.from_school_id]
                )
                if slip is None
                else reverse("payments:refund", args=[slip.refund_id]),
                due=due,
                done=slip is not None if handover.has_arrived else None,
            )
        )
    return found


def _to_come(handover: Handover) -> list[Duty]:
    """What no publication has told yet: said for every grantee alike, so that it tells of no round."""
    grants = Grant.objects.filter(pupil=handover.pupil_id)
    held = grants.exclude(status=GrantStatus.ENDED) | grants.filter(
        end_reason=EndReason.MOVED, ended_at__gte=handover.proposed_at
    )
    if not held.exists():
        return []
    return [
        Duty(
            SENDER,
            gettext("What has not been paid is not paid any more"),
            gettext(
                "Should a transfer status published later name the pupil, cash at the school goes back"
                " with the reason “moved”; PromptPay went to the family."
            ),
        )
    ]


def meanings(enrolment: Enrolment, at: datetime) -> list[StatusMeaning]:
    """What each leaving does to cash that is in the school's hands."""
    paid = Receipt06.objects.filter(transfer=OuterRef("pk"), voided_at=None)
    cash = Transfer.objects.filter(
        ~Exists(paid),
        enrolment=enrolment,
        kind=ChannelKind.SCHOOL_ACCOUNT,
        share="cash",
        status=TransferStatus.SUCCESS,
        round__published_at__isnull=False,
    )
    total = sum(cash.values_list("amount_satang", flat=True))
    if not total:
        return []
    said = gettext("%(amount)s baht that came through the school go back to the fund.") % {
        "amount": baht(total)
    }
    return [StatusMeaning(str(reason), said) for reason in RefundReason]
