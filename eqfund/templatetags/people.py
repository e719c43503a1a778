"""Filters of the pages of people."""

from __future__ import annotations

from datetime import date

from django import template

from eqfund.thai_text import BUDDHIST_ERA

register = template.Library()


@register.filter
def as_typed(day: date | None) -> str:
    """A day as one types it into a field: 24/7/2569."""
    return f"{day.day}/{day.month}/{day.year + BUDDHIST_ERA}" if day else ""
