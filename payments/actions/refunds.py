"""Money that goes back: slips, the declaration of none, and the bank's statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from eqfund import audit, files
from eqfund.clock import BANGKOK
from eqfund.models import School, StoredFile, User
from eqfund.refusal import Refused
from payments import bill_statement
from payments.bill_payment import BillPayment
from payments.models import (
    CannotPay,
    NilRefund,
    Receipt06,
    Refund,
    RefundClaim,
    RefundLine,
    RefundStatement,
    RefundStatementLine,
    SchoolPayoutReport,
    Transfer,
    TransferRound,
)
from payments.permissions import refunds as permissions
from payments.queries.payout import cash, to_refund, unsettled
from payments.rules.refunds import (
    Match,
    RefundReason,
    RefundStatus,
    StatementStatus,
    match,
    reference2,
)
from payments.words.refunds import STATEMENT_LINE_PROBLEMS

from . import ledger
from .payout import _refuse, lock_book


@transaction.atomic
def issue_refund(
    transfer_round: TransferRound,
    school: School,
    reasons: Mapping[int, str],
    *,
    by: User,
    at: datetime,
) -> Refund:
    """Make one bill payment slip for the cash of some pupils: transfer -> reason.

    Each of them is noted as "cannot be paid" too, so the class's report counts them settled.
    """
    book = lock_book(transfer_round, school)
    nil = NilRefund.objects.filter(round=transfer_round, school=school).first()
    _refuse(permissions.why_not_issue_refund(transfer_round, school, by, at, nil=nil))
    if not reasons:
        raise Refused(gettext("Nobody was ticked. Tick the pupils whose money goes back."))
    if not set(reasons.values()) <= set(RefundReason):
        raise Refused(gettext("Choose one of the four reasons for every ticked pupil."))
    transfers = list(
        cash(transfer_round, school.path)
        .filter(pk__in=reasons)
        .select_related("enrolment__pupil")
        .order_by("enrolment__path", "pk")
    )
    if len(transfers) != len(reasons):
        raise Refused(gettext("Some of these pupils have no cash of this round at this school."))
    for rows, sentence in (
        (Receipt06.objects.valid(), gettext("%(names)s: paid already, with a receipt.")),
        (RefundLine.objects.alive(), gettext("%(names)s: on another refund slip already.")),
    ):
        settled = set(rows.filter(transfer__in=transfers).values_list("transfer", flat=True))
        names = ", ".join(t.enrolment.pupil.full_name for t in transfers if t.pk in settled)
        if names:
            raise Refused(sentence % {"names": names})
    refund = _make_slip(
        book, transfer_round, school, {it: reasons[it.pk] for it in transfers}, by=by, at=at
    )
    CannotPay.objects.bulk_create(
        [
            CannotPay(transfer=transfer, reason=reasons[transfer.pk], noted_by=by, noted_at=at)
            for transfer in transfers
        ],
        ignore_conflicts=True,  # the teacher's own note stays
    )
    audit.record(
        "issue_refund",
        refund,
        by=by,
        at=at,
        path=school.path,
        facts={
            "references": [refund.reference1, refund.reference2],
            "amount_satang": refund.amount_satang,
            "reasons": dict(Counter(reasons.values())),
            "transfers": [transfer.pk for transfer in transfers],
        },
    )
    return refund


def _make_slip(
    book: SchoolPayoutReport,
    transfer_round: TransferRound,
    school: School,
    reasons: Mapping[Transfer, str],
    *,
    claim: RefundClaim | None = None,
    from_family: bool = False,
    by: User,
    at: datetime,
) -> Refund:
    """The next slip of a school in a round, with a line for each transfer; in its caller's transaction.

    `book` is the school's, locked: it counts the slips.
    """
    number = book.last_refund + 1
    term = transfer_round.term
    bill = BillPayment(
        biller=settings.BILLER_ID,
        reference1=school.moe_code,
        reference2=reference2(
            year_be=term.year_be,
            term_no=term.number,
            round_no=transfer_round.number,
            number=number,
        ),
        amount_satang=sum(transfer.amount_satang for transfer in reasons),
    )
    refund = Refund.objects.create(
        round=transfer_round,
        school=school,
        number=number,
        biller=bill.biller,
        reference1=bill.reference1,
        reference2=bill.reference2,
        amount_satang=bill.amount_satang,
        claim=claim,
        from_family=from_family,
        issued_by=by,
        issued_at=at,
    )
    RefundLine.objects.bulk_create(
        RefundLine(
            refund=refund, transfer=transfer, reason=reason, amount_satang=transfer.amount_satang
        )
        for transfer, reason in reasons.items()
    )
    SchoolPayoutReport.objects.filter(pk=book.pk).update(last_refund=number)
    return refund


@transaction.atomic
def cancel_refund(refund: Refund, *, reason: str, by: User, at: datetime) -> None:
    """Cancel a slip that was not paid in. Its pupils stay noted as "cannot be paid"."""
    lock_book(refund.round, refund.school)
    refund.refresh_from_db(fields=["status"])
    _refuse(permissions.why_not_cancel_refund(refund, by, at))
    if not reason.strip():
        raise Refused(gettext("Say why the slip is cancelled."))
    moved = Refund.objects.filter(pk=refund.pk, status=RefundStatus.ISSUED).update(
        status=RefundStatus.CANCELLED, cancelled_by=by, cancelled_at=at, reason=reason.strip()
    )
    if not moved:
        raise Refused(gettext("Someone else has just changed this slip. Look again."))
    refund.lines.update(is_alive=False)
    refund.refresh_from_db()
    audit.record(
        "cancel_refund",
        refund,
        by=by,
        at=at,
        path=refund.school.path,
        facts={"references": [refund.reference1, refund.reference2]},
        after={"reason": refund.reason},
    )


@transaction.atomic
def declare_nil_refund(
    transfer_round: TransferRound, school: School, *, by: User, at: datetime
) -> NilRefund:
    """Record the school's word that it has nothing to give back in this round."""
    lock_book(transfer_round, school)
    _refuse(
        permissions.why_not_declare_nil(
            transfer_round,
            school,
            by,
            at,
            nil=NilRefund.objects.filter(round=transfer_round, school=school).first(),
            refunds=Refund.objects.alive()
            .filter(round=transfer_round, school=school, from_family=False)
            .count(),
            to_refund=to_refund(transfer_round, school.path).count(),
            unsettled=unsettled(transfer_round, school.path).count(),
        )
    )
    nil = NilRefund.objects.create(round=transfer_round, school=school, by=by, at=at)
    audit.record("declare_nil_refund", nil, by=by, at=at, path=school.path)
    return nil


