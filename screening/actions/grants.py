"""Grants: the predecessor's list, suspension, and the end of a grant. Each action is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count
from django.utils.translation import gettext

from eqfund import access, audit
from eqfund.fields import blind_index
from eqfund.models import RegistryImport, Term, User
from eqfund.refusal import Refused
from eqfund.school_year import TermKey
from eqfund.whole_country import over_the_whole_country
from screening.fields import TermKeyField, term_code
from screening.models import AwaitedGrant, Grant, GrantSuspension
from screening.permissions import grants as permissions
from screening.rules import grants as rules
from screening.rules.grants import EndReason, GrantStatus

COUNTRY = "TH/"
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class ListRow:
    """A readable row of the predecessor's list."""

    row_no: int
    number: str
    school_code: str
    first_term: TermKey
    former_channel: str = ""


@transaction.atomic
def end_grant(grant: Grant, *, reason: str, by: User, at: datetime, note: str = "") -> None:
    """End a grant for good, with its reason; what was paid stays paid."""
    if refusal := permissions.why_not_end(grant, by):
        raise Refused(refusal)
    ended = (
        Grant.objects.filter(pk=grant.pk)
        .exclude(status=GrantStatus.ENDED)
        .update(
            status=GrantStatus.ENDED,
            end_reason=EndReason(reason),
            end_note=note.strip(),
            ended_at=at,
            ended_by=by,
        )
    )
    if not ended:
        raise Refused(gettext("Someone else has just ended this grant."))
    _lift(grant, by=by, at=at)
    grant.refresh_from_db()
    audit.record(
        "end_grant", grant, by=by, at=at, path=grant.enrolment.path, facts={"reason": reason}
    )


@transaction.atomic
def suspend_grant(grant: Grant, *, reason: str, by: User, at: datetime) -> None:
    """Let a grant give no right to money for now; what was paid stays paid."""
    if refusal := permissions.why_not_suspend(grant, by):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused(gettext("Say why the grant is suspended."))
    _move(grant, GrantStatus.ACTIVE, GrantStatus.SUSPENDED)
    GrantSuspension.objects.create(
        grant=grant, reason=reason.strip(), suspended_at=at, suspended_by=by
    )
    audit.record("suspend_grant", grant, by=by, at=at, path=grant.enrolment.path)


@transaction.atomic
def resume_grant(grant: Grant, *, reason: str, by: User, at: datetime) -> None:
    """Let a suspended grant give its right again, from the next round that is built."""
    if refusal := permissions.why_not_resume(grant, by):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused(gettext("Say why the grant is resumed."))
    _move(grant, GrantStatus.SUSPENDED, GrantStatus.ACTIVE)
    _lift(grant, by=by, at=at, reason=reason.strip())
    audit.record("resume_grant", grant, by=by, at=at, path=grant.enrolment.path)


def _move(grant: Grant, old: GrantStatus, new: GrantStatus) -> None:
    """Compare and set the status; Refused if another transaction came first."""
    if not Grant.objects.filter(pk=grant.pk, status=old).update(status=new):
        raise Refused(gettext("Someone else has just changed this grant. Look again."))
    grant.refresh_from_db()


def _lift(grant: Grant, *, by: User, at: datetime, reason: str = "") -> None:
    """Close the suspension that is open, if there is one."""
    open_one = GrantSuspension.objects.filter(grant=grant, lifted_at=None)
    open_one.update(lifted_at=at, lifted_by=by, lifted_reason=reason)


@transaction.atomic
def load_grants(rows: Sequence[ListRow], *, by: User | None, at: datetime) -> set[int]:
    """Keep the rows of the predecessor's list; returns the numbers of those already known by their id.

    A child stands in the list once; loading the same file again adds nothing.
    """
    if reason := permissions.why_not_load(by):
        raise Refused(reason)
    known: set[int] = set()
    for start in range(0, len(rows), BATCH):
        known |= _load_batch(rows[start : start + BATCH], at)
    facts = {"rows": len(rows), "known": len(known)}
    audit.record("load_grants", "screening.AwaitedGrant", by=by, at=at, path=COUNTRY, facts=facts)
    return known


def _load_batch(rows: Sequence[ListRow], at: datetime) -> set[int]:
    indexes = {row.row_no: blind_index(row.number) for row in rows}
    there = AwaitedGrant.objects.filter(id_index__in=list(indexes.values()))
    seen = {bytes(index) for index in there.values_list("id_index", flat=True)}
    fresh, known = [], set()
    for row in rows:
        if indexes[row.row_no] in seen:
            known.add(row.row_no)
            continue
        seen.add(indexes[row.row_no])
        fresh.append(
            AwaitedGrant(
                id_index=indexes[row.row_no],
                number=row.number,
                school_code=row.school_code,
                first_term=row.first_term,
                former_channel=row.former_channel,
                row_no=row.row_no,
                loaded_at=at,
            )
        )
    AwaitedGrant.objects.bulk_create(fresh, batch_size=1_000)
    return known


@transaction.atomic
def settle_grants(term: Term, *, by: User | None, at: datetime) -> dict[str, int]:
    """Find the pupils of waiting rows and give them their continuing grants; returns all rows by outcome.

    A pupil who studies at another school than the list says gets none: by the letter
    they are new group and screened again.
    """
    if reason := permissions.why_not_load(by):
        raise Refused(reason)
    waiting = AwaitedGrant.objects.filter(outcome="waiting")
    for first in list(waiting.values_list("first_term", flat=True).distinct()):
        if _is_over(first, term):
            waiting.filter(first_term=first).update(outcome="over")
    with over_the_whole_country() as cursor:
        cursor.execute(f"{_MEET} {_MEET_EVERYWHERE}", {"term": term.pk})
        _settle(cursor, term, by, at)
    counts = dict.fromkeys(("granted", "moved", "already", "over", "waiting"), 0)
    counts.update(AwaitedGrant.objects.values_list("outcome").annotate(rows=Count("pk")))
    audit.record("settle_grants", term, by=by, at=at, path=COUNTRY, facts=counts)
    return counts


