"""A child's number is corrected: what rounds were built under it goes on to agree with their digests."""

from __future__ import annotations

from django.db import connection

from eqfund import hooks

# The first number of a right, for all its rounds: each digests what it did when it was built.
_REMEMBER = """
INSERT INTO payments_builtunder (entitlement_id, number, id_index, id_index_next)
SELECT n.id, i.number, i.id_index, i.id_index_next
  FROM payments_entitlement n JOIN eqfund_identity i ON i.id = n.identity_id
 WHERE n.identity_id = ANY(%s) AND EXISTS (SELECT 1 FROM payments_transfer t WHERE t.entitlement_id = n.id)
ON CONFLICT DO NOTHING
"""


def register() -> None:
    """Register with eqfund.hooks."""
    hooks.numbers_change.register(remember)


def remember(identities: list[int]) -> None:
    """Keep the number under which rounds were built, before it is another."""
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, [identities])
