"""The class's report with its evidence, and the school's report with the director's signature."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from eqfund import access, audit, files, jobs
from eqfund.clock import BANGKOK
from eqfund.models import Classroom, School, StoredFile, User
from eqfund.refusal import Refused
from payments.models import (
    ClassPayoutReport,
    PayoutEvidence,
    Receipt06,
    SchoolPayoutReport,
    TransferRound,
)
from payments.permissions import payout as permissions
from payments.queries.payout import class_row, class_rows, near_copies
from payments.rules.payout import (
    CLASS_REPORT_TRANSITIONS,
    SCHOOL_REPORT_TRANSITIONS,
    ClassReportStatus,
    SchoolReportStatus,
    bands,
    evidence_flags,
    missing_in_class_report,
    missing_in_school_report,
)
from payments.words.payout import MISSING_SENTENCES

from .payout import _refuse, _refuse_change, _report, lock_book

CHECK = "payments.check_evidence"


# --- evidence -----------------------------------------------------------------------


@transaction.atomic
def add_class_evidence(
    transfer_round: TransferRound,
    classroom: Classroom,
    stored: StoredFile,
    *,
    by: User,
    at: datetime,
) -> PayoutEvidence:
    """Attach a photo or scan to a class's report, opening the report if it is the first."""
    book = lock_book(transfer_round, classroom.school)
    _refuse_report(transfer_round, classroom, book, by, at)
    report, _ = ClassPayoutReport.objects.get_or_create(round=transfer_round, classroom=classroom)
    evidence = PayoutEvidence.objects.create(report=report, stored=stored, added_by=by, added_at=at)
    audit.record(
        "add_class_evidence",
        report,
        by=by,
        at=at,
        path=classroom.path,
        facts={"evidence": evidence.pk, "sha256": stored.sha256},
    )
    return evidence


@transaction.atomic
def add_receipt_evidence(
    receipt: Receipt06, stored: StoredFile, *, by: User, at: datetime
) -> PayoutEvidence:
    """Attach a photo or scan to one receipt. Nobody has to: the class's sheet is enough."""
    classroom = receipt.transfer.enrolment.classroom
    book = lock_book(receipt.round, receipt.school)
    _refuse(
        permissions.why_not_void(
            receipt, by, at, report=_report(receipt.round, classroom), book=book
        )
    )
    evidence = PayoutEvidence.objects.create(
        receipt=receipt, stored=stored, added_by=by, added_at=at
    )
    jobs.start(CHECK, by=by, obj=evidence, key=f"check-evidence-{evidence.pk}")
    audit.record(
        "add_receipt_evidence",
        receipt,
        by=by,
        at=at,
        path=classroom.path,
        facts={"evidence": evidence.pk, "sha256": stored.sha256},
    )
    return evidence


@transaction.atomic
def remove_evidence(evidence: PayoutEvidence, *, by: User, at: datetime) -> None:
    """Take a wrong picture away from an open report. The file stays kept, and out of sight."""
    if evidence.report is not None:
        transfer_round, classroom = evidence.report.round, evidence.report.classroom
    else:
        assert evidence.receipt is not None
        transfer_round = evidence.receipt.round
        classroom = evidence.receipt.transfer.enrolment.classroom
    book = lock_book(transfer_round, classroom.school)
    _refuse_change(transfer_round, classroom, book, by=by, at=at)
    shown = PayoutEvidence.objects.filter(pk=evidence.pk, removed_at=None)
    if not shown.update(removed_at=at):
        raise Refused(gettext("This picture was taken away already."))
    audit.record("remove_evidence", evidence, by=by, at=at, path=classroom.path)


@transaction.atomic
def check_evidence(evidence: PayoutEvidence, *, at: datetime) -> list[str]:
    """Look for what is odd about a picture; returns the flags it wrote. The system's own act."""
    transfer_round = (
        evidence.report.round if evidence.report is not None else evidence.receipt.round  # type: ignore[union-attr]
    )
    phash, taken_at = _facts_of(evidence.stored)
    if phash is not None:
        evidence.band0, evidence.band1, evidence.band2, evidence.band3 = bands(phash)
    flags = evidence_flags(
        phash=phash,
        taken_at=taken_at,
        transferred_at=transfer_round.sent_at,
        others=near_copies(evidence) if phash is not None else (),
    )
    evidence.flags = [str(flag) for flag in flags]
    evidence.checked_at = at
    evidence.save(update_fields=["band0", "band1", "band2", "band3", "flags", "checked_at"])
    return evidence.flags


