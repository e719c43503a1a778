"""The embedded PostgreSQL: one cluster, one database, its owner and its application's role."""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg

from .home import (
    Home,
    ServicesUnavailable,
    free_port,
    private_folder,
    read_notes,
    tail,
    write_notes,
)

DATABASE = "eqfund"
OWNER, APPLICATION = "eqfund_owner", "eqfund_app"
START_SECONDS = 120
ATTEMPTS = 4

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Run by initdb's superuser in single-user mode, so one line is one statement. In template1
# first: test databases are copied from it and so grant the same.
PREPARE_TEMPLATE = """\
CREATE ROLE {owner} LOGIN CREATEDB PASSWORD '{owner_password}'
CREATE ROLE {app} LOGIN PASSWORD '{app_password}'
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {app}
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT EXECUTE ON FUNCTIONS TO {app}
CREATE DATABASE {database} OWNER {owner}
"""


def start(home: Home) -> dict[str, str]:
    folder = private_folder(home, "postgres")
    data, log = folder / "data", folder / "log"
    notes = read_notes(folder)
    if not (data / "PG_VERSION").exists():
        notes = _create_cluster(home, folder)
    if not notes:
        raise ServicesUnavailable(
            f"{folder} holds a database but its passwords (eqfund.json) are gone. Put the file"
            " back, or move the folder away to begin with an empty database.",
            f"{folder} มีฐานข้อมูลแต่ไฟล์รหัสผ่าน (eqfund.json) หายไป ให้นำไฟล์กลับมา"
            " หรือย้ายโฟลเดอร์นี้ออกเพื่อเริ่มฐานข้อมูลใหม่",
        )
    if _postmaster(data) and _answers(notes, wait=START_SECONDS):
        return _urls(notes)
    for _ in range(ATTEMPTS):
        notes["port"] = free_port(notes.get("port"))
        write_notes(folder, notes)
        _forget_dead_postmaster(data)
        if _pg_ctl_start(home, data, log, notes["port"]) and _answers(notes, wait=10):
            return _urls(notes)
        time.sleep(1)  # after a crash its last children may still hold the shared memory
    raise ServicesUnavailable(
        f"The embedded PostgreSQL did not start in {folder}. Its log ends: {tail(log)}",
        f"PostgreSQL ที่ติดมากับระบบเริ่มทำงานใน {folder} ไม่ได้ ท้ายบันทึกคือ: {tail(log)}",
    )


def _create_cluster(home: Home, folder: Path) -> dict[str, Any]:
    """Make an empty cluster with both roles; it takes its place only when it is whole."""
    print("eqfund: preparing a database of our own ...", file=sys.stderr)
    making = folder / "making"
    shutil.rmtree(making, ignore_errors=True)
    roles = ("postgres", OWNER, APPLICATION)
    notes: dict[str, Any] = {"passwords": {role: secrets.token_urlsafe(24) for role in roles}}
    password_file = folder / "making.password"
    password_file.unlink(missing_ok=True)
    password_file.touch(0o600)
    password_file.write_text(notes["passwords"]["postgres"])
    if home.uid is not None and home.gid is not None:
        os.chown(password_file, home.uid, home.gid)
    initdb = [home.postgres_bin / "initdb", "-D", making, "-U", "postgres", "--encoding=UTF8",
              "--locale-provider=libc", "--locale=C.UTF-8", "--auth=scram-sha-256",
              f"--pwfile={password_file}", "--no-sync", "--no-instructions"]  # fmt: skip
    _run(home, initdb)
    password_file.unlink()
    prepare = PREPARE_TEMPLATE.format(
        owner=OWNER, owner_password=notes["passwords"][OWNER],
        app=APPLICATION, app_password=notes["passwords"][APPLICATION], database=DATABASE,
    )  # fmt: skip
    single = [home.postgres_bin / "postgres", "--single", "-D", making]
    _run(home, [*single, "-c", "exit_on_error=on", "template1"], prepare)
    write_notes(folder, notes)
    making.rename(folder / "data")
    return notes


def _run(home: Home, command: list[Any], stdin: str = "") -> None:
    """Run one of PostgreSQL's own programs; its words become ours if it fails."""
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(
        [str(part) for part in command], input=stdin, capture_output=True, text=True,
        cwd="/", env=env, umask=0o077, timeout=START_SECONDS, **home.run_as(),
    )  # fmt: skip
    if done.returncode:
        words = " | ".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        name = Path(command[0]).name
        raise ServicesUnavailable(
            f"{name} of the embedded PostgreSQL failed: {words}",
            f"{name} ของ PostgreSQL ที่ติดมากับระบบทำงานไม่สำเร็จ: {words}",
        )


def _pg_ctl_start(home: Home, data: Path, log: Path, port: int) -> bool:
    if log.exists() and log.stat().st_size > 5_000_000:
        log.unlink()
    settings = dict(SETTINGS, port=str(port))
    if os.environ.get("EQFUND_FAST_DB") == "1":
        settings |= FAST_SETTINGS
    if _shared_memory() < 512 * 2**20:  # Docker gives 64 MB, too little for parallel plans
        settings["dynamic_shared_memory_type"] = "mmap"
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    command = [home.postgres_bin / "pg_ctl", "start", "-D", data, "-l", log, "-o", options,
               "-w", "-t", str(START_SECONDS)]  # fmt: skip
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    return not subprocess.run(
        [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, cwd="/", env=env, umask=0o077, **home.run_as(),
    ).returncode  # fmt: skip


def _shared_memory() -> int:
    with contextlib.suppress(OSError):
        room = os.statvfs("/dev/shm")  # noqa: S108 - only measured
        return room.f_bavail * room.f_frsize
    return 2**40  # no such folder: not Linux


def stop(home: Home) -> None:
    data = home.folder / "postgres" / "data"
    if _postmaster(data):
        _run(
            home, [home.postgres_bin / "pg_ctl", "stop", "-D", data, "-m", "fast", "-w", "-t", "60"]
        )


def _postmaster(data: Path) -> psutil.Process | None:
    """The server process that runs on `data`; None for none, and for a pid since reused."""
    with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE and str(data) in process.cmdline():
            return process
    return None


def _forget_dead_postmaster(data: Path) -> None:
    """Remove the pid file of a killed server: PostgreSQL trusts a reused pid, we looked."""
    if not _postmaster(data):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _answers(notes: dict[str, Any], wait: float) -> bool:
    """Whether our server takes connections within `wait` seconds; it knows our password."""
    deadline = time.monotonic() + wait
    while True:
        try:
            psycopg.connect(_url(notes, APPLICATION), connect_timeout=5).close()
            return True
        except psycopg.OperationalError as error:
            starting = "starting up" in str(error) or "not yet accepting" in str(error)
            if not starting or time.monotonic() > deadline:
                return False
            time.sleep(0.1)


def _url(notes: dict[str, Any], role: str) -> str:
    return f"postgresql://{role}:{notes['passwords'][role]}@127.0.0.1:{notes['port']}/{DATABASE}"


def _urls(notes: dict[str, Any]) -> dict[str, str]:
    return {"DATABASE_URL": _url(notes, APPLICATION), "DATABASE_OWNER_URL": _url(notes, OWNER)}