@transaction.atomic
def withdraw_nil_refund(
    transfer_round: TransferRound, school: School, *, by: User, at: datetime
) -> None:
    """Take the declaration back, because something must be refunded after all."""
    lock_book(transfer_round, school)
    _refuse(permissions.why_not_refund(transfer_round, school, by, at))
    nil = NilRefund.objects.filter(round=transfer_round, school=school).first()
    if nil is None:
        raise Refused(gettext("The school has not declared that it has no refund."))
    audit.record("withdraw_nil_refund", nil, by=by, at=at, path=school.path)
    nil.delete()


# --- the bank's statement -------------------------------------------------------------


@transaction.atomic
def preview_statement(stored: StoredFile, *, by: User, at: datetime) -> RefundStatement:
    """Read a statement and say what each line is; nothing is refunded yet.

    The same file again gives the statement already there. A file with a bad line is
    refused whole, naming the first ones.
    """
    _refuse(permissions.why_not_preview_statement(by))
    known = RefundStatement.objects.filter(sha256=stored.sha256).first()
    if known is not None:
        audit.record("preview_statement", known, by=by, at=at, facts={"again": True})
        return known
    try:
        read = bill_statement.read(files.read_bytes(stored), biller=settings.BILLER_ID)
    except bill_statement.StatementError as error:
        raise Refused(_bad_lines(error)) from None
    statement, made = RefundStatement.objects.get_or_create(
        sha256=stored.sha256,
        defaults={
            "stored": stored,
            "adapter": bill_statement.ADAPTER,
            "effective_on": read.effective_on,
            "lines": len(read.payments),
            "amount_satang": read.credit_satang,
            "uploaded_by": by,
            "uploaded_at": at,
        },
    )
    if not made:  # the same file, sent twice at once: the other one has read it
        return statement
    rows = [
        RefundStatementLine(
            statement=statement,
            line_no=payment.line_no,
            paid_at=payment.paid_at.replace(tzinfo=BANGKOK),
            reference1=payment.reference1,
            reference2=payment.reference2,
            amount_satang=payment.amount_satang,
            is_credit=payment.is_credit,
            sending_bank=payment.sending_bank,
            outcome=Match.UNKNOWN_REFERENCE,
        )
        for payment in read.payments
    ]
    _decide(rows)
    RefundStatementLine.objects.bulk_create(rows, batch_size=1000)
    audit.record(
        "preview_statement",
        statement,
        by=by,
        at=at,
        facts={"lines": statement.lines, "amount_satang": statement.amount_satang},
    )
    return statement


