"""The money of two rows of one child that become one: one right a term, and claims for what was paid twice.

Called in the joining's transaction (hooks.rows_join). No row of the book is changed, no transfer
and no receipt. A right goes to the child's own number, where the database lets one be in a term;
of two, the other rests under the number that was joined, and what it paid is claimed back.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from eqfund import audit
from eqfund.clock import BANGKOK
from eqfund.fields import blind_index
from eqfund.hooks import JoinLine
from eqfund.models import Identity, Pupil, PupilJoin, User
from eqfund.money import baht
from eqfund.refusal import Refused
from payments.models import (
    BuiltUnder,
    CannotPay,
    Entitlement,
    Receipt06,
    ReceivingChannel,
    Refund,
    RefundClaim,
    RefundLine,
    Transfer,
)
from payments.permissions import claims as permissions
from payments.rules.channels import ChannelKind
from payments.rules.joins import Holder, Paid, Right, Settled, settle
from payments.rules.refunds import RefundReason
from payments.rules.rounds import PUBLISHED, TransferStatus
from screening.models import Grant
from screening.rules.grants import GrantStatus

from .payout import lock_book
from .refunds import _make_slip

ON_THE_WAY = (TransferStatus.PENDING, TransferStatus.SENT)


@dataclass
class TermRights:
    """The rights of one term: the kept row's and the other's, each with its transfers."""

    kept: Entitlement | None = None
    other: Entitlement | None = None
    transfers: dict[int, list[Transfer]] = field(default_factory=dict)

    def right(self, entitlement: Entitlement | None) -> Right | None:
        return _right(self.transfers.get(entitlement.pk, [])) if entitlement else None


def settle_money(
    join: PupilJoin, keep: Pupil, leave: Pupil, here: str, *, by: User, at: datetime
) -> list[JoinLine]:
    """One right a term for the child; what was paid twice becomes a claim. Refused while money is on its way."""
    _channels(keep, leave, here)
    terms = _rights(keep, leave)
    settled: dict[int, Settled] = {}
    for term, rights in terms.items():
        found = settle(rights.right(rights.kept), rights.right(rights.other))
        if found is None:
            raise Refused(_on_its_way(rights))
        settled[term] = found
    lines: list[JoinLine] = []
    if leave.identity is None or keep.identity is None:
        return lines  # there are no two numbers: whatever was paid, was paid under one
    number = leave.identity
    if any(rights.kept and rights.other for rights in terms.values()):
        number = _empty(leave.identity, keep.identity)
    living = Grant.objects.filter(pupil__in=(keep.pk, leave.pk)).exclude(status=GrantStatus.ENDED)
    grant = living.first()
    for term, rights in sorted(terms.items()):
        _turn(rights, settled[term], keep, leave, number, grant)
        if settled[term].is_claimed:
            lines += _claim(join, rights, settled[term], by, at)
    return lines


def _channels(keep: Pupil, leave: Pupil, here: str) -> None:
    """One current channel, of the school that has the child; the row that stays first."""
    current = ReceivingChannel.objects.filter(is_current=True)
    if current.filter(pupil=keep).exists() or not leave.path.startswith(here):
        current.filter(pupil=leave).update(is_current=False)


def _rights(keep: Pupil, leave: Pupil) -> dict[int, TermRights]:
    """By term, what stands under the two numbers in use; locked."""
    found: dict[int, TermRights] = defaultdict(TermRights)
    numbers = [pupil.identity_id for pupil in (keep, leave) if pupil.identity_id]
    rows = Entitlement.objects.filter(identity__in=numbers).select_for_update(of=["self"])
    for each in rows.select_related("term"):
        rights = found[each.term_id]
        if each.identity_id == keep.identity_id:
            rights.kept = each
        else:
            rights.other = each
        rights.transfers[each.pk] = list(
            each.transfers.select_related("round__term", "school", "enrolment__classroom")
        )
    return found


def _right(transfers: list[Transfer]) -> Right:
    """What became of a right's money, over all its tries and shares."""
    if any(it.status in ON_THE_WAY for it in transfers):
        return Right(Paid.ON_ITS_WAY)
    arrived = [it for it in transfers if it.status == TransferStatus.SUCCESS]
    if not arrived:
        return Right(Paid.NO)
    if any(it.round.status not in PUBLISHED for it in arrived):
        return Right(Paid.ON_ITS_WAY)
    moments = [it.round.published_at for it in arrived if it.round.published_at is not None]
    days = [at.astimezone(BANGKOK).date() for at in moments]
    held = all(it.kind == ChannelKind.SCHOOL_ACCOUNT for it in arrived)
    receipts = Receipt06.objects.valid().filter(transfer__in=arrived)
    in_hand = held and not receipts.exists()
    return Right(Paid.IN_HAND if in_hand else Paid.YES, min(days))


