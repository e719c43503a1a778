"""What an event's before and after are worth as proof, whatever becomes of the keys.

The digest covers the plain text together with a random salt that lies *inside*
the encrypted text. So it does not change when keys are changed (a digest over
ciphertext would), and once the text cannot be read any more, because the child's
key was destroyed, nobody can find it again by trying values: the salt is gone too.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from django.core.serializers.json import DjangoJSONEncoder

from eqfund.fields import unseal

SALT_BYTES = 24


def salted(change: dict[str, Any]) -> dict[str, Any]:
    """The change as it is kept: plain JSON values, and a salt of its own."""
    values = json.loads(json.dumps(change, cls=DjangoJSONEncoder, ensure_ascii=False))
    return {**values, "salt": secrets.token_urlsafe(SALT_BYTES)}


def canonical(value: Any) -> bytes:
    """One spelling for equal JSON values: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def digest_of(change: dict[str, Any]) -> bytes:
    """32 bytes that stand for the change; b"" for none."""
    return hashlib.sha256(canonical(change)).digest() if change else b""


def opened(rows: Iterable[tuple[int, bytes, bytes]]) -> Iterator[tuple[int, str]]:
    """For (id, sealed change, digest): (id, "true" | "false" | "destroyed").

    A changed byte of a ciphertext does not open, and is false; a change whose
    person's key was destroyed cannot be looked into any more.
    """
    for pk, sealed, digest in rows:
        yield pk, _state(bytes(sealed), bytes(digest))


def _state(sealed: bytes, digest: bytes) -> str:
    if not sealed or not digest:
        return "false"
    try:
        change = json.loads(unseal(sealed, "audit_change"))
    except (ValueError, InvalidTag):
        return "false"
    return "true" if digest_of(change) == digest else "false"
