"""Why a user may not do a thing to a school's cash or its reports. None means they may.

The sentences tell who can, or what to do first. Those that depend on what was typed
(a day, a person) are in the actions.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from eqfund import access, windows
from eqfund.models import Classroom, School, User
from payments.models import ClassPayoutReport, Receipt06, SchoolPayoutReport, TransferRound
from payments.rules.payout import (
    CLASS_REPORT_TRANSITIONS,
    SCHOOL_REPORT_TRANSITIONS,
    ClassReportStatus,
    SchoolReportStatus,
)

WITH_THE_DIRECTOR = (SchoolReportStatus.SUBMITTED, SchoolReportStatus.SIGNED)


def why_not_change_payout(
    transfer_round: TransferRound, verb: str, path: str, user: User, at: datetime
) -> str | None:
    """What every change to a round's cash at a place needs: the role, publication, the window."""
    if reason := access.why_not(user, verb, path):
        return reason
    if not transfer_round.is_published:
        return gettext(
            "The transfer status of this round is not published yet. Money is paid out after that."
        )
    return windows.why_closed(
        transfer_round.term, "payout_report", path, at, round_no=transfer_round.number
    )


def why_not_change_class(
    transfer_round: TransferRound,
    path: str,
    user: User,
    at: datetime,
    *,
    report: ClassPayoutReport | None,
    book: SchoolPayoutReport | None,
    verb: str = "payments.pay",
) -> str | None:
    """Why a class's receipts, notes and evidence stand still."""
    if reason := why_not_change_payout(transfer_round, verb, path, user, at):
        return reason
    if book is not None and book.status in WITH_THE_DIRECTOR:
        return gettext(
            "The school's report is with the director. It must be sent back before anything changes."
        )
    if report is not None and report.status == ClassReportStatus.SUBMITTED:
        return gettext(
            "The class report is submitted. The school admin can send it back for a correction."
        )
    return None


def why_not_void(
    receipt: Receipt06,
    user: User,
    at: datetime,
    *,
    report: ClassPayoutReport | None,
    book: SchoolPayoutReport | None,
) -> str | None:
    """`receipt` comes with its round and its transfer's enrolment."""
    path = receipt.transfer.enrolment.path
    if reason := why_not_change_class(receipt.round, path, user, at, report=report, book=book):
        return reason
    if receipt.voided_at is not None:
        return gettext("This receipt is void already.")
    return None


def why_not_submit_class_report(
    transfer_round: TransferRound,
    classroom: Classroom,
    user: User,
    at: datetime,
    *,
    report: ClassPayoutReport | None,
    book: SchoolPayoutReport | None,
) -> str | None:
    """The role, the window and the states; what the report still lacks is its own list."""
    return why_not_change_class(
        transfer_round,
        classroom.path,
        user,
        at,
        report=report,
        book=book,
        verb="payments.report_class",
    )


def why_not_send_back_class_report(
    report: ClassPayoutReport, user: User, at: datetime, *, book: SchoolPayoutReport | None
) -> str | None:
    if reason := why_not_change_payout(
        report.round, "payments.send_back_class", report.classroom.path, user, at
    ):
        return reason
    if book is not None and book.status in WITH_THE_DIRECTOR:
        return gettext(
            "The school's report is with the director. It must be sent back before anything changes."
        )
    after = CLASS_REPORT_TRANSITIONS[ClassReportStatus(report.status)]
    if ClassReportStatus.SENT_BACK not in after:
        return gettext("Only a submitted class report is sent back.")
    return None


def why_not_submit_school_report(
    transfer_round: TransferRound,
    school: School,
    user: User,
    at: datetime,
    *,
    book: SchoolPayoutReport | None,
) -> str | None:
    if reason := why_not_change_payout(
        transfer_round, "payments.report_school", school.path, user, at
    ):
        return reason
    status = SchoolReportStatus(book.status) if book else SchoolReportStatus.DRAFT
    if SchoolReportStatus.SUBMITTED not in SCHOOL_REPORT_TRANSITIONS[status]:
        return gettext("The school's report is submitted already.")
    return None


def why_not_sign_school_report(book: SchoolPayoutReport, user: User, at: datetime) -> str | None:
    if reason := why_not_change_payout(
        book.round, "payments.sign_school_report", book.school.path, user, at
    ):
        return reason
    if book.status == SchoolReportStatus.SIGNED:
        return gettext("The school's report is signed already.")
    if book.status != SchoolReportStatus.SUBMITTED:
        return gettext("The school admin has not submitted the school's report yet.")
    if book.submitted_by_id == user.pk:
        return gettext("The person who submitted the report does not sign it.")
    return None


def why_not_send_back_school_report(
    book: SchoolPayoutReport, user: User, at: datetime
) -> str | None:
    if reason := why_not_change_payout(
        book.round, "payments.sign_school_report", book.school.path, user, at
    ):
        return reason
    after = SCHOOL_REPORT_TRANSITIONS[SchoolReportStatus(book.status)]
    if SchoolReportStatus.SENT_BACK not in after:
        return gettext("Only a submitted or signed report is sent back.")
    return None
