"""The class's report: its evidence, submitting it, sending it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from eqfund.access import requires
from payments.actions import payout_reports
from payments.forms.payout import EvidenceForm, ReasonForm
from payments.models import (
    ClassPayoutReport,
)
from payments.pages.payout import (
    flags_in_words,
)
from payments.queries import payout as queries
from payments.rules.payout import (
    missing_in_class_report,
)
from payments.views.payout_shared import class_context, get_classroom, upload_evidence
from payments.views.shared import get_published
from payments.words.payout import MISSING_SENTENCES


@require_GET
@requires("payments.read_receipts")
def class_report(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """The class's report: what is missing, the evidence, and submitting it."""
    chosen, classroom = get_published(request, round_pk), get_classroom(request, pk)
    context = class_context(request, chosen, classroom, [])
    row = context["row"]
    missing = missing_in_class_report(row.facts) if row else ()
    context |= {
        "upload": EvidenceForm(),
        "form": ReasonForm(),
        "evidence": flags_in_words(queries.evidence_of(context["report"])),
        "missing": [MISSING_SENTENCES[code] for code in missing],
    }
    return render(request, "payments/payout/class_report.html", context)


@require_POST
@requires("payments.report_class")
def class_evidence(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """Attach a photo or scan of the signed sheet."""
    chosen, classroom = (
        get_published(request, round_pk),
        get_classroom(request, pk, "payments.report_class"),
    )
    stored = upload_evidence(request, classroom.path)
    payout_reports.add_class_evidence(chosen, classroom, stored, by=request.user, at=request.moment)
    messages.success(request, gettext("The evidence is attached."))
    return redirect("payments:class-report", round_pk, pk)


@require_POST
@requires("payments.report_class")
def class_report_submit(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """Submit the class's report."""
    chosen, classroom = (
        get_published(request, round_pk),
        get_classroom(request, pk, "payments.report_class"),
    )
    payout_reports.submit_class_report(chosen, classroom, by=request.user, at=request.moment)
    messages.success(request, gettext("The class report is submitted."))
    return redirect("payments:class-report", round_pk, pk)


@require_POST
@requires("payments.send_back_class")
def class_report_send_back(request: Any, pk: int) -> HttpResponse:
    """Send a class's report back with the reason."""
    reports = ClassPayoutReport.objects.visible_to(request.user, "payments.send_back_class")
    report = get_object_or_404(reports.select_related("round__term", "classroom__school"), pk=pk)
    payout_reports.send_back_class_report(
        report, reason=request.POST.get("reason", ""), by=request.user, at=request.moment
    )
    messages.success(request, gettext("The report is sent back to the homeroom teacher."))
    return redirect("payments:class-report", report.round_id, report.classroom_id)
