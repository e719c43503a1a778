"""A key for each person: what is sealed under it can be read no more once the key is destroyed.

The audit book is append-only, so nothing can be taken out of it. What it holds of a
person (before and after of a change) is therefore sealed under that person's own key,
and scrubbing the person destroys the key (DESIGN section 11, "Audit"). Person keys
themselves are kept sealed under the ring of FIELD_KEYS: rotating that ring rewrites
the keys, never the book.

    byte 0       format, always 2
    bytes 1-8    number of the person's key
    bytes 9-20   nonce
    rest         ciphertext and tag

    subject_of(obj)               whose data a row holds: (label, key)
    sealed_for(subject, value)    a JSON value, sealed for the book
    open_all(values)              what they say, None where the key is destroyed
    destroy(subject)              from now on unreadable, for ever
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.models import Model

from eqfund import clock
from eqfund.fields import NONCE_BYTES, PERSON_FORMAT
from eqfund.models import PersonKey, Pupil, User

Subject = tuple[str, str]

HEAD = 9
# From a row to the person it is about: the first of these links that a row has.
LINKS = ("pupil", "enrolment", "grant", "form", "transfer", "receipt", "user")
DEPTH = 3


class Sealed(Mapping[str, Any]):
    """A sealed JSON object as a mapping, opened when it is first looked into; empty once the key is gone."""

    def __init__(self, data: bytes, plain: Mapping[str, Any] | None = None) -> None:
        self.data = data
        self._plain = plain
        self._opened = plain is not None

    def open(self) -> Mapping[str, Any] | None:
        """What it says; None when the person's key was destroyed."""
        if not self._opened:
            self._plain, self._opened = open_all([self.data])[0], True
        return self._plain

    @property
    def is_destroyed(self) -> bool:
        return self.open() is None

    def __getitem__(self, name: str) -> Any:
        return (self.open() or {})[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.open() or {})

    def __len__(self) -> int:
        return len(self.open() or {})


def subject_of(obj: Model) -> Subject:
    """Whose data `obj` holds: the pupil or the user it is or points at; else the thing itself (a school)."""
    found: Any = obj
    for _step in range(DEPTH):
        links = {field.name: field for field in found._meta.concrete_fields if field.is_relation}
        link = next((links[name] for name in LINKS if name in links), None)
        key = getattr(found, link.attname) if link else None
        if isinstance(found, Pupil | User) or link is None or key is None:
            break
        if issubclass(link.related_model, Pupil | User):
            return link.related_model._meta.label, str(key)
        found = link.related_model._base_manager.get(pk=key)
    kept = found if isinstance(found, Pupil | User) else obj
    return kept._meta.label, str(kept.pk)


def sealed_for(subject: Subject, value: Mapping[str, Any]) -> Sealed:
    """`value` under the subject's key, which is made when there is none yet. Call it in the act's transaction."""
    key = _key_for(subject)
    head = bytes((PERSON_FORMAT,)) + key.pk.to_bytes(8, "big")
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    body = AESGCM(_bytes_of(key)).encrypt(nonce, plain, head)
    return Sealed(head + nonce + body, value)


def open_all(values: Iterable[bytes]) -> list[dict[str, Any] | None]:
    """What each value says, in order; None where the key is destroyed. One query for all.

    Raises ValueError for what is not sealed so, InvalidTag for a changed byte.
    """
    rows = [bytes(value) for value in values]
    if any(len(row) < HEAD + NONCE_BYTES or row[0] != PERSON_FORMAT for row in rows):
        raise ValueError("not a value under a person's key")
    keys = PersonKey.objects.in_bulk({int.from_bytes(row[1:HEAD], "big") for row in rows})
    return [_open(row, keys.get(int.from_bytes(row[1:HEAD], "big"))) for row in rows]


def destroy(subjects: Iterable[Subject]) -> int:
    """Destroy these subjects' keys: what the book holds of them is noise from now on. Returns how many.

    A key that was never made is made destroyed, so that nothing can be sealed for the subject later.
    """
    count = 0
    moment = clock.wall()
    for label, pk in subjects:
        PersonKey.objects.get_or_create(
            subject_label=label,
            subject_id=pk,
            defaults={"key": "", "made_at": moment, "destroyed_at": moment},
        )
        count += PersonKey.objects.filter(
            subject_label=label, subject_id=pk, destroyed_at=None
        ).update(key=b"", destroyed_at=moment)
    return count


def _open(row: bytes, key: PersonKey | None) -> dict[str, Any] | None:
    if key is None or key.destroyed_at is not None:
        return None
    nonce, body = row[HEAD : HEAD + NONCE_BYTES], row[HEAD + NONCE_BYTES :]
    plain: dict[str, Any] = json.loads(AESGCM(_bytes_of(key)).decrypt(nonce, body, row[:HEAD]))
    return plain


def _key_for(subject: Subject) -> PersonKey:
    """The subject's key; made once, whoever comes first. Of a scrubbed subject: one of nobody's, thrown away."""
    label, pk = subject
    fresh = base64.b64encode(AESGCM.generate_key(256)).decode()
    key, _made = PersonKey.objects.get_or_create(
        subject_label=label, subject_id=pk, defaults={"key": fresh, "made_at": clock.wall()}
    )
    if key.destroyed_at is not None:
        key.key = fresh  # not saved: what comes after the scrub is not kept readable either
    return key


def _bytes_of(key: PersonKey) -> bytes:
    return base64.b64decode(key.key)
