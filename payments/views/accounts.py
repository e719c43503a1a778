"""Pages of school accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, audit, files, sheets
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import Affiliation, School, StoredFile
from eqfund.pages import paged, render_part
from eqfund.refusal import Refused
from eqfund.thai_text import thai_date
from payments.actions import accounts as actions
from payments.forms.accounts import AccountForm
from payments.forms.shared import ReasonForm
from payments.models import SchoolBankAccount
from payments.permissions import accounts as permissions
from payments.queries import accounts as queries
from payments.queries.windows import place_windows, window_among
from payments.views.shared import current_term
from payments.words import accounts as words

SHORT_HISTORY = 5  # so many of a school's accounts stand on its page; the rest on the history's


@require_GET
@requires("payments.read_account")
def accounts(request: Any) -> HttpResponse:
    """The last account of each school of mine; a person of one school goes straight to it."""
    schools = School.objects.visible_to(request.user, queries.READ)
    only = list(schools[:2]) if not request.GET else []
    if len(only) == 1:
        return redirect("payments:account", only[0].pk)
    wanted = _wanted(request)
    is_country = access.may(request.user, queries.READ, "TH/")
    rows, counts = queries.accounts_for(request.user, wanted), queries.counts_for(request.user)
    count = rows.count() if wanted.is_narrow else queries.listed_of(counts, wanted)
    page = queries.account_page(rows, count, request.GET.get("page"))
    context = {
        "page": page,
        "several_offices": len({row.school.office_id for row in page}) > 1,
        "wanted": wanted,
        "counts": counts,
        "affiliations": Affiliation.objects.order_by("pk") if is_country else [],
        "names": words.ACCOUNT_STATUS_NAMES,
        "pills": words.ACCOUNT_STATUS_PILLS,
        "banks": words.BANK_NAMES,
        "may_read_rules": access.may(request.user, "payments.read_account_rules", "TH/"),
    }
    return render_part(request, "payments/accounts/accounts.html", "list", context)


def _wanted(request: Any) -> queries.AccountFilter:
    """The list's filters, as the address has them; what is not known narrows nothing."""
    asked = request.GET
    waiting, bank = asked.get("waiting", ""), asked.get("bank", "")
    return queries.AccountFilter(
        waiting=waiting if waiting in queries.WAITING_FOR else "",
        q=asked.get("q", "").strip(),
        bank=bank if bank in words.BANK_NAMES else "",
        affiliation=asked.get("affiliation", ""),
    )


@require_GET
@requires("payments.read_account")
@reauthenticated
def accounts_csv(request: Any) -> StreamingHttpResponse:
    """The same list as a file, with the same scope and filters; numbers by their last digits."""
    wanted = _wanted(request)
    rows = queries.accounts_for(request.user, wanted)
    audit.record(
        "export_accounts",
        request.user,
        by=request.user,
        at=request.moment,
        path=access.paths_with(request.user, queries.READ)[0],
        facts={"rows": rows.count(), "waiting": wanted.waiting, "bank": wanted.bank},
    )
    titles = [
        gettext("School code"),
        gettext("School"),
        gettext("Office"),
        gettext("Bank"),
        gettext("Last digits"),
        gettext("Account name"),
        gettext("State"),
        gettext("Proposed"),
        gettext("Reason"),
    ]
    told = rows.select_related("school__office").iterator(chunk_size=2_000)
    return sheets.csv_response(titles, map(_csv_cells, told), "school-accounts.csv")


def _csv_cells(row: Any) -> list[Any]:
    return [
        row.school.moe_code,
        row.school.name,
        row.school.office.short_name,
        words.BANK_NAMES.get(row.bank_code, row.bank_code),
        row.last4,
        row.name,
        words.ACCOUNT_STATUS_NAMES[row.status],
        thai_date(row.proposed_at),
        row.reason,
    ]


@require_http_methods(["GET", "POST"])
@requires("payments.read_account")
def account(request: Any, pk: int) -> HttpResponse:
    """A school's account: the one that serves, the one under way, the history; and the proposal."""
    school = _school(request, pk)
    in_force = queries.rules_in_force()
    form = AccountForm(
        request.POST or None,
        request.FILES or None,
        school_name=school.name,
        criteria=queries.criteria_of(in_force),
    )
    if request.method == "POST" and form.is_valid() and _propose(request, school, form):
        return redirect("payments:account", pk)
    context = _account_page(request, school, form) | {"rules": in_force, "criteria": form.criteria}
    return render(request, "payments/accounts/account.html", context)


@require_GET
@requires("payments.read_account")
def account_history(request: Any, pk: int) -> HttpResponse:
    """Every account a school ever proposed: who, when, why, and the rounds that were built with it."""
    school = _school(request, pk)
    page = paged(request, queries.history_of(school), SHORT_HISTORY * 4)
    context = {
        "school": school,
        "page": page,
        "rounds": queries.rounds_of(page, request.user),
        "names": words.ACCOUNT_STATUS_NAMES,
        "pills": words.ACCOUNT_STATUS_PILLS,
        "banks": words.BANK_NAMES,
    }
    return render(request, "payments/accounts/history.html", context)


