"""What the pages of payouts share: the round, place and rows asked for, in the person's scope."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from eqfund import access, files
from eqfund.models import Classroom, School
from eqfund.refusal import Refused
from payments.forms.payout import CannotPayForm
from payments.models import (
    ClassPayoutReport,
    SchoolPayoutReport,
    TransferRound,
)
from payments.pages.payout import (
    class_steps,
    window_context,
)
from payments.permissions import payout as permissions
from payments.queries import payout as queries


def may_open(user: Any, school: School) -> dict[str, bool]:
    """Which of the school's further pages this person may open: no link leads to a refusal."""
    verbs = ("read_receipts", "read_refunds", "print_letters")
    return {verb: access.may(user, f"payments.{verb}", school.path) for verb in verbs}


def class_context(
    request: Any, chosen: TransferRound, classroom: Classroom, rows: list[queries.PupilCash]
) -> dict[str, Any]:
    """What the class's two pages share."""
    row = queries.class_row(chosen, classroom)
    report = row.report if row else None
    book = SchoolPayoutReport.objects.filter(round=chosen, school=classroom.school).first()
    return {
        "round": chosen,
        "classroom": classroom,
        "rows": rows,
        "row": row,
        "report": report,
        "steps": class_steps(row),
        "cannot_form": CannotPayForm(auto_id="id_cannot_%s"),
        "why_not_pay": permissions.why_not_change_class(
            chosen, classroom.path, request.user, request.moment, report=report, book=book
        ),
        "why_not_report": permissions.why_not_submit_class_report(
            chosen, classroom, request.user, request.moment, report=report, book=book
        ),
        "why_not_send_back": permissions.why_not_send_back_class_report(
            report, request.user, request.moment, book=book
        )
        if report
        else "-",
        **window_context(chosen, classroom.path, request.moment),
    }


def get_school(request: Any, pk: int, verb: str = "payments.read_payout") -> School:
    return get_object_or_404(
        School.objects.visible_to(request.user, verb).select_related("office"), pk=pk
    )


def get_classroom(request: Any, pk: int, verb: str = "payments.read_receipts") -> Classroom:
    return get_object_or_404(
        Classroom.objects.visible_to(request.user, verb).select_related("school"), pk=pk
    )


def visible_cash(request: Any, chosen: TransferRound, classroom: Classroom) -> Any:
    return queries.cash(chosen, classroom.path).visible_to(request.user, "payments.read_receipts")


def report_and_book(
    chosen: TransferRound, classroom: Classroom
) -> tuple[ClassPayoutReport | None, SchoolPayoutReport | None]:
    return (
        ClassPayoutReport.objects.filter(round=chosen, classroom=classroom).first(),
        SchoolPayoutReport.objects.filter(round=chosen, school=classroom.school_id).first(),
    )


def upload_evidence(request: Any, path: str) -> Any:
    """Keep the uploaded picture or scan; Refused says why it cannot be."""
    uploaded = request.FILES.get("file")
    if uploaded is None:
        raise Refused(gettext("Choose a photo or a scan first."))
    return files.store_upload(
        uploaded,
        purpose="payout_evidence",
        path=path,
        by=request.user,
        at=request.moment,
        kinds=("image", "pdf"),
        max_mb=files.MAX_IMAGE_MB,
    )
