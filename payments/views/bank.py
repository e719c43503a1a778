"""A round at the bank: its files, its results, and what they would do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import audit, files as stored_files, sheets
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.money import baht
from eqfund.pages import paged, render_part
from eqfund.refusal import Refused
from eqfund.thai_text import thai_datetime
from payments.actions import bank as bank_actions, reconcile, sandbox
from payments.forms.bank import CallBackForm, ResultForm, WriteFilesForm
from payments.models import BankFile, ResultFile, TransferRound
from payments.pages import bank as pages_bank
from payments.permissions import bank as permissions
from payments.queries import bank as queries_bank
from payments.views.kept_uploads import files_of, forget, kept, proved_before_upload
from payments.views.shared import get_round
from payments.words import rounds as words
from payments.words.bank import FILE_PROBLEMS


@require_GET
@requires("payments.read_bank")
def bank(request: HttpRequest, pk: int) -> HttpResponse:
    """The round's files, what became of its credits, and the results taken in."""
    return _bank_page(request, get_round(pk))


def _bank_page(
    request: HttpRequest, transfer_round: TransferRound, *, status: int = 200, **more: Any
) -> HttpResponse:
    user = request.user
    job = queries_bank.job_of(transfer_round)
    files = pages_bank.files_of(transfer_round, user)
    context = {
        "round": transfer_round,
        "name": words.round_name(transfer_round.number, transfer_round.term.label),
        "status_name": words.round_status_name(transfer_round.status),
        "status_pill": words.ROUND_STATUS_PILLS[transfer_round.status],
        "files": files,
        "next": pages_bank.next_act(transfer_round, files),
        "next_file": next((row.file.pk for row in files if not row.file.downloaded_at), None),
        "sent_facts": pages_bank.sent_facts(transfer_round, files),
        "credits": queries_bank.credits_by_status(transfer_round),
        "results": ResultFile.objects.filter(round=transfer_round).order_by("-pk"),
        "job": job,
        "is_working": job is not None and not job.is_over,
        "steps": pages_bank.steps(transfer_round),
        "may_act": not permissions.why_not_see_results(user),
        "why_not_sent": permissions.why_not_record_sent(transfer_round, user),
        "write_form": WriteFilesForm(),
        "has_sandbox": settings.DEMO_MODE,
    } | more
    response = render_part(request, "payments/bank/bank.html", "work", context)
    response.status_code = status
    return response


@require_POST
@requires("payments.bank_files")
def bank_write(request: Any, pk: int) -> HttpResponse:
    """Ask for the round's files."""
    form = WriteFilesForm(request.POST)
    transfer_round = get_round(pk)
    if not form.is_valid():
        return _bank_page(request, transfer_round, status=422, write_form=form)
    chosen = form.cleaned_data["file_format"]
    bank_actions.write_bank_files(
        transfer_round, by=request.user, at=request.moment, file_format=chosen
    )
    return redirect("payments:bank", pk)


@require_POST
@requires("payments.bank_files")
@reauthenticated
def bank_file_download(request: Any, pk: int) -> HttpResponse:
    """Hand the zip out, once."""
    file = get_object_or_404(BankFile.objects.select_related("round", "downloaded_by"), pk=pk)
    stored = bank_actions.download_bank_file(file, by=request.user, at=request.moment)
    name = f"{file.message_id}.zip"
    return stored_files.serve(stored, by=request.user, at=request.moment, filename=name)


@require_http_methods(["GET", "POST"])
@requires("payments.call_back_bank_file")
@reauthenticated(only="POST")
def bank_file_call_back(request: Any, pk: int) -> HttpResponse:
    """Call back a file whose download broke, with the reason, so that it can be taken again."""
    file = get_object_or_404(BankFile.objects.select_related("round__term", "downloaded_by"), pk=pk)
    form = CallBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        bank_actions.call_back_bank_file(file, reason=reason, by=request.user, at=request.moment)
        messages.success(request, gettext("Called back. The file can be taken once more."))
        return redirect("payments:bank", file.round_id)
    why_not = permissions.why_not_call_back(file, request.user)
    context = {
        "file": file,
        "name": words.round_name(file.round.number, file.round.term.label),
        "form": form,
        "why_not": why_not,
        "facts": [] if why_not else pages_bank.call_back_facts(file),
    }
    return render(request, "payments/bank/call_back.html", context)


@require_POST
@requires("payments.bank_files")
@reauthenticated
def bank_file_password(request: Any, pk: int) -> HttpResponse:
    """Show the password of a file to the person who took it."""
    file = get_object_or_404(BankFile.objects.select_related("round__term"), pk=pk)
    password = bank_actions.show_bank_file_password(file, by=request.user, at=request.moment)
    response = _bank_page(request, file.round, shown=file, password=password)
    add_never_cache_headers(response)
    return response


