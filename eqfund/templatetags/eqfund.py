"""Filters for money, dates and words as the screens show them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils.html import format_html_join

from eqfund import clock, money, thai_text
from eqfund.school_year import grade_label

register = template.Library()


@register.filter
def baht(satang: int | None) -> str:
    """1234500 -> 12,345.00; nothing for None."""
    return "" if satang is None else money.baht(satang)


@register.filter
def baht_words(satang: int) -> str:
    return money.baht_words(satang)


@register.filter
def thai_date(value: date | datetime | None) -> str:
    """24 ก.ค. 2569, in Bangkok."""
    if value is None:
        return ""
    return thai_text.thai_date(
        value.astimezone(clock.BANGKOK).date() if isinstance(value, datetime) else value
    )


@register.filter
def thai_datetime(value: datetime | None) -> str:
    """24 ก.ค. 2569 17.00 น., in Bangkok."""
    return "" if value is None else thai_text.thai_datetime(value.astimezone(clock.BANGKOK))


@register.filter
def thai_digits(value: Any) -> str:
    return thai_text.thai_digits(str(value))


@register.filter
def grade(code: str) -> str:
    return grade_label(code)


@register.filter
def unbroken(name: str) -> str:
    """A person's name for a heading: it breaks between its words, never inside one.

    >>> unbroken("นางสมศรี ดอยธารฟ้า")
    '<span class="keep">นางสมศรี</span> <span class="keep">ดอยธารฟ้า</span>'
    """
    return format_html_join(" ", '<span class="keep">{}</span>', ((word,) for word in name.split()))


@register.filter
def phone(value: str) -> str:
    """A telephone number, grouped as the letters group it."""
    return thai_text.phone(value or "")


@register.filter
def thousands(value: int | None) -> str:
    """12345 -> 12,345."""
    return "" if value is None else f"{value:,}"


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """mapping[key], or nothing."""
    return mapping.get(key, "")


@register.filter
def percent_of(part: int, whole: int) -> int:
    """Whole percent, 0 when there is nothing to divide by."""
    return 100 * part // whole if whole else 0


@register.filter
def day_of_month(value: datetime) -> str:
    """The day a due moment falls on, as people say it: midnight belongs to the day before."""
    return str(_due_day(value).day)


@register.filter
def short_month(value: datetime) -> str:
    """ก.ค."""
    return thai_text.thai_date(_due_day(value)).split(" ")[1]


def _due_day(value: datetime) -> date:
    return (value.astimezone(clock.BANGKOK) - timedelta(seconds=1)).date()


@register.filter
def month_name(value: date) -> str:
    """กรกฎาคม 2569."""
    return thai_text.thai_date_long(value).split(" ", 1)[1]
