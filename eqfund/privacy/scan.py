"""Look through everything the system has written for what should be sealed: ids, phones, accounts, names.

What is looked for is read from the sealed fields themselves, and the pupils' names; where it
is looked for: every column of text of every table but those that personal.py allows, whatever
lies in the cache and the queue, and texts handed in (addresses, logs). Places are told, never values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection

from eqfund.fields import EncryptedTextField, PersonSealedJSONField
from eqfund.models import Pupil
from eqfund.privacy.personal import OTHERS, PLAIN

LEAST_DIGITS = 9
_DIGITS = re.compile(r"(?<![0-9])[0-9]{9,}(?![0-9])")
_NAMES = re.compile(r"[\u0e00-\u0e7f]+ [\u0e00-\u0e7f]+")
ROWS = 2_000
# Named beside the child or the person on purpose, in tables or columns that the list of fields cannot name.
ALLOWED_TABLES = {"django_migrations", "eqfund_policy"}


@dataclass
class Secrets:
    """What must not be found: numbers by themselves, names as first and last name."""

    numbers: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def add(self, value: Any) -> None:
        """Keep what is telling in a sealed value: long numbers, and two words in Thai."""
        if isinstance(value, dict):
            for inner in value.values():
                self.add(inner)
        elif isinstance(value, list):
            for inner in value:
                self.add(inner)
        elif isinstance(value, str):
            if value.isdigit() and len(value) >= LEAST_DIGITS:
                self.numbers.add(value)
            elif _NAMES.fullmatch(value):
                self.names.add(value)

    def stands_in(self, text: str) -> bool:
        """Whether one of them stands in the text."""
        return not self.numbers.isdisjoint(_DIGITS.findall(text)) or not self.names.isdisjoint(
            _NAMES.findall(text)
        )


# A school's and an office's own number, which its admin may have as well.
OF_PLACES = {
    ("eqfund_school", "phone"),
    ("eqfund_supervisingoffice", "phone"),
}
# Sealed, and yet said elsewhere on purpose: a name that stands on a plain, allowed field too.
NOT_SECRET = {
    "eqfund.StoredFile.original_name",
    "eqfund.RegistryRecord.extras",  # district and school names among them
    "eqfund.StagingRow.extras",
    "eqfund.RegistryCellError.value",
    "eqfund.SentMessage.subject",
    "eqfund.SentMessage.text",
    "screening.Form01.private",  # village and road names among them; its numbers are guardians'
    "screening.Form01Revision.private",
    "screening.Form01.unread",
    "screening.Form01Revision.unread",
    "screening.Form01Signature.image",
    "screening.Form01Signature.name",  # teachers and directors sign, who are named elsewhere
}


def secrets() -> Secrets:
    """Everything sealed in this database that can be told from other text, and the pupils' names."""
    found = Secrets()
    for model in apps.get_models():
        for each in model._meta.concrete_fields:
            label = f"{model._meta.label}.{each.name}"
            wanted = isinstance(each, EncryptedTextField) and label not in NOT_SECRET
            if wanted and not isinstance(each, PersonSealedJSONField):
                for value in model._base_manager.values_list(each.name, flat=True).iterator(ROWS):
                    found.add(value)
    for title, first, last in Pupil.objects.values_list("title", "first_name", "last_name"):
        found.names |= {f"{first} {last}", f"{title}{first} {last}"}
    return found


def in_database(wanted: Secrets) -> Iterator[str]:
    """Columns of text in which one of them stands, as table.column."""
    for table, column in _columns():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT "{column}"::text FROM "{table}" WHERE "{column}" IS NOT NULL')
            while rows := cursor.fetchmany(ROWS):
                if any(wanted.stands_in(row[0]) for row in rows):
                    yield f"{table}.{column}"
                    break


def in_sessions(wanted: Secrets) -> Iterator[str]:
    """Sessions are signed, not sealed: what lies in them is looked into."""
    if any(
        wanted.stands_in(str(session.get_decoded())) for session in Session.objects.iterator(ROWS)
    ):
        yield "django_session.session_data"


def in_store(wanted: Secrets) -> Iterator[str]:
    """Keys of the cache and the queue whose content names one of them; nothing where the store is no Redis."""
    client = getattr(getattr(cache, "_cache", None), "get_client", None)
    if client is None:
        return
    store = client()
    for key in store.scan_iter(count=1_000):
        reader = {b"string": store.get, b"list": lambda name: b" ".join(store.lrange(name, 0, -1))}
        read = reader.get(store.type(key))
        content = read(key) if read else b""
        if wanted.stands_in((content or b"").decode("utf-8", "ignore")):
            yield f"cache or queue: {key.decode(errors='ignore').split(':')[0]}"


def in_texts(wanted: Secrets, texts: Iterable[str]) -> int:
    """How many of the texts (addresses, lines of a log) name one of them."""
    return sum(wanted.stands_in(text) for text in texts)


def _columns() -> list[tuple[str, str]]:
    """Every column of text of every table, without those that may name people."""
    allowed = {_place(label) for label in (*PLAIN, *OTHERS)} | OF_PLACES
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND (data_type IN ('text', 'character varying', 'json', 'jsonb')"
            " OR (data_type = 'ARRAY' AND udt_name IN ('_text', '_varchar'))) ORDER BY 1, 2"
        )
        rows: list[tuple[str, str]] = cursor.fetchall()
    return [row for row in rows if row not in allowed and row[0] not in ALLOWED_TABLES]


def _place(label: str) -> tuple[str, str]:
    app, model, name = label.split(".")
    found = apps.get_model(app, model)
    return found._meta.db_table, str(found._meta.get_field(name).column)
