"""What every table shares: the scope, and claiming primary keys ahead of time."""

from __future__ import annotations

from typing import Any, Self

from django.db import connection, models

from eqfund import access


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows that lie at a place. A subclass says how to reach the path, and how deep reading goes.

    scope      lookup to a place path, for example "enrolment__path"
    read_verb  the verb that reading such a row needs
    """

    scope: str
    read_verb = "read_child"

    def visible_to(self, user: Any, verb: str | None = None) -> Self:
        """Rows at or under a place where the user holds the verb; none for anyone else."""
        return self.filter(access.path_filter(user, verb or self.read_verb, self.scope))

    def under(self, path: str) -> Self:
        """Rows at or under one place."""
        return self.filter(access.within([path], self.scope))


def next_pks(model: type[models.Model], count: int = 1) -> list[int]:
    """Claim `count` primary keys of a table from its sequence.

    A place's path holds its own key, so the key must be known before the row is.
    """
    table, column = model._meta.db_table, model._meta.pk.column  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{table}"', column, count],
        )
        return [row[0] for row in cursor.fetchall()]
