"""Reads of a school's cash: what came, what was handed on, and what is left, by class and by pupil.

Counted from the same rows that receipts and refunds are; the book (`school_book`) is
the ledger's own sum, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Sum

from eqfund import access
from eqfund.models import Classroom, Posting, School, User
from payments.models import (
    ClassPayoutReport,
    NilRefund,
    PayoutEvidence,
    Receipt06,
    Refund,
    RefundLine,
    SchoolPayoutReport,
    Transfer,
    TransferRound,
)
from payments.queries.guardians import guardians_of
from payments.rules.channels import ChannelKind
from payments.rules.payout import ClassFacts, ClassReportStatus, SchoolMoney
from payments.rules.refunds import RefundStatus
from payments.rules.rounds import Share, TransferStatus

PAYER_ROLES = (
    "homeroom_teacher",
    "screening_teacher",
    "registry_keeper",
    "school_admin",
    "school_director",
)


def cash(transfer_round: TransferRound, path: str) -> QuerySet[Transfer]:
    """Transfers that arrived at a school's account to be handed on in cash, under a place."""
    return Transfer.objects.under(path).filter(
        round=transfer_round,
        kind=ChannelKind.SCHOOL_ACCOUNT,
        share=Share.CASH,
        status=TransferStatus.SUCCESS,
    )


def with_settlement(transfers: QuerySet[Transfer]) -> QuerySet[Transfer]:
    """Each transfer with its valid receipt and living refund, as relations `paid` and `given_back`."""
    return transfers.alias(
        paid=FilteredRelation("receipts", condition=Q(receipts__voided_at=None)),
        given_back=FilteredRelation("refund_lines", condition=Q(refund_lines__is_alive=True)),
    )


# --- one school ---------------------------------------------------------------------


@dataclass(slots=True)
class ClassMoney:
    """One class of a school in a round, and its report."""

    classroom: Classroom
    facts: ClassFacts
    received_satang: int
    paid_satang: int
    late: int
    report: ClassPayoutReport | None = None
    flagged: int = 0

    @property
    def status(self) -> str:
        return self.report.status if self.report else ClassReportStatus.DRAFT

    @property
    def is_reported(self) -> bool:
        return self.status == ClassReportStatus.SUBMITTED

    @property
    def settled(self) -> int:
        return self.facts.paid + self.facts.cannot_pay


@dataclass(slots=True)
class SchoolPayout:
    """One school in a round: its classes with money, its report, refunds and declaration."""

    school: School
    round: TransferRound
    classes: list[ClassMoney]
    book: SchoolPayoutReport | None
    nil: NilRefund | None
    refunded_satang: int = 0
    on_the_way_satang: int = 0
    refunds: int = 0
    to_refund: int = 0  # noted "cannot be paid" without a slip

    @property
    def money(self) -> SchoolMoney:
        return SchoolMoney(
            received_satang=sum(row.received_satang for row in self.classes),
            paid_satang=sum(row.paid_satang for row in self.classes),
            refunded_satang=self.refunded_satang,
            on_the_way_satang=self.on_the_way_satang,
        )

    @property
    def pupils(self) -> int:
        return sum(row.facts.pupils for row in self.classes)

    @property
    def pupils_paid(self) -> int:
        return sum(row.facts.paid for row in self.classes)

    @property
    def unsettled(self) -> int:
        return sum(row.facts.unsettled for row in self.classes)

    @property
    def reported(self) -> int:
        return sum(row.is_reported for row in self.classes)

    @property
    def late(self) -> int:
        return sum(row.late for row in self.classes)


