"""What payments brings to the care of personal data: digests that follow the index key, exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from eqfund import audit, clock, hooks
from eqfund.fields import blind_index
from eqfund.models import StoredFile
from eqfund.privacy.export import PUPIL, Part
from eqfund.privacy.index_keys import IndexColumn, SomethingCame
from eqfund.privacy.reveal import Revealable
from eqfund.privacy.scrub import Scrub, forget_files
from eqfund.privacy.sources import texts_in
from eqfund.privacy.technical import Kept
from payments.models import (
    BuiltUnder,
    CannotPay,
    ContinuingConfirmation,
    ContinuingLeft,
    Entitlement,
    LedgerEntry,
    LeftOut,
    Letter08,
    PayoutEvidence,
    PromptPayNote,
    Receipt06,
    ReceivingChannel,
    Refund,
    RefundClaim,
    RefundLine,
    SchoolBankAccount,
    Transfer,
    TransferRound,
)
from payments.round_sql import digests_of_both_keys
from payments.views import kept_uploads


def keep_digests() -> Callable[[], None]:
    """A round's digest covers identity indexes: what agreed before their key changed agrees after it.

    Both digests are counted beforehand, of the same rows at the same instant; while everybody waits
    for the swap they are only written. A round whose rows were touched keeps its old digest, so
    that it still does not agree.
    """
    seen: dict[int, str] = {}
    anew: list[tuple[TransferRound, str]] = []
    for each in TransferRound.objects.exclude(digest=""):
        now, coming, lacking = digests_of_both_keys(each)
        if lacking:
            raise SomethingCame
        seen[each.pk] = each.digest
        if now == each.digest:
            anew.append((each, coming))

    def write_anew() -> None:
        present = dict(TransferRound.objects.exclude(digest="").values_list("pk", "digest"))
        if present != seen:
            raise SomethingCame
        for each, digest in anew:
            was, each.digest = each.digest, digest
            TransferRound.objects.filter(pk=each.pk).update(digest=digest)
            audit.record(
                "payments.digest_anew",
                each,
                by=None,
                at=clock.now(),
                path="TH/",
                facts={"was": was, "is": digest},
            )

    return write_anew


ACCOUNT = Revealable(
    "account-number",
    _("the school's account number"),
    "privacy.reveal_account",
    SchoolBankAccount,
    fetch=lambda account: account.number,
    last=lambda account: account.last4,
    path=lambda account: account.school.path,
)
DESTINATION = Revealable(
    "destination",
    _("the number that the money goes to"),
    "privacy.reveal_destination",
    Transfer,
    fetch=lambda transfer: transfer.destination_text(),
    last=lambda transfer: transfer.destination_last4,
    path=lambda transfer: transfer.enrolment.path,
    pupil=lambda transfer: transfer.enrolment.pupil_id,
)


def _destination(transfer: Any) -> dict[str, Any]:
    return {"destination": transfer.destination_text() if transfer.destination else ""}


PARTS = (
    Part(PUPIL, _("Receiving channels"), ReceivingChannel, "pupil"),
    Part(PUPIL, _("PromptPay, as it was followed up"), PromptPayNote, "pupil"),
    Part(PUPIL, _("Not confirmed at a close"), ContinuingLeft, "grant__pupil"),
    Part(PUPIL, _("Confirmations"), ContinuingConfirmation, "grant__pupil"),
    Part(PUPIL, _("Rights to money"), Entitlement, "grant__pupil"),
    Part(PUPIL, _("Numbers under which money was sent"), BuiltUnder, "entitlement__grant__pupil"),
    Part(PUPIL, _("Second payments claimed back"), RefundClaim, "transfer__enrolment__pupil"),
    Part(PUPIL, _("Slips for second payments"), Refund, "claim__transfer__enrolment__pupil"),
    Part(PUPIL, _("Transfers"), Transfer, "enrolment__pupil", more=_destination),
    Part(PUPIL, _("Left out of a round"), LeftOut, "grant__pupil"),
    Part(PUPIL, _("The book of the money"), LedgerEntry, "transfer__enrolment__pupil"),
    Part(PUPIL, _("Receipts"), Receipt06, "transfer__enrolment__pupil"),
    Part(PUPIL, _("Could not be paid"), CannotPay, "transfer__enrolment__pupil"),
    Part(PUPIL, _("Evidence"), PayoutEvidence, "receipt__transfer__enrolment__pupil"),
    Part(PUPIL, _("Refunds"), RefundLine, "transfer__enrolment__pupil"),
    Part(PUPIL, _("Letters"), Letter08, "transfer__enrolment__pupil"),
)


def _money(keys: Sequence[int]) -> int:
    """Whom and by which number; the amounts and their dates are the book, and stay."""
    receipts = Receipt06.objects.filter(transfer__enrolment__pupil__in=keys)
    for row in BuiltUnder.objects.filter(entitlement__grant__pupil__in=keys):
        row.number, row.id_index = f"built under {row.pk}", blind_index(f"built under {row.pk}")
        row.save(update_fields=["number", "id_index", "id_index_next"])
    pictures = PayoutEvidence.objects.filter(receipt__in=receipts).values("stored")
    return (
        Transfer.objects.filter(enrolment__pupil__in=keys).update(
            destination=b"", destination_last4=""
        )
        + receipts.update(receiver_name="")
        + forget_files(StoredFile.objects.filter(pk__in=pictures))
    )


def _money_under_way(keys: Sequence[int]) -> set[int]:
    """Nobody is forgotten while money is on its way to them."""
    alive = Transfer.objects.filter(enrolment__pupil__in=keys, status__in=("pending", "sent"))
    return set(alive.values_list("enrolment__pupil", flat=True))


SCRUB = Scrub("pupil", "money", _money, holds=_money_under_way)


KEPT_UPLOADS = Kept(
    "kept_uploads",
    _("Bank files kept unread for a person who had to prove who they are"),
    1,
    forget=kept_uploads.forget_left,
)


def register() -> None:
    """Register with the kernel's hooks."""
    column = IndexColumn(BuiltUnder, "id_index", "national_id", texts_in(BuiltUnder, "number"))
    hooks.index_columns.register(column)
    for part in PARTS:
        hooks.person_exports.register(part, order=50)
    hooks.person_scrubs.register(SCRUB)
    hooks.reveals.register(ACCOUNT)
    hooks.reveals.register(DESTINATION)
    hooks.index_swaps.register(keep_digests)
    hooks.technical_records.register(KEPT_UPLOADS)