def _on_its_way(rights: TermRights) -> str:
    waiting = [
        it
        for transfers in rights.transfers.values()
        for it in transfers
        if it.status in ON_THE_WAY
        or (it.status == TransferStatus.SUCCESS and it.round.status not in PUBLISHED)
    ]
    round_ = waiting[0].round
    return gettext(
        "Money of term %(term)s is on its way in round %(round)d. Join the rows when that round is published: only then it is known what was paid twice."
    ) % {"term": round_.term.label, "round": round_.number}


def _empty(other: Identity, into: Identity) -> Identity:
    """The joined number's row, without the number: nobody is found by it, and another child may have it."""
    Pupil.objects.filter(identity=other).update(identity=None)
    row = Identity.objects.get(pk=other.pk)
    row.number = f"joined {row.pk}"
    row.id_index, row.last4, row.joined_into = blind_index(row.number), "", into
    row.save(update_fields=["number", "last4", "id_index", "id_index_next", "joined_into"])
    return row


def _turn(
    rights: TermRights,
    settled: Settled,
    keep: Pupil,
    leave: Pupil,
    joined: Identity,
    living: Grant | None,
) -> None:
    """Let the child's own number hold the right that is the child's, on the grant that lives.

    The two unique keys of a right (by number, by grant) hold at each step: both rows step aside
    first, to keys that are nobody's and are looked at only when the transaction ends.
    """
    assert keep.identity is not None and leave.identity is not None
    both = [it for it in (rights.kept, rights.other) if it is not None]
    wins = rights.kept if settled.holder is Holder.KEPT else rights.other
    assert wins is not None
    numbers = {it.pk: keep.identity if it is wins else joined for it in both}
    grants = {it.pk: it.grant_id for it in both}
    if living is not None and len(both) == 2 and living.pk in grants.values():
        other = next(it for it in both if it is not wins)
        if grants[other.pk] == living.pk:
            grants[wins.pk], grants[other.pk] = grants[other.pk], grants[wins.pk]
    elif living is not None and not living.entitlements.filter(term=wins.term_id).exists():
        grants[wins.pk] = living.pk
    for each in both:
        was = keep.identity if each is rights.kept else leave.identity
        if numbers[each.pk].pk != was.pk or (joined.joined_into_id and was.pk == joined.pk):
            _remember(each, was, rights.transfers[each.pk])
    keys = [it.pk for it in both]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_entitlement SET identity_id = -id, grant_id = -id WHERE id = ANY(%s)",
            [keys],
        )
    for each in both:
        Entitlement.objects.filter(pk=each.pk).update(
            identity=numbers[each.pk].pk, grant=grants[each.pk]
        )


def _remember(entitlement: Entitlement, was: Identity, transfers: list[Transfer]) -> None:
    """Under which number its rounds were built, for their digests."""
    if transfers and not BuiltUnder.objects.filter(entitlement=entitlement).exists():
        BuiltUnder.objects.create(
            entitlement=entitlement,
            number=was.number,
            id_index=bytes(was.id_index),
            id_index_next=bytes(was.id_index_next) if was.id_index_next else None,
        )


