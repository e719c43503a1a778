"""All that is held of one person, as JSON and as a page to read, in one zip under AES.

Each app registers its tables with hooks.person_exports: a Part says which rows are of a person.
What a row says is read off the model, sealed fields opened: a field that is added is exported.
"""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyzipper
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils import translation

from eqfund import hooks
from eqfund.fields import BlindIndexField, EncryptedTextField, PersonSealedJSONField, SealedField
from eqfund.models import Pupil, User
from eqfund.privacy.person_keys import Subject
from eqfund.privacy.words import label_of
from eqfund.thai_text import thai_date, thai_datetime

PUPIL, USER = Pupil._meta.label, User._meta.label
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz"  # none that look alike
PASSWORD_LENGTH = 16
ALWAYS_LEFT_OUT = {"password", "path"}


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table that are of a person.

    subject   the label of whose: "eqfund.Pupil" or "eqfund.User"
    title     what the table is called, lazily translated
    model     whose rows
    lookup    leads from a row to the subject's key, as "enrolment__pupil"
    leave_out names of fields that are not the person's
    more      (row) -> further values, for what is not a plain field
    """

    subject: str
    title: Any
    model: Any
    lookup: str
    leave_out: tuple[str, ...] = ()
    more: Callable[[Any], dict[str, Any]] | None = None


def parts_of(subject: Subject) -> list[Part]:
    """The parts about such a subject, in their registered order."""
    return [part for part in hooks.person_exports if part.subject == subject[0]]


def collect(subject: Subject) -> list[dict[str, Any]]:
    """Every table with its rows, each a mapping of field to value."""
    found = []
    for part in parts_of(subject):
        rows = part.model._base_manager.filter(**{part.lookup: subject[1]}).order_by("pk")
        found.append(
            {
                "table": part.model._meta.label,
                "title": str(part.title),
                "rows": [said(row, part) for row in rows],
            }
        )
    return found


def said(row: Any, part: Part) -> dict[str, Any]:
    """What one row says of the person, its sealed fields opened."""
    values = {}
    for field in row._meta.concrete_fields:
        bare = isinstance(field, models.BinaryField) and not isinstance(field, EncryptedTextField)
        hidden = bare or isinstance(field, BlindIndexField | SealedField | PersonSealedJSONField)
        if hidden or field.name in ALWAYS_LEFT_OUT or field.name in part.leave_out:
            continue
        values[field.attname] = getattr(row, field.attname)
    return values | (part.more(row) if part.more else {})


def zipped(subject: Subject, at: datetime, password: str) -> bytes:
    """The zip: person.json and person.html, AES-256."""
    with translation.override("th"):
        tables = collect(subject)
        page = render_to_string("privacy/person.html", {"tables": _to_read(tables), "at": at})
    data = {"of": list(subject), "made_at": at, "tables": tables}
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    target = io.BytesIO()
    with pyzipper.AESZipFile(
        target, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode())
        archive.writestr("person.json", text)
        archive.writestr("person.html", page)
    return target.getvalue()


def new_password() -> str:
    """A password that can be read out over the telephone."""
    return "".join(secrets.choice(LETTERS) for _ in range(PASSWORD_LENGTH))


def _to_read(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tables as the page shows them: labels and words, nothing empty."""
    return [
        {
            "title": table["title"],
            "rows": [
                [
                    (label_of(name), in_words(value))
                    for name, value in row.items()
                    if value not in (None, "", {}, [])
                ]
                for row in table["rows"]
            ],
        }
        for table in tables
        if table["rows"]
    ]


def in_words(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, datetime):
        return thai_datetime(value)
    if isinstance(value, date):
        return thai_date(value)
    if isinstance(value, dict):
        return "; ".join(f"{label_of(name)}: {in_words(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return " / ".join(in_words(inner) for inner in value)
    return str(value)
