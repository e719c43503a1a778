"""Pages of one list of the basic-needs subsidy: sent, looked at, recorded or set aside."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from eqfund import access, audit, sheets
from eqfund.access import requires
from eqfund.models import School
from eqfund.pages import paged, render_part
from eqfund.refusal import Refused
from payments import subsidy_file
from payments.actions import basic_needs as actions
from payments.forms.basic_needs import ListForm
from payments.models import SubsidyFault, SubsidyList, SubsidyPupil
from payments.permissions import basic_needs as permissions
from payments.permissions.basic_needs import FIGURES, KEEP, NAMES
from payments.rules.basic_needs import ListStatus
from payments.words.basic_needs import LIST_STATUS_NAMES, LIST_STATUS_PILLS, fault, refusal

from .basic_needs import chosen_term, in_order, office_of, office_page

SHOWN = (ListStatus.PREVIEWED, ListStatus.RECORDED, ListStatus.REPLACED)


@require_POST
@requires(KEEP)
def basic_needs_send(request: Any, pk: int) -> HttpResponse:
    """Take a file of the office's list in and have it read."""
    office, term = office_of(request, pk, KEEP), chosen_term(request)
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return office_page(request, office, send=form, status=422)
    try:
        found = actions.upload_subsidy_list(
            form.cleaned_data["file"], office=office, term=term, by=request.user, at=request.moment
        )
    except actions.AlreadyRecorded as again:
        messages.info(request, str(again))
        return redirect("payments:basic-needs-list", again.previous.pk)
    except Refused as why:
        form.add_error("file", str(why))
        return office_page(request, office, send=form, status=409)
    return redirect("payments:basic-needs-list", found.pk)


@require_GET
@requires(KEEP)
def basic_needs_blank(request: Any, pk: int) -> HttpResponse:
    """The sheet to fill in, with the office's schools and their codes."""
    office = office_of(request, pk, KEEP)
    schools = School.objects.filter(office=office).order_by("name").values_list("moe_code", "name")
    response = HttpResponse(
        subsidy_file.blank_book(schools),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = 'attachment; filename="basic-needs.xlsx"'
    return response


@require_GET
@requires(FIGURES)
@audit.reads
def basic_needs_list(request: Any, pk: int) -> HttpResponse:
    """One list: being read, its wrong cells, its rows to look at, or what became of it."""
    found = _list(request, pk, FIGURES)
    may_read = access.may(request.user, NAMES, found.path)
    rows = SubsidyPupil.objects.filter(subsidy_list=found).select_related("school", "pupil")
    faults = SubsidyFault.objects.filter(subsidy_list=found).order_by("line", "pk")
    shows = found.status in SHOWN and may_read
    page = paged(request, in_order(rows) if shows else rows.none())
    audit.read_list(request, "payments:basic-needs-list", page if shows else 0, path=found.path)
    fault_page = paged(request, faults)
    context = {
        "list": found,
        "label": LIST_STATUS_NAMES[ListStatus(found.status)],
        "css": LIST_STATUS_PILLS[ListStatus(found.status)],
        "page": page,
        "may_read": may_read,
        "fault_page": fault_page,
        "faults": [{"fault": one, "sentence": fault(one.code), "value": one.value if may_read else ""} for one in fault_page],
        "refusal": refusal(found.refusal) if found.refusal else "",
        "is_working": found.status == ListStatus.READING and found.job is not None and not found.job.is_over,
        "why_not_record": permissions.why_not_record(found, request.user),
        "why_not_set_aside": permissions.why_not_set_aside(found, request.user),
        "may_keep": access.may(request.user, KEEP, found.path),
    }  # fmt: skip
    return render_part(request, "payments/basic_needs/list.html", "content", context)


@require_GET
@requires(KEEP)
def basic_needs_faults(request: Any, pk: int) -> HttpResponse:
    """Every wrong cell as a file for a spreadsheet."""
    found = _list(request, pk, KEEP)
    may_read = access.may(request.user, NAMES, found.path)
    titles = [gettext("Row"), gettext("Column"), gettext("Title"), gettext("In the file"), gettext("What is wrong")]  # fmt: skip
    rows = SubsidyFault.objects.filter(subsidy_list=found).order_by("line", "pk")
    lines = (
        [one.line, one.column, one.title, one.value if may_read else "", fault(one.code)]
        for one in rows.iterator()
    )
    audit.record("export_subsidy", found, by=request.user, at=request.moment, path=found.path)
    return sheets.csv_response(titles, lines, f"basic-needs-list-{found.pk}-faults.csv")


@require_POST
@requires(KEEP)
def basic_needs_record(request: Any, pk: int) -> HttpResponse:
    """Let the list count."""
    found = actions.record_subsidy_list(
        _list(request, pk, KEEP), by=request.user, at=request.moment
    )
    messages.success(
        request,
        gettext("The list is recorded: %(count)s pupils. The schools see it now.")
        % {"count": f"{found.pupils:,}"},
    )
    return redirect("payments:basic-needs-list", pk)


@require_POST
@requires(KEEP)
def basic_needs_set_aside(request: Any, pk: int) -> HttpResponse:
    """Set the list aside."""
    found = _list(request, pk, KEEP)
    actions.set_aside_subsidy_list(found, by=request.user, at=request.moment)
    messages.info(request, gettext("The list was set aside. Nothing was recorded."))
    return redirect("payments:basic-needs-office", found.office_id)


def _list(request: Any, pk: int, verb: str) -> SubsidyList:
    rows = SubsidyList.objects.visible_to(request.user, verb).select_related(
        "office__affiliation", "term", "uploaded_by", "recorded_by", "job"
    )
    return get_object_or_404(rows, pk=pk)