def _claim(
    join: PupilJoin, rights: TermRights, settled: Settled, by: User, at: datetime
) -> list[JoinLine]:
    """Claim back what the right that is not the child's has paid; cash at the school is noted for its slip."""
    second = rights.other if settled.holder is Holder.KEPT else rights.kept
    assert second is not None
    lines = []
    for transfer in rights.transfers[second.pk]:
        if transfer.status != TransferStatus.SUCCESS:
            continue
        if RefundLine.objects.alive().filter(transfer=transfer).exists():
            continue  # it goes back already
        claim = RefundClaim.objects.create(
            transfer=transfer,
            join=join,
            school=transfer.school,
            amount_satang=transfer.amount_satang,
            made_at=at,
        )
        if is_in_hand(transfer):
            CannotPay.objects.get_or_create(
                transfer=transfer,
                defaults={"reason": RefundReason.NOT_PRESENT, "noted_by": by, "noted_at": at},
            )
        audit.record(
            "claim_second_payment",
            claim,
            by=by,
            at=at,
            path=transfer.enrolment.path,
            pupil=transfer.enrolment.pupil_id,
            facts={"transfer": transfer.pk, "amount_satang": transfer.amount_satang},
        )
        lines.append(_line(transfer))
    return lines


def _line(transfer: Transfer) -> JoinLine:
    words = {
        "term": transfer.round.term.label,
        "round": transfer.round.number,
        "amount": baht(transfer.amount_satang),
        "school": transfer.school.name,
    }
    if is_in_hand(transfer):
        said = gettext(
            "Term %(term)s, round %(round)d: %(amount)s baht, in hand at %(school)s, which gives them back."
        )
    elif transfer.kind == ChannelKind.SCHOOL_ACCOUNT:
        said = gettext(
            "Term %(term)s, round %(round)d: %(amount)s baht, handed to the family by %(school)s with a receipt; the family gives them back."
        )
    else:
        said = gettext(
            "Term %(term)s, round %(round)d: %(amount)s baht, sent to the family by PromptPay; the family gives them back."
        )
    code = f"claim {transfer.pk} {'in_hand' if is_in_hand(transfer) else 'family'}"
    return JoinLine(code, said % words, transfer.amount_satang, claimed=True)


def is_in_hand(transfer: Transfer) -> bool:
    """Whether the school holds the money: it came to its account, and no receipt says it went on."""
    valid = Receipt06.objects.valid().filter(transfer=transfer)
    return transfer.kind == ChannelKind.SCHOOL_ACCOUNT and not valid.exists()


# --- collecting


@transaction.atomic
def issue_claim_slip(claim: RefundClaim, *, by: User, at: datetime) -> Refund:
    """Make the bill payment slip of one second payment: of the school's hands, or of the family's."""
    transfer = Transfer.objects.select_related("round__term", "school", "enrolment").get(
        pk=claim.transfer_id
    )
    book = lock_book(transfer.round, transfer.school)
    if reason := permissions.why_not_collect(claim, by):
        raise Refused(reason)
    refund = _make_slip(
        book,
        transfer.round,
        transfer.school,
        {transfer: RefundReason.NOT_PRESENT},
        claim=claim,
        from_family=not is_in_hand(transfer),
        by=by,
        at=at,
    )
    audit.record(
        "issue_refund",
        refund,
        by=by,
        at=at,
        path=transfer.enrolment.path,
        facts={
            "references": [refund.reference1, refund.reference2],
            "amount_satang": refund.amount_satang,
            "claim": claim.pk,
            "from_family": refund.from_family,
        },
    )
    return refund


def words_of(claim: Any) -> str:
    """The claim's money in one sentence, for pages."""
    return _line(claim.transfer).sentence
