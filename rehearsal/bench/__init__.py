"""Measured figures, each beside its lower bound in the same run.

Each module here has `rows()`: what it measured, as dicts of

    name                  what was done, with its size
    seconds               the time it took (or another figure, when `unit` says so)
    lower_bound_seconds   the same rows by the barest means, measured in the same run
    ratio                 the first by the second
    limit                 the most the ratio may be; None for a figure that is shown only

A module that has a `SIZE` takes another: `rows(size)`. `manage.py bench scoring --size 2000000` measures
at national size.

Each module runs in a process and a migrated, empty database of its own, as the application's role or,
with `ROLE = "owner"`, as that of the tables' owner.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

type Row = dict[str, Any]


def modules() -> list[str]:
    """Names of the modules that measure; one whose name begins with _ serves others."""
    names = (found.name for found in pkgutil.iter_modules(__path__))
    return sorted(name for name in names if not name.startswith("_"))


def collect(name: str, size: int | None = None) -> Iterator[Row]:
    """Run a module's rows, at its own size or at `size`; a row has its module's name with it."""
    module = import_module(f"{__name__}.{name}")
    found = module.rows(size) if size and hasattr(module, "SIZE") else module.rows()
    for row in found:
        yield {"module": name, "limit": None, "lower_bound_seconds": None, "ratio": None, **row}


def role_of(name: str) -> str:
    """Which role a module works as."""
    return str(getattr(import_module(f"{__name__}.{name}"), "ROLE", "application"))


def is_over(row: Row) -> bool:
    """Whether a row exceeds its limit."""
    return row["limit"] is not None and row["ratio"] is not None and row["ratio"] > row["limit"]
