"""The demo's test inbox: what would have gone out by SMS and mail. Its address exists in demo mode only."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from eqfund.access import open_to_all
from eqfund.models import SentMessage

SHOWN = 30


@require_GET
@open_to_all(
    "the demo's test inbox; its address exists in demo mode only, and everybody is invented"
)
def inbox(request: Any) -> HttpResponse:
    """The latest messages, the newest first."""
    return render(
        request, "account/inbox.html", {"sent": SentMessage.objects.order_by("-pk")[:SHOWN]}
    )
