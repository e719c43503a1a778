"""Foreign rows in what is sent: filters of lists, fields of forms, and pages that take a POST.

Three attacks, each as every role: a neighbour's number or path in each query parameter a page may
know; a neighbour's number in each field of one's own forms that holds a number; and a POST to the
address of a neighbour's row. None may say a marker, and none may change a row that is not one's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict

from eqfund.models import Classroom, Enrolment, Guardian, Pupil, School
from rehearsal.walk_bodies import Marker, text_of, told

# Tables that may change by asking: who asked, and that they did.
OF_ASKING = {
    "eqfund_event",
    "eqfund_personkey",
    "django_session",
    "usersessions_usersession",
    "eqfund_user",
    "axes_accessattempt",
    "axes_accesslog",
    "axes_accessfailurelog",
}
# What a query's key may name; a key that is not here is tried with each of OTHER_KINDS.
PARAMETERS = {
    "school": "school",
    "school_pk": "school",
    "of_school": "school",
    "classroom": "classroom",
    "room": "classroom",
    "class": "classroom",
    "office": "office",
    "affiliation": "affiliation",
    "path": "path",
    "place": "path",
    "at": "path",
    "pupil": "pupil",
    "child": "pupil",
    "enrolment": "enrolment",
    "q": "name",
    "name": "name",
    "search": "name",
}
OTHER_KINDS = ("school", "classroom", "path")
NOT_OF_ROWS = {"page", "csrfmiddlewaretoken", "before", "after"}
# A field's name holds one of these words: what of the neighbour's is put into it.
FIELD_WORDS = (
    ("classroom", "classroom"),
    ("room", "classroom"),
    ("school", "school"),
    ("office", "office"),
    ("affiliation", "affiliation"),
    ("enrolment", "enrolment"),
    ("pupil", "pupil"),
    ("child", "pupil"),
    ("guardian", "guardian"),
    ("place", "path"),
    ("path", "path"),
    ("account", "account"),
    ("transfer", "transfer"),
    ("grant", "grant"),
    ("form", "form"),
)


@dataclass
class Form:
    """One form of a page: where it goes, how, and what it would send untouched."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)  # fields to choose from


