"""A picture or scan that proves a payout: shown, taken away."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from eqfund import files
from eqfund.access import requires
from payments.actions import payout_reports
from payments.models import (
    PayoutEvidence,
)


@require_GET
@requires("payments.read_receipts")
def evidence_file(request: Any, pk: int) -> Any:
    """A picture or scan, to those who may see the children on it."""
    shown = PayoutEvidence.objects.visible_to(request.user, "payments.read_receipts")
    evidence = get_object_or_404(
        shown.select_related("stored"), pk=pk, removed_at=None, stored__state="clean"
    )
    return files.serve(evidence.stored, by=request.user, at=request.moment, download=False)


@require_POST
@requires("payments.pay")
def evidence_remove(request: Any, pk: int) -> HttpResponse:
    """Take a wrong picture away."""
    shown = PayoutEvidence.objects.visible_to(request.user, "payments.pay")
    evidence = get_object_or_404(
        shown.select_related(
            "report__round__term",
            "report__classroom__school",
            "receipt__round__term",
            "receipt__transfer__enrolment__classroom__school",
        ),
        pk=pk,
    )
    payout_reports.remove_evidence(evidence, by=request.user, at=request.moment)
    if evidence.receipt_id:
        return redirect("payments:receipt", evidence.receipt_id)
    assert evidence.report is not None
    return redirect("payments:class-report", evidence.report.round_id, evidence.report.classroom_id)