@require_POST
@requires("payments.bank_files")
@reauthenticated
def bank_sent(request: Any, pk: int) -> HttpResponse:
    """Record that the bank has the files."""
    bank_actions.ask_to_record_sent(get_round(pk), by=request.user, at=request.moment)
    return redirect("payments:bank", pk)


@require_http_methods(["GET", "POST"])
@requires("payments.bank_results")
@proved_before_upload(kinds=("xml", "text"), max_mb=reconcile.MAX_RESULT_MB)
def result_upload(request: Any, pk: int) -> HttpResponse:
    """Take in a result file; what it would do is on its own page."""
    transfer_round = get_round(pk)
    if request.method == "GET":
        return _upload_page(request, transfer_round, ResultForm())
    form = ResultForm(request.POST, files_of(request))
    if not form.is_valid():
        return _upload_page(request, transfer_round, form, status=422)
    try:
        uploaded = reconcile.upload_result(
            transfer_round, form.cleaned_data["file"], by=request.user, at=request.moment
        )
    except Refused as refusal:
        form.add_error("file", str(refusal))
        return _upload_page(request, transfer_round, form, status=422)
    forget(request)
    if uploaded.was_applied:
        _say_applied_before(request, uploaded.result)
    return redirect("payments:result", uploaded.result.pk)


def _upload_page(
    request: Any, transfer_round: TransferRound, form: ResultForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "round": transfer_round,
        "name": words.round_name(transfer_round.number, transfer_round.term.label),
        "form": form,
        "kept": kept(request),
        "why_not": permissions.why_not_upload_result(transfer_round, request.user),
    }
    return render(request, "payments/bank/result_new.html", context, status=status)


def _say_applied_before(request: HttpRequest, result: ResultFile) -> None:
    sentence = gettext("This very file was applied on %(at)s. Nothing was changed now.")
    assert result.applied_at is not None
    messages.success(request, sentence % {"at": thai_datetime(result.applied_at)})


@require_POST
@requires("payments.bank_results")
def bank_sandbox(request: Any, pk: int) -> HttpResponse:
    """Let the sandbox bank answer. The address exists in demo mode only."""
    sandbox.ask_sandbox_bank(get_round(pk), by=request.user, at=request.moment)
    return redirect("payments:bank", pk)


@require_GET
@requires("payments.read_bank")
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """What a result file says, what it would do, and every row that is wrong."""
    found = _result(pk)
    job = queries_bank.job_of(found)
    context = {
        "result": found,
        "name": words.round_name(found.round.number, found.round.term.label),
        "apply_facts": pages_bank.apply_facts(found),
        "page": paged(request, found.rows.bad()),
        "outcomes": queries_bank.outcomes_of(found),
        "problem": FILE_PROBLEMS.get(found.problem, ""),
        "job": job,
        "is_working": job is not None and not job.is_over,
        "why_not_apply": permissions.why_not_apply_result(found, request.user),
        "may_act": not permissions.why_not_see_results(request.user),
    }
    return render_part(request, "payments/bank/result.html", "work", context)


def _result(pk: int) -> ResultFile:
    rows = ResultFile.objects.select_related("round__term", "uploaded_by", "applied_by")
    return get_object_or_404(rows, pk=pk)


@require_POST
@requires("payments.bank_results")
@reauthenticated
def result_apply(request: Any, pk: int) -> HttpResponse:
    """Apply a checked file, whole or not at all."""
    reconcile.apply_result(_result(pk), by=request.user, at=request.moment)
    return redirect("payments:result", pk)


@require_POST
@requires("payments.bank_results")
def result_aside(request: Any, pk: int) -> HttpResponse:
    """Put a file that will not be applied out of the way."""
    found = _result(pk)
    reconcile.set_result_aside(found, by=request.user, at=request.moment)
    messages.success(request, gettext("The file was set aside. Nothing else was changed."))
    return redirect("payments:bank", found.round_id)


@require_GET
@requires("payments.read_bank")
@reauthenticated
def result_bad_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The wrong rows as a CSV, for the bank."""
    found = _result(pk)
    titles = [gettext("Row"), gettext("Reference"), gettext("Baht"), gettext("What is wrong")]
    rows = (
        [row.number, row.end_to_end_id, baht(row.amount_satang or 0), row.get_problem_display()]
        for row in found.rows.bad().iterator(chunk_size=2_000)
    )
    audit.record("export_bad_rows", found, by=request.user, at=request.moment)
    return sheets.csv_response(titles, rows, f"bad-rows-{found.pk}.csv")
