"""System checks of the keys: `migrate` and `check --database default` refuse a ring that cannot read what is kept."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error, Tags, register
from django.db import DatabaseError

from eqfund.privacy import field_keys


@register(Tags.database)
def every_value_can_be_read(databases: Any = None, **kwargs: Any) -> list[Error]:
    """No value is sealed under a key that left FIELD_KEYS."""
    if not databases or "default" not in databases:
        return []
    try:
        lost = field_keys.unreadable()
    except (
        DatabaseError
    ):  # the tables are not there yet, or not as the models say: before migrating
        return []
    return [
        Error(
            f"{column}: values are sealed under a key that is not in FIELD_KEYS.",
            hint="Put the key back, run manage.py rotate_field_keys, and see manage.py keys_in_use before it leaves.",
            id="eqfund.E101",
        )
        for column in lost
    ]
