"""Filters of the account pages."""

from __future__ import annotations

from datetime import datetime

from django import template

from eqfund import clock

register = template.Library()


@register.filter
def clock_time(at: datetime) -> str:
    """The time of day of an instant, as people write it: 16.59 น."""
    local = at.astimezone(clock.BANGKOK)
    return f"{local:%H.%M} น."
