"""How the kernel's own indexed columns find their texts again when the index key changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from eqfund import hooks
from eqfund.models import Guardian, Identity, RegistryRecord, StagingRow
from eqfund.privacy.index_keys import IndexColumn


def texts_in(model: Any, field: str) -> Callable[[Sequence[int]], dict[int, Iterable[str]]]:
    """The text stands in the row itself, encrypted."""

    def texts(pks: Sequence[int]) -> dict[int, Iterable[str]]:
        rows = model._base_manager.filter(pk__in=pks).values_list("pk", field)
        return {pk: [text] for pk, text in rows}

    return texts


def _compared(model: Any) -> Callable[[Sequence[int]], dict[int, Iterable[str]]]:
    """The extras of a registry, as registry.staging writes them before it indexes them."""

    def texts(pks: Sequence[int]) -> dict[int, Iterable[str]]:
        rows = model._base_manager.filter(pk__in=pks).values_list("pk", "extras")
        return {pk: [_as_staged(extras)] for pk, extras in rows}

    return texts


def _as_staged(extras: dict[str, Any]) -> str:
    compared = {key: value for key, value in extras.items() if key != "disadvantage"}
    return json.dumps(compared, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _duplicates(pks: Sequence[int]) -> dict[int, Iterable[str]]:
    """A duplicate's number stands with the child who has it, elsewhere."""
    rows = RegistryRecord.objects.filter(pk__in=pks).values_list("pk", "duplicate_index")
    held = {pk: bytes(index) for pk, index in rows if index is not None}
    numbers: dict[bytes, Any] = {
        bytes(index): number
        for index, number in Identity.objects.filter(id_index__in=set(held.values())).values_list(
            "id_index", "number"
        )
    }
    return {pk: [numbers[index]] for pk, index in held.items() if index in numbers}


for model, name, texts in (
    (Identity, "id_index", texts_in(Identity, "number")),
    (Guardian, "id_index", texts_in(Guardian, "national_id")),
    (StagingRow, "id_index", texts_in(StagingRow, "number")),
    (StagingRow, "guardian_index", texts_in(StagingRow, "guardian_number")),
    (RegistryRecord, "duplicate_index", _duplicates),
):
    hooks.index_columns.register(IndexColumn(model, name, "national_id", texts))
for model in (StagingRow, RegistryRecord):
    hooks.index_columns.register(
        IndexColumn(model, "extras_index", "registry_extras", _compared(model))
    )
