"""A database of its own for one telling of the story, or one bench; nothing of the demo's is touched.

Made beside the application's database on the same server by the owner's role, migrated,
and dropped afterwards with its files. What is to run there runs in a child process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections
from psycopg import sql

from eqfund import embedded
from eqfund.embedded import schema

DROP_TRIES = 60


@contextmanager
def fresh_database(
    name: str,
    *,
    keep: bool = False,
    role: str = "application",
    template: str = "",
    fast: bool = False,
    broker: int = 15,
) -> Iterator[dict[str, str]]:
    """Make and migrate the database; give the environment in which processes use it; drop it.

    `role` is who they work as: the application, as web and worker do, or the tables' owner.
    With `template` it is a copy of that database. A `fast` one does not wait for the disk.
    Two at once need a `broker` each, or one's worker takes the other's jobs.
    """
    services = embedded.ensure_services()
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    owner = services["DATABASE_OWNER_URL"]
    environment = (
        os.environ
        | schema.environment()
        | {
            "DATABASE_URL": _named(services["DATABASE_URL"], name),
            "DATABASE_OWNER_URL": _named(owner, name),
            "REDIS_URL": _apart(services["REDIS_URL"], broker),
            "EQFUND_VAR": str(folder),
            "PYTHONUNBUFFERED": "1",
        }
    )
    with _alone(owner, name):
        try:
            _make(owner, name, template, fast=fast)
            if not template:
                _run(environment | {"EQFUND_DATABASE_ROLE": "owner"}, "migrate", "--verbosity", "0")
            yield environment | {"EQFUND_DATABASE_ROLE": role}
        finally:
            if keep:
                print(f"kept: database {name}, files in {folder}")
            else:
                _drop(owner, name)
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(owner: str, database: str) -> Iterator[None]:
    """Hold the database's name on this server; a second one at once is sent away."""
    with psycopg.connect(owner, autocommit=True) as connection:
        row = connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [database]).fetchone()
        if not row or not row[0]:
            raise CommandError(f"{database} is in use: another one is at work on this server.")
        yield


@contextmanager
def copy_of_database() -> Iterator[str]:
    """A copy of the database in use, for a second process; its name. Closes our connections: none may be open."""
    name = f"{settings.DATABASES['default']['NAME']}_beside"
    owner = embedded.ensure_services()["DATABASE_OWNER_URL"]
    connections.close_all()
    _make(owner, name, settings.DATABASES["default"]["NAME"], fast=True)
    try:
        yield name
    finally:
        _drop(owner, name)


def run_inside(environment: dict[str, str], *arguments: str) -> int:
    """Run a command of manage.py with that environment; its exit code."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=environment
    ).returncode


def _run(environment: dict[str, str], *arguments: str) -> None:
    if run_inside(environment, *arguments):
        raise CommandError(f"manage.py {arguments[0]} failed in a new database.")


def _make(owner: str, database: str, template: str, *, fast: bool) -> None:
    name = sql.Identifier(database)
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        name, sql.Identifier(template or "template1")
    )
    try:
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(make)
            if fast:
                connection.execute(
                    sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name)
                )
    except psycopg.Error as error:
        raise CommandError(
            f"This needs a database of its own, and {database} could not be made: {error}\n"
            "Give DATABASE_OWNER_URL a role with CREATEDB, or leave DATABASE_URL unset."
        ) from error


def _drop(owner: str, database: str) -> None:
    """Drop a database; a vacuum of the server's own, which only it may stop, is waited for."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
    with psycopg.connect(owner, autocommit=True) as connection:
        for left in reversed(range(DROP_TRIES)):
            try:
                connection.execute(drop)
            except psycopg.errors.InsufficientPrivilege:
                if not left:
                    raise
                time.sleep(5)
            else:
                return


def _named(url: str, database: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _apart(url: str, broker: int = 15) -> str:
    """The same broker, one of its databases in which no other worker listens."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{broker}"))
