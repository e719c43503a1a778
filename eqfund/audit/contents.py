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
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

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
