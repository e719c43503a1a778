"""Run everything on this machine: web, worker and beat, stopped together by Ctrl-C."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psycopg
from django.conf import settings
from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.utils import translation
from psycopg import sql

from eqfund import embedded
from eqfund.embedded import schema

READY_SECONDS = 60
STOP_SECONDS = 20
HALF_FILLED = "eqfund: the demo is being filled in"


class Command(BaseCommand):
    help = "Migrate, fill an empty database with the demo, and run web, worker and beat."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        see_that_port_is_free(host, port)
        signal.signal(signal.SIGTERM, lambda *_: raise_interrupt())
        signal.signal(signal.SIGHUP, lambda *_: raise_interrupt())
        children: dict[str, subprocess.Popen[bytes]] = {}
        try:
            self.step("Migrations")
            self.manage("migrate", "--verbosity", "0")
            self.fill()
            self.step("Starting web, worker and beat")
            for name, command in commands(host, port).items():
                children[name] = start(command)
            self.wait_until_ready(host, port, children)
            self.greet(port)
            ended = first_to_end(children)
            raise CommandError(
                f"The {ended} ended by itself; everything was stopped. Its words stand above."
            )
        except KeyboardInterrupt:
            self.stdout.write("")
        finally:
            self.step("Stopping")
            stop(children)
            embedded.stop_services()

    def step(self, words: str) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(f"==> {words}"))

    def manage(self, *arguments: str) -> None:
        """Run another command, in a process of its own; migrations work as the tables' owner."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=environment()
        )
        if done.returncode:
            raise CommandError(f"manage.py {arguments[0]} failed; nothing was started.")

    def fill(self) -> None:
        """Fill an empty database with the demo; begin again if that was cut short last time."""
        from eqfund.models import User

        if not settings.DEMO_MODE or "seed_demo" not in get_commands():
            return
        if is_half_filled():
            self.step("Emptying the database: filling it was cut short last time")
            empty_the_database()
            self.manage("migrate", "--verbosity", "0")
        elif User.objects.exists():
            return
        self.step("Demo data: a country in miniature, in the middle of July 2569 (about a minute)")
        as_owner(f"COMMENT ON DATABASE {{}} IS '{HALF_FILLED}'")
        self.manage("seed_demo")
        as_owner("COMMENT ON DATABASE {} IS NULL")

    def wait_until_ready(
        self, host: str, port: int, children: dict[str, subprocess.Popen[bytes]]
    ) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not answers(port):
            if any(child.poll() is not None for child in children.values()):
                return  # said by whoever looks after the children
            if time.monotonic() > deadline:
                raise CommandError(
                    f"The web server did not answer on port {port} in {READY_SECONDS} s."
                )
            time.sleep(0.2)

    def greet(self, port: int) -> None:
        self.stdout.write(
            self.style.SUCCESS(f"\n    http://localhost:{port}    (Ctrl-C stops everything)\n")
        )
        if settings.DEMO_MODE:
            with translation.override("th"):
                for line in demo_people():
                    self.stdout.write(line)
        self.stdout.write("")


def raise_interrupt() -> None:
    raise KeyboardInterrupt


def see_that_port_is_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is not to be had ({error.strerror}). Stop what uses it, or choose another: make run PORT=8001\n"
                f"ใช้พอร์ต {port} ไม่ได้ ให้หยุดโปรแกรมที่ใช้อยู่ หรือเลือกพอร์ตอื่น: make run PORT=8001"
            ) from error


def environment() -> dict[str, str]:
    """What our children are given: the addresses of the services, so that none starts its own."""
    return os.environ | schema.environment() | embedded.ensure_services()


def commands(host: str, port: int) -> dict[str, list[str]]:
    run = [sys.executable, "-m"]
    queue = [*run, "celery", "--quiet", "-A", "eqfund"]
    return {
        "web": [*run, "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
                "--workers", os.environ.get("WEB_PROCESSES", "1"), "--blocking-threads", str(2 * (os.cpu_count() or 1)),
                "--respawn-failed-workers", "--no-ws", "--log-level", "warning", "eqfund.wsgi:application"],
        "worker": [*queue, "worker", "--concurrency", os.environ.get("WORKER_PROCESSES", "2"),
                   "--loglevel", "WARNING", "--without-gossip", "--without-mingle"],
        "beat": [*queue, "beat", "--loglevel", "WARNING", "--pidfile", ""],
    }  # fmt: skip


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own: Ctrl-C reaches us alone, and we stop it in order."""
    # in a container root is all there is, and Celery's warning of it helps nobody here
    quiet = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
    return subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=environment() | quiet | {"DJANGO_SETTINGS_MODULE": "eqfund.settings"},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=end_with_parent if sys.platform == "linux" else None,
    )


def end_with_parent() -> None:
    """Ask the kernel to end this child should its parent be killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=5):
            return True
    except HTTPError:
        return True
    except (URLError, OSError):
        return False


def first_to_end(children: dict[str, subprocess.Popen[bytes]]) -> str:
    while True:
        for name, child in children.items():
            if child.poll() is not None:
                return name
        time.sleep(0.5)


def stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask all to end, then insist; a job that is cut short is taken up again at the next start."""
    for child in children.values():
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def is_half_filled() -> bool:
    """Whether this very database was being filled with the demo when that was cut short.

    The mark is in the database itself: no other one can ever be emptied for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname = current_database()"
        )
        return cursor.fetchone() == (HALF_FILLED,)


def empty_the_database() -> None:
    """Drop all tables, as their owner: the append-only ones refuse to be emptied row by row."""
    connections.close_all()
    as_owner("DROP SCHEMA public CASCADE")
    as_owner("CREATE SCHEMA public")
    as_owner("GRANT USAGE ON SCHEMA public TO PUBLIC")


def as_owner(statement: str) -> None:
    """Run a statement as the tables' owner; {} in it is the database's name."""
    with psycopg.connect(embedded.ensure_services()["DATABASE_OWNER_URL"]) as owner:
        name = sql.Identifier(owner.info.dbname)
        owner.execute(sql.SQL(statement).format(name))


def demo_people() -> list[str]:
    """One person of each role to sign in as; the sign-in page offers more."""
    from eqfund import demo
    from eqfund.access import ROLE_NAMES, Role

    lines: dict[str, str] = {}
    for user in demo.people():
        for posting in user.postings.all():
            name = ROLE_NAMES[Role(posting.role)]
            lines.setdefault(posting.role, f"    {user.username:<14} {name}  ({user.full_name})")
    return list(lines.values())
