"""PostgreSQL and Valkey from their wheels, for whoever has none of their own.

`ensure_services()` gives the addresses of the database and the broker. What the
environment names (DATABASE_URL, REDIS_URL) is used as it is; the rest is started here, in
`$EQFUND_VAR` (by default `var/` beside manage.py), and stays on 127.0.0.1 behind generated
passwords. These are the servers of production, only smaller.

Who stops them: every process that uses them holds a shared lock on one lease file, and the
last to leave stops them. The lock of a process that was killed is gone with it, so nothing is
left to clean up: the next one attaches to what still runs, or starts it again.

As root, PostgreSQL refuses to run; both servers then run under an unprivileged user. Where
that user cannot reach `$EQFUND_VAR` (a clone inside /root, say), no folder is opened to it:
the data lives in a private folder of its own, which is named on the screen.
"""

import atexit
import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from . import postgres, valkey
from .home import ServicesUnavailable, home_of

__all__ = [
    "ServicesUnavailable",
    "django_database",
    "ensure_services",
    "stop_services",
    "var_folder",
]

PROJECT = Path(__file__).resolve().parent.parent.parent
LOCK_SECONDS = 180

_given: dict[str, str] = {}
_lease: int | None = None
_lease_holder = 0


def ensure_services() -> dict[str, str]:
    """Return DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL, starting what is missing.

    The application works as the first, which owns no table; migrations and tests as the
    second. Cheap after the first call. Raises ServicesUnavailable.
    """
    if not _given:
        _given.update(_from_environment())
        if missing := {"DATABASE_URL", "REDIS_URL"} - set(_given):
            _given.update(_from_wheels(missing))
        _given.setdefault("DATABASE_OWNER_URL", _given["DATABASE_URL"])
    return dict(_given)


def django_database(url: str) -> dict[str, Any]:
    """A postgresql:// address as Django's settings want it; its query is psycopg's options."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ServicesUnavailable(
            "DATABASE_URL must read postgresql://user:password@host:port/name.",
            "DATABASE_URL ต้องอยู่ในรูป postgresql://user:password@host:port/name",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "eqfund", **dict(parse_qsl(parts.query))},
    }


def stop_services() -> bool:
    """Leave the embedded services; stop them when nobody else uses them. True if stopped."""
    global _lease
    if _lease is None or _lease_holder != os.getpid():
        return False  # a forked child does not speak for its parent
    lease, _lease = _lease, None
    _given.clear()
    var = var_folder()
    try:
        with _locked(var):
            fcntl.flock(lease, fcntl.LOCK_UN)
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            home = home_of(var)
            postgres.stop(home)
            valkey.stop(home)
    except OSError:  # someone else holds the lease, or the folder is gone
        return False
    finally:
        os.close(lease)
    return True


def var_folder() -> Path:
    """The folder for everything this machine keeps for eqfund."""
    return Path(os.environ.get("EQFUND_VAR") or PROJECT / "var").resolve()


def _from_environment() -> dict[str, str]:
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    return {name: os.environ[name] for name in names if os.environ.get(name)}


def _from_wheels(wanted: set[str]) -> dict[str, str]:
    var = var_folder()
    try:
        var.mkdir(parents=True, exist_ok=True)
        with _locked(var):
            home = home_of(var)
            found: dict[str, str] = {}
            if "DATABASE_URL" in wanted:
                found |= postgres.start(home)
            if "REDIS_URL" in wanted:
                found |= valkey.start(home)
            _take_lease(var)
    except PermissionError as error:
        raise ServicesUnavailable(
            f"The folder {error.filename or var} cannot be used: it belongs to someone else or"
            " is not writable. Set EQFUND_VAR to a folder of your own, or set DATABASE_URL and"
            " REDIS_URL.",
            f"ใช้โฟลเดอร์ {error.filename or var} ไม่ได้ เพราะเป็นของผู้อื่นหรือเขียนไม่ได้"
            " ให้ตั้ง EQFUND_VAR เป็นโฟลเดอร์ของท่านเอง หรือตั้ง DATABASE_URL และ REDIS_URL",
        ) from error
    except OSError as error:
        raise ServicesUnavailable(
            f"The embedded services cannot use {var}: {error}.",
            f"บริการที่ติดมากับระบบใช้โฟลเดอร์ {var} ไม่ได้: {error}",
        ) from error
    return found


# --- who is there: one lock to start and stop, one lease while in use


@contextlib.contextmanager
def _locked(var: Path) -> Iterator[None]:
    """Hold the lock under which services start and stop; one process at a time."""
    lock = os.open(var / "services.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ServicesUnavailable(
                        f"Another process has been starting the services in {var} for too long.",
                        f"มีอีกกระบวนการหนึ่งกำลังเริ่มบริการใน {var} นานเกินไป",
                    ) from None
                time.sleep(0.1)
        yield
    finally:
        os.close(lock)


def _take_lease(var: Path) -> None:
    global _lease, _lease_holder
    lease = os.open(var / "services.lease", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lease, fcntl.LOCK_SH)
    _lease, _lease_holder = lease, os.getpid()
    atexit.register(stop_services)
