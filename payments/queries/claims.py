"""Second payments that are claimed back: where each stands, read from its slips."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.fields import CharField

from eqfund.models import User
from eqfund.money import baht
from payments.models import Receipt06, Refund, RefundClaim
from payments.rules.refunds import RefundStatus
from payments.words.claims import HELD_BY, STATES

TO_COLLECT, SLIP, COLLECTED = "to_collect", "slip", "collected"
SHOWS = (TO_COLLECT, SLIP, COLLECTED)


def claims_for_table(user: User, show: str = "", verb: str | None = None) -> QuerySet[Any]:
    """The claims at the user's places, each with its `state`; what is to collect first."""
    rows = with_state(RefundClaim.objects.visible_to(user, verb))
    if show:
        rows = rows.filter(state=show)
    rows = rows.select_related(
        "school", "transfer__round__term", "transfer__enrolment__pupil", "transfer__school"
    )
    return rows.order_by("rank", "made_at", "pk")


def with_state(rows: QuerySet[Any]) -> QuerySet[Any]:
    """`state`: to_collect, slip (issued) or collected; `slip_pk` of the slip; `at_family`: a receipt says so."""
    slips = Refund.objects.alive().filter(
        lines__transfer=OuterRef("transfer"), lines__is_alive=True
    )
    receipts = Receipt06.objects.valid().filter(transfer=OuterRef("transfer"))
    return rows.annotate(
        slip_pk=slips.values("pk")[:1],
        slip_status=slips.values("status")[:1],
        receipted=Exists(receipts),
        state=Case(
            When(slip_status=RefundStatus.MATCHED, then=Value(COLLECTED)),
            When(slip_status=RefundStatus.ISSUED, then=Value(SLIP)),
            default=Value(TO_COLLECT),
            output_field=CharField(),
        ),
        rank=Case(
            When(slip_status=RefundStatus.MATCHED, then=Value(3)),
            When(slip_status=RefundStatus.ISSUED, then=Value(2)),
            default=Value(1),
        ),
    )


def counts(user: User) -> dict[str, int]:
    """How many claims each filter of the list shows; one query."""
    rows = with_state(RefundClaim.objects.visible_to(user))
    by_state = dict(rows.values_list(F("state")).annotate(n=Count("pk")).order_by())
    return {"": sum(by_state.values()), **{show: by_state.get(show, 0) for show in SHOWS}}


def cells(rows: Any) -> Any:
    """The claims as lines of a table file."""
    for claim in rows:
        transfer = claim.transfer
        yield [
            transfer.enrolment.pupil.full_name,
            claim.school.name,
            transfer.round.term.label,
            transfer.round.number,
            baht(claim.amount_satang),
            str(HELD_BY[held_by(claim)]),
            str(STATES[claim.state]),
        ]


def held_by(claim: Any) -> str:
    """Who has the money: the school's hands, the family by a receipt, or the family's PromptPay."""
    if claim.transfer.kind != "school_account":
        return "promptpay"
    return "receipt" if claim.receipted else "in_hand"