@transaction.atomic
def apply_statement(statement: RefundStatement, *, by: User, at: datetime) -> Counter[str]:
    """Match the statement's lines with refund slips and book them; the count of each outcome.

    What does not match changes nothing and stays listed for people to look at.
    """
    _refuse(permissions.why_not_apply_statement(statement, by))
    moved = RefundStatement.objects.filter(
        pk=statement.pk, status=StatementStatus.PREVIEWED
    ).update(status=StatementStatus.APPLIED, applied_by=by, applied_at=at)
    if not moved:
        raise Refused(gettext("This statement was applied already. Nothing was changed now."))
    statement.refresh_from_db()
    rows = list(statement.rows.order_by("line_no"))
    matched = _decide(rows, lock=True)
    RefundStatementLine.objects.bulk_update(rows, ["outcome"], batch_size=1000)
    for row, refund in matched:
        Refund.objects.filter(pk=refund.pk, status=RefundStatus.ISSUED).update(
            status=RefundStatus.MATCHED, statement_line=row, matched_by=by, matched_at=at
        )
        ledger.record_refund(refund, at)
        audit.record(
            "match_refund",
            refund,
            by=by,
            at=at,
            path=refund.school.path,
            facts={"statement_line": row.pk, "amount_satang": refund.amount_satang},
        )
    outcomes = Counter(row.outcome for row in rows)
    audit.record("apply_statement", statement, by=by, at=at, facts=dict(outcomes))
    return outcomes


def _decide(
    rows: list[RefundStatementLine], *, lock: bool = False
) -> list[tuple[RefundStatementLine, Refund]]:
    """Set each line's outcome; the lines that match, each with its refund. Two lines never share one."""
    refunds = Refund.objects.filter(reference2__in={row.reference2 for row in rows})
    if lock:
        refunds = refunds.select_for_update(of=("self",)).order_by("pk")
    known = {
        (refund.reference1, refund.reference2): refund
        for refund in refunds.select_related("school")
    }
    matched = []
    taken: set[int] = set()
    for row in rows:
        refund = known.get((row.reference1, row.reference2))
        status = RefundStatus(refund.status) if refund else None
        if refund is not None and refund.pk in taken:
            status = RefundStatus.MATCHED
        outcome = match(
            paid_satang=row.amount_satang,
            is_credit=row.is_credit,
            due_satang=refund.amount_satang if refund else None,
            status=status,
        )
        row.outcome = str(outcome)
        if outcome is Match.MATCHED and refund is not None:
            taken.add(refund.pk)
            matched.append((row, refund))
    return matched


def _bad_lines(error: bill_statement.StatementError, shown: int = 5) -> str:
    lines = "; ".join(
        gettext("line %(line)d: %(problem)s")
        % {"line": bad.line_no, "problem": STATEMENT_LINE_PROBLEMS[bad.reason]}
        for bad in error.bad[:shown]
    )
    return gettext("The statement was not taken in (%(count)d bad lines). %(lines)s") % {
        "count": len(error.bad),
        "lines": lines,
    }
