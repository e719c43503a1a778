"""Pages of school accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, files
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import School, StoredFile
from eqfund.pages import paged, render_part
from eqfund.refusal import Refused
from payments.actions import accounts as actions
from payments.forms.accounts import AccountForm
from payments.forms.shared import ReasonForm
from payments.models import SchoolBankAccount
from payments.permissions import accounts as permissions
from payments.queries.accounts import accounts_for, schools_without_account
from payments.queries.windows import place_windows, window_among
from payments.views.shared import current_term
from payments.words import accounts as words

WAITING_FOR = ("director", "fund", "school")


@require_GET
@requires("payments.read_account")
def accounts(request: Any) -> HttpResponse:
    """The last account of each school of mine; a person of one school goes straight to it."""
    schools = School.objects.visible_to(request.user, "payments.read_account")
    only = list(schools[:2]) if "waiting" not in request.GET else []
    if len(only) == 1:
        return redirect("payments:account", only[0].pk)
    waiting = request.GET.get("waiting", "")
    waiting = waiting if waiting in WAITING_FOR else ""
    context = {
        "page": paged(request, accounts_for(request.user, waiting_for=waiting)),
        "waiting": waiting,
        "without": schools_without_account(request.user),
        "names": words.ACCOUNT_STATUS_NAMES,
        "pills": words.ACCOUNT_STATUS_PILLS,
        "banks": words.BANK_NAMES,
    }
    return render_part(request, "payments/accounts/accounts.html", "list", context)


@require_http_methods(["GET", "POST"])
@requires("payments.read_account")
def account(request: Any, pk: int) -> HttpResponse:
    """A school's account: the one that serves, the one under way, the history; and the proposal."""
    school = _school(request, pk)
    form = AccountForm(request.POST or None, request.FILES or None, school_name=school.name)
    if request.method == "POST" and form.is_valid() and _propose(request, school, form):
        return redirect("payments:account", pk)
    return render(request, "payments/accounts/account.html", _account_page(request, school, form))


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
    history = list(
        SchoolBankAccount.objects.filter(school=school)
        .select_related("proposed_by", "director", "decided_by", "proof", "school")
        .order_by("-pk")
    )
    under_way = next((a for a in history if a.status in ("proposed", "director_approved")), None)
    why_closed = permissions.why_not_propose_account(school, user, term=term, at=at)
    windows = place_windows(term, school.path)
    window = window_among(windows, ("school_bank_account",), at)
    context = {
        "school": school,
        "term": term,
        "history": history,
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
    return context


@require_POST
@requires("payments.approve_account")
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
    messages.success(request, gettext("Accepted. The next round built uses this account."))
    return redirect("payments:account", account.school_id)


@require_POST
@requires("payments.read_account")
def account_send_back(request: Any, pk: int) -> HttpResponse:
    """The director or the fund sends back with a reason."""
    account = _account(request, pk)
    reason = request.POST.get("reason", "")
    actions.send_back_account(account, reason=reason, by=request.user, at=request.moment)
    messages.success(request, gettext("Sent back. The school reads the reason here."))
    return redirect("payments:account", account.school_id)


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