def school_payout(transfer_round: TransferRound, school: School) -> SchoolPayout:
    """A school's cash of a round. Seven queries, however many classes and pupils."""
    classes = class_rows(transfer_round, school.path)
    refunds = Refund.objects.filter(round=transfer_round, school=school).alive()
    of_school = Q(from_family=False)  # what a family gives back was never in hand any more
    sums = refunds.aggregate(
        count=Count("pk", filter=of_school),
        matched=Sum("amount_satang", filter=of_school & Q(status=RefundStatus.MATCHED), default=0),
        issued=Sum("amount_satang", filter=of_school & Q(status=RefundStatus.ISSUED), default=0),
    )
    return SchoolPayout(
        school=school,
        round=transfer_round,
        classes=classes,
        book=SchoolPayoutReport.objects.filter(round=transfer_round, school=school)
        .select_related("submitted_by", "signed_by")
        .first(),
        nil=NilRefund.objects.filter(round=transfer_round, school=school)
        .select_related("by")
        .first(),
        refunded_satang=sums["matched"],
        on_the_way_satang=sums["issued"],
        refunds=sums["count"],
        to_refund=to_refund(transfer_round, school.path).count(),
    )


def to_refund(transfer_round: TransferRound, path: str) -> QuerySet[Transfer]:
    """Cash noted as "cannot be paid" that no slip sends back yet."""
    living = RefundLine.objects.alive().filter(transfer=OuterRef("pk"))
    return cash(transfer_round, path).filter(~Exists(living), cannot_pay__isnull=False)


def refundable(transfer_round: TransferRound, path: str) -> QuerySet[Transfer]:
    """Cash neither receipted nor on a living slip, with the teacher's note if there is one."""
    living = RefundLine.objects.alive().filter(transfer=OuterRef("pk"))
    valid = Receipt06.objects.valid().filter(transfer=OuterRef("pk"))
    return (
        cash(transfer_round, path)
        .filter(~Exists(living), ~Exists(valid))
        .annotate(cannot_pay_reason=F("cannot_pay__reason"))
        .select_related("enrolment__pupil", "enrolment__classroom")
        .order_by("enrolment__path", "enrolment__pupil__sort_key", "pk")
    )


def unsettled(transfer_round: TransferRound, path: str) -> QuerySet[Transfer]:
    """Cash that is neither receipted nor on a slip nor noted as "cannot be paid"."""
    return refundable(transfer_round, path).filter(cannot_pay=None)


def class_rows(transfer_round: TransferRound, path: str) -> list[ClassMoney]:
    """Every class under a place that has cash in the round, by grade and room."""
    sums = (
        with_settlement(cash(transfer_round, path))
        .values("enrolment__classroom")
        .annotate(
            pupils=Count("pk"),
            received=Sum("amount_satang"),
            paid_pupils=Count("paid"),
            paid_amount=Sum("amount_satang", filter=Q(paid__isnull=False), default=0),
            late=Count("paid", filter=Q(paid__is_late=True)),
            cannot=Count("cannot_pay"),
        )
        .order_by()
    )
    by_class = {row["enrolment__classroom"]: row for row in sums}
    reports = _reports(transfer_round, by_class)
    return [
        ClassMoney(
            classroom=room,
            facts=ClassFacts(
                pupils=(row := by_class[room.pk])["pupils"],
                paid=row["paid_pupils"],
                cannot_pay=row["cannot"],
                evidence=getattr(reports.get(room.pk), "evidence_count", 0),
            ),
            received_satang=row["received"],
            paid_satang=row["paid_amount"],
            late=row["late"],
            report=reports.get(room.pk),
            flagged=getattr(reports.get(room.pk), "flagged_count", 0),
        )
        for room in Classroom.objects.filter(pk__in=by_class).in_order()
    ]


def class_row(transfer_round: TransferRound, classroom: Classroom) -> ClassMoney | None:
    """One class, None when no cash of the round is its pupils'."""
    return next(iter(class_rows(transfer_round, classroom.path)), None)


def _reports(
    transfer_round: TransferRound, classrooms: Iterable[int]
) -> dict[int, ClassPayoutReport]:
    shown = Q(evidence__isnull=False, evidence__removed_at=None)
    reports = (
        ClassPayoutReport.objects.filter(round=transfer_round, classroom__in=list(classrooms))
        .select_related("submitted_by")
        .annotate(
            evidence_count=Count("evidence", filter=shown),
            flagged_count=Count("evidence", filter=shown & ~Q(evidence__flags=[])),
        )
    )
    return {report.classroom_id: report for report in reports}


