"""Cash handed over by a school: receipts, mistakes voided, and pupils who cannot be paid.

Whoever changes a school's money of a round locks its row in SchoolPayoutReport first
(`lock_book`), so serials have no gap and no two people settle the same pupil at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from eqfund import audit
from eqfund.clock import BANGKOK
from eqfund.models import Classroom, School, User
from eqfund.refusal import Refused
from eqfund.thai_text import thai_date
from payments.models import (
    CannotPay,
    ClassPayoutReport,
    Receipt06,
    RefundClaim,
    RefundLine,
    SchoolPayoutReport,
    Transfer,
    TransferRound,
)
from payments.models.payout import RELATIONS
from payments.permissions import payout as permissions
from payments.queries.payout import cash, staff_of
from payments.rules.payout import PayDayProblem, pay_day_problem
from payments.rules.refunds import RefundReason

from . import ledger


@dataclass(frozen=True, slots=True)
class Handed:
    """Cash handed to one person for one transfer."""

    transfer_id: int
    receiver_name: str
    relation: str


@transaction.atomic
def pay_pupils(
    transfer_round: TransferRound,
    classroom: Classroom,
    handed: Sequence[Handed],
    *,
    paid_on: date,
    payer: User,
    second_payer: User,
    by: User,
    at: datetime,
) -> list[Receipt06]:
    """Record that pupils of one class were paid on one day, by two people; a receipt for each.

    The amounts are the transfers'. After the due day a payment is late and recorded.
    """
    book = lock_book(transfer_round, classroom.school)
    _refuse_change(transfer_round, classroom, book, by=by, at=at)
    _refuse(_why_not_day(transfer_round, paid_on, at))
    _refuse(_why_not_payers(classroom, payer, second_payer, paid_on))
    if not handed:
        raise Refused(gettext("Nobody was ticked. Tick the pupils who were paid."))
    transfers = _unsettled(transfer_round, classroom.path, [row.transfer_id for row in handed])
    for row in handed:
        if not row.receiver_name.strip() or row.relation not in RELATIONS:
            raise Refused(gettext("Say for every ticked pupil who received the money."))
    assert transfer_round.payout_due_on is not None  # what was published has its due day
    first = book.last_receipt + 1
    receipts = Receipt06.objects.bulk_create(
        Receipt06(
            round=transfer_round,
            school=classroom.school,
            transfer=transfers[row.transfer_id],
            serial=first + place,
            amount_satang=transfers[row.transfer_id].amount_satang,
            paid_on=paid_on,
            due_on=transfer_round.payout_due_on,
            payer=payer,
            second_payer=second_payer,
            receiver_name=" ".join(row.receiver_name.split()),
            relation=row.relation,
            recorded_by=by,
            recorded_at=at,
        )
        for place, row in enumerate(handed)
    )
    SchoolPayoutReport.objects.filter(pk=book.pk).update(last_receipt=first + len(handed) - 1)
    ledger.record_receipts(receipts, at)
    audit.record(
        "pay_pupils",
        classroom,
        by=by,
        at=at,
        facts={
            "round": transfer_round.pk,
            "receipts": [receipt.pk for receipt in receipts],
            "serials": [first, first + len(handed) - 1],
            "amount_satang": sum(receipt.amount_satang for receipt in receipts),
            "paid_on": paid_on.isoformat(),
            "payers": [payer.pk, second_payer.pk],
        },
    )
    return receipts


@transaction.atomic
def void_receipt(receipt: Receipt06, *, reason: str, by: User, at: datetime) -> None:
    """Void a receipt that was a mistake. Its row and its serial stay; the pupil is unpaid again."""
    classroom = receipt.transfer.enrolment.classroom
    book = lock_book(receipt.round, receipt.school)
    receipt.refresh_from_db(fields=["voided_at"])
    _refuse(
        permissions.why_not_void(
            receipt, by, at, report=_report(receipt.round, classroom), book=book
        )
    )
    if RefundLine.objects.alive().filter(transfer=receipt.transfer_id).exists():
        raise Refused(gettext("A refund slip is made for this pupil. Cancel the slip first."))
    if not reason.strip():
        raise Refused(gettext("Say why the receipt is void."))
    alive = Receipt06.objects.filter(pk=receipt.pk, voided_at=None)
    if not alive.update(voided_at=at, voided_by=by, void_reason=reason.strip()):
        raise Refused(gettext("This receipt is void already."))
    receipt.refresh_from_db(fields=["voided_at", "voided_by", "void_reason"])
    ledger.record_receipt_void(receipt, at)
    audit.record(
        "void_receipt",
        receipt,
        by=by,
        at=at,
        path=classroom.path,
        facts={"serial": receipt.serial, "amount_satang": receipt.amount_satang},
        before={"receiver": receipt.receiver_name},
        after={"reason": receipt.void_reason},
    )


@transaction.atomic
def note_cannot_pay(transfer: Transfer, *, reason: str, by: User, at: datetime) -> CannotPay:
    """Note that a pupil's cash cannot be handed over; the admin then makes the refund."""
    classroom = transfer.enrolment.classroom
    book = lock_book(transfer.round, transfer.school)
    _refuse_change(transfer.round, classroom, book, by=by, at=at)
    if reason not in list(RefundReason):
        raise Refused(gettext("Choose one of the four reasons."))
    _unsettled(transfer.round, classroom.path, [transfer.pk])
    note = CannotPay.objects.create(transfer=transfer, reason=reason, noted_by=by, noted_at=at)
    audit.record(
        "note_cannot_pay", transfer, by=by, at=at, path=classroom.path, after={"reason": reason}
    )
    return note


