"""How each registry's files are read, as data: what is shipped, and over it what the fund has adjusted."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from eqfund.imports import mapping
from eqfund.imports.mapping import HowRead
from eqfund.imports.titles import REQUIRED, title_of
from eqfund.models import RegistryReading, RegistryTitle, RegistryValue

MEANINGS = {"poor": _("poor"), "not_poor": _("not marked poor"), "m": _("male"), "f": _("female")}


def of(registry: str) -> HowRead:
    """The rules for a registry as they are now; three queries."""
    titles = RegistryTitle.objects.filter(registry=registry).values_list("title", "key")
    values = RegistryValue.objects.filter(registry=registry).values_list("key", "value", "means")
    reading = RegistryReading.objects.filter(registry=registry).first()
    return mapping.how_read(
        registry,
        dict(titles),
        {(key, value): means for key, value, means in values},
        reading.must_have if reading else (),
        reading.years if reading else "both",
    )


@dataclass(frozen=True, slots=True)
class Field:
    """One of our fields: how it is called, the titles it is known by, whether a file must have it."""

    key: str
    name: str
    everywhere: list[str]
    shipped: list[str]
    added: list[RegistryTitle]
    is_fixed: bool
    is_asked: bool

    @property
    def is_required(self) -> bool:
        return self.is_fixed or self.is_asked


def fields_of(registry: str) -> list[Field]:
    """Every field of ours with its titles in this registry; two queries."""
    added: dict[str, list[RegistryTitle]] = {}
    rows = RegistryTitle.objects.filter(registry=registry).select_related("added_by")
    for row in rows.order_by("title"):
        added.setdefault(row.key, []).append(row)
    reading = RegistryReading.objects.filter(registry=registry).first()
    asked = set(reading.must_have) if reading else set()
    shipped = mapping.SHIPPED_TITLES.get(registry, {})
    return [
        Field(
            key,
            name_of(key),
            mapping.titles_for(key),
            [title for title, means in shipped.items() if means == key],
            added.get(key, []),
            key in REQUIRED,
            key in asked,
        )
        for key in mapping.all_keys()
    ]


def name_of(key: str) -> str:
    """What a field is called on the page: its best known title."""
    return title_of(key) if key else ""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a deciding column that mean one thing: those shipped, and those the fund added."""

    name: str
    means: str | Promise
    shipped: list[str]
    added: list[RegistryValue]


def words_of(registry: str) -> list[Words]:
    """The words that this registry's files use, by column and meaning; one query."""
    rows = RegistryValue.objects.filter(registry=registry).select_related("added_by")
    added = list(rows.order_by("value"))
    own = {(row.key, row.value) for row in added}
    shipped = mapping.SHIPPED_VALUES.get(registry, {})
    found = [
        Words(
            name_of(key),
            MEANINGS[means],
            [
                word
                for (of, word), each in shipped.items()
                if (of, each) == (key, means) and (of, mapping.word_of(word)) not in own
            ],
            [row for row in added if (row.key, row.means) == (key, means)],
        )
        for key, meanings in mapping.VALUES.items()
        for means in meanings
    ]
    return [words for words in found if words.shipped or words.added]
