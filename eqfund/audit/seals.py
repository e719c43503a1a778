"""Seal what was written: a job appends links to the chain, so that no writer ever waits for it.

An event knows its *position*: the number of the transaction that wrote it. Below
the lowest transaction still at work (`pg_snapshot_xmin`) nothing can be added any
more; so a seal takes all events from where the last one ended to below that
number, and whoever comes later finds the range closed. A transaction of an hour
holds the seals back for an hour, and no one else.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection, transaction

from eqfund import clock
from eqfund.models import AuditSeal, AuditVolume

from . import chain

LOCK = 0x5EA15  # one sealer at a time; any number that nobody else takes
EVENTS_IN_A_SEAL = 5_000
ROWS = f"SELECT {', '.join(chain.COLUMNS)} FROM eqfund_event"


class BookWentBack(Exception):
    """The database counts its transactions from below the last seal: a backup was brought back."""


def seal_all() -> int:
    """Seal all that can be sealed now; the number of seals made. 0 too when another sealer is at work."""
    made = 0
    while (seal := seal_next()) is not None:
        made += 1
        if seal.events < EVENTS_IN_A_SEAL // 2:
            break
    return made


@transaction.atomic
def seal_next() -> AuditSeal | None:
    """Append one seal; None when nothing is ready, or when another sealer is at work.

    Raises BookWentBack after a restore, until `manage.py continue_audit` was run.
    """
    if not _alone():
        return None
    last = AuditSeal.objects.order_by("-number").first()
    begin = last.below_position if last else 0
    horizon = _horizon()
    if horizon < begin:
        raise BookWentBack(f"the book is sealed up to {begin}, the database stands at {horizon}")
    rows, below = _next_batch(begin, horizon)
    if not rows:
        return None
    head = chain.Head(
        number=last.number + 1 if last else 1,
        from_position=begin,
        below_position=below,
        events=len(rows),
        first_event_id=min(row[0] for row in rows),
        last_event_id=max(row[0] for row in rows),
        sealed_at=clock.wall(),
    )
    leaves = chain.leaves_of(rows)
    previous = bytes(last.hash) if last else chain.NOTHING_BEFORE
    hash_ = chain.seal_hash(previous, head, leaves)
    key = len(settings.SEAL_KEYS) - 1
    return AuditSeal.objects.create(
        number=head.number,
        from_position=head.from_position,
        below_position=head.below_position,
        events=head.events,
        first_event_id=head.first_event_id,
        last_event_id=head.last_event_id,
        leaves=leaves,
        previous=previous,
        hash=hash_,
        mac_key=key,
        mac=chain.mac_of(settings.SEAL_KEYS[key], hash_),
        sealed_at=head.sealed_at,
    )


@transaction.atomic
def continue_book() -> AuditVolume | None:
    """After a backup was brought back: let positions go on above all that is written. None if they do."""
    _query("LOCK TABLE eqfund_auditvolume IN EXCLUSIVE MODE", fetch=False)
    [[here, now]] = _query("SELECT audit_position(), pg_current_xact_id()::text::bigint")
    [[written]] = _query(
        "SELECT greatest((SELECT coalesce(max(position), 0) FROM eqfund_event),"
        " (SELECT coalesce(max(below_position), 0) FROM eqfund_auditseal))"
    )
    if here > written:
        return None
    return AuditVolume.objects.create(shift=written + 1 - now, begun_at=clock.wall())


def head() -> str:
    """The chain's end as one word to keep outside: number and hash. "" when nothing is sealed."""
    last = AuditSeal.objects.order_by("-number").only("number", "hash").first()
    return f"{last.number}:{bytes(last.hash).hex()}" if last else ""


def rows_between(begin: int, below: int, limit: int | None = None) -> list[tuple[Any, ...]]:
    """Events of a range of positions as chain.COLUMNS, in the order of the leaves."""
    return _query(
        f"{ROWS} WHERE position >= %s AND position < %s ORDER BY position, id"
        + (" LIMIT %s" if limit else ""),
        [begin, below, *([limit] if limit else [])],
    )


def _next_batch(begin: int, horizon: int) -> tuple[list[tuple[Any, ...]], int]:
    """About EVENTS_IN_A_SEAL rows and where they end; one transaction's rows are never parted."""
    rows = rows_between(begin, horizon, EVENTS_IN_A_SEAL + 1)
    if len(rows) <= EVENTS_IN_A_SEAL:
        return rows, horizon
    place = chain.COLUMNS.index("position")
    first, below = rows[0][place], rows[-1][place]
    if first == below:  # more rows in one transaction than a seal has
        return rows_between(begin, first + 1), first + 1
    return [row for row in rows if row[place] < below], below


def _horizon() -> int:
    """No transaction below this position can still write."""
    [[horizon]] = _query(
        "SELECT coalesce((SELECT shift FROM eqfund_auditvolume ORDER BY id DESC LIMIT 1), 0)"
        " + pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    )
    return int(horizon)


def _alone() -> bool:
    [[taken]] = _query("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
    return bool(taken)


def _query(sql: str, params: list[Any] | None = None, *, fetch: bool = True) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if fetch else []
