"""What a school does that adds its pupils itself: type one in, or put right what is kept of one."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from eqfund import audit, files
from eqfund.fields import blind_index
from eqfund.imports import dmc
from eqfund.imports.rows import RegistryRow
from eqfund.models import RegistryImport, RegistryRecord, School, Term, User
from eqfund.refusal import Refused

from .. import difference, mappings, permissions, staging, typed
from ..waiting import discard, one_at_a_time, registry_of


@transaction.atomic
def type_pupil(school: School, content: bytes, *, by: User, at: datetime) -> RegistryImport:
    """Keep what was typed of one pupil and compare it with the roll; nothing else is written before it is confirmed.

    `content` is the plain template with one row that can be read (registry.typed). What the registry
    record knows beyond the template stays.
    """
    if reason := permissions.why_not_type_pupil(school, by):
        raise Refused(reason)
    term = Term.objects.current(at)
    if term is None:
        raise Refused(gettext("There is no term yet."))
    one_at_a_time(school.path)
    waiting = RegistryImport.objects.filter(
        term=term, path=school.path, status__in=["reading", "previewed", "recording"]
    ).first()
    if waiting and not (waiting.layout == typed.LAYOUT and waiting.status == "previewed"):
        raise Refused(
            gettext(
                "A file of this school waits for confirmation. Confirm it or set it aside first."
            )
        )
    if waiting:
        discard(waiting, by=by, at=at)
    registry = registry_of(school.path)
    reading = dmc.read(content, on=term.opens_on, how=mappings.of(registry))
    if not reading.rows:
        raise Refused(gettext("A cell could not be read. Look at what you typed."))
    reading.rows = [_with_what_is_known(reading.rows[0], school, term)]
    stored = files.store_bytes(
        content, purpose="registry", kind="text", path=school.path, by=by, at=at
    )
    it = RegistryImport.objects.create(
        term=term,
        path=school.path,
        file=stored,
        sha256=hashlib.sha256(content).hexdigest(),
        registry=registry,
        layout=typed.LAYOUT,
        lines=1,
        school_count=1,
        uploaded_by=by,
        uploaded_at=at,
    )
    mine, _others = staging.schools_of(reading.school_codes, school.path)
    staging.put(it, reading, mine)
    it.counts = difference.compare(it) | {"errors": len(reading.errors)}
    it.status = RegistryImport.Status.PREVIEWED
    it.save(update_fields=["counts", "status"])
    audit.record("registry.type_pupil", it, by=by, at=at, facts={"sha256": it.sha256})
    return it


def _with_what_is_known(row: RegistryRow, school: School, term: Term) -> RegistryRow:
    """The row over what an earlier file of the school said: an address is not lost for a mark that is set."""
    records = RegistryRecord.objects.filter(term=term, enrolment__path__startswith=school.path)
    known = records.filter(pupil__identity__id_index=blind_index(row.number)).first()
    if known is None:
        return row
    kept = {key: value for key, value in known.extras.items() if key != "disadvantage"}
    return row._replace(extras=kept | row.extras)