def _facts_of(stored: StoredFile) -> tuple[int | None, datetime | None]:
    """The hash and the claimed time of a picture, computed here if it still waits to be cleaned."""
    if stored.kind != "image" or stored.state == StoredFile.State.REJECTED:
        return None, None
    phash: int | None
    if stored.state == StoredFile.State.QUARANTINE:
        _data, phash, claims = files.clean_image(files.read_bytes(stored))
        StoredFile.objects.filter(pk=stored.pk, phash=None).update(phash=phash)
    else:
        phash, claims = stored.phash, json.loads(stored.claims or "{}")
    try:
        taken = datetime.strptime(claims["taken_at"], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except (KeyError, ValueError):
        return phash, None
    return phash, taken.replace(tzinfo=BANGKOK)


# --- the class's report -----------------------------------------------------------------


def _refuse_report(
    transfer_round: TransferRound,
    classroom: Classroom,
    book: SchoolPayoutReport,
    by: User,
    at: datetime,
) -> None:
    report = _report(transfer_round, classroom)
    _refuse(
        permissions.why_not_submit_class_report(
            transfer_round, classroom, by, at, report=report, book=book
        )
    )


@transaction.atomic
def submit_class_report(
    transfer_round: TransferRound, classroom: Classroom, *, by: User, at: datetime
) -> ClassPayoutReport:
    """Report a class: everyone paid or noted, and the signed sheet attached."""
    book = lock_book(transfer_round, classroom.school)
    _refuse_report(transfer_round, classroom, book, by, at)
    row = class_row(transfer_round, classroom)
    if row is None:
        raise Refused(gettext("No money of this round came to this class through the school."))
    if missing := missing_in_class_report(row.facts):
        raise Refused(" ".join(str(MISSING_SENTENCES[code]) for code in missing))
    report, _ = ClassPayoutReport.objects.get_or_create(round=transfer_round, classroom=classroom)
    before = [
        status
        for status, after in CLASS_REPORT_TRANSITIONS.items()
        if ClassReportStatus.SUBMITTED in after
    ]
    moved = ClassPayoutReport.objects.filter(pk=report.pk, status__in=before).update(
        status=ClassReportStatus.SUBMITTED,
        submitted_by=by,
        submitted_at=at,
        pupils=row.facts.pupils,
        pupils_paid=row.facts.paid,
        paid_satang=row.paid_satang,
    )
    if not moved:
        raise Refused(gettext("Someone else has just submitted this report."))
    report.refresh_from_db()
    for evidence in report.evidence.filter(removed_at=None, checked_at=None):
        jobs.start(CHECK, by=by, obj=evidence, key=f"check-evidence-{evidence.pk}")
    audit.record(
        "submit_class_report",
        report,
        by=by,
        at=at,
        path=classroom.path,
        facts={
            "pupils": row.facts.pupils,
            "paid": row.facts.paid,
            "cannot_pay": row.facts.cannot_pay,
            "paid_satang": row.paid_satang,
        },
    )
    return report


@transaction.atomic
def send_back_class_report(
    report: ClassPayoutReport, *, reason: str, by: User, at: datetime
) -> None:
    """Send a class report back to its homeroom teacher, with the reason."""
    book = lock_book(report.round, report.classroom.school)
    _refuse(permissions.why_not_send_back_class_report(report, by, at, book=book))
    if not reason.strip():
        raise Refused(gettext("Say what must be corrected."))
    moved = ClassPayoutReport.objects.filter(
        pk=report.pk, status=ClassReportStatus.SUBMITTED
    ).update(
        status=ClassReportStatus.SENT_BACK, sent_back_by=by, sent_back_at=at, reason=reason.strip()
    )
    if not moved:
        raise Refused(gettext("Only a submitted class report is sent back."))
    report.refresh_from_db()
    audit.record(
        "send_back_class_report",
        report,
        by=by,
        at=at,
        path=report.classroom.path,
        after={"reason": report.reason},
    )


# --- the school's report ----------------------------------------------------------------


@transaction.atomic
def submit_school_report(
    transfer_round: TransferRound, school: School, *, by: User, at: datetime
) -> SchoolPayoutReport:
    """Report the school: every class that has money has reported. The figures are fixed."""
    book = lock_book(transfer_round, school)
    _refuse(permissions.why_not_submit_school_report(transfer_round, school, by, at, book=book))
    rows = class_rows(transfer_round, school.path)
    missing = missing_in_school_report(len(rows), sum(row.is_reported for row in rows))
    if missing:
        waiting = ", ".join(row.classroom.label for row in rows if not row.is_reported)
        raise Refused(f"{MISSING_SENTENCES[missing[0]]} {waiting}".strip())
    before = [
        status
        for status, after in SCHOOL_REPORT_TRANSITIONS.items()
        if SchoolReportStatus.SUBMITTED in after
    ]
    figures = {
        "pupils": sum(row.facts.pupils for row in rows),
        "pupils_paid": sum(row.facts.paid for row in rows),
        "received_satang": sum(row.received_satang for row in rows),
        "paid_satang": sum(row.paid_satang for row in rows),
    }
    moved = SchoolPayoutReport.objects.filter(pk=book.pk, status__in=before).update(
        status=SchoolReportStatus.SUBMITTED, submitted_by=by, submitted_at=at, **figures
    )
    if not moved:
        raise Refused(gettext("The school's report is submitted already."))
    book.refresh_from_db()
    audit.record("submit_school_report", book, by=by, at=at, path=school.path, facts=figures)
    return book


@transaction.atomic
def sign_school_report(
    book: SchoolPayoutReport, *, by: User, at: datetime, seen: datetime | None = None
) -> None:
    """The director signs, in the capacity of their posting, the report as it was `seen` submitted."""
    _refuse(permissions.why_not_sign_school_report(book, by, at))
    if seen is not None and seen != book.submitted_at:
        raise Refused(gettext("The report was submitted anew meanwhile. Look at it again."))
    capacity = next(
        posting.capacity
        for posting in access.postings_of(by)
        if posting.role in access.VERBS["payments.sign_school_report"]
        and book.school.path.startswith(posting.path)
    )
    moved = SchoolPayoutReport.objects.filter(
        pk=book.pk, status=SchoolReportStatus.SUBMITTED, submitted_at=book.submitted_at
    ).update(status=SchoolReportStatus.SIGNED, signed_by=by, signed_at=at, capacity=capacity)
    if not moved:
        raise Refused(gettext("Someone else has just changed this report. Look again."))
    book.refresh_from_db()
    audit.record(
        "sign_school_report",
        book,
        by=by,
        at=at,
        path=book.school.path,
        facts={"capacity": capacity},
    )


@transaction.atomic
def send_back_school_report(
    book: SchoolPayoutReport, *, reason: str, by: User, at: datetime
) -> None:
    """The director sends the school's report back, signed or not, with the reason."""
    _refuse(permissions.why_not_send_back_school_report(book, by, at))
    if not reason.strip():
        raise Refused(gettext("Say what must be corrected."))
    before = [
        status
        for status, after in SCHOOL_REPORT_TRANSITIONS.items()
        if SchoolReportStatus.SENT_BACK in after
    ]
    moved = SchoolPayoutReport.objects.filter(pk=book.pk, status__in=before).update(
        status=SchoolReportStatus.SENT_BACK,
        reason=reason.strip(),
        signed_by=None,
        signed_at=None,
        capacity="",
    )
    if not moved:
        raise Refused(gettext("Someone else has just changed this report. Look again."))
    was = book.status
    book.refresh_from_db()
    audit.record(
        "send_back_school_report",
        book,
        by=by,
        at=at,
        path=book.school.path,
        facts={"was": was},
        after={"reason": book.reason},
    )
