"""Ask a scanner for viruses: clamd, by its INSTREAM command, at the address in the setting ANTIVIRUS.

    unix:/run/clamav/clamd.ctl      or      tcp:clamav:3310

The bytes are sent as they came, in chunks, over the socket; clamd keeps nothing. Its StreamMaxLength must
be at least 60 MB, the largest file that is taken in. Without an address nothing is scanned, and
`check --deploy` says so. What else guards uploads is in eqfund.upload_rules, and works without a scanner.
"""

from __future__ import annotations

import re
import socket
import struct
from dataclasses import dataclass

from django.conf import settings

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """The scanner did not answer, or not sensibly: nothing is known of the file."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scanner says: `found` is the name of what it found, "" for nothing."""

    found: str = ""


def is_set() -> bool:
    return bool(settings.ANTIVIRUS)


def scan(data: bytes) -> Verdict:
    """Have these bytes scanned. Raises ScannerAway; the caller decides what that means."""
    try:
        with _connected() as line:
            line.sendall(b"zINSTREAM\0")
            for begin in range(0, len(data), CHUNK):
                chunk = data[begin : begin + CHUNK]
                line.sendall(struct.pack("!L", len(chunk)) + chunk)
            line.sendall(struct.pack("!L", 0))
            answer = _answer(line)
    except (OSError, ValueError) as error:
        raise ScannerAway(type(error).__name__) from error
    if answer == "stream: OK":
        return Verdict()
    if match := re.fullmatch(r"stream: (.+) FOUND", answer):
        return Verdict(match[1][:100])
    raise ScannerAway(answer.removeprefix("stream: ")[:100] or "no answer")


def ping() -> bool:
    """Whether the scanner is there."""
    try:
        with _connected() as line:
            line.sendall(b"zPING\0")
            return _answer(line) == "PONG"
    except (OSError, ValueError):
        return False


def _connected() -> socket.socket:
    """A connection; each of its waits is bounded. ValueError for an address that is none."""
    kind, _colon, where = settings.ANTIVIRUS.partition(":")
    if kind == "unix" and where:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(settings.ANTIVIRUS_SECONDS)
        try:
            line.connect(where)
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = where.rpartition(":")
    if kind != "tcp" or not host or not port.isdigit():
        raise ValueError("ANTIVIRUS is unix:<path> or tcp:<host>:<port>")
    return socket.create_connection((host, int(port)), timeout=settings.ANTIVIRUS_SECONDS)


def _answer(line: socket.socket) -> str:
    """One answer, up to its zero byte."""
    heard = b""
    while b"\0" not in heard and len(heard) < LONGEST_ANSWER:
        more = line.recv(LONGEST_ANSWER)
        if not more:
            break
        heard += more
    return heard.partition(b"\0")[0].decode("utf-8", "replace").strip()
