"""Money that came through a school's account: paid, reported, or given back.

Pure: plain values in, plain values out. No Django, no database, no clock.

Units     Whole satang (int), named so. Days are dates in Thailand.
Rounding  None: nothing here divides.
Errors    ValueError for figures that cannot be true (more paid out than came
          in). What a school has not done yet is not an error: it is a code in
          a tuple, and the page has a sentence for each.
Source    Calendar of term 1/2569, lines 73 to 77 (pay within 20 working days,
          report by class with evidence, then by school, refund what cannot be
          paid); form 06 and the declaration of no refund, letter of 2562, lines
          70 and 80. Worked examples in docs/rules/payout.md and refund.md.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from eqfund.working_days import last_day

PAYOUT_WORKING_DAYS = 20

SAME_PICTURE_BITS = 3


class ClassReportStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"


class SchoolReportStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    SIGNED = "signed"


CLASS_REPORT_TRANSITIONS = {
    ClassReportStatus.DRAFT: {ClassReportStatus.SUBMITTED},
    ClassReportStatus.SUBMITTED: {ClassReportStatus.SENT_BACK},
    ClassReportStatus.SENT_BACK: {ClassReportStatus.SUBMITTED},
}

SCHOOL_REPORT_TRANSITIONS = {
    SchoolReportStatus.DRAFT: {SchoolReportStatus.SUBMITTED},
    SchoolReportStatus.SUBMITTED: {
        SchoolReportStatus.SIGNED,
        SchoolReportStatus.SENT_BACK,
    },
    SchoolReportStatus.SENT_BACK: {SchoolReportStatus.SUBMITTED},
    SchoolReportStatus.SIGNED: {SchoolReportStatus.SENT_BACK},
}


def due_day(published_on: date, holidays: Container[date] | None = None) -> date:
    """The last day to pay in time: the 20th working day, publication included.

    >>> due_day(date(2026, 7, 31))
    datetime.date(2026, 8, 28)
    """
    return last_day(published_on, PAYOUT_WORKING_DAYS, holidays)


class PayDayProblem(StrEnum):
    BEFORE_PUBLICATION = "before_publication"
    IN_THE_FUTURE = "in_the_future"


def pay_day_problem(
    paid_on: date, *, published_on: date | None, today: date
) -> PayDayProblem | None:
    """Why a day cannot be the day of a payment; None if it can.

    A day after the due day can: it is late, which people upward see.
    """
    if published_on is None or paid_on < published_on:
        return PayDayProblem.BEFORE_PUBLICATION
    if paid_on > today:
        return PayDayProblem.IN_THE_FUTURE
    return None


@dataclass(frozen=True, slots=True)
class SchoolMoney:
    """One school's money in one round: the second promise, as four figures.

    `on_the_way_satang` has a refund slip but is not on the bank's statement yet;
    it is still in hand.
    """

    received_satang: int
    paid_satang: int
    refunded_satang: int
    on_the_way_satang: int = 0

    def __post_init__(self) -> None:
        if min(self.received_satang, self.paid_satang, self.refunded_satang) < 0:
            raise ValueError("money cannot be negative")
        if not 0 <= self.on_the_way_satang <= self.in_hand_satang:
            raise ValueError("more went out than came in")

    @property
    def in_hand_satang(self) -> int:
        """What the school has to account for still."""
        return self.received_satang - self.paid_satang - self.refunded_satang

    @property
    def is_settled(self) -> bool:
        return self.in_hand_satang == 0


class Missing(StrEnum):
    """What keeps a report from being submitted."""

    MONEY = "no_money"
    PUPILS = "pupils_unsettled"
    EVIDENCE = "no_evidence"
    CLASSES = "classes_not_reported"


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """A class in a round. `cannot_pay` counts those noted or refunded, unpaid."""

    pupils: int
    paid: int
    cannot_pay: int
    evidence: int

    def __post_init__(self) -> None:
        if min(self.pupils, self.paid, self.cannot_pay, self.evidence) < 0:
            raise ValueError("counts cannot be negative")
        if self.paid + self.cannot_pay > self.pupils:
            raise ValueError("more pupils settled than there are")

    @property
    def unsettled(self) -> int:
        return self.pupils - self.paid - self.cannot_pay


def missing_in_class_report(facts: ClassFacts) -> tuple[Missing, ...]:
    """All that is missing before the homeroom teacher may submit.

    A class in which nobody could be paid has no signed sheet to attach.

    >>> missing_in_class_report(ClassFacts(pupils=3, paid=2, cannot_pay=1, evidence=1))
    ()
    """
    if not facts.pupils:
        return (Missing.MONEY,)
    missing = []
    if facts.unsettled:
        missing.append(Missing.PUPILS)
    if facts.paid and not facts.evidence:
        missing.append(Missing.EVIDENCE)
    return tuple(missing)


def missing_in_school_report(classes: int, reported: int) -> tuple[Missing, ...]:
    """What is missing before the school admin may submit.

    `classes` counts those with money in the round; the others report nothing.
    """
    if not 0 <= reported <= classes:
        raise ValueError("more classes reported than have money")
    if not classes:
        return (Missing.MONEY,)
    return (Missing.CLASSES,) if reported < classes else ()


class EvidenceFlag(StrEnum):
    """Informs the people who look; never blocks."""

    REUSED = "reused"
    OLDER_THAN_TRANSFER = "older_than_transfer"


def bits_apart(one: int, other: int) -> int:
    """In how many of its 64 bits a perceptual hash differs from another."""
    return ((one ^ other) & 0xFFFF_FFFF_FFFF_FFFF).bit_count()


def bands(phash: int) -> tuple[int, int, int, int]:
    """The hash as four 16-bit parts, signed as the database keeps a smallint.

    Two hashes at most 3 bits apart share at least one of the four, so an index
    on each finds every candidate.
    """
    return tuple(  # type: ignore[return-value]
        part - 0x10000 if part >= 0x8000 else part
        for part in ((phash >> shift) & 0xFFFF for shift in (48, 32, 16, 0))
    )


def evidence_flags(
    *,
    phash: int | None,
    taken_at: datetime | None,
    transferred_at: datetime | None,
    others: Iterable[int] = (),
) -> tuple[EvidenceFlag, ...]:
    """What is odd about a picture. `others` are the hashes of other evidence.

    A file without a hash (a PDF) or a time says nothing, so raises no flag.
    """
    flags = []
    if phash is not None and any(bits_apart(phash, other) <= SAME_PICTURE_BITS for other in others):
        flags.append(EvidenceFlag.REUSED)
    if taken_at and transferred_at and taken_at < transferred_at:
        flags.append(EvidenceFlag.OLDER_THAN_TRANSFER)
    return tuple(flags)


def serial_text(serial: int, *, term: str, round_no: int) -> str:
    """A receipt's serial as printed: within a school, never used twice.

    >>> serial_text(7, term="1/2569", round_no=1)
    '1/2569-1-0007'
    """
    if serial < 1:
        raise ValueError("serials start at 1")
    return f"{term}-{round_no}-{serial:04d}"
