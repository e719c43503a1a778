"""Every address of the product, with its verb and the methods it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from eqfund.pages import methods_of


@dataclass(frozen=True, slots=True)
class PageToWalk:
    """One address of the product."""

    name: str
    callback: Any
    arguments: tuple[str, ...]

    @property
    def verb(self) -> str:
        return getattr(self.callback, "requires", "")

    @property
    def is_open(self) -> bool:
        return hasattr(self.callback, "open_because")

    @property
    def methods(self) -> set[str]:
        """The methods its require_... decorator lets through; empty when it has none."""
        return set(methods_of(self.callback))


def pages() -> list[PageToWalk]:
    """Every named page of ours, in the order of the addresses; a name that stands twice, once."""
    found = {page.name: page for page in _pages(get_resolver().url_patterns, "")}
    return list(found.values())


def _pages(patterns: list[Any], namespace: str) -> Iterator[PageToWalk]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            name = f"{namespace}:{pattern.name}" if namespace else str(pattern.name)
            if hasattr(pattern.callback, "requires") or hasattr(pattern.callback, "open_because"):
                yield PageToWalk(name, pattern.callback, tuple(pattern.pattern.converters))
        elif isinstance(pattern, URLResolver):
            yield from _pages(pattern.url_patterns, pattern.namespace or namespace)
