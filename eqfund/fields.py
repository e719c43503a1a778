"""Encrypted model fields and the blind index.

A value is sealed with AES-256-GCM under the newest key of the ring and carries
the key's number, so a ring of several keys reads old rows while new ones are
written under the new key. The associated data is the field's *purpose*, not its
row, so that SQL may copy a ciphertext from one table to another of the same
purpose (DESIGN section 11, "Personal data").

    byte 0      format, always 1
    byte 1      key number
    bytes 2-13  nonce
    rest        ciphertext and tag

The blind index is HMAC-SHA-256 of the normalised text under a key of its own:
equal ids meet without being read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

FORMAT = 1
NONCE_BYTES = 12


@lru_cache(maxsize=64)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _key(secret: str) -> bytes:
    return hashlib.sha256(f"eqfund field {secret}".encode()).digest()


@lru_cache(maxsize=8)
def _ring(secrets: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(_key(secret) for secret in secrets)


def seal(plain: bytes, purpose: str) -> bytes:
    """Encrypt `plain` for `purpose` under the newest key of the ring."""
    ring = _ring(tuple(settings.FIELD_KEYS))
    number = len(ring) - 1
    nonce = os.urandom(NONCE_BYTES)
    return (
        bytes((FORMAT, number))
        + nonce
        + _cipher(ring[number]).encrypt(nonce, plain, purpose.encode())
    )


def unseal(sealed: bytes | memoryview, purpose: str) -> bytes:
    """Decrypt what `seal` made for the same purpose.

    Raises ValueError for an unknown format or key, InvalidTag for a changed byte.
    """
    data = bytes(sealed)
    if len(data) < 2 + NONCE_BYTES or data[0] != FORMAT:
        raise ValueError("not a sealed value")
    ring = _ring(tuple(settings.FIELD_KEYS))
    if data[1] >= len(ring):
        raise ValueError(f"key {data[1]} is not in the ring")
    nonce, body = data[2 : 2 + NONCE_BYTES], data[2 + NONCE_BYTES :]
    return _cipher(ring[data[1]]).decrypt(nonce, body, purpose.encode())


def blind_index(text: str, purpose: str = "national_id") -> bytes:
    """32 bytes by which equal texts of one purpose are found, and nothing else is told."""
    return hmac.digest(settings.INDEX_KEY.encode(), f"{purpose}\0{text}".encode(), "sha256")


class EncryptedTextField(models.BinaryField):  # type: ignore[type-arg]
    """Text kept encrypted; in Python it is str, in the database sealed bytes. "" is stored as empty bytes."""

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        self.purpose = purpose
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def _encode(self, value: Any) -> bytes:
        return str(value).encode()

    def _decode(self, plain: bytes) -> Any:
        return plain.decode()

    def _empty(self) -> Any:
        return ""

    def get_default(self) -> Any:
        if self.has_default():
            return self.default() if callable(self.default) else self.default
        return None if self.null else self._empty()

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        data = bytes(value)
        return self._decode(unseal(data, self.purpose)) if data else self._empty()

    def to_python(self, value: Any) -> Any:
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if isinstance(value, (bytes, memoryview)):  # already sealed, copied as it is
            return connection.Database.Binary(bytes(value))
        sealed = seal(self._encode(value), self.purpose) if value != self._empty() else b""
        return connection.Database.Binary(sealed)

    def value_to_string(self, obj: Any) -> str:
        raise TypeError("an encrypted field is not serialised")


class EncryptedJSONField(EncryptedTextField):
    """A JSON value kept encrypted; {} is stored as empty bytes."""

    def _encode(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def _decode(self, plain: bytes) -> Any:
        return json.loads(plain)

    def _empty(self) -> Any:
        return {}


class PathField(models.CharField):  # type: ignore[type-arg]
    """A place path, TH/1/12/345/, collated "C" so that a prefix is a range."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 60)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)