@transaction.atomic
def clear_cannot_pay(transfer: Transfer, *, by: User, at: datetime) -> None:
    """Take the note back: the pupil can be paid after all."""
    classroom = transfer.enrolment.classroom
    book = lock_book(transfer.round, transfer.school)
    _refuse_change(transfer.round, classroom, book, by=by, at=at)
    if RefundLine.objects.alive().filter(transfer=transfer).exists():
        raise Refused(gettext("A refund slip is made for this pupil. Cancel the slip first."))
    if RefundClaim.objects.filter(transfer=transfer).exists():
        raise Refused(gettext("This money was paid a second time and goes back to the fund."))
    deleted, _ = CannotPay.objects.filter(transfer=transfer).delete()
    if not deleted:
        raise Refused(gettext("This pupil is not noted as “cannot be paid”."))
    audit.record("clear_cannot_pay", transfer, by=by, at=at, path=classroom.path)


# --- shared by the actions of payouts, reports, refunds and letters -------------------


def lock_book(transfer_round: TransferRound, school: School) -> SchoolPayoutReport:
    """The school's row of the round, made if need be, held until the transaction ends.

    Only a published round opens one: refusals elsewhere speak first of what is missing.
    """
    SchoolPayoutReport.objects.get_or_create(round=transfer_round, school=school)
    return SchoolPayoutReport.objects.select_for_update().get(round=transfer_round, school=school)


def _refuse_change(
    transfer_round: TransferRound,
    classroom: Classroom,
    book: SchoolPayoutReport,
    *,
    by: User,
    at: datetime,
) -> None:
    """Refused when a class's receipts, notes and evidence stand still."""
    report = _report(transfer_round, classroom)
    _refuse(
        permissions.why_not_change_class(
            transfer_round, classroom.path, by, at, report=report, book=book
        )
    )


def _report(transfer_round: TransferRound, classroom: Classroom) -> ClassPayoutReport | None:
    return ClassPayoutReport.objects.filter(round=transfer_round, classroom=classroom).first()


def _refuse(reason: str | None) -> None:
    if reason:
        raise Refused(reason)


def _unsettled(
    transfer_round: TransferRound, path: str, wanted: Collection[int]
) -> dict[int, Transfer]:
    """The cash of these transfers under a place; Refused if any is elsewhere or settled."""
    transfers = {
        transfer.pk: transfer
        for transfer in cash(transfer_round, path)
        .filter(pk__in=wanted)
        .select_related("enrolment__pupil")
    }
    if len(set(wanted)) != len(wanted) or len(transfers) != len(wanted):
        raise Refused(gettext("Some of these pupils have no cash of this round in this class."))
    for rows, sentence in (
        (Receipt06.objects.valid(), gettext("%(names)s: paid already, with a receipt.")),
        (RefundLine.objects.alive(), gettext("%(names)s: the money is being refunded.")),
        (
            RefundClaim.objects.all(),
            gettext("%(names)s: paid a second time; the money goes back to the fund."),
        ),
        (
            CannotPay.objects.all(),
            gettext("%(names)s: noted as “cannot be paid”. Take the note back first."),
        ),
    ):
        found = set(rows.filter(transfer__in=transfers).values_list("transfer", flat=True))
        if found:
            names = ", ".join(
                transfer.enrolment.pupil.full_name
                for transfer in transfers.values()
                if transfer.pk in found
            )
            raise Refused(sentence % {"names": names})
    return transfers


def _why_not_day(transfer_round: TransferRound, paid_on: date, at: datetime) -> str | None:
    published = transfer_round.published_at
    problem = pay_day_problem(
        paid_on,
        published_on=published.astimezone(BANGKOK).date() if published else None,
        today=at.astimezone(BANGKOK).date(),
    )
    if problem is PayDayProblem.BEFORE_PUBLICATION:
        return gettext("The day of payment is before the publication of the round (%(day)s).") % {
            "day": thai_date(published.astimezone(BANGKOK).date()) if published else "-"
        }
    if problem is PayDayProblem.IN_THE_FUTURE:
        return gettext("The day of payment has not come yet.")
    return None


def _why_not_payers(classroom: Classroom, payer: User, second_payer: User, on: date) -> str | None:
    if payer.pk == second_payer.pk:
        return gettext("Two different people hand over the money.")
    staff = {person.pk for person in staff_of(classroom.school, on)}
    if not {payer.pk, second_payer.pk} <= staff:
        return gettext("Both people who hand over the money must serve at this school.")
    return None
