"""Encrypted model fields, and the blind index by which sealed numbers are found.

A value is sealed with AES-256-GCM under the newest key of the ring and carries
the key's number, so a ring of several keys reads old rows while new ones are
written under the new key. The associated data is the field's *purpose*, not its
row, so that SQL may copy a ciphertext from one table to another of the same
purpose (DESIGN section 11, "Personal data").

    byte 0      format: 1 under a key of the ring, 2 under a person's key (eqfund.privacy.person_keys)
    byte 1      key number
    bytes 2-13  nonce
    rest        ciphertext and tag

The blind index is HMAC-SHA-256 of the normalised text under a key of its own:
equal ids meet without being read. Its key changes through a second column, see
eqfund.privacy.index_keys: while that goes on, every index is written under both
keys, and looking for one finds the other too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.lookups import Exact, In, Lookup

FORMAT = 1
PERSON_FORMAT = 2
NONCE_BYTES = 12
DROPPED = "-"  # in a ring: a key that was here and is gone; the later ones keep their numbers


@lru_cache(maxsize=64)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


@lru_cache(maxsize=16)
def ring(entries: tuple[str, ...]) -> dict[int, str]:
    """The secrets of a ring by key number: an entry's place, or the number written before it ("3:secret").

    "-" keeps the place of a key that was dropped. Raises ImproperlyConfigured for an empty ring.
    """
    secrets: dict[int, str] = {}
    for place, entry in enumerate(entries):
        if entry == DROPPED:
            continue
        numbered = re.fullmatch(r"(\d{1,3}):(.+)", entry, re.DOTALL)
        number, secret = (int(numbered[1]), numbered[2]) if numbered else (place, entry)
        if number > 255 or number in secrets or not secret:
            raise ImproperlyConfigured("a ring's keys need different numbers from 0 to 255")
        secrets[number] = secret
    if not secrets:
        raise ImproperlyConfigured("a ring needs a key")
    return secrets


@lru_cache(maxsize=64)
def _data_key(secret: str) -> bytes:
    return hashlib.sha256(f"eqfund field {secret}".encode()).digest()


def newest_key() -> int:
    """The number of the key under which values are sealed now."""
    return max(ring(tuple(settings.FIELD_KEYS)))


def seal(plain: bytes, purpose: str) -> bytes:
    """Encrypt `plain` for `purpose` under the newest key of the ring."""
    secrets = ring(tuple(settings.FIELD_KEYS))
    number = max(secrets)
    nonce = os.urandom(NONCE_BYTES)
    return (
        bytes((FORMAT, number))
        + nonce
        + _cipher(_data_key(secrets[number])).encrypt(nonce, plain, purpose.encode())
    )


def sealer(purpose: str) -> Callable[[str], bytes]:
    """`seal` of texts for a long run: the key is looked up once, nonces are drawn a thousand at a time.

    "" is sealed as no bytes, as the fields below keep it.
    """
    secrets = ring(tuple(settings.FIELD_KEYS))
    number = max(secrets)
    head = bytes((FORMAT, number))
    encrypt, data = _cipher(_data_key(secrets[number])).encrypt, purpose.encode()
    nonces = _nonces()

    def sealed(text: str) -> bytes:
        if not text:
            return b""
        nonce = next(nonces)
        return head + nonce + encrypt(nonce, text.encode(), data)

    return sealed


def _nonces() -> Iterator[bytes]:
    while True:
        drawn = os.urandom(NONCE_BYTES * 1024)
        yield from (drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES))


def unseal(sealed: bytes | memoryview, purpose: str) -> bytes:
    """Decrypt what `seal` made for the same purpose.

    Raises ValueError for an unknown format or key, InvalidTag for a changed byte.
    """
    data = bytes(sealed)
    if len(data) < 2 + NONCE_BYTES or data[0] != FORMAT:
        raise ValueError("not a sealed value")
    secrets = ring(tuple(settings.FIELD_KEYS))
    if data[1] not in secrets:
        raise ValueError(f"key {data[1]} is not in the ring")
    nonce, body = data[2 : 2 + NONCE_BYTES], data[2 + NONCE_BYTES :]
    return _cipher(_data_key(secrets[data[1]])).decrypt(nonce, body, purpose.encode())


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


class PersonSealedJSONField(EncryptedJSONField):
    """JSON under the key of the person it tells of: unreadable once that key is destroyed.

    Written as eqfund.privacy.person_keys.sealed_for made it; read as a mapping that
    opens itself when it is first looked into.
    """

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        from eqfund.privacy.person_keys import Sealed

        data = bytes(value or b"")
        if not data or data[0] != PERSON_FORMAT:
            return super().from_db_value(value, expression, connection)
        return Sealed(data)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        data = getattr(value, "data", value)
        return super().get_db_prep_value(data, connection, prepared)


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A ciphertext that SQL copies as it is, from fields of any of `purposes`; nobody reads it as a field."""

    def __init__(self, *args: Any, purposes: Iterable[str] = (), **kwargs: Any) -> None:
        self.purposes = tuple(purposes)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purposes": self.purposes}