# --- one class ------------------------------------------------------------------------


@dataclass(slots=True)
class PupilCash:
    """One pupil's cash in a round: paid, noted, being refunded, or still to be handed over."""

    transfer: Transfer
    receipt: Receipt06 | None = None
    cannot_pay: str = ""
    refund: Refund | None = None
    guardian: tuple[str, str] = ("", "")  # name, relationship as the transfer's school knows them

    @property
    def state(self) -> str:
        if self.transfer.kind != ChannelKind.SCHOOL_ACCOUNT:
            return "transferred"
        if self.receipt:
            return "paid"
        if self.refund:
            return "refunded" if self.refund.status == RefundStatus.MATCHED else "refunding"
        return "cannot_pay" if self.cannot_pay else "to_pay"


def pupil_rows(transfers: QuerySet[Transfer]) -> list[PupilCash]:
    """Pupils with what became of their cash. Five queries, at any length."""
    from payments.models import CannotPay

    rows = {
        transfer.pk: PupilCash(transfer)
        for transfer in transfers.select_related("enrolment__pupil__identity").order_by(
            "enrolment__path", "enrolment__pupil__sort_key", "pk"
        )
    }
    for receipt in Receipt06.objects.valid().filter(transfer__in=rows):
        rows[receipt.transfer_id].receipt = receipt
    for note in CannotPay.objects.filter(transfer__in=rows):
        rows[note.transfer_id].cannot_pay = note.reason
    for line in RefundLine.objects.alive().filter(transfer__in=rows).select_related("refund"):
        rows[line.transfer_id].refund = line.refund
    known = guardians_of(row.transfer.enrolment for row in rows.values())
    for row in rows.values():
        if guardian := known.get(row.transfer.enrolment_id):
            row.guardian = (guardian.full_name, guardian.relationship)
    return list(rows.values())


def evidence_of(report: ClassPayoutReport | None) -> list[PayoutEvidence]:
    """The pictures and scans of a class report, those taken away left out."""
    if report is None:
        return []
    return list(report.evidence.filter(removed_at=None).for_table())


def near_copies(evidence: PayoutEvidence) -> list[int]:
    """Hashes of other evidence that share a band with this one: the candidates for "reused"."""
    band = Q()
    for n in range(4):
        band |= Q(**{f"band{n}": getattr(evidence, f"band{n}")})
    others = PayoutEvidence.objects.filter(band, removed_at=None, band0__isnull=False)
    return list(
        others.exclude(pk=evidence.pk)
        .filter(stored__phash__isnull=False)
        .values_list("stored__phash", flat=True)
    )


def staff_of(school: School, on: date) -> list[User]:
    """The people of a school who can hand over money on a day, by name."""
    path = school.path
    posted = Posting.objects.filter(
        access.within([path], "path"), role__in=PAYER_ROLES, starts_on__lte=on
    ).exclude(ends_on__lt=on)
    return list(
        User.objects.filter(pk__in=posted.values("user"), is_active=True).order_by(
            "full_name", "pk"
        )
    )


# --- all rounds of a place, for the home page ------------------------------------------


@dataclass(slots=True)
class RoundProgress:
    """How far a place is with one round's cash."""

    round: TransferRound
    pupils: int = 0
    unsettled: int = 0
    unpaid_satang: int = 0
    classes: int = 0
    reported: int = 0
    cannot_pay: int = 0
    on_slips: int = 0
    book: SchoolPayoutReport | None = None
    declared_nil: bool = False


