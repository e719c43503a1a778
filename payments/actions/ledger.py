"""Every movement of the grant's money goes into the book here, in the transaction that makes it.

The book is append-only (a trigger refuses anything else), so a mistake is answered by the
opposite movement. Nothing here asks who may: the action that moves the money has asked.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from payments.models import Account, BankFile, LedgerEntry, Receipt06, Refund, TransferRound


@transaction.atomic
def book_files_sent(transfer_round: TransferRound, *, at: datetime) -> None:
    """The fund's money is at the bank: one movement for each file handed over."""
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            round=transfer_round,
            bank_file=file,
            debit=Account.BANK_CLEARING,
            credit=Account.FUND,
            amount_satang=file.amount_satang,
            at=at,
        )
        for file in BankFile.objects.filter(round=transfer_round).order_by("number")
    )


def record_receipt(receipt: Receipt06, at: datetime) -> None:
    """A pupil was paid by the school."""
    record_receipts([receipt], at)


@transaction.atomic
def record_receipts(receipts: Iterable[Receipt06], at: datetime) -> None:
    """Several pupils were paid by their schools, in one statement."""
    _book_receipts(receipts, debit=Account.PUPIL, credit=Account.SCHOOL_IN_HAND, at=at)


@transaction.atomic
def record_receipt_void(receipt: Receipt06, at: datetime) -> None:
    """A receipt was voided: the money is in the school's hands again."""
    _book_receipts([receipt], debit=Account.SCHOOL_IN_HAND, credit=Account.PUPIL, at=at)


def _book_receipts(
    receipts: Iterable[Receipt06], *, debit: Account, credit: Account, at: datetime
) -> None:
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            round_id=receipt.round_id,
            school_id=receipt.school_id,
            transfer_id=receipt.transfer_id,
            receipt=receipt,
            debit=debit,
            credit=credit,
            amount_satang=receipt.amount_satang,
            at=at,
        )
        for receipt in receipts
    )


@transaction.atomic
def record_refund(refund: Refund, at: datetime) -> None:
    """A refund was found on the bank's statement: each of its pupils' money is back at the fund."""
    held_by = Account.PUPIL if refund.from_family else Account.SCHOOL_IN_HAND
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            round_id=refund.round_id,
            school_id=refund.school_id,
            transfer_id=line.transfer_id,
            refund=refund,
            debit=Account.REFUND,
            credit=held_by,
            amount_satang=line.amount_satang,
            at=at,
        )
        for line in refund.lines.filter(is_alive=True).order_by("pk")
    )
