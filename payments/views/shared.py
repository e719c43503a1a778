"""What the views of several nouns share."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from eqfund.models import Term
from eqfund.refusal import Refused
from payments.models import TransferRound
from payments.models.rounds import sees_unpublished


def current_term(request: Any) -> Term:
    """The term of the request's moment; Refused, in words, before the first one is made."""
    term = Term.objects.current(request.moment)
    if term is None:
        raise Refused(
            gettext("No term has been opened yet. The fund loads the calendar of the first term.")
        )
    return term


def get_round(pk: int) -> TransferRound:
    """A round with its term, or 404. What it shows of a place is the caller's to narrow."""
    return get_object_or_404(TransferRound.objects.select_related("term"), pk=pk)


def get_published(request: Any, pk: int) -> TransferRound:
    """A round whose results are told; before that, 404 to all but the fund and the auditor."""
    found = get_round(pk)
    if not found.is_published and not sees_unpublished(request.user):
        raise Http404
    return found
