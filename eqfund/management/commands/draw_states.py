"""Draw every table of transitions: `make docs` writes docs/states.md, `make check` compares."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from enum import Enum
from types import ModuleType
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from eqfund.translations import APPS

HEAD = """\
# States

Drawn by `make docs` from the tables of transitions in the rules; `make check` compares.
"""


class Command(BaseCommand):
    help = "Print docs/states.md: one drawing for each table of transitions in the rules."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(states())


def states() -> str:
    """The whole of docs/states.md."""
    parts = [HEAD]
    for module in rule_modules():
        for name, table in tables(module):
            title = name.removesuffix("TRANSITIONS").strip("_").replace("_", " ").lower()
            kind = type(next(iter(table))).__name__
            parts.append(f"## {module.__name__}: {title or kind}\n\n{drawing(table)}")
    return "\n".join(parts)


def rule_modules() -> Iterator[ModuleType]:
    """Every module of ours named rules, rules_..., or inside such a package."""
    for config in sorted(apps.get_app_configs(), key=lambda config: config.name):
        if config.name.split(".")[0] not in APPS:
            continue
        packages = pkgutil.walk_packages(config.module.__path__, f"{config.name}.")  # type: ignore[union-attr]
        for name in sorted(found.name for found in packages):
            if any(part.startswith("rules") for part in name.split(".")):
                yield importlib.import_module(name)


def tables(module: ModuleType) -> Iterator[tuple[str, Mapping[Enum, Any]]]:
    """The tables of transitions that a module itself defines (state -> what may follow)."""
    for name, value in vars(module).items():
        if name.endswith("TRANSITIONS") and isinstance(value, Mapping) and value:
            first = next(iter(value))
            if isinstance(first, Enum) and type(first).__module__ == module.__name__:
                yield name, value


def drawing(table: Mapping[Enum, Any]) -> str:
    """One table as a Mermaid state diagram: starts at the first state, ends at those without next."""
    order = list(type(next(iter(table))))
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {order[0].value}"]
    for state in order:
        following = sorted(table.get(state, ()), key=order.index)
        lines += [f"    {state.value} --> {after.value}" for after in following]
        if not following:
            lines.append(f"    {state.value} --> [*]")
    return "\n".join([*lines, "```", ""])
