"""What the views of several nouns share."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from eqfund.models import Term
from payments.models import TransferRound


def current_term(request: Any) -> Term:
    """The term of the request's moment; 404 before the first term is made."""
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    return term


def get_round(pk: int) -> TransferRound:
    """A round with its term, or 404. What it shows of a place is the caller's to narrow."""
    return get_object_or_404(TransferRound.objects.select_related("term"), pk=pk)
