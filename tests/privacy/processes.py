"""Commands in processes of their own, on this test's database, and the moment at which they wait."""

import os
import time

from django.db import connection


def environment(**more):
    """What a process needs to work on the database of this test, as the tables' owner."""
    database = connection.settings_dict
    url = (
        f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        f"/{database['NAME']}"
    )
    return os.environ | {
        "DATABASE_URL": url,
        "DATABASE_OWNER_URL": url,
        "DJANGO_SETTINGS_MODULE": "eqfund.settings",
        "EQFUND_DATABASE_ROLE": "owner",
        **more,
    }


def until_somebody_waits(cursor, *, all_at_most=60):
    deadline = time.monotonic() + all_at_most
    while time.monotonic() < deadline:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        if cursor.fetchone()[0]:
            return
        time.sleep(0.05)
    raise AssertionError("nobody came")