def _propose(request: Any, school: School, form: AccountForm) -> bool:
    """Propose what the form says; a refusal becomes the form's, so that nothing typed is lost."""
    term = current_term(request)
    given = {"by": request.user, "at": request.moment}
    try:
        if reason := permissions.why_not_propose_account(
            school, request.user, term=term, at=request.moment
        ):
            raise Refused(reason)
        proof = files.store_upload(
            form.cleaned_data["proof"],
            purpose="account-proof",
            path=school.path,
            kinds=("image", "pdf"),
            max_mb=files.MAX_IMAGE_MB,
            **given,
        )
        actions.propose_account(school, form.facts(), proof=proof, term=term, **given)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, gettext("The account was proposed. The director approves it next."))
    return True


def _account_page(request: Any, school: School, form: AccountForm) -> dict[str, Any]:
    user, term, at = request.user, current_term(request), request.moment
    history = list(queries.history_of(school))
    under_way = next((a for a in history if a.status in ("proposed", "director_approved")), None)
    why_closed = permissions.why_not_propose_account(school, user, term=term, at=at)
    windows = place_windows(term, school.path)
    window = window_among(windows, ("school_bank_account",), at)
    context = {
        "school": school,
        "term": term,
        "history": history[:SHORT_HISTORY],
        "older": len(history) - SHORT_HISTORY,
        "accepted": next((a for a in history if a.status == "accepted"), None),
        "under_way": under_way,
        "sent_back": history[0] if history and history[0].status == "sent_back" else None,
        "form": form,
        "reason_form": ReasonForm(),
        "may_propose": access.may(user, "payments.propose_account", school.path),
        "why_not_propose": why_closed,
        "window": window,
        "window_open": window is not None and window.is_open(at),
        "left": window.left(at) if window else "",
        "names": words.ACCOUNT_STATUS_NAMES,
        "pills": words.ACCOUNT_STATUS_PILLS,
        "banks": words.BANK_NAMES,
        "may_decide": access.may(user, "payments.decide_account", "TH/"),
        "may_approve": access.may(user, "payments.approve_account", school.path),
    }
    if under_way:
        context["why_not_approve"] = permissions.why_not_approve_account(
            under_way, user, term=term, at=at
        )
        context["why_not_accept"] = permissions.why_not_accept_account(under_way, user)
        context["why_not_send_back"] = permissions.why_not_send_back_account(under_way, user)
        context["faults_now"] = actions.faults_now(under_way)
    if under_way and context["may_decide"]:
        context["waiting"] = queries.counts_for(user)["fund"]
    return context


@require_POST
@requires("payments.approve_account")
@reauthenticated
def account_approve(request: Any, pk: int) -> HttpResponse:
    """The director approves."""
    account = _account(request, pk)
    term = current_term(request)
    actions.approve_account(account, term=term, by=request.user, at=request.moment)
    messages.success(request, gettext("Approved. The fund checks the account next."))
    return redirect("payments:account", account.school_id)


@require_POST
@requires("payments.decide_account")
@reauthenticated
def account_accept(request: Any, pk: int) -> HttpResponse:
    """The fund accepts."""
    account = _account(request, pk)
    actions.accept_account(account, by=request.user, at=request.moment)
    messages.success(
        request,
        gettext("%(school)s: accepted. The next round built uses this account.")
        % {"school": account.school.name},
    )
    return _next(request, account)


@require_POST
@requires("payments.read_account")
def account_send_back(request: Any, pk: int) -> HttpResponse:
    """The director or the fund sends back with a reason."""
    account = _account(request, pk)
    reason = request.POST.get("reason", "")
    actions.send_back_account(account, reason=reason, by=request.user, at=request.moment)
    said = gettext("%(school)s: sent back. The school reads the reason on its page.")
    messages.success(request, said % {"school": account.school.name})
    return _next(request, account)


def _next(request: Any, account: SchoolBankAccount) -> HttpResponse:
    """On to the account that has waited longest, for the fund with its thousands; others stay where they are."""
    if not access.may(request.user, "payments.decide_account", "TH/"):
        return redirect("payments:account", account.school_id)
    waiting = queries.accounts_for(request.user, queries.AccountFilter(waiting="fund"))
    if following := waiting.first():
        return redirect("payments:account", following.school_id)
    return redirect("payments:accounts")


@require_GET
@requires("payments.read_account")
def account_proof(request: Any, pk: int) -> FileResponse:
    """The photo of the book's first page, to those who see the account."""
    account = _account(request, pk)
    proof = account.proof
    if proof is None or proof.state != StoredFile.State.CLEAN:
        raise Http404  # a photo is shown when it has been re-encoded
    show = proof.kind == "image"
    return files.serve(proof, by=request.user, at=request.moment, download=not show)


def _school(request: HttpRequest, pk: int) -> School:
    schools = School.objects.visible_to(request.user, "payments.read_account")
    return get_object_or_404(schools.select_related("office"), pk=pk)


def _account(request: HttpRequest, pk: int) -> SchoolBankAccount:
    accounts = SchoolBankAccount.objects.visible_to(request.user, "payments.read_account")
    return get_object_or_404(accounts.select_related("school", "proof"), pk=pk)
