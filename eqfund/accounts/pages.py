"""Where other packages add a line to one's own page: they register in ready()."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from eqfund.hooks import Registry


@dataclass(frozen=True, slots=True)
class AccountLink:
    """A page about the signed-in person: what it is called, what it does."""

    label: Any
    hint: Any
    url_name: str

    @property
    def url(self) -> str:
        return reverse(self.url_name)


account_links: Registry[AccountLink] = Registry()
