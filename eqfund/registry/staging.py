"""Put a read registry file into the waiting room, sealed, by COPY.

What is secret (ids, guardians, extras) is encrypted here, in Python, on its way
into the database; after that SQL only copies ciphertext.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from django.db import connection

from eqfund import relationships
from eqfund.fields import indexer, sealer
from eqfund.imports.errors import CellError
from eqfund.imports.rows import Reading, RegistryRow
from eqfund.models import RegistryCellError, RegistryImport, School, StagingRow
from eqfund.thai_text import sort_key

type Values = tuple[Any, ...]

TELL_EVERY = 2_000  # rows
_as_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

# column of StagingRow -> its type in the binary COPY
COLUMNS = {
    "registry_import_id": "int8",
    "kind": "varchar",
    "line": "int4",
    "school_id": "int8",
    "grade": "varchar",
    "room": "varchar",
    "id_kind": "varchar",
    "id_index": "bytea",
    "number": "bytea",
    "last4": "varchar",
    "title": "varchar",
    "first_name": "varchar",
    "last_name": "varchar",
    "sort_key": "varchar",
    "sex": "varchar",
    "birth_date": "date",
    "student_number": "varchar",
    "disadvantage_poor": "bool",
    "extras": "bytea",
    "extras_index": "bytea",
    "guardian_name": "bytea",
    "guardian_relationship": "varchar",
    "guardian_number": "bytea",
    "guardian_index": "bytea",
    "guardian_last4": "varchar",
    "guardian_phone": "bytea",
    "changes": "varchar[]",
    "was": "jsonb",
}
ERROR_COLUMNS = {
    "registry_import_id": "int8",
    "line": "int4",
    "column": "varchar",
    "title": "varchar",
    "code": "varchar",
    "value": "bytea",
    "leaves_row_out": "bool",
}


def schools_of(codes: set[str], path: str) -> tuple[dict[str, School], set[str]]:
    """The schools under `path` by each code of theirs, and the codes of schools elsewhere."""
    known = School.objects.filter(moe_code__in=codes) | School.objects.filter(smis_code__in=codes)
    mine: dict[str, School] = {}
    others: set[str] = set()
    for school in known:
        for code in {school.moe_code, school.smis_code} & codes:
            if school.path.startswith(path):
                mine[code] = school
            else:
                others.add(code)
    return mine, others


def refuse_other_schools(reading: Reading, mine: dict[str, School], others: set[str]) -> None:
    """Take out the rows of schools that are not the uploader's, each named by its cell."""
    column, title = reading.school_column
    for row in reading.rows:
        if row.school_code not in mine:
            code = "school_not_yours" if row.school_code in others else "school_unknown"
            reading.errors.append(CellError(row.line, column, title, code, row.school_code))
    reading.rows = [row for row in reading.rows if row.school_code in mine]


def put(
    it: RegistryImport,
    reading: Reading,
    mine: dict[str, School],
    tell: Callable[[int], None] = lambda rows: None,
) -> None:
    """COPY the rows, the rows left out and the wrong cells of one import; `tell` hears how many."""
    pks = {code: school.pk for code, school in mine.items()}
    rows = _staged(it.pk, reading.rows, pks)
    left = (
        _left(it.pk, line, pks.get(code), first, last) for line, code, first, last in reading.left
    )
    _copy(StagingRow, COLUMNS, _told(chain(rows, left), tell))
    _copy(RegistryCellError, ERROR_COLUMNS, _errors(it.pk, reading.errors))


def _told(rows: Iterable[Values], tell: Callable[[int], None]) -> Iterator[Values]:
    for count, row in enumerate(rows, 1):
        yield row
        if count % TELL_EVERY == 0:
            tell(count)


def _staged(
    import_id: int, rows: Iterable[RegistryRow], schools: dict[str, int]
) -> Iterator[Values]:
    """The rows with what is secret sealed. One loop, for it runs over a whole office."""
    seal_number, seal_extras = sealer("national_id"), sealer("registry_extras")
    seal_name, seal_phone = sealer("guardian_name"), sealer("guardian_phone")
    index_of, index_of_extras = indexer("national_id"), indexer("registry_extras")
    nobody: dict[str, Any] = {}
    for row in rows:
        extras, number = row.extras, row.number
        guardian = extras.get("guardian", nobody)
        name = " ".join(filter(None, (guardian.get("first_name"), guardian.get("last_name"))))
        their_number = guardian.get("national_id", "")
        whole, compared = _plain(extras)
        first_name, last_name = row.first_name[:100], row.last_name[:100]
        yield (
            import_id,
            "new",
            row.line,
            schools[row.school_code],
            row.grade,
            row.room,
            "g_code" if number.startswith("G") else "national_id",
            index_of(number),
            seal_number(number),
            number[-4:],
            row.title[:20],
            first_name,
            last_name,
            sort_key(f"{first_name} {last_name}"),
            row.sex,
            row.birth_date,
            row.student_number,
            row.disadvantage_poor,
            seal_extras(whole),
            index_of_extras(compared),
            seal_name(f"{guardian.get('title', '')}{name}" if name else ""),
            relationships.code_of(guardian.get("relationship", "")) if name else "",
            seal_number(their_number),
            index_of(their_number) if their_number else None,
            their_number[-4:],
            seal_phone(guardian.get("phone", "")),
            [],
            {},
        )


def _plain(extras: dict[str, Any]) -> tuple[str, str]:
    """The extras as text, and the part of them whose change is named: disadvantage has a column of its own."""
    if "disadvantage" not in extras:
        text = _as_json(extras)
        return (text if extras else ""), text
    compared = {key: value for key, value in extras.items() if key != "disadvantage"}
    return _as_json(extras), _as_json(compared)


def _left(
    import_id: int, line: int, school_id: int | None, first_name: str, last_name: str
) -> tuple[Any, ...]:
    """A row that was left out: only its place and name, so that nobody of it counts as gone."""
    empty: dict[str, Any] = dict.fromkeys(COLUMNS)
    empty |= {name: "" for name, kind in COLUMNS.items() if kind == "varchar"}
    empty |= dict.fromkeys(
        ("number", "extras", "guardian_name", "guardian_number", "guardian_phone"), b""
    )
    empty |= {
        "registry_import_id": import_id,
        "kind": "left_out",
        "line": line,
        "school_id": school_id,
    }
    empty |= {
        "first_name": first_name[:100],
        "last_name": last_name[:100],
        "disadvantage_poor": False,
    }
    return tuple((empty | {"changes": [], "was": {}}).values())


def _errors(import_id: int, errors: Iterable[CellError]) -> Iterator[Values]:
    sealed = sealer("registry_cell")
    for error in errors:
        yield (
            import_id,
            error.row,
            error.column,
            error.title[:80],
            error.code,
            sealed(error.value),
            error.leaves_row_out,
        )


def _copy(model: Any, columns: dict[str, str], rows: Iterable[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    statement = f"COPY {model._meta.db_table} ({names}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)
