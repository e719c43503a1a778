"""Put a read registry file into the waiting room, sealed, by COPY.

What is secret (ids, guardians, extras) is encrypted here, in Python, on its way
into the database; after that SQL only copies ciphertext.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from eqfund import national_id, relationships
from eqfund.fields import blind_index, seal
from eqfund.imports.errors import CellError
from eqfund.imports.rows import Reading, RegistryRow
from eqfund.models import RegistryCellError, RegistryImport, School, StagingRow
from eqfund.thai_text import sort_key

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


def put(it: RegistryImport, reading: Reading, mine: dict[str, School]) -> None:
    """COPY the rows, the rows left out and the wrong cells of one import."""
    pks = {code: school.pk for code, school in mine.items()}
    rows = (_staged(it.pk, row, pks[row.school_code]) for row in reading.rows)
    left = (
        _left(it.pk, line, pks.get(code), first, last) for line, code, first, last in reading.left
    )
    _copy(StagingRow, COLUMNS, _chain(rows, left))
    _copy(RegistryCellError, ERROR_COLUMNS, (_error(it.pk, error) for error in reading.errors))


def _chain(*parts: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for part in parts:
        yield from part


def _staged(import_id: int, row: RegistryRow, school_id: int) -> tuple[Any, ...]:
    compared = {key: value for key, value in row.extras.items() if key != "disadvantage"}
    guardian = row.extras.get("guardian", {})
    name = " ".join(filter(None, (guardian.get("first_name"), guardian.get("last_name"))))
    number = guardian.get("national_id", "")
    return (
        import_id,
        "same",
        row.line,
        school_id,
        row.grade,
        row.room,
        national_id.kind_of(row.number),
        blind_index(row.number),
        seal(row.number.encode(), "national_id"),
        national_id.last4(row.number),
        row.title[:20],
        row.first_name[:100],
        row.last_name[:100],
        sort_key(f"{row.first_name[:100]} {row.last_name[:100]}"),
        row.sex,
        row.birth_date,
        row.student_number,
        row.disadvantage_poor,
        _sealed(_plain(row.extras) if row.extras else "", "registry_extras"),
        blind_index(_plain(compared), "registry_extras"),
        _sealed(f"{guardian.get('title', '')}{name}" if name else "", "guardian_name"),
        relationships.code_of(guardian.get("relationship", "")) if name else "",
        _sealed(number, "national_id"),
        blind_index(number) if number else None,
        number[-4:],
        _sealed(guardian.get("phone", ""), "guardian_phone"),
        [],
        {},
    )


def _plain(extras: dict[str, Any]) -> str:
    return json.dumps(extras, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


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


def _error(import_id: int, error: CellError) -> tuple[Any, ...]:
    value = _sealed(error.value, "registry_cell")
    return (
        import_id,
        error.row,
        error.column,
        error.title[:80],
        error.code,
        value,
        error.leaves_row_out,
    )


def _sealed(text: str, purpose: str) -> bytes:
    return seal(text.encode(), purpose) if text else b""


def _copy(model: Any, columns: dict[str, str], rows: Iterable[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    statement = f"COPY {model._meta.db_table} ({names}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)
