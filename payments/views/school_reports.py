"""The school's report, and its director's signature."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from eqfund.access import requires
from payments.actions import payout_reports
from payments.forms.payout import ReasonForm
from payments.models import (
    SchoolPayoutReport,
)
from payments.pages.payout import (
    window_context,
)
from payments.permissions import payout as permissions
from payments.queries import payout as queries
from payments.rules.payout import (
    SchoolReportStatus,
    missing_in_school_report,
)
from payments.views.payout_shared import get_school, may_open
from payments.views.shared import get_published
from payments.words.payout import MISSING_SENTENCES


@require_GET
@requires("payments.read_payout")
def school_report(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """The school's report: its classes, its figures, the director's signature."""
    chosen, school = get_published(request, round_pk), get_school(request, pk)
    found = queries.school_payout(chosen, school)
    book = found.book
    if book is not None:
        book.round, book.school = chosen, school
    who, at = request.user, request.moment
    missing = missing_in_school_report(len(found.classes), found.reported)
    context = {
        "can": may_open(who, school),
        "round": chosen,
        "school": school,
        "payout": found,
        "book": book,
        "status": book.status if book else SchoolReportStatus.DRAFT,
        "missing": [MISSING_SENTENCES[code] for code in missing],
        "form": ReasonForm(),
        "why_not_submit": permissions.why_not_submit_school_report(
            chosen, school, who, at, book=book
        ),
        "why_not_sign": permissions.why_not_sign_school_report(book, who, at) if book else "-",
        "why_not_send_back": permissions.why_not_send_back_school_report(book, who, at)
        if book
        else "-",
        **window_context(chosen, school.path, at),
    }
    return render(request, "payments/payout/school_report.html", context)


@require_POST
@requires("payments.report_school")
def school_report_submit(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """Submit the school's report to its director."""
    chosen, school = (
        get_published(request, round_pk),
        get_school(request, pk, "payments.report_school"),
    )
    payout_reports.submit_school_report(chosen, school, by=request.user, at=request.moment)
    messages.success(request, gettext("The school's report is submitted. The director signs next."))
    return redirect("payments:school-report", round_pk, pk)


@require_POST
@requires("payments.sign_school_report")
def school_report_sign(request: Any, pk: int) -> HttpResponse:
    """Sign the school's report, or send it back with the reason."""
    books = SchoolPayoutReport.objects.visible_to(request.user, "payments.sign_school_report")
    book = get_object_or_404(books.select_related("round__term", "school"), pk=pk)
    if "send_back" in request.POST:
        reason = request.POST.get("reason", "")
        payout_reports.send_back_school_report(
            book, reason=reason, by=request.user, at=request.moment
        )
        messages.success(request, gettext("The report is sent back to the school admin."))
    else:
        seen = parse_datetime(request.POST.get("submitted", ""))
        payout_reports.sign_school_report(book, by=request.user, at=request.moment, seen=seen)
        messages.success(request, gettext("The school's report is signed."))
    return redirect("payments:school-report", book.round_id, book.school_id)
