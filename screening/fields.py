"""Two small column types: a term as a sortable number, and a list of single-precision numbers."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from eqfund.school_year import TermKey


def term_code(term: Any) -> int:
    """A term as one whole number that sorts as terms come: 1/2569 is 25691.

    Takes anything with `year_be` and `number`, so a Term as well as a TermKey.
    """
    return int(term.year_be) * 10 + int(term.number)


class TermKeyField(models.IntegerField):
    """A term by its key, also of years whose Term row does not exist yet; TermKey in Python."""

    # what the type checker may expect of the attribute
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> TermKey | None:
        return None if value is None else TermKey(value // 10, value % 10)

    def to_python(self, value: Any) -> Any:
        return TermKey(value // 10, value % 10) if isinstance(value, int) else value

    def get_prep_value(self, value: Any) -> int | None:
        return value if value is None or isinstance(value, int) else term_code(value)


class RealField(models.FloatField):
    """A number of seven digits in four bytes."""

    def db_type(self, connection: Any) -> str:
        return "real"


def reals() -> ArrayField:
    """A list of single-precision numbers: what each fact added to a score."""
    return ArrayField(RealField(), default=list)
