"""The embedded Valkey: the broker of the queue, and the cache."""

import contextlib
import secrets
import subprocess
import time
from typing import Any

import redis

from .home import (
    Home,
    ServicesUnavailable,
    free_port,
    private_folder,
    read_notes,
    tail,
    write_notes,
)

ATTEMPTS = 4
_children: list[subprocess.Popen[bytes]] = []  # those started here, to be waited for
SETTINGS = """\
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


def start(home: Home) -> dict[str, str]:
    folder = private_folder(home, "valkey")
    notes = read_notes(folder) or {"password": secrets.token_urlsafe(24)}
    if "port" in notes and _pong(notes):
        return {"REDIS_URL": _redis_url(notes)}
    for _ in range(ATTEMPTS):
        notes["port"] = free_port(notes.get("port"))
        write_notes(folder, notes)
        server = subprocess.Popen(
            [str(home.valkey_server), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd="/", env={"LC_ALL": "C"}, umask=0o077,
            start_new_session=True, **home.run_as(),
        )  # fmt: skip
        _children.append(server)
        # by standard input: a password on the command line is everybody's to read
        assert server.stdin is not None
        server.stdin.write(SETTINGS.format(folder=folder, **notes).encode())
        server.stdin.close()
        deadline = time.monotonic() + 20
        while server.poll() is None and time.monotonic() < deadline:
            if _pong(notes):
                return {"REDIS_URL": _redis_url(notes)}
            time.sleep(0.05)
        if server.poll() is None:
            server.kill()
    raise ServicesUnavailable(
        f"The embedded Valkey did not start in {folder}. Its log ends: {tail(folder / 'log')}",
        f"Valkey ที่ติดมากับระบบเริ่มทำงานใน {folder} ไม่ได้ ท้ายบันทึกคือ: {tail(folder / 'log')}",
    )


def stop(home: Home) -> None:
    notes = read_notes(home.folder / "valkey")
    if "port" in notes and _pong(notes):
        with contextlib.suppress(redis.RedisError), redis.from_url(_redis_url(notes)) as server:
            server.shutdown(save=True)
    for child in _children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(10)


def _pong(notes: dict[str, Any]) -> bool:
    address = _redis_url(notes)
    with contextlib.suppress(redis.RedisError), redis.from_url(address, socket_timeout=5) as server:
        return bool(server.ping())
    return False


def _redis_url(notes: dict[str, Any]) -> str:
    return f"redis://:{notes['password']}@127.0.0.1:{notes['port']}/0"