class FormReader(HTMLParser):
    """Every form of a page with its fields' present values."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get").lower()))
        elif not self.forms:
            return
        elif tag in ("input", "button") and said.get("name"):
            offered = said.get("type") in ("radio", "checkbox") and "checked" not in dict(attrs)
            if not offered or said["name"] not in self.forms[-1].fields:
                self.forms[-1].fields[said["name"]] = said.get("value", "")
        elif tag == "textarea" and said.get("name"):
            self.forms[-1].fields[said["name"]] = "x"
        elif tag == "select":
            self._select = said.get("name", "")
            self.forms[-1].lists.add(self._select)
            self.forms[-1].fields.setdefault(self._select, "")
        elif tag == "option" and self._select and ("selected" in dict(attrs)):
            self.forms[-1].fields[self._select] = said.get("value", "")


def forms_of(body: str) -> list[Form]:
    reader = FormReader()
    reader.feed(body)
    return reader.forms


def rows_at(path: str) -> dict[str, str]:
    """What a person may try to send of a place: numbers, the path, a name."""
    from payments.models import SchoolBankAccount, Transfer
    from screening.models import Form01, Grant

    school = School.objects.select_related("office").get(path="/".join(path.split("/")[:4]) + "/")
    pupil = Pupil.objects.under(path).order_by("pk").first()
    found = {
        "school": school.pk,
        "office": school.office_id,
        "affiliation": school.office.affiliation_id,
        "path": school.path,
        "classroom": _first(Classroom, path),
        "pupil": pupil and pupil.pk,
        "name": pupil and pupil.first_name,
        "enrolment": _first(Enrolment, path),
        "guardian": pupil
        and Guardian.objects.filter(pupil=pupil).values_list("pk", flat=True).first(),
        "account": _first(SchoolBankAccount, school.path),
        "transfer": _first(Transfer, path),
        "grant": _first(Grant, path),
        "form": _first(Form01, path),
    }
    return {name: str(value) for name, value in found.items() if value}


def _first(model: Any, path: str) -> Any:
    return model._default_manager.under(path).order_by("pk").values_list("pk", flat=True).first()


@contextmanager
def keys_asked() -> Iterator[set[str]]:
    """Which keys of a query or form the code asks for inside."""
    asked: set[str] = set()
    plain = {name: getattr(MultiValueDict, name) for name in ("__getitem__", "_getlist")}

    def listening(name: str) -> Any:
        def method(self: Any, key: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(self, QueryDict) and isinstance(key, str):
                asked.add(key)
            return plain[name](self, key, *args, **kwargs)

        return method

    try:
        for name in plain:
            setattr(MultiValueDict, name, listening(name))
        yield asked
    finally:
        for name, method in plain.items():
            setattr(MultiValueDict, name, method)


def dropdowns(client: Client, address: str) -> set[str]:
    """The names of the lists to choose from in the forms by which the page is narrowed."""
    with asking():
        response = client.get(address)
        body = "" if response.streaming else response.content.decode(errors="replace")
    return {name for form in forms_of(body) if form.method == "get" for name in form.lists}


def foreign_queries(
    client: Client,
    name: str,
    address: str,
    foreign: dict[str, str],
    forbidden: list[Marker],
    only: set[str] | None = None,
) -> Iterator[str]:
    """Leaks by a foreign number, path or name in each query parameter that the page reads, or in `only` some."""
    with asking(), keys_asked() as keys:
        client.get(address)
    tries = [
        {key: foreign[kind]}
        for key in sorted(keys - NOT_OF_ROWS)
        if only is None or key in only
        for kind in ([PARAMETERS[key]] if key in PARAMETERS else OTHER_KINDS)
        if kind in foreign
    ]
    for query in tries:
        with asking():
            response = client.get(address, query)
            text = text_of(response)
        if response.status_code >= 500:
            yield f"{name}: answers {response.status_code} to {query}"
        for marker in told(text, forbidden, asked=foreign.get("name", "")):
            yield f"{name}: reads {marker.text} ({marker.context}) by {query}"


def foreign_fields(
    client: Client, name: str, address: str, foreign: dict[str, str], forbidden: list[Marker]
) -> Iterator[str]:
    """Leaks and foreign changes by a neighbour's number in a field of one's own form."""
    with asking():
        response = client.get(address)
        body = "" if response.streaming else response.content.decode(errors="replace")
    for form in forms_of(body):
        if form.method != "post" or not form.action.startswith(("", "/")):
            continue
        for key, kind in _numbered(form, foreign):
            sent = form.fields | {key: foreign[kind]}
            sent.pop("csrfmiddlewaretoken", None)
            with asking() as changed:
                response = client.post(form.action or address, sent)
                text = text_of(response)
                touched = changed_around(changed(), foreign["path"])
            if response.status_code >= 500:
                yield f"{name}: answers {response.status_code} to a foreign {key}"
            for table in touched:
                yield f"{name}: a foreign {key} changed {table} of another's"
            for marker in told(text, forbidden):
                yield f"{name}: reads {marker.text} ({marker.context}) by a foreign {key}"


def _numbered(form: Form, foreign: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Fields that hold a number or path of a kind of row that the neighbour has too.

    A field whose name tells nothing, and whose value is a number of the page's own or a list of
    such, is tried with a pupil, a class and a school.
    """
    for key, value in form.fields.items():
        words = re.sub(r"[^a-z]+", " ", key.lower())
        kinds = [kind for word, kind in FIELD_WORDS if word in words and kind in foreign][:1]
        if not kinds and key not in NOT_OF_ROWS and (value.isdigit() or key in form.lists):
            kinds = [kind for kind in ("pupil", "classroom", "school") if kind in foreign]
        for kind in kinds:
            yield key, kind


@contextmanager
def asking() -> Iterator[Any]:
    """Ask inside, and take back whatever the asking did; gives a way to see which tables it wrote to."""
    with transaction.atomic():
        before = _written()
        yield lambda: {t for t, n in _written().items() if n != before.get(t, 0)} - OF_ASKING
        transaction.set_rollback(True)


def _written() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
        )
        return {name: int(count) for name, count in cursor.fetchall()}


def changed_around(tables: set[str], path: str) -> list[str]:
    """Of the tables written to, those in which a row at the neighbour's path was written just now."""
    found = []
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(
                "SELECT 1 FROM information_schema.columns WHERE table_name = %s AND column_name = 'path'",
                [table],
            )
            if not cursor.fetchone():
                continue
            # rows that this transaction or a savepoint of it wrote are not in the last committed snapshot
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE path LIKE %s'
                " AND xmin::text::bigint >= (pg_current_xact_id()::text::bigint & 4294967295)",
                [f"{path}%"],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found