def progress(rounds: Iterable[TransferRound], path: str) -> list[RoundProgress]:
    """Each round with cash under a place, first to last. Five queries for all of them."""
    found = {each.pk: RoundProgress(each) for each in rounds}
    came = Transfer.objects.under(path).filter(
        round__in=found,
        kind=ChannelKind.SCHOOL_ACCOUNT,
        share=Share.CASH,
        status=TransferStatus.SUCCESS,
    )
    unsettled = Q(paid=None, cannot_pay=None)
    sums = (
        with_settlement(came)
        .values("round")
        .annotate(
            pupils=Count("pk"),
            classes=Count("enrolment__classroom", distinct=True),
            unsettled=Count("pk", filter=unsettled),
            unpaid=Sum("amount_satang", filter=unsettled, default=0),
            cannot=Count("cannot_pay"),
            slips=Count("given_back"),
        )
        .order_by()
    )
    for row in sums:
        each = found[row["round"]]
        each.pupils, each.classes, each.unsettled = row["pupils"], row["classes"], row["unsettled"]
        each.unpaid_satang, each.cannot_pay, each.on_slips = (
            row["unpaid"],
            row["cannot"],
            row["slips"],
        )
    reports = (
        ClassPayoutReport.objects.under(path)
        .filter(round__in=found, status=ClassReportStatus.SUBMITTED)
        .values_list("round")
        .annotate(count=Count("pk"))
    )
    for pk, count in reports:
        found[pk].reported = count
    for book in SchoolPayoutReport.objects.under(path).filter(round__in=found):
        found[book.round_id].book = book
    for pk in NilRefund.objects.under(path).filter(round__in=found).values_list("round", flat=True):
        found[pk].declared_nil = True
    return [each for each in found.values() if each.pupils]


# --- many schools -----------------------------------------------------------------------


def rounds_with_cash(path: str, term: Any) -> list[TransferRound]:
    """The published rounds of a term in which cash came under a place, first to last."""
    came = Transfer.objects.under(path).filter(
        round=OuterRef("pk"), kind=ChannelKind.SCHOOL_ACCOUNT, status=TransferStatus.SUCCESS
    )
    rounds = TransferRound.objects.filter(Exists(came), term=term, published_at__isnull=False)
    return list(rounds.select_related("term").order_by("number"))


def schools_with_cash(transfer_round: TransferRound, schools: QuerySet[School]) -> QuerySet[School]:
    """Schools that got cash in a round, each with its figures: for the list of an office or the fund."""
    base = Transfer.objects.filter(
        round=transfer_round,
        kind=ChannelKind.SCHOOL_ACCOUNT,
        share=Share.CASH,
        status=TransferStatus.SUCCESS,
        school=OuterRef("pk"),
    )
    return schools.filter(Exists(base)).annotate(
        report_status=SchoolPayoutReport.objects.filter(
            round=transfer_round, school=OuterRef("pk")
        ).values("status")[:1],
        declared_nil=Exists(NilRefund.objects.filter(round=transfer_round, school=OuterRef("pk"))),
    )


def school_figures(
    transfer_round: TransferRound, schools: Iterable[int]
) -> dict[int, dict[str, int]]:
    """For each school: pupils, paid_pupils, cannot, late, received and paid_satang. One query."""
    rows = (
        with_settlement(
            Transfer.objects.filter(
                round=transfer_round,
                kind=ChannelKind.SCHOOL_ACCOUNT,
                share=Share.CASH,
                status=TransferStatus.SUCCESS,
                school__in=list(schools),
            )
        )
        .values("school")
        .annotate(
            pupils=Count("pk"),
            received=Sum("amount_satang"),
            paid_pupils=Count("paid"),
            paid_satang=Sum("amount_satang", filter=Q(paid__isnull=False), default=0),
            late=Count("paid", filter=Q(paid__is_late=True)),
            cannot=Count("cannot_pay"),
        )
        .order_by()
    )
    figures = ("pupils", "received", "paid_pupils", "paid_satang", "late", "cannot")
    return {row["school"]: {name: row[name] for name in figures} for row in rows}  # type: ignore[literal-required]
