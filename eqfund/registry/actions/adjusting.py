"""What the fund does about how registry files are read: titles, words, what a file must have. The next file is read so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import access, audit
from eqfund.imports import mapping
from eqfund.imports.mapping import REGISTRIES, VALUES, YEARS
from eqfund.imports.titles import REQUIRED
from eqfund.models import RegistryReading, RegistryTitle, RegistryValue, User
from eqfund.refusal import Refused


def why_not_adjust(user: User) -> str | None:
    return access.why_not(user, "registry.edit_titles", "TH/")


@transaction.atomic
def add_registry_title(
    *, registry: str, title: str, key: str, by: User, at: datetime
) -> RegistryTitle:
    """Let a column title of a registry be read as one of ours."""
    _refuse(by, registry)
    if key not in mapping.all_keys() or not title.strip():
        raise Refused(gettext("Choose what the title means."))
    made, is_new = RegistryTitle.objects.get_or_create(
        registry=registry, title=title.strip(), defaults={"key": key, "added_by": by}
    )
    if not is_new:
        raise Refused(gettext("This title has a meaning already. Remove it first."))
    facts = {"registry": registry, "title": title.strip(), "key": key}
    audit.record("registry.add_title", made, by=by, at=at, path="TH/", facts=facts)
    return made


@transaction.atomic
def remove_registry_title(row: RegistryTitle, *, by: User, at: datetime) -> None:
    """Forget a title that was added."""
    _refuse(by, row.registry)
    facts = {"registry": row.registry, "title": row.title, "key": row.key}
    audit.record("registry.remove_title", row, by=by, at=at, path="TH/", facts=facts)
    row.delete()


@transaction.atomic
def add_registry_value(
    *, registry: str, key: str, value: str, means: str, by: User, at: datetime
) -> RegistryValue:
    """Say what a word in a column that decides something means."""
    _refuse(by, registry)
    if means not in VALUES.get(key, ()) or not value.strip():
        raise Refused(gettext("Choose what the word means, and in which column."))
    try:
        with transaction.atomic():
            made = RegistryValue.objects.create(
                registry=registry,
                key=key,
                value=mapping.word_of(value)[:80],
                means=means,
                added_by=by,
            )
    except IntegrityError:
        raise Refused(gettext("This word has a meaning already. Remove it first.")) from None
    facts = {"registry": registry, "key": key, "value": made.value, "means": means}
    audit.record("registry.add_value", made, by=by, at=at, path="TH/", facts=facts)
    return made


@transaction.atomic
def remove_registry_value(row: RegistryValue, *, by: User, at: datetime) -> None:
    """Forget a word that was added; a shipped meaning holds again."""
    _refuse(by, row.registry)
    facts = {"registry": row.registry, "key": row.key, "value": row.value, "means": row.means}
    audit.record("registry.remove_value", row, by=by, at=at, path="TH/", facts=facts)
    row.delete()


@transaction.atomic
def set_registry_reading(
    *,
    registry: str,
    must_have: Sequence[str],
    years: str,
    revision: int,
    by: User,
    at: datetime,
) -> None:
    """Say what a registry's files must have beyond what is always asked, and how short years are read.

    `revision` is the one that was seen, 0 when there was none: of two at once the second is told.
    """
    _refuse(by, registry)
    known = set(mapping.all_keys())
    if years not in YEARS or not set(must_have) <= known:
        raise Refused(gettext("Choose what the title means."))
    found = RegistryReading.objects.select_for_update().filter(registry=registry).first()
    if (found.revision if found else 0) != revision:
        raise Refused(gettext("Another person has changed this meanwhile. Look again, then save."))
    asked = [key for key in mapping.all_keys() if key in must_have and key not in REQUIRED]
    before = {"must_have": found.must_have, "years": found.years} if found else {}
    fields = {"must_have": asked, "years": years}
    try:
        with transaction.atomic():
            made, _new = RegistryReading.objects.update_or_create(
                registry=registry,
                defaults={**fields, "revision": revision + 1, "set_by": by, "set_at": at},
            )
    except IntegrityError:
        raise Refused(
            gettext("Another person has changed this meanwhile. Look again, then save.")
        ) from None
    audit.record(
        "registry.set_reading",
        made,
        by=by,
        at=at,
        path="TH/",
        before=before,
        after=fields,
        facts={"registry": registry},
    )


def _refuse(by: User, registry: str) -> None:
    if reason := why_not_adjust(by):
        raise Refused(reason)
    if registry not in REGISTRIES:
        raise Refused(gettext("There is no such registry."))
