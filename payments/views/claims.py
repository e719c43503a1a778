"""Second payments on the screen: what is to collect, from whom, and the slip for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from eqfund import access, audit, sheets
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import DuplicateSide
from eqfund.pages import paged, render_part
from payments.actions import joins as actions
from payments.models import RefundClaim
from payments.permissions import claims as permissions
from payments.queries import claims as queries
from payments.words.claims import FILTERS, HELD_BY, PILLS, STATES


@require_GET
@requires("payments.read_claims")
@audit.reads
def claims(request: Any) -> HttpResponse:
    """The second payments at my places."""
    show = request.GET.get("show", "")
    show = show if show in FILTERS else ""
    page = paged(request, queries.claims_for_table(request.user, show))
    audit.read_list(request, "payments:claims", page)
    counts = queries.counts(request.user)
    context = {
        "page": page,
        "rows": [(claim, *_words(claim)) for claim in page],
        "show": show,
        "filters": [(value, label, counts[value]) for value, label in FILTERS.items()],
        "total": counts[""],
    }
    return render_part(request, "payments/claims/list.html", "list", context)


@require_GET
@requires("payments.read_claims")
@reauthenticated
def claims_csv(request: Any) -> HttpResponse:
    """The list as a file, as it is narrowed."""
    show = request.GET.get("show", "")
    rows = queries.claims_for_table(request.user, show if show in FILTERS else "")
    audit.record(
        "export_claims",
        request.user,
        by=request.user,
        at=request.moment,
        path=access.paths_with(request.user, "payments.read_claims")[0],
        facts={"rows": rows.count()},
    )
    titles = [
        gettext("Pupil"),
        gettext("School"),
        gettext("Term"),
        gettext("Round"),
        gettext("Amount (baht)"),
        gettext("Where the money is"),
        gettext("State"),
    ]
    lines = queries.cells(rows.iterator(chunk_size=2_000))
    return sheets.csv_response(titles, lines, "second-payments.csv")


@require_GET
@requires("payments.read_claims")
@audit.reads
def claim(request: Any, pk: int) -> HttpResponse:
    """One second payment: why it is one, who has the money, and how it is collected."""
    rows = queries.claims_for_table(request.user).select_related(
        "join__pair", "school__office", "transfer__enrolment__classroom"
    )
    found = get_object_or_404(rows, pk=pk)
    held, state, pill = _words(found)
    path = found.transfer.enrolment.path
    sides = DuplicateSide.objects.visible_to(request.user).filter(pair=found.join.pair_id)
    audit.read(request, found, path=path, pupil=found.transfer.enrolment.pupil_id)
    context = {
        "claim": found,
        "held": held,
        "held_by": queries.held_by(found),
        "state": state,
        "pill": pill,
        "sentence": actions.words_of(found),
        "side": sides.first() if access.paths_with(request.user, "duplicates.read") else None,
        "may_read_join": access.may(request.user, "duplicates.read_joins", "TH/"),
        "may_collect": access.may(request.user, "payments.collect_claim", found.school.path),
        "why_not": permissions.why_not_collect(found, request.user),
    }
    return render(request, "payments/claims/detail.html", context)


@require_POST
@requires("payments.collect_claim")
def claim_slip(request: Any, pk: int) -> HttpResponse:
    """Make the slip."""
    rows = RefundClaim.objects.visible_to(request.user, "payments.collect_claim")
    found = get_object_or_404(rows.select_related("school"), pk=pk)
    made = actions.issue_claim_slip(found, by=request.user, at=request.moment)
    messages.success(request, gettext("The slip is made. Pay it at any bank or by its app."))
    return redirect("payments:refund", made.pk)


def _words(claim: Any) -> tuple[Any, Any, str]:
    return HELD_BY[queries.held_by(claim)], STATES[claim.state], PILLS[claim.state]
