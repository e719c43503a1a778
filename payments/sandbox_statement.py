"""The sandbox bank's statement of bill payments. Clearly not a bank: for the demo and the story."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from eqfund.clock import BANGKOK
from payments import bill_statement
from payments.models import Refund
from payments.rules.refunds import RefundStatus


def waiting_slips_paid(at: datetime) -> tuple[bytes, int]:
    """A statement in which every waiting slip was paid an hour before; and how many there are."""
    moment = at.astimezone(BANGKOK).replace(tzinfo=None) - timedelta(hours=1)
    slips = Refund.objects.filter(status=RefundStatus.ISSUED).order_by("pk")
    payments = [
        bill_statement.Payment(
            line_no=line_no,
            paid_at=moment,
            reference1=slip.reference1,
            reference2=slip.reference2,
            amount_satang=slip.amount_satang,
            is_credit=True,
            sending_bank="006",
        )
        for line_no, slip in enumerate(slips, start=2)
    ]
    data = bill_statement.write(
        payments,
        effective_on=at.astimezone(BANGKOK).date(),
        biller=settings.BILLER_ID,
        account=settings.BANK_ACCOUNT,
    )
    return data, len(payments)
