"""The audit book at 300,000 events, a million with --size 1000000: what a reading costs, sealing and proving, and each filter of its page.

A reading is measured beside the barest insert of the same row; sealing beside reading the same rows out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eqfund import audit, clock
from eqfund.access import Role
from eqfund.accounts import sessions
from eqfund.audit import chain, seals, verify
from eqfund.models import Event, Posting, User

ROLE = "owner"
SIZE = 300_000
READINGS = 2_000

type Row = dict[str, Any]

EVENTS = """
INSERT INTO eqfund_event (wall_at, at, kind, actor_id, actor_name, verb, object_label, object_id, pupil_id,
                          path, facts, change, change_digest, position)
SELECT moment, moment,
       CASE WHEN n %% 100 < 70 THEN 'read' WHEN n %% 100 < 72 THEN 'download' ELSE 'act' END,
       n %% 40000, 'ครู ' || n %% 40000,
       CASE WHEN n %% 100 < 70 THEN 'read' WHEN n %% 100 < 72 THEN 'download_file'
            WHEN n %% 1000 = 999 THEN 'people.end_post' ELSE 'save_form01' END,
       CASE WHEN n %% 100 < 70 THEN 'eqfund.Pupil' ELSE 'screening.Form01' END,
       (n %% 300000)::text, n %% 300000, 'TH/1/' || n %% 200 || '/' || n %% 3000 || '/' || n %% 30000 || '/',
       '{"count": 1}', '', '', n / 20
FROM (SELECT n, timestamptz '2026-05-01' + n * interval '12 seconds' AS moment
      FROM generate_series(1, %s) AS n) AS made
"""
BARE = """
INSERT INTO eqfund_event (wall_at, at, kind, actor_name, verb, object_label, object_id, path, facts, change)
VALUES (now(), now(), 'act', '', 'x', '', '', '', '{}', '')
"""


def rows(size: int = SIZE) -> Iterator[Row]:
    """Write the events, then measure."""
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [size])
    _vacuum()
    auditor = User.objects.create(username="bench-auditor", full_name="ผู้ตรวจสอบ", is_demo=True)
    Posting.objects.create(user=auditor, role=Role.AUDITOR, path="TH/", starts_on="2020-01-01")
    yield from _readings(auditor)
    yield from _seals(size)
    yield from _pages(auditor, size)


def _readings(user: User) -> Iterator[Row]:
    request: Any = RequestFactory().get("/")
    request.user, request.moment = user, clock.now()
    begun = clock.stopwatch()
    for _n in range(READINGS):
        with connection.cursor() as cursor:
            cursor.execute(BARE)
    bare = clock.stopwatch() - begun
    begun = clock.stopwatch()
    for n in range(READINGS):
        audit.read(request, "bench:page", path=f"TH/{n}/")
    yield _row(f"{READINGS:,} readings, beside bare inserts", clock.stopwatch() - begun, bare, 5.0)
    begun = clock.stopwatch()
    for n in range(READINGS):
        audit.read(request, "bench:page", path=f"TH/{n}/")
    yield _row(f"{READINGS:,} readings again within the hour", clock.stopwatch() - begun)


def _seals(size: int) -> Iterator[Row]:
    begun = clock.stopwatch()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(chain.COLUMNS)} FROM eqfund_event ORDER BY position, id")
        while cursor.fetchmany(5000):
            pass
    bare = clock.stopwatch() - begun
    begun = clock.stopwatch()
    while seals.seal_next():
        pass
    yield _row(f"sealing {size:,} events, beside reading them", clock.stopwatch() - begun, bare)
    begun = clock.stopwatch()
    report = verify.verify()
    assert not report.faults
    yield _row(f"proving {report.events:,} events", clock.stopwatch() - begun, bare)
    _vacuum()


def _pages(user: User, size: int) -> Iterator[Row]:
    client = Client(SERVER_NAME="localhost")
    sessions.enter_by_click(client, user)
    middle = Event.objects.order_by("wall_at")[size // 2]
    deep = f"{int(middle.wall_at.timestamp() * 1_000_000)}-{middle.pk}"
    queries: dict[str, dict[str, Any]] = {
        "the newest page": {},
        "a page from the middle": {"before": deep},
        "readings": {"kind": "read"},
        "downloads": {"kind": "download"},
        "a seldom verb": {"verb": "people.end_post"},
        "a verb that never was": {"verb": "privacy.rotate_field_keys"},
        "one child": {"child": 4711},
        "one thing": {"object": "screening.Form01~299999"},
        "one school": {"place": "TH/1/7/7/7/"},
        "one affiliation": {"place": "TH/1/"},
        "one day": {"since": "10/6/2569", "until": "10/6/2569"},
        "downloads of an office on a day": {
            "kind": "download", "place": "TH/1/7/", "since": "10/6/2569", "until": "10/6/2569",
        },
    }  # fmt: skip
    for name, query in queries.items():
        yield _row(f"page: {name}", _best(lambda q=query: _ask(client, q)))  # type: ignore[misc]
    with CaptureQueriesContext(connection) as captured:
        _ask(client, {})
    yield {"name": "page: queries", "seconds": len(captured), "unit": "queries"}


def _ask(client: Client, query: dict[str, Any]) -> None:
    response = client.get(reverse("audit:events"), query)
    assert response.status_code == 200, response.status_code


def _best(work: Callable[[], None]) -> float:
    times = []
    for _run in range(3):
        begun = clock.stopwatch()
        work()
        times.append(clock.stopwatch() - begun)
    return min(times)


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE eqfund_event")


def _row(name: str, seconds: float, bound: float | None = None, limit: float | None = None) -> Row:
    return {
        "name": name,
        "seconds": seconds,
        "lower_bound_seconds": bound,
        "ratio": seconds / bound if bound else None,
        "limit": limit,
    }
