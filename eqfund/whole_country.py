"""Statements that go through all rows of a term at once: grants, forms, transfers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper


@contextmanager
def over_the_whole_country() -> Iterator[CursorWrapper]:
    """A cursor whose statements go through every row of a term, inside a transaction.

    The planner may not loop: where its figures are old (a table filled this hour, a term
    it has not seen) it would walk a million rows one by one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
        yield cursor
        cursor.execute("SET LOCAL enable_nestloop = on; SET LOCAL work_mem TO DEFAULT")
