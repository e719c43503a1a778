"""Pages of the care of personal data: reveal one thing."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.pages import render_part
from eqfund.privacy import actions
from eqfund.privacy.forms import RevealForm
from eqfund.privacy.reveal import SHOWN_SECONDS, known


@require_http_methods(["GET", "POST"])
@requires("privacy.reveal")
@reauthenticated(only="POST")
def reveal(request: Any, code: str, pk: int) -> HttpResponse:
    """Ask for the reason, then show one thing once. Nothing of it is kept by the browser."""
    what = known(code)
    if what is None:
        raise Http404
    row = get_object_or_404(what.rows(request.user), pk=pk)
    form = RevealForm(request.POST or None)
    text = ""
    if request.method == "POST" and form.is_valid():
        text = actions.reveal(what, row, by=request.user, at=request.moment, **form.cleaned_data)
    context = {
        "what": what,
        "row": row,
        "masked": what.masked(row),
        "form": form,
        "text": text,
        "seconds": SHOWN_SECONDS,
        "closed": "closed" in request.GET,
    }
    response = render_part(request, "privacy/reveal.html", "part", context)
    response.headers["Cache-Control"] = "no-store, private"
    return response