@transaction.atomic
def settle_grants_at(path: str, term: Term, *, by: User | None, at: datetime) -> int:
    """The same for the pupils of one place, as a part of importing its registry; returns rows settled."""
    place: dict[str, Any] = {"term": term.pk, "path": path, "after": access.next_path(path)}
    with connection.cursor() as cursor:
        cursor.execute(f"{_MEET} {_MEET_AT}", place)
        settled = _settle(cursor, term, by, at)
    if settled:
        audit.record("settle_grants", term, by=by, at=at, path=path, facts={"settled": settled})
    return settled


def settle_after_import(it: RegistryImport, at: datetime) -> None:
    """Settle what the pupils of a recorded registry file were awaited for (hooks.registry_imported)."""
    settle_grants_at(it.path, it.term, by=None, at=at)


def _is_over(first: TermKey, term: Term) -> bool:
    """Whether a grant of that first term has run out before this term."""
    return not rules.covers(first, rules.last_term(first), TermKey(term.year_be, term.number))


# Waiting rows whose pupil studies now, in a table of the transaction's own.
_MEET = """
DROP TABLE IF EXISTS grants_met;
CREATE TEMP TABLE grants_met ON COMMIT DROP AS
SELECT awaited.id AS awaited_id, awaited.first_term, awaited.former_channel, enrolment.pupil_id,
       enrolment.id AS enrolment_id, awaited.school_code IN (school.moe_code, nullif(school.smis_code, '')) AS stayed
"""
_MEET_EVERYWHERE = """
  FROM screening_awaitedgrant awaited
  JOIN eqfund_identity identity ON identity.id_index = awaited.id_index
  JOIN eqfund_pupil pupil ON pupil.identity_id = identity.id
  JOIN eqfund_enrolment enrolment ON enrolment.pupil_id = pupil.id
       AND enrolment.term_id = %(term)s AND enrolment.status = 'studying'
  JOIN eqfund_classroom classroom ON classroom.id = enrolment.classroom_id
  JOIN eqfund_school school ON school.id = classroom.school_id
 WHERE awaited.outcome = 'waiting'
"""
# Of one place the pupils lead, and each step is a look-up by key: a just recorded file has no statistics yet,
# and a plan made without them took minutes. OFFSET 0 keeps the steps as they stand.
_MEET_AT = """
  FROM eqfund_enrolment enrolment
  JOIN LATERAL (SELECT p.identity_id FROM eqfund_pupil p WHERE p.id = enrolment.pupil_id OFFSET 0) pupil ON true
  JOIN LATERAL (SELECT i.id_index FROM eqfund_identity i WHERE i.id = pupil.identity_id OFFSET 0) identity ON true
  JOIN LATERAL (SELECT a.* FROM screening_awaitedgrant a WHERE a.id_index = identity.id_index OFFSET 0) awaited
       ON awaited.outcome = 'waiting'
  JOIN LATERAL (SELECT c.school_id FROM eqfund_classroom c WHERE c.id = enrolment.classroom_id OFFSET 0) classroom
       ON true
  JOIN LATERAL (SELECT s.moe_code, s.smis_code FROM eqfund_school s WHERE s.id = classroom.school_id OFFSET 0) school
       ON true
 WHERE enrolment.term_id = %(term)s AND enrolment.path >= %(path)s AND enrolment.path < %(after)s
   AND enrolment.status = 'studying'
"""
_GIVE = """
WITH met AS (
    SELECT met.*, span.last_term FROM grants_met met
    JOIN unnest(%(firsts)s::int[], %(lasts)s::int[]) AS span (first_term, last_term) USING (first_term)
), given AS (
    INSERT INTO screening_grant
        (pupil_id, enrolment_id, "group", first_term, last_term, status, source,
         former_channel, given_at, given_by_id, end_reason, end_note)
    SELECT pupil_id, enrolment_id, %(group)s, first_term, last_term, 'active', 'predecessor',
           former_channel, %(at)s, %(by)s, '', ''::bytea
    FROM met WHERE stayed ORDER BY first_term, awaited_id
    ON CONFLICT DO NOTHING
    RETURNING id, pupil_id
)
UPDATE screening_awaitedgrant awaited
SET grant_id = given.id,
    outcome = CASE WHEN given.id IS NOT NULL THEN 'granted'
                   WHEN met.stayed THEN 'already' ELSE 'moved' END
FROM met LEFT JOIN given ON given.pupil_id = met.pupil_id
WHERE awaited.id = met.awaited_id
"""


def _settle(cursor: CursorWrapper, term: Term, by: User | None, at: datetime) -> int:
    """Settle the rows of `grants_met`, but for those whose time is over; returns how many."""
    cursor.execute("ANALYZE grants_met")
    cursor.execute("SELECT DISTINCT first_term FROM grants_met ORDER BY 1")
    firsts = [TermKeyField().to_python(row[0]) for row in cursor.fetchall()]
    spans = [(first, rules.last_term(first)) for first in firsts if not _is_over(first, term)]
    cursor.execute(
        _GIVE,
        {
            "firsts": [term_code(first) for first, _last in spans],
            "lasts": [term_code(last) for _first, last in spans],
            "group": rules.PupilGroup.CONTINUING,
            "at": at,
            "by": by.pk if by else None,
        },
    )
    return int(cursor.rowcount)