# --- the blind index ----------------------------------------------------------------------------


class BlindIndex(bytes):
    """An index under the key in use; `other` is the same text's under the key that comes or goes."""

    other: bytes | None = None


def indexed(text: str, purpose: str, number: int) -> bytes:
    """The index of `text` under index key `number`: 32 bytes, led by the key's number unless that is 0."""
    return _indexed(text, purpose, number, ring(tuple(settings.INDEX_KEYS))[number].encode())


def _indexed(text: str, purpose: str, number: int, secret: bytes) -> bytes:
    digest = hmac.digest(secret, f"{purpose}\0{text}".encode(), "sha256")
    return bytes((number,)) + digest if number else digest


@lru_cache(maxsize=8)
def _only(entry: str) -> tuple[int, bytes]:
    """The number and secret of a ring of one, which is asked for a million times in a run."""
    ((number, secret),) = ring((entry,)).items()
    return number, secret.encode()


def blind_index(text: str, purpose: str = "national_id") -> BlindIndex:
    """The bytes by which equal texts of one purpose are found, and nothing else is told."""
    if len(settings.INDEX_KEYS) == 1:
        return BlindIndex(_indexed(text, purpose, *_only(settings.INDEX_KEYS[0])))
    from eqfund.privacy.index_keys import in_use

    current, other = in_use()
    index = BlindIndex(indexed(text, purpose, current))
    index.other = None if other is None else indexed(text, purpose, other)
    return index


def indexer(purpose: str) -> Callable[[str], bytes]:
    """`blind_index` of texts for a long run, under the key in use when it begins.

    What such a run writes by COPY gets its index under the other key by the filling.
    """
    from eqfund.privacy.index_keys import in_use

    number, _other = in_use()
    secret = ring(tuple(settings.INDEX_KEYS))[number].encode()
    head, before = bytes((number,)) if number else b"", f"{purpose}\0"

    def index(text: str) -> bytes:
        return head + hmac.digest(secret, (before + text).encode(), "sha256")

    return index


class BlindIndexField(models.BinaryField):  # type: ignore[type-arg]
    """An index made by `blind_index`. Beside it stands a column `<name>_next`, for the key that comes next.

    While a key changes, saving fills both, and looking for an index finds a row
    that stands under either key. eqfund.privacy.index_keys must know how to find
    the text of each such field again; a test asks.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 33)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, BlindIndex):
            setattr(model_instance, f"{self.attname}_next", value.other)
        return value


def _both(values: Iterable[Any]) -> list[Any]:
    """Each index, and beside it the same under the other key."""
    found: list[Any] = []
    for value in values:
        found.append(value)
        if isinstance(value, BlindIndex) and value.other is not None:
            found.append(value.other)
    return found


@BlindIndexField.register_lookup
class _ExactUnderEitherKey(Exact):  # type: ignore[type-arg]
    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        values = _both([self.rhs])
        if len(values) == 1:
            return super().as_sql(compiler, connection)
        either: tuple[str, Any] = In(self.lhs, values).as_sql(compiler, connection)
        return either


@BlindIndexField.register_lookup
class _InUnderEitherKey(In):  # type: ignore[type-arg]
    def process_rhs(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        if self.rhs_is_direct_value():
            self.rhs = _both(self.rhs)
        sql: tuple[str, Any] = super().process_rhs(compiler, connection)
        return sql


@models.Field.register_lookup
@models.ForeignObject.register_lookup
class AnyOf(Lookup):  # type: ignore[type-arg]
    """`pupil__any_of=keys`: as `__in`, the keys sent as one array, which thousands of them are cheap as.

    `__in` writes each value as a parameter of its own: over the pupils of an office most of the time
    went there. The array is of the column's own type: of another, each row is held against each key.
    """

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        lhs, params = self.process_lhs(compiler, connection)
        kind = self.lhs.output_field.db_type(connection)
        return f"{lhs} = ANY(%s::{kind}[])", [*params, list(self.rhs)]


class PathField(models.CharField):  # type: ignore[type-arg]
    """A place path, TH/1/12/345/, collated "C" so that a prefix is a range."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 60)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)
