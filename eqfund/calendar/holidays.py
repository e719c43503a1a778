"""The holidays in force: the published ones, as the Holiday table changes them."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext, gettext_lazy as _

from eqfund.models import Holiday
from eqfund.thai_text import BUDDHIST_ERA
from eqfund.working_days import PUBLISHED_HOLIDAYS, PUBLISHED_YEARS

# Those that fall on the same day every year; others follow the moon, or make up for a weekend.
FIXED = {
    "01-01": _("New Year's Day"),
    "04-06": _("Chakri Day"),
    "04-13": _("Songkran"),
    "04-14": _("Songkran"),
    "04-15": _("Songkran"),
    "05-04": _("Coronation Day"),
    "06-03": _("Queen Suthida's birthday"),
    "07-28": _("The King's birthday"),
    "08-12": _("Mother's Day"),
    "10-13": _("Navamindra Maharaj Day"),
    "10-23": _("Chulalongkorn Day"),
    "12-05": _("King Bhumibol's birthday, National Day, Father's Day"),
    "12-10": _("Constitution Day"),
    "12-31": _("New Year's Eve"),
}


@dataclass(frozen=True, slots=True)
class HolidayTable(Container[date]):
    """Which days are holidays. ValueError for a year of which none is known: a wrong due day would be worse."""

    added: frozenset[date]
    taken_off: frozenset[date]

    def __contains__(self, day: object) -> bool:
        assert isinstance(day, date)
        if day.year not in PUBLISHED_YEARS and not any(it.year == day.year for it in self.added):
            raise ValueError(f"no holidays are published for {day.year}")
        return day in self.added or (day in PUBLISHED_HOLIDAYS and day not in self.taken_off)


def in_force() -> HolidayTable:
    """The holidays as they are now; one query."""
    rows = list(Holiday.objects.values_list("day", "is_closed"))
    return HolidayTable(
        frozenset(day for day, is_closed in rows if is_closed),
        frozenset(day for day, is_closed in rows if not is_closed),
    )


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the page of holidays: published, added here, or taken off here."""

    day: date
    change: Holiday | None

    @property
    def is_closed(self) -> bool:
        return self.change.is_closed if self.change else True

    @property
    def is_published(self) -> bool:
        return self.day in PUBLISHED_HOLIDAYS

    @property
    def name(self) -> str:
        if self.change:
            return self.change.name
        return str(FIXED.get(f"{self.day:%m-%d}", "")) or gettext("published holiday")


def days_of(year: int) -> list[Day]:
    """Every holiday of a common year, and every published one that was taken off."""
    changes = {it.day: it for it in Holiday.objects.filter(day__year=year).select_related("set_by")}
    published = {day for day in PUBLISHED_HOLIDAYS if day.year == year}
    return [Day(day, changes.get(day)) for day in sorted(published | set(changes))]


def years() -> list[int]:
    """The common years that the page shows: those published, and those with a change."""
    changed = {day.year for day in Holiday.objects.values_list("day", flat=True)}
    return sorted({*PUBLISHED_YEARS, *changed, max(PUBLISHED_YEARS) + 1})


def year_be(year: int) -> int:
    return year + BUDDHIST_ERA
