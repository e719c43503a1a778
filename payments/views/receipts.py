"""One receipt on the screen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from eqfund import audit
from eqfund.access import requires
from payments.actions import payout, payout_reports
from payments.forms.payout import EvidenceForm, ReasonForm
from payments.models import (
    Receipt06,
)
from payments.pages.payout import (
    flags_in_words,
)
from payments.permissions import payout as permissions
from payments.views.payout_shared import report_and_book, upload_evidence


@require_GET
@requires("payments.read_receipts")
@audit.reads
def receipt(request: Any, pk: int) -> HttpResponse:
    """One receipt: who received what from whom, its evidence, and voiding it."""
    found = get_object_or_404(visible_receipts(request), pk=pk)
    enrolment = found.transfer.enrolment
    audit.read(request, found, path=enrolment.path, pupil=enrolment.pupil_id)
    classroom = enrolment.classroom
    report, book = report_and_book(found.round, classroom)
    context = {
        "receipt": found,
        "form": ReasonForm(),
        "upload": EvidenceForm(),
        "evidence": flags_in_words(found.evidence.filter(removed_at=None).for_table()),
        "why_not": permissions.why_not_void(
            found, request.user, request.moment, report=report, book=book
        ),
    }
    return render(request, "payments/payout/receipt.html", context)


@require_POST
@requires("payments.pay")
def receipt_void(request: Any, pk: int) -> HttpResponse:
    """Void a receipt that was a mistake."""
    found = get_object_or_404(visible_receipts(request, "payments.pay"), pk=pk)
    reason = request.POST.get("reason", "")
    payout.void_receipt(found, reason=reason, by=request.user, at=request.moment)
    messages.success(request, gettext("The receipt is void. The pupil can be paid again."))
    return redirect("payments:receipt", pk)


@require_POST
@requires("payments.pay")
def receipt_evidence(request: Any, pk: int) -> HttpResponse:
    """Attach a picture to one receipt."""
    found = get_object_or_404(visible_receipts(request, "payments.pay"), pk=pk)
    stored = upload_evidence(request, found.transfer.enrolment.path)
    payout_reports.add_receipt_evidence(found, stored, by=request.user, at=request.moment)
    return redirect("payments:receipt", pk)


def visible_receipts(request: Any, verb: str = "payments.read_receipts") -> Any:
    rows = Receipt06.objects.visible_to(request.user, verb)
    return rows.select_related(
        "transfer__enrolment__pupil__identity",
        "transfer__enrolment__classroom__school",
        "school",
        "round__term",
        "payer",
        "second_payer",
        "recorded_by",
        "voided_by",
    )
